//! The summary of a recording, printed on stderr at its end: words only, no reading and no writing of traces.

use std::path::Path;

use rprof_sample::{ExitStatus, Outcome};
use rprof_trace::{Bytes, Peak, PeakRemarks, Profile, shown};

use crate::{charset, daemon_client, group_report, message};

/// The shortest and the longest curve in text, and the length of one where the width of the terminal is not known.
const SPARKLINE_WIDTHS: std::ops::RangeInclusive<usize> = 10..=500;
const USUAL_SPARKLINE: usize = 60;

/// Processes to name in a message; the rest are counted.
const NAMED_SURVIVORS: usize = 5;

/// Prints the summary, on a terminal with the curve above it. `trace` is `None` if there is no trace.
pub fn print(profile: &Profile, outcome: &Outcome, trace: Option<&Path>) {
    if message::is_terminal() && !profile.total.is_empty() {
        message::print(&rprof_plot::sparkline(
            &profile.total,
            profile.elapsed,
            sparkline_width(),
            charset::glyphs(),
        ));
    }
    message::print(&text(profile, outcome, trace));
}

/// Characters of the curve in a line of the terminal, after `rprof: `.
fn sparkline_width() -> usize {
    let room = message::terminal_width().map(|width| width.saturating_sub("rprof: ".len()));
    room.map_or(USUAL_SPARKLINE, |room| room.clamp(*SPARKLINE_WIDTHS.start(), *SPARKLINE_WIDTHS.end()))
}

fn text(profile: &Profile, outcome: &Outcome, trace: Option<&Path>) -> String {
    let mut lines = vec![match &profile.peak {
        Some(peak) => peak_line(profile, peak),
        None if outcome.denied.is_empty() => "no memory was measured: the process ended too soon".to_owned(),
        None => "no memory was measured".to_owned(),
    }];
    lines.extend(PeakRemarks::of(profile).sentences());
    lines.extend(earlier_peak_line(profile, outcome));
    lines.extend(profile.cgroup.iter().flat_map(group_report::lines));
    lines.push(run_line(profile, outcome));
    let launched = profile.header.as_ref().filter(|header| !header.attached);
    lines.extend(launched.and_then(|header| daemon_client::hint(&header.command)));
    if !outcome.survivors.is_empty() {
        lines.push(survivors_line(outcome));
    }
    lines.extend(outcome.denied.iter().cloned());
    lines.extend(trace.map(|trace| format!("trace: {}", shown(trace))));
    lines.join("\n")
}

/// `peak 528.1 MiB RSS at 0.82 s, at most 530.2 MiB, summed over the process tree; 106.3 MiB with shared pages …`
fn peak_line(profile: &Profile, peak: &Peak) -> String {
    let words = peak.words();
    let metric = profile.metric.name();
    let remarks = PeakRemarks::of(profile);
    let beside = remarks.beside_words();
    let mut line = format!("peak {}{} {metric}{beside} {}", words.at_least, words.value, words.when);
    if let Some(upper) = words.at_most {
        line += &format!(", at most {upper}");
    }
    if profile.process_count > 1 {
        line += ", summed over the process tree";
    }
    line += &remarks.file_words();
    if let Some(once) = upper_once(profile, peak) {
        line += &format!("; at most {once} counting shared pages once");
    }
    if let Some(pss) = profile.pss_peak {
        let words = pss.words();
        line += &format!("; {words} with shared pages divided among all processes that map them (PSS)");
    }
    line
}

/// The bound of the memory with each page counted once, where the bound of the sum is of no use.
fn upper_once(profile: &Profile, peak: &Peak) -> Option<Bytes> {
    let once = profile.end.as_ref()?.upper_once_bytes?;
    (peak.is_loose() && once.0 / 2 <= peak.value.0).then_some(once)
}

/// The high-water mark of an attached process, when it is above all that rprof saw.
fn earlier_peak_line(profile: &Profile, outcome: &Outcome) -> Option<String> {
    let attached = profile.header.as_ref().is_some_and(|header| header.attached);
    let peak = profile.peak.filter(|_| attached)?;
    let hwm = outcome.end.hwm_bytes.filter(|hwm| *hwm > peak.value)?;
    Some(format!("before rprof attached: one process reached {hwm}, the highest since its start"))
}

/// `48.2 s elapsed, 41.0 s user, 3.12 s system; 1 process, 489 ticks (2 late); exit code 0`
fn run_line(profile: &Profile, outcome: &Outcome) -> String {
    let end = &outcome.end;
    let mut line = format!("{} elapsed", profile.elapsed);
    if let (Some(user), Some(system)) = (end.user_s, end.system_s) {
        line += &format!(", {user} user, {system} system");
    }
    let processes = if end.processes == 1 { "process" } else { "processes" };
    let ticks = if end.ticks == 1 { "tick" } else { "ticks" };
    line += &format!("; {} {processes}, {} {ticks}", end.processes, end.ticks);
    if end.overruns > 0 {
        line += &format!(" ({} late)", end.overruns);
    }
    line + "; " + &ending_words(outcome)
}

/// `still running, no longer recorded: 7:make, 8:cc; use --wait-all to record all to the end`
fn survivors_line(outcome: &Outcome) -> String {
    let line = format!("still running, no longer recorded: {}", first_names(&outcome.survivors));
    // The user who detaches wants no recording to the end.
    if is_detached(outcome) { line } else { line + "; use --wait-all to record all to the end" }
}

/// True if the user, or a duration, ended the recording of an attached process.
fn is_detached(outcome: &Outcome) -> bool {
    outcome.end.reason.as_deref() == Some("detached")
}

fn ending_words(outcome: &Outcome) -> String {
    let how = match outcome.exit_status {
        Some(ExitStatus::Exited(code)) => format!("exit code {code}"),
        Some(ExitStatus::Killed(number) | ExitStatus::Stopped(number)) => {
            format!("killed by {}", signal_name(number))
        }
        None if is_detached(outcome) => "detached: the process is still running".to_owned(),
        None => "the process has ended".to_owned(),
    };
    match outcome.limit {
        Some(cause) if !outcome.refused.is_empty() => {
            let ids = first_names(&outcome.refused);
            format!("{} reached, but rprof could not end {ids}; {how}", cause.words())
        }
        Some(cause) => match &outcome.passed {
            Some(passed) => format!("ended by rprof: {}, {passed}; {how}", cause.words()),
            None => format!("ended by rprof: {}; {how}", cause.words()),
        },
        None if outcome.out_of_memory => "killed by the kernel: out of memory (SIGKILL)".to_owned(),
        None => how,
    }
}

fn signal_name(number: i32) -> String {
    rprof_sample::signal_name(number).map_or_else(|| format!("signal {number}"), str::to_owned)
}

/// `1:sh, 2:make, 3:cc, 4:cc, 5:ld and 135 more`
fn first_names(names: &[String]) -> String {
    let named = &names[..names.len().min(NAMED_SURVIVORS)];
    match names.len() - named.len() {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A build in the background left 140 compilers running, all of them in one line of the summary.
    #[test]
    fn five_survivors_are_named_and_the_rest_counted() {
        let names: Vec<String> = (1..=140).map(|pid| format!("{pid}:cc")).collect();
        assert_eq!(first_names(&names), "1:cc, 2:cc, 3:cc, 4:cc, 5:cc and 135 more");
        assert_eq!(first_names(&names[..5]), "1:cc, 2:cc, 3:cc, 4:cc, 5:cc");
        assert_eq!(first_names(&names[..1]), "1:cc");
    }
}
