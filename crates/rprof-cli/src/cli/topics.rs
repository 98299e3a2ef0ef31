//! The topics of `rprof help TOPIC`. Lines are at most 80 characters wide.

/// A line for the end of `rprof -h`.
pub const LIST: &str = "\
Topics: rprof help metrics, rprof help exit-codes, rprof help environment";

/// A topic: its name and its text.
#[derive(Debug)]
pub struct Topic {
    /// The name as typed.
    pub name: &'static str,
    /// The page, without a newline at its end.
    pub text: &'static str,
}

/// All topics.
pub const TOPICS: [Topic; 3] = [
    Topic { name: "metrics", text: METRICS },
    Topic { name: "exit-codes", text: EXIT_CODES },
    Topic { name: "environment", text: ENVIRONMENT },
];

/// The topic of this name.
pub fn topic(name: &str) -> Option<&'static Topic> {
    TOPICS.iter().find(|topic| topic.name == name)
}

const METRICS: &str = "\
What rprof measures, in bytes. --metric of `run` and `attach` chooses the metric of
the curve; on Linux the trace has RSS and its parts in any case.

  rss         resident set size: memory in RAM of one process. Memory that
              processes share counts in full for each of them.
  pss         proportional set size: each shared page is divided by the number of
              processes that share it, so that a tree counts no page twice (Linux).
  uss         unique set size: what would be freed if this process ended (Linux).
  footprint   memory that was written to or compressed: \"Memory\" in Activity
              Monitor (macOS).

  tree        the sum over a command and all its descendants, at one tick.
  tick        one measurement of the tree; the time between two is the interval.
  high-water mark
              the kernel's maximum of RSS for one process. rprof reads it, so that
              it does not miss a peak between two ticks.
  peak        the largest value that rprof can vouch for. The peak of a tree has a
              lower and an upper bound (\"at most\").
  MiB, GiB    2^20 and 2^30 bytes. Options also accept MB (10^6) and GB (10^9).

docs/measuring.md explains each number and when it is wrong.";

const EXIT_CODES: &str = "\
`rprof run` and `rprof span` exit as the command does:

  0 to 255    the command's own exit code
  128 + n     signal n ended the command
  127         the command was not found
  126         the command cannot be executed
  125         rprof failed, or its options are wrong
  124         --timeout or --memory-limit ended the command
  3           the command succeeded, but exceeded a budget such as --max-peak

`rprof attach` exits with 0 when the recording ends, and with 125 if rprof failed.

All other commands:

  0           success
  1           rprof failed: a file is missing or is no trace
  2           the options are wrong
  3           `rprof check`: a limit is exceeded
  126, 127    `rprof bench`: the command cannot be executed, or was not found
  130         `rprof bench`: Ctrl-C ended it";

const ENVIRONMENT: &str = "\
Defaults. An option on the command line overrides the variable, and the variable
overrides the configuration file. `rprof config` prints what applies.

  variable         key of the file   the default of
  RPROF_INTERVAL   interval          --interval of run and attach: 10ms
  RPROF_METRIC     metric            --metric of run and attach: pss
  RPROF_OUTPUT     output            --output of run and attach: {name}-{time}.dat
  RPROF_THEME      theme             --theme of plot: dark

  RPROF_CONFIG     the configuration file; empty for none. Without it the file is
                   $XDG_CONFIG_HOME/rprof/config.toml, or
                   ~/.config/rprof/config.toml, which may be missing; one that may
                   not be read is a warning. Its lines are like this one:
                   interval = \"10ms\"

For measured programs:

  RPROF_TRACE      set by `rprof run`: the path of the trace, to which a program
                   may append spans, marks and notes. Do not set it yourself.
  HYPERFINE_ITERATION
                   set by `rprof bench`: the number of the run
  RPROF_STACK_OFFSET
                   set by `rprof bench`: text whose length moves the stack

Other variables that rprof reads:

  PATH             where `rprof run` finds commands
  PYTHONPATH       `rprof run script.py` puts the module `rprof` in front of it
  XDG_CACHE_HOME   where that module is kept; without it ~/.cache
  HOME, TMPDIR     for these files, if the variables above are not set
  TZ               the time zone of the names of traces
  NO_COLOR, TERM   no colours if NO_COLOR is not empty, or if TERM is dumb
  LC_ALL, LC_CTYPE, LANG
                   charts in ASCII, unless the first that is set names UTF-8
  NODE_OPTIONS     `rprof run --where` adds an option for programs in Node.js
  PYTHONPERFSUPPORT
                   `rprof run --where` sets it to 1 for Python 3.12 and newer; it
                   keeps a value that you set, as 0 for scripts that recurse deeply
  RPROF_NVML_LIBRARY
                   NVIDIA's library for GPU memory, if it is not where programs
                   look for it
  SLURM_JOB_ID, OMPI_COMM_WORLD_RANK and others of launchers
                   rank and job of a trace, and the placeholders of -o;
                   docs/clusters.md lists the variables
  GITHUB_ACTIONS, GITHUB_STEP_SUMMARY
                   `rprof check` in a job of GitHub Actions writes annotations and
                   a summary
  RPROF_BIN        the Python module starts this rprof";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_a_terminal() {
        for line in TOPICS.iter().flat_map(|topic| topic.text.lines()).chain(LIST.lines()) {
            assert!(line.chars().count() <= 84, "{line}");
        }
        assert!(TOPICS.iter().all(|topic| LIST.contains(&format!("rprof help {}", topic.name))));
    }
}
