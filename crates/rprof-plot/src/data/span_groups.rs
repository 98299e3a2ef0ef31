//! Spans grouped by name: how often each name was entered inside the time range, how long it took, what it cost.

use std::collections::HashMap;

use rprof_trace::{Seconds, Span, SpanTotal, short_names};

use crate::data::span_ranks::rank;
use crate::data::time_range::TimeRange;

/// All spans of one name inside the time range.
#[derive(Debug, Clone, PartialEq)]
pub struct SpanGroup {
    /// The shortest dotted suffix of the name that no other name ends in.
    pub name: String,
    /// The rank of the name by its time in the whole run.
    pub rank: usize,
    /// Their sum. A span that reaches out of the range counts in full.
    pub total: SpanTotal,
    /// Start and end of each in seconds, in order of the trace. A span that never ended lasts as long as the run.
    pub spans: Vec<(f64, f64)>,
}

/// Groups the spans, in order of the first start in each group.
pub fn gather(spans: &[Span], range: &TimeRange) -> Vec<SpanGroup> {
    let short = short_names(spans.iter().map(|span| span.name.as_str()));
    let ranks = rank(spans, range.end);
    let mut place: HashMap<&str, usize> = HashMap::new();
    let mut groups: Vec<SpanGroup> = Vec::new();
    for span in spans {
        let Some((enter, leave)) = range.of_span(span) else { continue };
        let at = *place.entry(&span.name).or_insert_with(|| {
            let name = short.get(span.name.as_str()).copied().unwrap_or(&span.name).to_owned();
            let rank = ranks.get(span.name.as_str()).copied().unwrap_or(0);
            groups.push(SpanGroup { name, rank, total: SpanTotal::default(), spans: Vec::new() });
            groups.len() - 1
        });
        groups[at].total.add(span, Seconds(leave - enter));
        groups[at].spans.push((enter, leave));
    }
    let first = |group: &SpanGroup| group.spans.iter().map(|span| span.0).fold(f64::INFINITY, f64::min);
    groups.sort_by(|a, b| first(a).total_cmp(&first(b)));
    groups
}
