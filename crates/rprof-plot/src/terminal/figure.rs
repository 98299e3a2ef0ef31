//! The text figure of traces: a title, and for each trace a chart on common axes, one above the other.

use rprof_trace::{Bytes, Point, Profile, Seconds};

use crate::data::time_range::TimeRange;
use crate::error::Error;
use crate::options::Trace;
use crate::terminal::chart::TextChart;
use crate::terminal::{Glyphs, Ink, TextLine};

/// The least height of one of several charts.
const LEAST_HEIGHT: usize = 8;
/// A limit is drawn if it is at most this many times the highest value.
const NEAR: u64 = 2;

/// The options of a text figure.
#[derive(Debug, Clone, PartialEq)]
pub struct TextOptions {
    /// Width in characters.
    pub width: usize,
    /// Height in lines, the title included; several traces may need more.
    pub height: usize,
    /// The characters.
    pub glyphs: Glyphs,
    /// The title; `None` for the command of a single trace, and for no title above several.
    pub title: Option<String>,
    /// Start and end of the part that is shown; `None` for the whole run.
    pub window: Option<(Seconds, Seconds)>,
    /// The upper end of the memory axis; `None` if it fits the curves.
    pub highest: Option<Bytes>,
}

/// Draws memory over time as lines of text. Several traces have a chart each, with the same axes.
///
/// # Errors
/// [`Error::Window`] for a window without a width, [`Error::Empty`] and [`Error::EmptyWindow`] if there is no sample to
/// show.
pub fn text(options: &TextOptions, traces: &[Trace]) -> Result<Vec<TextLine>, Error> {
    if traces.iter().all(|trace| trace.profile.total.is_empty()) {
        return Err(Error::Empty(match traces {
            [one] => format!("`{}` has no samples", rprof_trace::visible(one.label)),
            all => format!("none of the {} traces has samples", all.len()),
        }));
    }
    let range = TimeRange::new(options.window, traces)?;
    let window =
        (Seconds(range.from), Seconds(if range.to > range.from { range.to } else { range.from + 1.0 }));
    let highest = traces.iter().filter_map(|trace| highest_in(trace.profile, window)).max();
    let Some(highest) = highest else {
        let [from, to, elapsed] = [range.from, range.to, range.end].map(Seconds);
        return Err(Error::EmptyWindow { from, to, elapsed });
    };
    let limit = |profile: &Profile| limit_of(profile).filter(|(limit, _)| limit.0 / NEAR <= highest.0);
    let limits = traces.iter().filter_map(|trace| limit(trace.profile)).map(|(limit, _)| limit);
    let top = options.highest.or_else(|| limits.chain([highest]).max()).unwrap_or(highest);
    let mut lines = Vec::new();
    let command = traces.first().filter(|_| traces.len() == 1).map(|trace| &trace.profile.command);
    let title = options.title.as_ref().or(command).filter(|title| !title.is_empty());
    lines.extend(title.map(|title| vec![(Ink::Title, clipped(title, options))]));
    let room = options.height.saturating_sub(lines.len()) / traces.len();
    let height = if traces.len() > 1 { room.saturating_sub(1).max(LEAST_HEIGHT) } else { room };
    for (number, trace) in traces.iter().enumerate() {
        let profile = trace.profile;
        if traces.len() > 1 {
            lines.push(vec![(Ink::Title, clipped(trace.label, options))]);
        }
        let marks: Vec<Seconds> = profile.marks.iter().map(|mark| mark.time).collect();
        let chart = TextChart {
            width: options.width,
            height,
            glyphs: options.glyphs,
            window,
            curve: &until_the_end(profile),
            gaps: &profile.gaps,
            top,
            highest,
            peak: profile.peak.map(|peak| {
                let words = peak.words();
                let words = format!(
                    "peak {}{} {} {}",
                    words.at_least,
                    words.value,
                    profile.metric.name(),
                    words.when
                );
                (peak.time, words)
            }),
            limit: limit(profile),
            marks: &marks,
            number,
        };
        lines.extend(chart.lines());
    }
    Ok(lines)
}

/// The largest value of a curve in a window.
fn highest_in(profile: &Profile, (from, to): (Seconds, Seconds)) -> Option<Bytes> {
    let curve = &profile.total;
    let inside = curve.iter().filter(|point| (from.0..=to.0).contains(&point.time.0));
    let before = curve.iter().rev().find(|point| point.time.0 < from.0);
    let holds = curve.last().is_some_and(|last| last.time.0 >= from.0);
    let peak = profile.peak.filter(|peak| (from.0..=to.0).contains(&peak.time.0)).map(|peak| peak.value);
    inside.chain(before.filter(|_| holds)).map(|point| point.value).max().max(peak)
}

