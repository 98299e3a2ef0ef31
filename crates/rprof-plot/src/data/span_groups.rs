//! Spans gathered by name, each under its short name, with its calls in view.

use std::collections::HashMap;

use rprof_trace::{Bytes, Seconds, Span, SpanTotal, short_names};

use crate::sheet::text::visible;

/// All calls of one function, or spans of one name.
#[derive(Debug, Clone, PartialEq)]
pub struct SpanGroup {
    /// The shortest dotted suffix that no other function ends in.
    pub name: String,
    /// Their sum, of those in view.
    pub sum: SpanTotal,
    /// The calls, in order of the trace: from, to; up to the end of the run for one that never ended.
    pub spans: Vec<(f64, f64)>,
}

/// What the columns of [`SpanGroup::cells`] are.
pub const HEADINGS: [&str; 4] = ["calls", "time", "gained", "peak inside"];

impl SpanGroup {
    /// Calls, total time, memory gained, peak inside; empty for what was not measured.
    pub fn cells(&self) -> [String; 4] {
        let SpanTotal { calls, time, peak, growth, open, .. } = &self.sum;
        let calls = match open {
            0 => calls.to_string(),
            open if open == calls => format!("{open} open"),
            open => format!("{calls}, {open} open"),
        };
        let peak = peak.map(|peak| peak.to_string()).unwrap_or_default();
        [calls, Seconds(time.0).to_string(), growth.map(signed).unwrap_or_default(), peak]
    }
}

/// `+40.0 MiB`.
fn signed(growth: i64) -> String {
    let sign = match growth {
        0 => "",
        1.. => "+",
        _ => "−",
    };
    format!("{sign}{}", Bytes(growth.unsigned_abs()))
}

/// The groups with a call between two times, in order of their first call.
pub fn gather(spans: &[Span], from: f64, to: f64, end: f64) -> Vec<SpanGroup> {
    let short = short_names(spans.iter().map(|s| s.name.as_str()));
    let mut place: HashMap<&str, usize> = HashMap::new();
    let mut groups: Vec<SpanGroup> = Vec::new();
    for span in spans {
        let (enter, leave) = (span.enter.0.0, span.leave.map_or(end.max(span.enter.0.0), |leave| leave.0.0));
        if leave < from || enter > to {
            continue;
        }
        let at = *place.entry(&span.name).or_insert_with(|| {
            let name = visible(short.get(span.name.as_str()).copied().unwrap_or(&span.name));
            groups.push(SpanGroup { name, sum: SpanTotal::default(), spans: Vec::new() });
            groups.len() - 1
        });
        groups[at].sum.add(span, Seconds(leave - enter));
        groups[at].spans.push((enter, leave));
    }
    let first = |f: &SpanGroup| f.spans.iter().map(|s| s.0).fold(f64::INFINITY, f64::min);
    groups.sort_by(|a, b| first(a).total_cmp(&first(b)));
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(name: &str, enter: f64, leave: Option<f64>) -> Span {
        let at = |t| (Seconds(t), Bytes(0));
        Span { name: name.into(), enter: at(enter), leave: leave.map(at), ..Span::default() }
    }

    #[test]
    fn calls_are_summed_by_name_in_order_of_the_first() {
        let measured = |peak, growth, span| Span { peak: Some(Bytes(peak)), growth: Some(growth), ..span };
        let spans = [
            span("m.late", 5.0, Some(6.0)),
            measured(3 << 20, 5 << 19, span("m.early", 1.0, Some(2.0))),
            measured(2 << 20, -(1 << 20), span("m.early", 3.0, Some(3.5))),
            span("m.never", 8.0, None),
            span("m.outside", 20.0, Some(21.0)),
        ];
        let groups = gather(&spans, 0.0, 10.0, 10.0);
        let shown: Vec<String> =
            groups.iter().map(|f| format!("{}: {}", f.name, f.cells().join(" | "))).collect();
        assert_eq!(
            shown,
            [
                "early: 2 | 1.50 s | +1.5 MiB | 3.0 MiB",
                "late: 1 | 1.00 s |  | ",
                "never: 1 open | 2.00 s |  | "
            ]
        );
        assert_eq!(groups[2].spans, [(8.0, 10.0)]);
        assert_eq!(signed(-(3 << 20)), "−3.0 MiB");
    }
}
