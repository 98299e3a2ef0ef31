//! The progress of the runs: one line on a terminal that is overwritten, or now and then a line in a log.

use std::time::{Duration, Instant};

use super::measurement::Metric;
use super::numbers::text;
use super::runs::CommandRuns;
use crate::cli::Style;
use crate::message;

/// The width of the line, for any terminal.
const WIDTH: usize = 79;
/// The shortest time between two lines on a terminal, and in a log.
const TERMINAL: Duration = Duration::from_millis(100);
const LOG: Duration = Duration::from_secs(30);

/// The way to show the progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Line,
    Log,
    Hidden,
}

/// The progress.
#[derive(Debug)]
pub struct Progress {
    form: Form,
    /// The number of runs of each command, once it is known.
    planned: Vec<Option<u64>>,
    begun: Instant,
    last: Option<Instant>,
    is_shown: bool,
}

impl Progress {
    /// No progress yet. Output of the commands leaves no room for a line.
    pub fn new(style: Style, shows_output: bool, commands: usize) -> Self {
        let form = match style {
            Style::None => Form::Hidden,
            _ if shows_output => Form::Hidden,
            Style::Full | Style::Nocolor => Form::Line,
            Style::Auto if message::is_terminal() => Form::Line,
            Style::Basic | Style::Color | Style::Auto => Form::Log,
        };
        Self { form, planned: vec![None; commands], begun: Instant::now(), last: None, is_shown: false }
    }

    /// Takes the number of runs of a command.
    pub fn plan(&mut self, command: usize, count: u64) {
        self.planned[command] = Some(count);
    }

    /// Shows that a run of a command begins.
    pub fn show(&mut self, command: usize, results: &[CommandRuns]) {
        let shortest = match self.form {
            Form::Line => TERMINAL,
            Form::Log => LOG,
            Form::Hidden => return,
        };
        // The first line in a log comes after a while: a short benchmark leaves none there.
        let first = if self.form == Form::Log { Some(self.begun) } else { None };
        if self.last.or(first).is_some_and(|last| last.elapsed() < shortest) {
            return;
        }
        self.last = Some(Instant::now());
        let line = self.line(command, results, self.begun.elapsed());
        if self.form == Form::Line {
            self.is_shown = true;
            message::progress(&line.chars().take(WIDTH).collect::<String>());
        } else {
            message::print(&line);
        }
    }

    /// `run 12 of 40, 3 s left: sort a.txt, 301.2 ms, 12.3 MiB`
    fn line(&self, command: usize, results: &[CommandRuns], elapsed: Duration) -> String {
        let done: u64 = results.iter().map(|result| result.runs.len() as u64).sum();
        let planned = self.planned.iter().copied().sum::<Option<u64>>();
        let mut line = format!("run {}", done + 1);
        if let Some(planned) = planned {
            line += &format!(" of {planned}");
            if done > 0 {
                let left = elapsed.as_secs_f64() / done as f64 * planned.saturating_sub(done) as f64;
                line += &format!(", {left:.0} s left");
            }
        }
        let result = &results[command];
        line += &format!(": {}", result.command.shown());
        for metric in [Metric::Wall, Metric::Tree] {
            if let Some(found) = metric.summary(&result.runs) {
                line += &format!(", {}", text(metric.unit(), found.mean));
            }
        }
        line
    }

    /// Clears the line.
    pub fn finish(&mut self) {
        if self.is_shown {
            message::progress("");
            self.is_shown = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::commands::BenchCommand;
    use super::super::measurement::Measurement;
    use super::*;

    #[test]
    fn a_line_names_the_run_the_rest_and_the_estimates() {
        let command = BenchCommand { line: "sort a".to_owned(), ..BenchCommand::default() };
        let mut results = [CommandRuns::of(command)];
        let mut progress = Progress::new(Style::None, false, 1);
        assert_eq!(progress.line(0, &results, Duration::ZERO), "run 1: sort a");
        results[0].runs.push(Measurement { wall: 0.5, ..Measurement::default() });
        progress.plan(0, 11);
        assert_eq!(
            progress.line(0, &results, Duration::from_secs(1)),
            "run 2 of 11, 10 s left: sort a, 500.0 ms"
        );
    }
}
