//! The tables of `rprof top`: a line about the run, a row for each process or group, and remarks.

use std::path::Path;

use rprof_findings::top::{Group, Row, unmeasured};
use rprof_trace::{Bytes, ProcessLife, Profile, shell_quote, shown, visible};

use super::shorten;

/// The widest a column of names or files may grow, in characters.
const MAX_WIDTH: usize = 32;
/// The least width of the command line.
const MIN_COMMAND: usize = 16;
const GAP: &str = "  ";

/// A table of texts. Columns of numbers are aligned to the right; the last column has no limit.
struct Table<const N: usize> {
    rows: Vec<[String; N]>,
    /// The number of columns at the left that hold numbers.
    numbers: usize,
}

impl<const N: usize> Table<N> {
    fn new(heads: [&str; N], numbers: usize) -> Self {
        Self { rows: vec![heads.map(str::to_owned)], numbers }
    }

    fn width_of(&self, column: usize) -> usize {
        self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)
    }

    /// The lines, without blanks at their ends. A column whose every cell is empty is missing.
    fn lines(&self, width: Option<usize>) -> String {
        let is_used = |column: usize| self.rows[1..].iter().any(|row| !row[column].is_empty());
        let used: Vec<usize> = (0..N).filter(|column| is_used(*column)).collect();
        let widths: Vec<usize> = used.iter().map(|column| self.width_of(*column)).collect();
        let before: usize = widths.iter().rev().skip(1).map(|width| width + GAP.len()).sum();
        let room = width.map_or(usize::MAX, |width| width.saturating_sub(before).max(MIN_COMMAND));
        let mut lines = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for (&column, &width) in used.iter().zip(&widths) {
                let cell = &row[column];
                let cell = if column + 1 == N { shorten::middle(cell, room) } else { cell.clone() };
                line += if line.is_empty() { "" } else { GAP };
                line +=
                    &if column < self.numbers { format!("{cell:>width$}") } else { format!("{cell:width$}") };
            }
            lines += line.trim_end();
            lines.push('\n');
        }
        lines
    }
}