/// The curve; the last value holds until the end of the run.
fn until_the_end(profile: &Profile) -> Vec<Point> {
    let mut curve = profile.total.clone();
    let end = profile.elapsed;
    if let Some(last) = curve.last().copied().filter(|last| profile.end.is_some() && last.time < end) {
        curve.push(Point { time: end, value: last.value });
    }
    curve
}

/// The lowest limit that the trace has, with its words.
fn limit_of(profile: &Profile) -> Option<(Bytes, String)> {
    let own = profile.header.as_ref().and_then(|header| header.memory_limit_bytes);
    let group = profile.cgroup.as_ref().and_then(|group| group.limit);
    let of_group = group.map(|limit| (limit, format!("limit of the control group {limit}")));
    own.map(|limit| (limit, format!("limit {limit}")))
        .into_iter()
        .chain(of_group)
        .min_by_key(|(limit, _)| *limit)
}

/// A title in one line that is not wider than the figure.
fn clipped(text: &str, options: &TextOptions) -> String {
    let text = rprof_trace::visible(text);
    if text.chars().count() <= options.width {
        return text;
    }
    let more = options.glyphs.signs().more;
    text.chars().take(options.width.saturating_sub(1)).chain([more]).collect()
}

#[cfg(test)]
mod tests {
    use rprof_trace::{Header, Mark, Peak};

    use super::*;
    use crate::terminal::plain_text;

    fn profile(command: &str, mib: u64) -> Profile {
        let at =
            |time: u32| Point { time: Seconds(f64::from(time)), value: Bytes((u64::from(time) * mib) << 20) };
        let total: Vec<Point> = (0..=10).map(at).collect();
        let last = total[10];
        let peak = Peak { value: last.value, time: last.time, within: None, upper: Some(last.value) };
        let (command, elapsed) = (command.to_owned(), last.time);
        Profile { command, elapsed, total, peak: Some(peak), ..Profile::default() }
    }

    fn options() -> TextOptions {
        let glyphs = Glyphs::Ascii;
        TextOptions { width: 60, height: 10, glyphs, title: None, window: None, highest: None }
    }

    fn shown(options: &TextOptions, profiles: &[(&str, &Profile)]) -> String {
        let traces: Vec<Trace<'_>> =
            profiles.iter().map(|(label, profile)| Trace { label, profile }).collect();
        let lines = text(options, &traces).expect("a figure");
        lines.iter().map(|line| plain_text(line) + "\n").collect()
    }

    #[test]
    fn one_trace_fills_the_height_below_its_command() {
        let profile = Profile {
            marks: vec![Mark { time: Seconds(5.0), label: "half".into() }],
            ..profile("./ramp", 30)
        };
        let text = shown(&options(), &[("t.dat", &profile)]);
        assert_eq!(text.lines().count(), 10, "{text}");
        assert!(text.starts_with("./ramp\n"), "{text}");
        assert!(text.contains("peak 300.0 MiB RSS at 10.0 s v") && text.contains("-^-"), "{text}");
    }

    #[test]
    fn several_traces_have_the_same_axes() {
        let (small, large) = (profile("a", 3), profile("b", 30));
        let text = shown(&options(), &[("small", &small), ("large", &large)]);
        assert_eq!(text.matches("200 MiB").count(), 2, "{text}");
        assert!(text.starts_with("small\n") && text.contains("\nlarge\n"), "{text}");
    }

    #[test]
    fn a_limit_that_is_near_is_drawn() {
        let with = |mib: u64| {
            let header = Header { memory_limit_bytes: Some(Bytes(mib << 20)), ..Header::default() };
            let profile = Profile { header: Some(header), ..profile("x", 30) };
            shown(&options(), &[("t", &profile)])
        };
        assert!(with(500).contains("limit 500.0 MiB"));
        assert!(!with(5000).contains("limit"));
    }

    #[test]
    fn a_title_cannot_write_to_the_terminal() {
        let text = shown(&options(), &[("t", &profile("a\u{1b}[31m\u{202e}b", 3))]);
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
    }

    #[test]
    fn a_window_without_samples_is_an_error() {
        let profile = profile("x", 30);
        let trace = [Trace { label: "t", profile: &profile }];
        let window = |from, to| TextOptions { window: Some((Seconds(from), Seconds(to))), ..options() };
        assert!(matches!(text(&window(20.0, 30.0), &trace), Err(Error::EmptyWindow { .. })));
        assert!(matches!(text(&window(3.0, 3.0), &trace), Err(Error::Window(..))));
        assert!(text(&window(3.2, 3.4), &trace).is_ok(), "between two ticks");
        let empty = Profile::default();
        assert!(matches!(text(&options(), &[Trace { label: "t", profile: &empty }]), Err(Error::Empty(_))));
    }
}
