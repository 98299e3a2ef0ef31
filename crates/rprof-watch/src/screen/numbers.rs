//! The first lines of the screen: the command and the state of the source, then the numbers of the run.

use rprof_findings::growth::Growth;
use rprof_trace::{Bytes, End, Part, Seconds};

use super::paint::{Line, clipped, length, spread};
use super::theme::Role;
use super::{Scene, Status, WIDE};

/// The separator of two numbers.
const BETWEEN: &str = "  ";

impl Scene<'_> {
    /// The command at the left, the state of the source at the right.
    pub fn title(&self, width: usize) -> Line {
        let command = if self.run.command().is_empty() { self.context.trace } else { self.run.command() };
        let left = vec![(Role::Title, format!(" rprof  {command}"))];
        spread(left, vec![(Role::Title, format!(" {} ", self.status_words()))], width)
    }

    fn status_words(&self) -> String {
        let now = clock(self.run.now());
        match self.context.status {
            _ if self.view.is_paused => format!("paused at {now}"),
            Status::Waiting => "waiting for the first record".to_owned(),
            Status::Reading(share) => format!("reading {:.0} %", share.clamp(0.0, 1.0) * 100.0),
            Status::Live => format!("recording {now}"),
            Status::Silent(time) => format!("no record for {}", clock(time)),
            Status::Replay(speed) if speed.is_infinite() => format!("replay {now}"),
            Status::Replay(speed) => format!("replay {speed}x {now}"),
            Status::Ended => {
                self.run.end().map_or_else(|| format!("end of the trace {now}"), |end| ending(end, &now))
            }
        }
    }

    /// The numbers of the run in at most `rows` lines.
    pub fn numbers(&self, width: usize, rows: usize) -> Vec<Line> {
        let mut lines: Vec<Line> = vec![Line::new()];
        let (numbers, kinds) = self.pieces();
        // On a wide screen the kinds of memory have the second row.
        let second = if width >= usize::from(WIDE) { numbers.len() } else { usize::MAX };
        for (at, piece) in numbers.into_iter().chain(kinds).enumerate() {
            let is_full = lines
                .last()
                .is_some_and(|line| !line.is_empty() && length(line) + length(&piece) + 2 > width);
            if is_full || at == second && lines.len() < rows {
                if lines.len() == rows {
                    continue;
                }
                lines.push(Line::new());
            }
            if let Some(line) = lines.last_mut() {
                line.push((Role::Plain, if line.is_empty() { " ".to_owned() } else { BETWEEN.to_owned() }));
                line.extend(clipped(piece, width.saturating_sub(1)));
            }
        }
        // As many lines as there may be, so that the curve does not move when a number gets longer.
        lines.resize(rows, Line::new());
        lines
    }

    /// The numbers, the most important first; and the kinds of memory.
    fn pieces(&self) -> (Vec<Line>, Vec<Line>) {
        let run = self.run;
        if run.is_empty() {
            return (vec![vec![(Role::Dim, "no memory was measured yet".to_owned())]], Vec::new());
        }
        let value = (Role::Strong, format!("{} {}", run.value(), run.metric().name()));
        let mut pieces = vec![vec![value]];
        if let Some(peak) = run.peak() {
            let words = peak.words();
            // Before the end nothing is known of the bounds.
            let at_least = if run.end().is_some() { words.at_least } else { "" };
            pieces.push(vec![(Role::Warm, format!("peak {at_least}{} {}", words.value, words.when))]);
        }
        let growth = self.growth();
        pieces.push(growth_words(growth.as_ref()));
        pieces.extend(self.limit_words(growth.as_ref()));
        let count = run.process_count().map(|count| plural(u64::from(count), "process", "processes"));
        pieces.extend(count.map(|count| vec![(Role::Plain, count)]));
        pieces.push(vec![(Role::Plain, plural(run.ticks(), "tick", "ticks"))]);
        let memory = run.memory();
        let parts = [Part::Anon, Part::File, Part::Shmem, Part::Swap];
        let parts = parts.into_iter().filter_map(|part| Some((part.name(), memory.get(part)?)));
        let parts = parts.filter(|(_, size)| size.0 > 0).chain(run.pss().map(|pss| ("PSS", pss)));
        let kinds = parts.map(|(name, size)| vec![(Role::Dim, format!("{name} {size}"))]);
        (pieces, kinds.collect())
    }

    /// The growth in the window that the curve shows.
    fn growth(&self) -> Option<Growth> {
        self.run.history().growth(self.view.window(self.run.now()))
    }

    fn limit_words(&self, growth: Option<&Growth>) -> Option<Line> {
        let limit = self.run.limit(self.context.limit)?;
        let left = limit.bytes.0.saturating_sub(limit.used.0);
        if left == 0 {
            return Some(vec![(Role::Alarm, format!("{} {} passed", limit.of, limit.bytes))]);
        }
        let time = growth.and_then(|growth| limit.time_left(growth)).filter(|_| self.run.end().is_none());
        Some(match time {
            Some(time) => {
                let role = if time.0 < 60.0 { Role::Alarm } else { Role::Warm };
                vec![(role, format!("{} {} in {} at this rate", limit.of, limit.bytes, about(time)))]
            }
            None => vec![(Role::Plain, format!("{} {}, {} left", limit.of, limit.bytes, Bytes(left)))],
        })
    }

    /// The last line: a message, or the keys.
    pub fn footer(&self, width: usize) -> Line {
        if let Some(message) = self.context.message {
            return clipped(vec![(Role::Strong, format!(" {message}"))], width);
        }
        let hints: &[&str] = if self.view.is_typing {
            &["Enter keep the filter", "Esc clear it"]
        } else if matches!(self.context.status, Status::Replay(_)) {
            &["q quit", "? help", "Space pause", "< > speed", "r again", "+ - zoom", "Tab list", "/ filter"]
        } else {
            &[
                "q quit",
                "? help",
                "Tab list",
                "+ - zoom",
                "arrows scroll",
                "Space pause",
                "/ filter",
                "f curve",
            ]
        };
        let mut line = Line::new();
        for hint in hints {
            let (key, words) = hint.split_once(' ').unwrap_or((hint, ""));
            if length(&line) + hint.chars().count() + 2 > width {
                break;
            }
            line.push((Role::Strong, format!(" {key}")));
            line.push((Role::Dim, format!(" {words} ")));
        }
        line
    }
}

