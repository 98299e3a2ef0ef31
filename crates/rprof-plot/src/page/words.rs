//! The words of a page: the summary of a run and how it was measured, each fact with a label.

use rprof_trace::{Bytes, End, Metric, PeakRemarks, Profile, visible};

use crate::page::PageTrace;

/// A fact: its label, its value, and what explains the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The label: `Peak`.
    pub label: &'static str,
    /// The value: `528.1 MiB`.
    pub value: String,
    /// More about it: `RSS at 0.82 s, at most 530.2 MiB`.
    pub note: String,
}

/// The text, or its first characters and `…`.
pub fn clipped(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// The summary of a run.
pub fn summary(profile: &Profile) -> Vec<Fact> {
    let mut facts = vec![peak(profile)];
    facts.extend(profile.pss_peak.map(|pss| Fact {
        label: "Peak of PSS",
        value: sentence_case(pss.words().trim_end_matches(',')),
        note: format!("at {}; each shared page divided among all processes that map it", pss.time_s),
    }));
    facts.extend(control_group(profile));
    facts.push(duration(profile));
    facts.push(processes(profile));
    facts.extend(ending(profile));
    facts
}

fn peak(profile: &Profile) -> Fact {
    let label = "Peak";
    let Some(peak) = &profile.peak else {
        return Fact { label, value: "none".to_owned(), note: "no memory was measured".to_owned() };
    };
    let words = peak.words();
    let remarks = PeakRemarks::of(profile);
    let value = sentence_case(&format!("{}{}{}", words.at_least, words.value, remarks.beside_words()));
    let mut note = format!("{} {}", profile.metric.name(), words.when);
    if let Some(upper) = words.at_most {
        note += &format!(", at most {upper}");
    }
    if profile.process_count > 1 {
        note += ", summed over the process tree";
    }
    note += &remarks.file_words();
    remarks.sentences().iter().for_each(|sentence| note += &format!("; {sentence}"));
    Fact { label, value, note }
}

fn control_group(profile: &Profile) -> Option<Fact> {
    let group = profile.cgroup.as_ref()?;
    let limit = group.limit.map(|limit| format!("limit {limit}"));
    let Some(peak) = group.peak.filter(|_| group.own) else {
        return limit.map(|limit| Fact {
            label: "Control group",
            value: sentence_case(&limit),
            note: "shared with other processes, so its memory is not that of the command".to_owned(),
        });
    };
    let at_least = if group.is_kernel_peak { "" } else { "At least " };
    let mut note = "peak, with page cache, unmapped shared memory and kernel memory".to_owned();
    limit.iter().for_each(|limit| note += &format!("; {limit}"));
    Some(Fact { label: "Control group", value: format!("{at_least}{peak}"), note })
}

fn duration(profile: &Profile) -> Fact {
    let times = profile.end.as_ref().and_then(|end| end.user_s.zip(end.system_s));
    let note = times.map(|(user, system)| format!("{user} user, {system} system")).unwrap_or_default();
    Fact { label: "Duration", value: profile.elapsed.to_string(), note }
}

fn processes(profile: &Profile) -> Fact {
    let plural = |count: u64, one: &str, more: &str| {
        if count == 1 { format!("1 {one}") } else { format!("{count} {more}") }
    };
    let late = profile.end.as_ref().map_or(0, |end| end.overruns);
    let mut note = plural(profile.samples, "tick", "ticks");
    if late > 0 {
        note += &format!(" ({late} late)");
    }
    if let Some(unseen) =
        profile.end.as_ref().and_then(|end| end.unseen_processes).filter(|unseen| *unseen > 0)
    {
        note +=
            &format!("; up to {} lived between two ticks", plural(unseen, "more process", "more processes"));
    }
    Fact { label: "Processes", value: profile.process_count.to_string(), note }
}

fn ending(profile: &Profile) -> Option<Fact> {
    let label = "End";
    let fact = |value: String, note: String| Some(Fact { label, value, note });
    let Some(end) = &profile.end else {
        let is_ours = profile.header.as_ref().is_some_and(rprof_trace::Header::is_of_rprof);
        let note = "rprof was killed or is still running";
        return if is_ours { fact("Not recorded".to_owned(), note.to_owned()) } else { None };
    };
    let reason = end.reason.as_deref().map(visible).unwrap_or_default();
    let value = match (end.exit_code, end.signal) {
        (Some(code), _) => format!("Exit code {code}"),
        (None, Some(signal)) => format!("Killed by {}", signal_name(signal)),
        (None, None) if reason.starts_with("detached") => "Still running".to_owned(),
        (None, None) => "Exited".to_owned(),
    };
    let note = match reason.as_str() {
        "" => String::new(),
        "detached" => "rprof detached".to_owned(),
        reason => format!("cause: {}", clipped(reason, 300)),
    };
    fact(value, note)
}

/// The signals whose numbers are the same on all systems.
fn signal_name(number: i32) -> String {
    let name = match number {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        6 => "SIGABRT",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        15 => "SIGTERM",
        _ => return format!("signal {number}"),
    };
    name.to_owned()
}

/// The page in one sentence: its title, and the peak of each of the first traces.
pub fn sentence(title: &str, traces: &[PageTrace<'_>]) -> String {
    let peaks = traces.iter().take(3).map(|trace| {
        let Fact { value, note, .. } = peak(trace.profile);
        format!("peak {value}, {note}")
    });
    let peaks: Vec<String> = peaks.collect();
    format!("Memory of {title}: {}", peaks.join("; "))
}

/// How a run was measured.
pub fn method(profile: &Profile) -> Vec<Fact> {
    let fact = |label, value: String| Fact { label, value, note: String::new() };
    let mut facts = vec![Fact {
        label: "Metric",
        value: profile.metric.name().to_owned(),
        note: metric(profile.metric).to_owned(),
    }];
    let Some(header) = &profile.header else {
        facts.push(fact("Recorded by", "mprof".to_owned()));
        return facts;
    };
    let is_tree =
        if header.tree { "The process and all its descendants" } else { "The process without its children" };
    facts.push(fact("Measured", is_tree.to_owned()));
    if header.interval_s.0 > 0.0 {
        let exact =
            if header.exact { "; the kernel's maximum of each process was reset at each tick" } else { "" };
        facts.push(fact("Interval", format!("{} between two ticks{exact}", header.interval_s)));
    }
    facts.extend(certainty(profile));
    if header.attached {
        facts.push(fact("Start", "rprof attached to a running process".to_owned()));
    }
    let clear = |text: &str| clipped(&visible(text), 200);
    let named = [
        ("Started", &started(&header.start)),
        ("Host", &header.host),
        ("System", &header.os),
        ("Recorded by", &header.writer),
    ];
    facts.extend(
        named.into_iter().filter(|(_, text)| !text.is_empty()).map(|(label, text)| fact(label, clear(text))),
    );
    facts
}

/// `2026-11-22 20:13:18 +01:00`, of `2026-11-22T20:13:18.146213000+01:00`.
fn started(start: &str) -> String {
    let Some((time, rest)) = start.split_once('.') else { return start.to_owned() };
    let zone = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    format!("{} {zone}", time.replace('T', " "))
}

const fn metric(metric: Metric) -> &'static str {
    match metric {
        Metric::Rss => {
            "resident set size: pages in RAM. In a sum, a page that several processes share counts for each"
        }
        Metric::Pss => "proportional set size: each shared page divided among all processes that map it",
        Metric::Uss => "unique set size: memory that would be free if the process ended",
        Metric::Footprint => "dirty and compressed memory that a macOS task owns",
    }
}

/// The facts about the time between two ticks.
fn certainty(profile: &Profile) -> Option<Fact> {
    let peak = profile.peak?;
    let label = "Between ticks";
    if profile.is_exact() {
        let by = profile.end.as_ref().and_then(|end: &End| end.uncertainty_bytes).filter(|by| *by > Bytes(0));
        let value = by
            .map_or_else(|| "The peak is exact".to_owned(), |by| format!("The peak is exact to within {by}"));
        return Some(Fact {
            label,
            value,
            note: "the kernel reported the maximum of the only process".to_owned(),
        });
    }
    let value = match peak.upper {
        Some(upper) if upper <= peak.value => "The peak is exact".to_owned(),
        Some(upper) => format!("The sum of the tree was at most {upper}"),
        None => "The peak is a lower bound".to_owned(),
    };
    Some(Fact { label, value, note: String::new() })
}

fn sentence_case(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rprof_trace::{Header, Peak, Seconds};

    fn run(exit_code: Option<i32>, signal: Option<i32>, reason: Option<&str>) -> Profile {
        let end = End { exit_code, signal, reason: reason.map(str::to_owned), ..End::default() };
        Profile { header: Some(Header::default()), end: Some(end), ..Profile::default() }
    }

    #[test]
    fn the_end_of_a_run_has_its_cause() {
        let words = |profile: &Profile| ending(profile).map(|fact| (fact.value, fact.note));
        let pair = |value: &str, note: &str| Some((value.to_owned(), note.to_owned()));
        assert_eq!(words(&run(Some(3), None, None)), pair("Exit code 3", ""));
        assert_eq!(
            words(&run(None, Some(9), Some("memory limit"))),
            pair("Killed by SIGKILL", "cause: memory limit")
        );
        assert_eq!(words(&run(None, Some(64), None)), pair("Killed by signal 64", ""));
        assert_eq!(words(&run(None, None, Some("detached"))), pair("Still running", "rprof detached"));
        let killed = Profile { end: None, ..run(None, None, None) };
        assert_eq!(words(&killed), pair("Not recorded", "rprof was killed or is still running"));
        assert_eq!(words(&Profile::default()), None, "a trace of mprof has no end");
    }

    #[test]
    fn a_peak_has_its_bounds() {
        let upper = Some(Bytes(1200 << 20));
        let peak = Some(Peak { value: Bytes(1 << 30), time: Seconds(2.0), within: None, upper });
        let profile = Profile { peak, process_count: 3, ..Profile::default() };
        let fact = super::peak(&profile);
        assert_eq!(fact.value, "1.00 GiB");
        assert_eq!(fact.note, "RSS at 2.00 s, at most 1.17 GiB, summed over the process tree");
        let upper = None;
        let peak = Some(Peak { value: Bytes(1 << 30), time: Seconds(2.0), within: None, upper });
        assert_eq!(super::peak(&Profile { peak, ..profile }).value, "At least 1.00 GiB");
    }

    #[test]
    fn a_start_is_a_time_to_the_second() {
        assert_eq!(started("2026-11-22T20:13:18.146213000+01:00"), "2026-11-22 20:13:18 +01:00");
        assert_eq!([started(""), started("x")], ["", "x"]);
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!((clipped("größe", 3), clipped("größe", 5)), ("grö…".to_owned(), "größe".to_owned()));
    }
}
