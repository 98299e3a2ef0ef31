//! What `rprof run` says at the end, on stderr. Words only; a stderr that is closed or broken is no fault.

use std::io::{IsTerminal, Write};
use std::path::Path;

use rprof_sample::{ExitStatus, Outcome};
use rprof_trace::{Peak, Profile};

use crate::sparkline::sparkline;

/// Says a line on stderr, as far as it can be said.
pub fn say(line: &str) {
    let mut text = String::with_capacity(line.len() + 8);
    for part in line.lines() {
        text.push_str("rprof: ");
        text.push_str(part);
        text.push('\n');
    }
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// The summary of a run.
pub fn print(profile: &Profile, outcome: &Outcome, trace: &Path) {
    if std::io::stderr().is_terminal() && !profile.total.is_empty() {
        say(&sparkline(&profile.total, profile.elapsed, 60));
    }
    say(&text(profile, outcome, trace));
}

fn text(profile: &Profile, outcome: &Outcome, trace: &Path) -> String {
    let end = &outcome.end;
    let mut lines = Vec::new();
    lines.push(match &profile.peak {
        Some(peak) => peak_line(profile, peak),
        None if outcome.denied.is_empty() => "no memory could be measured: it ended too soon".to_owned(),
        None => "no memory could be measured".to_owned(),
    });
    let before = end.hwm_bytes.filter(|hwm| profile.peak.is_some_and(|peak| *hwm > peak.value));
    if let Some(hwm) = before.filter(|_| profile.header.as_ref().is_some_and(|h| h.attached)) {
        lines.push(format!("before rprof came: {hwm}, the highest since its start of one process"));
    }
    let mut second = format!("{} elapsed", profile.elapsed);
    if let (Some(user), Some(system)) = (end.user_s, end.system_s) {
        second += &format!(", {user} user, {system} system");
    }
    second += &format!("; {}, {}", count(end.processes, "process"), count(end.ticks, "sample"));
    if end.overruns > 0 {
        second += &format!(" ({} late)", end.overruns);
    }
    second += &format!("; {}", ending_words(outcome));
    lines.push(second);
    if !outcome.survivors.is_empty() {
        let names = outcome.survivors.join(", ");
        lines.push(format!(
            "still running, not measured any more: {names} (--wait-all watches them to the end)"
        ));
    }
    lines.extend(outcome.denied.iter().cloned());
    lines.push(format!("trace: {}", trace.display()));
    lines.join("\n")
}

/// `peak 528.1 MiB RSS at 0.82 s, at most 530.2 MiB, summed over 5 processes; 106.3 MiB counting shared pages once (PSS)`
fn peak_line(profile: &Profile, peak: &Peak) -> String {
    let when = match peak.within {
        Some((from, to)) => format!("between {from} and {to}"),
        None => format!("at {}", peak.time),
    };
    let least = if peak.is_loose() { "at least " } else { "" };
    let mut line = format!("peak {least}{} {} {when}", peak.value, profile.metric.name());
    let upper = peak.upper.filter(|upper| !peak.is_loose() && upper.to_string() != peak.value.to_string());
    if let Some(upper) = upper {
        line += &format!(", at most {upper}");
    }
    if profile.process_count > 1 {
        line += ", summed over the process tree";
    }
    if let Some(pss) = profile.pss.iter().map(|point| point.value).max() {
        line += &format!("; {pss} counting shared pages once (PSS)");
    }
    line
}

fn count(n: u64, noun: &str) -> String {
    match (n, noun) {
        (1, _) => format!("1 {noun}"),
        (_, "process") => format!("{n} processes"),
        _ => format!("{n} {noun}s"),
    }
}

fn ending_words(outcome: &Outcome) -> String {
    let how = match outcome.exit_status {
        Some(ExitStatus::Exited(code)) => format!("exit code {code}"),
        Some(ExitStatus::Killed(number) | ExitStatus::Stopped(number)) => {
            format!("killed by {}", signal_name(number))
        }
        None => match outcome.end.reason.as_deref() {
            Some("detached") => "detached; the process goes on".to_owned(),
            _ => "the process has ended".to_owned(),
        },
    };
    match outcome.limit {
        Some(cause) => format!("ended by rprof: {}; {how}", cause.words()),
        None if outcome.out_of_memory => "killed by the kernel for want of memory (SIGKILL)".to_owned(),
        None => how,
    }
}

fn signal_name(number: i32) -> String {
    rprof_sample::signal_name(number).map_or_else(|| format!("signal {number}"), str::to_owned)
}
