//! The list of processes: a tree of those that live, or those that have ended by their peaks.

use rprof_trace::{Bytes, Seconds};

use super::Scene;
use super::numbers::clock;
use super::paint::{Line, clipped};
use super::theme::Role;
use crate::state::processes::{Process, Row};

/// Width of a column of memory, with the blank before it: `-1023.9 MiB`.
const SIZE: usize = 12;
/// The narrowest list with all columns.
const ALL_COLUMNS: usize = 64;
/// A change below this is not shown.
const LEAST_CHANGE: u128 = 4096;

/// The lines of a list: those that stay, and those that scroll.
pub type Lines = (Vec<Line>, Vec<Line>);

impl Scene<'_> {
    /// The lines of the list.
    pub fn process_lines(&self, width: usize) -> Lines {
        let processes = self.run.processes();
        let has_ended = self.view.has_ended || processes.is_over();
        let now = self.run.now();
        let is_wide = width >= ALL_COLUMNS;
        if has_ended {
            let ended = processes.ended();
            let passing = ended.into_iter().filter(|process| self.view.passes(&process.command));
            let lines = passing.map(|process| clipped(ended_line(process, is_wide), width)).collect();
            return (
                vec![(heading(&["peak", "ended", "exit"], "processes that have ended", is_wide))],
                lines,
            );
        }
        let rows = processes.tree();
        let is_filtered = !self.view.filter.is_empty();
        let passing = rows.iter().filter(|row| self.view.passes(&row.process.command));
        let lines = passing.map(|row| clipped(alive_line(row, now, is_wide, is_filtered), width)).collect();
        (vec![heading(&["memory", "in 10 s", "peak"], "pid and command", is_wide)], lines)
    }
}

fn heading(columns: &[&str; 3], rest: &str, is_wide: bool) -> Line {
    let shown = if is_wide { &columns[..] } else { &columns[..1] };
    let mut text = String::new();
    for column in shown {
        text += &format!("{column:>SIZE$}");
    }
    text += &format!("  {rest}");
    vec![(Role::Dim, text)]
}

fn alive_line(row: &Row<'_>, now: Seconds, is_wide: bool, is_flat: bool) -> Line {
    let process = row.process;
    let mut line = vec![(Role::Strong, format!("{:>SIZE$}", words(process.size())))];
    if is_wide {
        let change = process.change(now);
        let role = if change > 0 { Role::Warm } else { Role::Good };
        line.push((role, format!("{:>SIZE$}", change_words(change))));
        line.push((Role::Plain, format!("{:>SIZE$}", words(process.largest()))));
    }
    let branches = if is_flat { String::new() } else { branches(&row.lasts) };
    line.push((Role::Dim, format!("  {branches}")));
    if process.pid > 0 {
        line.push((Role::Dim, format!("{} ", process.pid)));
    }
    line.push((Role::Plain, short(&process.command).to_owned()));
    line
}

fn ended_line(process: &Process, is_wide: bool) -> Line {
    let mut line = vec![(Role::Strong, format!("{:>SIZE$}", words(process.largest())))];
    if let Some((time, exit)) = process.exit.as_ref().filter(|_| is_wide) {
        let (role, how) = match (exit.exit_code, exit.signal) {
            (_, Some(signal)) => (Role::Alarm, format!("signal {signal}")),
            (Some(0), _) => (Role::Plain, "0".to_owned()),
            (Some(code), _) => (Role::Alarm, code.to_string()),
            _ => (Role::Plain, String::new()),
        };
        line.push((Role::Plain, format!("{:>SIZE$}", clock(*time))));
        line.push((role, format!("{how:>SIZE$}")));
    }
    if process.pid > 0 {
        line.push((Role::Dim, format!("  {}", process.pid)));
    }
    line.push((Role::Plain, format!(" {}", short(&process.command))));
    line
}

/// A size; `-` if it is not known.
fn words(size: Option<Bytes>) -> String {
    size.map_or_else(|| "-".to_owned(), |size| size.to_string())
}

/// The command line with the name of the program in place of its path.
fn short(command: &str) -> &str {
    let end = command.find(' ').unwrap_or(command.len());
    let start = command[..end].rfind('/').map_or(0, |slash| slash + 1);
    // A quoted path keeps its quotes.
    if start < end && !command.starts_with(['\'', '$']) { &command[start..] } else { command }
}

/// The change with its sign; empty if it is nearly none.
fn change_words(change: i128) -> String {
    let size = change.unsigned_abs();
    if size < LEAST_CHANGE {
        return String::new();
    }
    let sign = if change < 0 { '-' } else { '+' };
    format!("{sign}{}", Bytes(u64::try_from(size).unwrap_or(u64::MAX)))
}

/// The branches of the tree before a process.
fn branches(lasts: &[bool]) -> String {
    let Some((own, above)) = lasts.split_last() else { return String::new() };
    let above = above.iter().map(|last| if *last { "  " } else { "│ " });
    above.chain([if *own { "└─" } else { "├─" }]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_shown_without_its_path() {
        for (command, shown) in [
            ("/usr/bin/cc1 -o /tmp/x", "cc1 -o /tmp/x"),
            ("make", "make"),
            ("'/a b/c' d", "'/a b/c' d"),
            ("./ x", "./ x"),
            ("", ""),
        ] {
            assert_eq!(short(command), shown);
        }
    }

    #[test]
    fn a_change_has_its_sign_and_a_small_one_is_not_shown() {
        assert_eq!(change_words(3 << 20), "+3.0 MiB");
        assert_eq!(change_words(-(3 << 20)), "-3.0 MiB");
        assert_eq!(change_words(100), "");
        assert_eq!(change_words(-(1023 << 20)).len() + 1, SIZE);
    }

    #[test]
    fn branches_show_who_is_the_last_child() {
        assert_eq!(branches(&[]), "");
        assert_eq!(branches(&[false, true, false]), "│   ├─");
        assert_eq!(branches(&[true, true]), "  └─");
    }
}
