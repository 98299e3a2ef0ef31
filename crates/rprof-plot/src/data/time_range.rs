//! From when to when a figure reaches, and what cannot be drawn at all.

use std::cmp::Ordering;

use rprof_trace::Seconds;

use crate::error::Error;
use crate::options::{Options, Trace};
use crate::sheet::text::visible;

/// Length of the longest trace in seconds.
pub fn length(traces: &[Trace]) -> f64 {
    let ends = traces.iter().flat_map(|t| [Some(t.profile.elapsed), t.profile.total.last().map(|p| p.time)]);
    ends.flatten().map(|t| t.0).filter(|t| t.is_finite()).fold(0.0, f64::max)
}

/// The bounds of the time axis in seconds.
///
/// # Errors
/// When there is no sample at all, or the window has no width or lies behind the end.
pub fn bounds(options: &Options, traces: &[Trace]) -> Result<(f64, f64), Error> {
    match traces {
        [] => return Err(Error::Empty("no trace was given".to_owned())),
        [one] if one.profile.total.is_empty() => {
            return Err(Error::Empty(format!("`{}` holds no sample", visible(one.label))));
        }
        all if all.iter().all(|t| t.profile.total.is_empty()) => {
            return Err(Error::Empty(format!("none of the {} traces holds a sample", all.len())));
        }
        _ => {}
    }
    let end = length(traces);
    let Some((from, to)) = options.window else { return Ok((0.0, end)) };
    // A time that is no number is not greater than any other.
    let ordered = to.0.partial_cmp(&from.0) == Some(Ordering::Greater);
    if !ordered || !from.0.is_finite() {
        return Err(Error::Window(from, to));
    }
    if to.0 == f64::INFINITY && end <= from.0 {
        return Err(Error::EmptyWindow { from, to: Seconds(end), elapsed: Seconds(end) });
    }
    Ok((from.0, if to.0 == f64::INFINITY { end } else { to.0 }))
}
