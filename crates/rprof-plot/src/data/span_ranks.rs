//! Span names ranked by their time in the whole run. A name keeps its rank, and so its colour, in every view and window.

use std::collections::HashMap;

use rprof_trace::Span;

/// The rank of each name in full: 0 for the one with the longest total time, of equal ones the first in the trace.
///
/// A span that never ended lasts until `end`, in seconds.
pub fn rank(spans: &[Span], end: f64) -> HashMap<&str, usize> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut times: Vec<(&str, f64)> = Vec::new();
    for span in spans {
        let at = *places.entry(&span.name).or_insert_with(|| {
            times.push((&span.name, 0.0));
            times.len() - 1
        });
        let leave = span.leave.map_or(end, |(time, _)| time.0);
        times[at].1 += (leave - span.enter.0.0).max(0.0);
    }
    times.sort_by(|a, b| b.1.total_cmp(&a.1));
    times.into_iter().enumerate().map(|(rank, (name, _))| (name, rank)).collect()
}

#[cfg(test)]
mod tests {
    use rprof_trace::{Bytes, Seconds};

    use super::*;

    #[test]
    fn names_are_ranked_by_their_total_time() {
        let span = |name: &str, enter, leave: Option<f64>| Span {
            name: name.into(),
            enter: (Seconds(enter), Bytes(0)),
            leave: leave.map(|time| (Seconds(time), Bytes(0))),
            ..Span::default()
        };
        let spans = [
            span("short", 0.0, Some(1.0)),
            span("twice", 0.0, Some(2.0)),
            span("open", 7.0, None),
            span("twice", 3.0, Some(5.0)),
            span("as short", 4.0, Some(5.0)),
        ];
        let ranks = rank(&spans, 10.0);
        assert_eq!(["twice", "open", "short", "as short"].map(|name| ranks[name]), [0, 1, 2, 3]);
    }
}