/// `growth +1.2 MiB/s`, with `uncertain` if its 95 % interval contains 0.
fn growth_words(growth: Option<&Growth>) -> Line {
    let Some(growth) = growth else { return vec![(Role::Dim, "growth not known yet".to_owned())] };
    let is_uncertain = growth.low <= 0.0 && growth.high >= 0.0;
    let role = match growth.low > 0.0 {
        _ if is_uncertain => Role::Dim,
        true => Role::Warm,
        false => Role::Good,
    };
    let (seconds, unit) = unit_of(growth.bytes_per_second);
    let size = |rate: f64| Bytes((rate.abs() * seconds) as u64);
    let sign = if growth.bytes_per_second < 0.0 { '-' } else { '+' };
    let certainty = if is_uncertain { ", uncertain" } else { "" };
    vec![(role, format!("growth {sign}{}/{unit}{certainty}", size(growth.bytes_per_second)))]
}

/// The unit of time in which a rate has readable numbers.
fn unit_of(rate: f64) -> (f64, &'static str) {
    const LEAST: f64 = 100_000.0;
    match rate.abs() {
        rate if rate >= LEAST => (1.0, "s"),
        rate if rate * 60.0 >= LEAST => (60.0, "min"),
        _ => (3600.0, "h"),
    }
}

/// A time that is no more exact than a forecast is: `40 s`, `3 min`, `2 h`, `5 d`.
fn about(time: Seconds) -> String {
    match time.0 {
        s if s < 1.0 => "1 s".to_owned(),
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 5400.0 => format!("{:.0} min", s / 60.0),
        s if s < 172_800.0 => format!("{:.0} h", s / 3600.0),
        s if s < 8_640_000.0 => format!("{:.0} d", s / 86400.0),
        _ => "over 100 d".to_owned(),
    }
}

/// `0:07`, `12:03`, `1:02:03`.
pub fn clock(time: Seconds) -> String {
    let whole = time.0.clamp(0.0, 1e9) as u64;
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

fn ending(end: &End, now: &str) -> String {
    let how = match (&end.reason, end.exit_code, end.signal) {
        (Some(reason), ..) => reason.clone(),
        (None, _, Some(signal)) => format!("killed by signal {signal}"),
        (None, Some(code), None) => format!("exit code {code}"),
        (None, None, None) => "ended".to_owned(),
    };
    format!("{how}, {now}")
}

fn plural(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_and_times_have_readable_units() {
        let growth = |rate| {
            let found = Growth {
                bytes_per_second: rate,
                low: rate * 0.9,
                high: rate * 1.1,
                from: Seconds(0.0),
                blocks: 20,
            };
            let (low, high) = if rate < 0.0 { (found.high, found.low) } else { (found.low, found.high) };
            growth_words(Some(&Growth { low, high, ..found }))[0].1.clone()
        };
        assert_eq!(growth(2_097_152.0), "growth +2.0 MiB/s");
        assert_eq!(growth(17_000.0), "growth +996.1 KiB/min");
        assert_eq!(growth(-100.0), "growth -351.6 KiB/h");
        assert_eq!(
            [0.2, 40.0, 200.0, 9000.0, 1e6, 1e9].map(|s| about(Seconds(s))),
            ["1 s", "40 s", "3 min", "2 h", "12 d", "over 100 d"]
        );
        assert_eq!([7.0, 723.0, 3723.0].map(|s| clock(Seconds(s))), ["0:07", "12:03", "1:02:03"]);
    }
}
