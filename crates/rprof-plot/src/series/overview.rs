//! The overview of one trace: the whole tree, what its processes share or have swapped, and the largest of them.

use std::cmp::Reverse;
use std::collections::HashMap;

use rprof_trace::{Arg, Curve, ProcessLife, ProcessProfile, Profile, Seconds};

use super::{Series, SeriesSet, others, peak_detail, plain, shares, whole, with_curves};
use crate::data::process_names::{self, Named};
use crate::data::steps;
use crate::data::time_range::TimeRange;
use crate::options::Options;
use crate::sheet::palette::{self, DARK, Stroke};
use crate::sheet::text::visible;

/// A process with less than this share of the highest value has no curve: it would lie on the time axis.
const SMALL: f64 = 0.02;

/// The curves: all processes, what they share or have swapped, then the largest processes.
pub fn overview(options: &Options, profile: &Profile, range: &TimeRange) -> SeriesSet {
    let mut processes: Vec<_> = with_curves(profile).collect();
    // A stable sort: of two processes with the same peak, the first to appear stays first.
    processes.sort_by_key(|process| Reverse(process.peak));
    let curves: Vec<Curve> =
        processes.iter().map(|process| steps::of_process(&process.curve, profile)).collect();
    let total = stepped_total(profile, &curves);
    let mut series = vec![whole(options, profile, &total, range)];
    series.extend(shares(options, profile, &total, range));
    series.extend(swap(options, profile, range));
    let least = least_drawn(profile);
    let shown = processes.iter().take(options.processes).filter(|part| part.peak.0 as f64 >= least).count();
    let names = names(profile, &processes[..shown]);
    for (i, ((process, curve), name)) in processes.into_iter().zip(&curves).zip(names).enumerate() {
        let mut part = plain(visible(&name), palette::process(i), curve, profile, range);
        part.entry.details = vec![peak_detail(process.peak, options.sizes())];
        series.push(part);
    }
    // A profile keeps the curves of the largest processes only; every process that was measured has a peak.
    let peaks = profile.processes.iter().map(|process| process.peak);
    let others = others(peaks, shown, options.sizes()).filter(|_| options.processes > 0);
    SeriesSet { series, others: others.map(|others| others.words), ..SeriesSet::default() }
}

/// The names of these processes, with an argument where several have the same name.
pub fn names(profile: &Profile, processes: &[&ProcessProfile]) -> Vec<String> {
    let lives: HashMap<&str, &ProcessLife> =
        profile.lives.iter().map(|life| (life.id.as_str(), life)).collect();
    let text = |arg: &Arg| String::from_utf8_lossy(arg.as_bytes()).into_owned();
    let args = |id: &str| lives.get(id).map_or_else(Vec::new, |life| life.args.iter().map(text).collect());
    let named: Vec<Named> =
        processes.iter().map(|process| Named { id: &process.id, args: args(&process.id) }).collect();
    process_names::names(&named)
}

/// The least peak in bytes of a process that is drawn.
fn least_drawn(profile: &Profile) -> f64 {
    // The sum is smaller than its parts where mprof recorded the parent alone.
    let parts = with_curves(profile).map(|process| process.peak);
    let highest = parts.chain(profile.peak.map(|peak| peak.value)).max().unwrap_or_default();
    SMALL * highest.0 as f64
}

/// The curve of the whole tree, with steps where the processes that are drawn begin and end.
pub fn stepped_total(profile: &Profile, processes: &[Curve]) -> Curve {
    let mut events: Vec<Seconds> = processes.iter().flat_map(|curve| steps::events(curve)).collect();
    events.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut total = steps::at_events(&profile.total, &events, profile);
    steps::until_the_end(&mut total, profile);
    total
}

/// The memory in swap; `None` if there was none.
fn swap(options: &Options, profile: &Profile, range: &TimeRange) -> Option<Series> {
    let highest = profile.swap.iter().map(|p| p.value).max()?;
    let mut curve = profile.swap.clone();
    steps::until_the_end(&mut curve, profile);
    let stroke = Stroke { colour: DARK, width: 1.6, dash: "1.5 2" };
    let mut part = plain("swapped out".to_owned(), stroke, &curve, profile, range);
    part.entry.details = vec![peak_detail(highest, options.sizes())];
    Some(part)
}
