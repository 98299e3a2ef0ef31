//! The totals of a run's spans by name: calls, time, peak and growth.

use std::collections::HashMap;

use crate::profile::{Profile, Span};
use crate::units::{Bytes, Seconds};

/// All spans of one name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SpanTotal {
    /// The full name.
    pub name: String,
    /// Number of spans with this name.
    pub calls: u64,
    /// Sum of their lengths. A nested span counts in full, and an open one up to the end of the run.
    pub time: Seconds,
    /// Lower bound of the peak inside any of them; `None` if it was not measured.
    pub peak: Option<Bytes>,
    /// Upper bound of that peak; `None` if that of any of them is unknown.
    pub peak_upper: Option<Bytes>,
    /// Sum of their growth in bytes; `None` if it was not measured.
    pub growth: Option<i64>,
    /// Number of spans that never ended.
    pub open: u64,
}

impl SpanTotal {
    /// Adds one span of this length.
    pub fn add(&mut self, span: &Span, time: Seconds) {
        let upper = self.peak_upper.zip(span.peak_upper).map(|(a, b)| a.max(b));
        self.peak_upper = if self.calls == 0 { span.peak_upper } else { upper };
        self.calls += 1;
        self.time.0 += time.0;
        self.peak = self.peak.max(span.peak);
        self.growth = match (self.growth, span.growth) {
            (Some(sum), Some(growth)) => Some(sum.saturating_add(growth)),
            (one, other) => one.or(other),
        };
        self.open += u64::from(span.is_open());
    }
}

/// The totals of a run's spans by name, in the order in which the names first begin.
pub fn span_totals(profile: &Profile) -> Vec<SpanTotal> {
    let mut spans: Vec<&Span> = profile.spans.iter().collect();
    spans.sort_by(|a, b| a.enter.0.0.total_cmp(&b.enter.0.0));
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut totals: Vec<SpanTotal> = Vec::new();
    for span in spans {
        let at = *places.entry(&span.name).or_insert_with(|| {
            totals.push(SpanTotal { name: span.name.clone(), ..SpanTotal::default() });
            totals.len() - 1
        });
        let leave = span.leave.map_or(profile.elapsed, |leave| leave.0);
        totals[at].add(span, Seconds((leave.0 - span.enter.0.0).max(0.0)));
    }
    totals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_summed_by_name_in_order_of_the_first_begin() {
        let span = |name: &str, enter: f64, leave: Option<f64>, peak: u64, growth: i64| Span {
            name: name.into(),
            enter: (Seconds(enter), Bytes(0)),
            leave: leave.map(|time| (Seconds(time), Bytes(0))),
            peak: Some(Bytes(peak)),
            peak_upper: (peak != 8).then_some(Bytes(2 * peak)),
            growth: Some(growth),
            ..Span::default()
        };
        let spans = vec![
            span("late", 5.0, Some(6.0), 7, 1),
            span("early", 1.0, Some(2.0), 9, 5),
            span("early", 3.0, None, 8, -7),
            Span { enter: (Seconds(9.0), Bytes(0)), name: "later".into(), ..Span::default() },
        ];
        let totals = span_totals(&Profile { spans, elapsed: Seconds(10.0), ..Profile::default() });
        let shown: Vec<_> =
            totals.iter().map(|t| (t.name.as_str(), t.calls, t.time.0, t.peak, t.growth, t.open)).collect();
        assert_eq!(
            shown,
            [
                ("early", 2, 8.0, Some(Bytes(9)), Some(-2), 1),
                ("late", 1, 1.0, Some(Bytes(7)), Some(1), 0),
                ("later", 1, 1.0, None, None, 1)
            ]
        );
        // The bound of one of the early spans is unknown.
        let uppers: Vec<_> = totals.iter().map(|total| total.peak_upper).collect();
        assert_eq!(uppers, [None, Some(Bytes(14)), None]);
    }
}
