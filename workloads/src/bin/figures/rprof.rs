//! The rprof program: finds it, and runs it to record, to draw and to read peaks. rprof and the workloads run in the
//! directory they write to, with file names without a directory. So neither traces nor figures contain paths of this
//! machine.

use crate::example::Example;
use crate::interrupt::Interrupts;
use crate::trace::{self, Trace};
use anyhow::{Context, bail};
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

/// The file formats of each figure.
pub const KINDS: [&str; 3] = ["svg", "pdf", "png"];
/// The directory of the traces of all runs, below that of the workloads.
const TRACES: &str = "traces";

/// The rprof to run, and the workloads beside this program.
#[derive(Debug)]
pub struct Rprof {
    program: PathBuf,
    workloads: PathBuf,
    search: OsString,
    interrupts: Interrupts,
}

impl Rprof {
    /// Finds the requested rprof, or else the rprof beside this program, or else the rprof in PATH.
    pub fn find(asked: Option<&Path>, interrupts: Interrupts) -> anyhow::Result<Self> {
        let own = std::env::current_exe().context("cannot find the path of this program")?;
        let workloads = own.parent().context("this program is in no directory")?.to_owned();
        let program = match asked {
            // The path is relative to this directory. It must stay valid in other directories.
            Some(path) if path.components().count() > 1 => path
                .canonicalize()
                .with_context(|| format!("cannot find `{}`; name an rprof with `--rprof`", path.display()))?,
            Some(name) => name.to_owned(),
            None => {
                Some(workloads.join("rprof")).filter(|path| path.exists()).unwrap_or_else(|| "rprof".into())
            }
        };
        let path = std::env::var_os("PATH").unwrap_or_default();
        let search =
            std::env::join_paths([workloads.clone()].into_iter().chain(std::env::split_paths(&path)))
                .with_context(|| {
                    format!("cannot add `{}` to PATH; build in another directory", workloads.display())
                })?;
        Ok(Self { program, workloads, search, interrupts })
    }

    /// Runs the examples with `rprof bench`, in turns: once to warm up, then `runs` times each. The workloads run in
    /// `directory`, and their files are removed after each run.
    ///
    /// Returns the traces of each example, in a directory below.
    pub fn bench(
        &self,
        examples: &[(&Example, usize)],
        runs: u32,
        directory: &Path,
    ) -> anyhow::Result<Vec<Vec<PathBuf>>> {
        let mut command = self.command(directory, "bench");
        command.args(["--warmup", "1", "--runs", &runs.to_string(), "--traces", TRACES, "--show-output"]);
        let files: Vec<&str> = examples.iter().filter_map(|(example, _)| example.file).collect();
        if !files.is_empty() {
            command.args(["--conclude", &format!("rm -rf {}", files.join(" "))]);
        }
        for (example, _) in examples {
            let workload = self.workloads.join(example.name);
            if !workload.exists() {
                bail!("cannot find `{}`; build it with `make figures`", workload.display());
            }
            command.args(["--command-name", example.name]);
        }
        command.arg("--");
        command.args(examples.iter().map(|(example, depth)| format!("{} --depth {depth}", example.name)));
        let (status, _) = self.interrupts.run(&mut command, echo)?;
        check(status, || "recording the examples".to_owned(), "try a smaller `--depth`")?;
        let path = |number: usize, name: &str, run| {
            directory.join(TRACES).join(format!("{}-{name}-{run:04}.dat", number + 1))
        };
        let traces = |(number, (example, _)): (usize, &(&Example, usize))| {
            (1..=runs).map(|run| path(number, example.name, run)).collect()
        };
        Ok(examples.iter().enumerate().map(traces).collect())
    }

    /// Draws traces of a directory. Writes the figure to the same directory, in each file format.
    pub fn plot(&self, directory: &Path, traces: &[String], name: &str, title: &str) -> anyhow::Result<()> {
        for kind in KINDS {
            let figure = format!("{name}.{kind}");
            let mut command = self.command(directory, "plot");
            command.args(traces).args(["--force", "--output", &figure, "--title", title]);
            let (status, _) = self.interrupts.run(&mut command, echo)?;
            check(
                status,
                || format!("drawing `{}`", directory.join(&figure).display()),
                "free some disk space",
            )?;
        }
        Ok(())
    }

    /// Reads a trace, and its peak from `rprof peak`.
    pub fn trace(&self, path: &Path) -> anyhow::Result<Trace> {
        let directory = path.parent().context("the trace has no directory")?;
        let mut command = self.command(directory, "peak");
        command.arg("--json").arg(path);
        let (status, peaks) = self.interrupts.run(&mut command, |mut output| {
            let mut text = String::new();
            output.read_to_string(&mut text).map(|_| text)
        })?;
        check(status, || format!("reading `{}`", path.display()), "use the rprof of the same version")?;
        let text = std::fs::read_to_string(path);
        let text = text.with_context(|| format!("cannot read the trace `{}`", path.display()))?;
        trace::read(&text, &peaks).with_context(|| {
            format!(
                "`{}` is not a trace that this program can read; use the rprof of the same version",
                path.display()
            )
        })
    }

    fn command(&self, directory: &Path, subcommand: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.arg(subcommand).current_dir(directory).env("PATH", &self.search);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        command
    }
}

/// Prints the output of a command line by line, and returns it.
fn echo(output: impl Read) -> io::Result<String> {
    let mut text = String::new();
    for line in BufReader::new(output).lines() {
        let line = line?;
        println!("{line}");
        text += &line;
        text.push('\n');
    }
    Ok(text)
}

/// Returns an error if rprof failed.
fn check(status: ExitStatus, doing: impl Fn() -> String, remedy: &str) -> anyhow::Result<()> {
    if status.success() {
        return Ok(());
    }
    bail!(
        "{} failed: rprof ended with {status}; see its message above; if it does not help, {remedy}",
        doing()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;

    #[test]
    fn the_printed_output_is_returned_unchanged() {
        assert_eq!(echo(&b"one\ntwo\n"[..]).expect("text"), "one\ntwo\n");
        assert_eq!(echo(&b""[..]).expect("text"), "");
    }

    #[test]
    fn an_error_names_the_failed_step_and_a_remedy() {
        let failed = check(ExitStatus::from_raw(125 << 8), || "drawing `a.svg`".to_owned(), "free some disk");
        let said = failed.expect_err("a failure").to_string();
        assert!(said.starts_with("drawing `a.svg` failed: rprof ended with exit status: 125; "), "{said}");
        assert!(said.ends_with("free some disk"), "{said}");
    }
}
