//! Views of one or two curves: the whole with the bound between ticks, beside its PSS, beside its address space, or alone.

use rprof_trace::{Bytes, Curve, Point, Profile, Seconds, Tick};

use super::{Series, SeriesSet, peak_detail, pieces, plain, shares, view_error, whole};
use crate::data::stack::Values;
use crate::data::steps;
use crate::data::time_range::TimeRange;
use crate::error::Error;
use crate::options::{Options, View};
use crate::sheet::palette::{BOUND_TINT, ORANGE, PSS_TINT, Stroke, VERMILLION};

/// A bound nearer to the curve than this share of the highest value is not drawn.
const CLOSE: f64 = 0.01;

/// The whole tree alone.
pub fn whole_only(options: &Options, profile: &Profile, range: &TimeRange) -> SeriesSet {
    SeriesSet { series: vec![whole_of(options, profile, range)], ..SeriesSet::default() }
}

/// The whole tree below the bound of what lay between ticks.
pub fn line(options: &Options, profile: &Profile, range: &TimeRange) -> SeriesSet {
    let whole = whole_of(options, profile, range);
    let above = bound_above(profile);
    let highest = profile.total.iter().map(|point| point.value.0).max().unwrap_or_default();
    let is_drawn = above.0 as f64 >= CLOSE * highest as f64 && !profile.upper.is_empty();
    let unknown = unknown_bounds(profile).map(|ticks| format!("no bound is known before {ticks}"));
    let remark = if profile.upper.is_empty() {
        Some("what lay between ticks has no known bound".to_owned())
    } else if is_drawn {
        unknown
    } else {
        let but = unknown.map_or_else(String::new, |unknown| format!(", but {unknown}"));
        let above = options.sizes().text(above);
        Some(format!("between ticks at most {above} above the curve{but}"))
    };
    let bound = is_drawn.then(|| bound(options, profile, range));
    SeriesSet { series: bound.into_iter().chain([whole]).collect(), remark, ..SeriesSet::default() }
}

/// RSS beside PSS.
pub fn pss(options: &Options, profile: &Profile, range: &TimeRange) -> Result<SeriesSet, Error> {
    let whole = whole_of(options, profile, range);
    let Some(mut shares) = shares(options, profile, &profile.total, range) else {
        let reason = "this trace has no PSS beside its curve".to_owned();
        let remedy =
            "record it on Linux with the metric rss; rprof reads the PSS of trees of several processes";
        return Err(view_error(View::Pss, reason, remedy));
    };
    shares.fill = Some(PSS_TINT);
    Ok(SeriesSet { series: vec![whole, shares], ..SeriesSet::default() })
}

/// The address space beside the memory in use.
pub fn requested(options: &Options, profile: &Profile, range: &TimeRange) -> Result<SeriesSet, Error> {
    let Some(highest) = profile.requested.iter().map(|point| point.value).max() else {
        let reason = "this trace has no sizes of address spaces".to_owned();
        return Err(view_error(View::Requested, reason, "record it again with rprof"));
    };
    let mut whole = whole_of(options, profile, range);
    whole.entry.name = format!("used ({})", profile.metric.name());
    let mut curve = profile.requested.clone();
    steps::until_the_end(&mut curve, profile);
    let stroke = Stroke { colour: ORANGE, width: 1.6, dash: "6 2.5" };
    let mut requested = plain("requested (address space)".to_owned(), stroke, &curve, profile, range);
    requested.entry.details = vec![peak_detail(highest, options.sizes())];
    Ok(SeriesSet { series: vec![whole, requested], is_mixed: true, ..SeriesSet::default() })
}

/// The whole tree, above spans that the panel shows.
pub fn spans(options: &Options, profile: &Profile, range: &TimeRange) -> Result<SeriesSet, Error> {
    if profile.spans.is_empty() {
        let reason = "this trace has no spans".to_owned();
        let remedy = "write spans as docs/marks.md shows, or record a Python script with @profile functions";
        return Err(view_error(View::Spans, reason, remedy));
    }
    Ok(whole_only(options, profile, range))
}

fn whole_of(options: &Options, profile: &Profile, range: &TimeRange) -> Series {
    let mut total = profile.total.clone();
    steps::until_the_end(&mut total, profile);
    whole(options, profile, &total, range)
}

/// The bounds of what lay between ticks, each with the tick before it.
fn bounds(profile: &Profile) -> impl Iterator<Item = (Option<&Tick>, Point)> {
    let mut ticks = profile.ticks.iter().peekable();
    let mut before = None;
    profile.upper.iter().map(move |bound| {
        while let Some(tick) = ticks.next_if(|tick| tick.time < bound.time) {
            before = Some(tick);
        }
        (before, *bound)
    })
}

/// The most by which a bound lies above both ticks around its time.
fn bound_above(profile: &Profile) -> Bytes {
    let mut total = Values::new(&profile.total);
    let above = bounds(profile).map(|(before, bound)| {
        let before = before.map_or(0.0, |tick| tick.value.0 as f64);
        bound.value.0 as f64 - total.around(bound.time.0).1.max(before)
    });
    Bytes(above.fold(0.0, f64::max) as u64)
}

/// The ticks before which no bound is known, in words; `None` if all are known.
fn unknown_bounds(profile: &Profile) -> Option<String> {
    let (all, kept) = (profile.samples, profile.ticks.len());
    let missing = kept.saturating_sub(profile.upper.len());
    // Of a long trace not all ticks are kept.
    let words =
        if kept as u64 == all { format!("{missing} of {all} ticks") } else { "some of the ticks".to_owned() };
    (missing > 0).then_some(words)
}

/// The bound as steps: each value is that of the time since the tick before. It is broken where it is not known.
fn bound(options: &Options, profile: &Profile, range: &TimeRange) -> Series {
    let mut known: Vec<Curve> = Vec::new();
    for (before, bound) in bounds(profile) {
        let from = before.map_or(Seconds(0.0), |tick| tick.time);
        let is_next = known.last().and_then(|curve| curve.last()).is_some_and(|last| last.time >= from);
        if !is_next {
            known.push(Curve::new());
        }
        let is_after_gap = profile.gaps.iter().any(|gap| gap.1 > from && gap.1 <= bound.time);
        if let Some(curve) = known.last_mut() {
            curve.extend((!is_after_gap).then_some(Point { time: from, ..bound }));
            curve.push(bound);
        }
    }
    let highest = profile.upper.iter().map(|point| point.value).max().unwrap_or_default();
    let stroke = Stroke::solid(VERMILLION, 0.7);
    let mut bound = plain("bound between ticks".to_owned(), stroke, &[], profile, range);
    bound.pieces = known.iter().flat_map(|curve| pieces(curve, profile, range)).collect();
    bound.entry.details = vec![format!("at most {}", options.sizes().text(highest))];
    bound.fill = Some(BOUND_TINT);
    bound
}