/// The table of processes. `more` is the number of those that it leaves out, `width` that of the terminal.
pub fn of_rows(
    path: &Path,
    profile: &Profile,
    rows: &[Row<'_>],
    more: usize,
    width: Option<usize>,
) -> String {
    let heads = ["peak", "at peak", "start", "end", "exit", "parent", "pid", "name", "file", "command"];
    let mut table = Table::new(heads, 7);
    for row in rows {
        let life = row.life;
        let mark = if life.peak_name.is_some() { "*" } else { "" };
        table.rows.push([
            size(life.peak) + mark,
            size(life.at_peak),
            life.start.to_string(),
            life.end.map_or_else(|| "-".to_owned(), |end| end.to_string()),
            exit(life),
            life.parent.map(|pid| pid.to_string()).unwrap_or_default(),
            life.pid.map_or_else(|| visible(&life.id), |pid| pid.to_string()),
            shorten::start(&visible(&life.name), MAX_WIDTH),
            shorten::start(&visible(row.target.as_deref().unwrap_or_default()), MAX_WIDTH),
            visible(&shell_quote(&life.args)),
        ]);
    }
    let mut lines = heading(path, profile) + &table.lines(width) + &left_out(more);
    for row in rows.iter().filter(|row| row.life.peak_name.is_some()).take(1) {
        let name = visible(row.life.peak_name.as_deref().unwrap_or_default());
        lines += &format!(
            "* at its peak a process ran another program, before an exec: `{name}` in the first such row\n"
        );
    }
    lines + &remarks(profile)
}

/// The table of groups.
pub fn of_groups(path: &Path, profile: &Profile, groups: &[Group<'_>], more: usize) -> String {
    let mut table = Table::new(["processes", "largest", "at peak", "start", "name"], 4);
    for group in groups {
        table.rows.push([
            group.count.to_string(),
            size(group.largest),
            size(group.at_peak),
            group.start.to_string(),
            visible(group.name),
        ]);
    }
    heading(path, profile) + &table.lines(None) + &left_out(more) + &remarks(profile)
}

/// `t.dat: peak 208.2 MiB RSS at 3.20 s; 14 processes`
fn heading(path: &Path, profile: &Profile) -> String {
    let count = profile.process_count;
    let processes = if count == 1 { "process" } else { "processes" };
    let peak = profile.peak.map_or_else(
        || "no sample".to_owned(),
        |peak| {
            let words = peak.words();
            format!("peak {}{} {} {}", words.at_least, words.value, profile.metric.name(), words.when)
        },
    );
    format!("{}: {peak}; {count} {processes}\n", shown(path))
}

fn left_out(more: usize) -> String {
    if more == 0 { String::new() } else { format!("and {more} more (-n 0 prints all)\n") }
}

/// The processes that the table cannot have.
fn remarks(profile: &Profile) -> String {
    let mut lines = String::new();
    let processes =
        |count: u64| if count == 1 { "1 process was".to_owned() } else { format!("{count} processes were") };
    let unseen = profile.end.as_ref().map(|end| end.unseen_processes);
    match unseen {
        Some(Some(0)) | None => {}
        Some(Some(count)) => {
            lines += &format!(
                "up to {} too short to be seen, between two ticks; a shorter interval (-T) shows more of them\n",
                processes(count)
            );
        }
        Some(None) if profile.process_count > 1 => {
            lines += "it is not known how many processes were too short to be seen\n";
        }
        Some(None) => {}
    }
    match unmeasured(profile) {
        0 => {}
        count => {
            lines +=
                &format!("{} seen only after the end, and could not be measured\n", processes(count as u64));
        }
    }
    if profile.header.is_some() && profile.lives.iter().all(|life| life.args.is_empty()) {
        lines += "the trace has no command lines: it was recorded with --no-args or --redact, or by an older version\n";
    }
    lines
}

fn size(size: Option<Bytes>) -> String {
    size.map_or_else(|| "-".to_owned(), |size| size.to_string())
}

/// The exit code or the name of the signal; `-` if only the parent knows.
fn exit(life: &ProcessLife) -> String {
    match (life.exit_code, life.signal) {
        (Some(code), _) => code.to_string(),
        (None, Some(number)) => {
            rprof_sample::signal_name(number).map_or_else(|| format!("signal {number}"), str::to_owned)
        }
        (None, None) => "-".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use rprof_trace::{Arg, End, Header, Peak, Seconds};

    use super::*;
    use rprof_findings::top::{Order, groups, rows};

    fn life(pid: u32, name: &str, line: &str, peak: Option<u64>, exit_code: Option<i32>) -> ProcessLife {
        ProcessLife {
            id: format!("{pid}:{name}"),
            pid: Some(pid),
            parent: Some(811),
            name: name.to_owned(),
            args: line
                .split(' ')
                .filter(|word| !word.is_empty())
                .map(|word| Arg::new(word.as_bytes()))
                .collect(),
            start: Seconds(0.52),
            end: Some(Seconds(1.81)),
            exit_code,
            peak: peak.map(|mib| Bytes(mib << 20)),
            at_peak: Some(Bytes(1 << 20)),
            ..ProcessLife::default()
        }
    }

    fn profile() -> Profile {
        let value = Bytes(300 << 20);
        Profile {
            header: Some(Header::default()),
            peak: Some(Peak { value, time: Seconds(1.5), within: None, upper: Some(value) }),
            end: Some(End { unseen_processes: Some(3), ..End::default() }),
            process_count: 4,
            lives: vec![
                life(812, "make", "make -j4", Some(3), Some(0)),
                life(
                    813,
                    "cc1",
                    "cc1 -quiet -Iinclude -DNAME=value src/big.c -o /tmp/ccAAAAAA.s",
                    Some(51),
                    None,
                ),
                ProcessLife { signal: Some(9), ..life(814, "ld", "", None, None) },
                ProcessLife {
                    peak_name: Some("python3".to_owned()),
                    ..life(815, "ls", "ls", Some(20), None)
                },
            ],
            ..Profile::default()
        }
    }

    #[test]
    fn each_process_has_its_row_and_each_gap_its_remark() {
        let profile = profile();
        let all = rows(&profile, Order::Peak);
        let text = of_rows(Path::new("t.dat"), &profile, &all[..3], 1, Some(100));
        let wanted = "\
t.dat: peak 300.0 MiB RSS at 1.50 s; 4 processes
     peak  at peak   start     end  exit  parent  pid  name  file       command
 51.0 MiB  1.0 MiB  0.52 s  1.81 s     -     811  813  cc1   src/big.c  cc1 -quiet -Ii…mp/ccAAAAAA.s
20.0 MiB*  1.0 MiB  0.52 s  1.81 s     -     811  815  ls               ls
  3.0 MiB  1.0 MiB  0.52 s  1.81 s     0     811  812  make             make -j4
and 1 more (-n 0 prints all)
* at its peak a process ran another program, before an exec: `python3` in the first such row
up to 3 processes were too short to be seen, between two ticks; a shorter interval (-T) shows more of them
1 process was seen only after the end, and could not be measured
";
        assert!(text == wanted, "{text}");
        assert!(text.lines().skip(1).take(4).all(|line| line.chars().count() <= 100), "{text}");
        let whole = of_rows(Path::new("t.dat"), &profile, &all, 0, None);
        assert!(whole.contains(" -DNAME=value ") && whole.contains("SIGKILL"), "{whole}");
    }

    #[test]
    fn a_group_has_one_row() {
        let mut profile = profile();
        profile.lives.iter_mut().for_each(|life| life.args.clear());
        let text = of_groups(Path::new("t.dat"), &profile, &groups(&profile, Order::Peak)[..1], 3);
        assert!(text.contains("processes   largest  at peak   start  name\n"), "{text}");
        assert!(text.contains("        1  51.0 MiB  1.0 MiB  0.52 s  cc1\n"), "{text}");
        assert!(text.contains("no command lines"), "{text}");
    }
}
