//! The list of spans: those that are open now, then the totals of each name.

use rprof_trace::{Bytes, Seconds};

use super::Scene;
use super::paint::{Line, clipped};
use super::process_pane::Lines;
use super::theme::Role;

/// Width of a column.
const COLUMN: usize = 12;

impl Scene<'_> {
    /// The lines of the list.
    pub fn span_lines(&self, width: usize) -> Lines {
        let spans = self.run.spans();
        let (now, value) = (self.run.now(), self.run.value());
        let mut lines: Vec<Line> = Vec::new();
        for span in spans.open().iter().filter(|span| self.view.passes(&span.name)) {
            let length = Seconds((now.0 - span.begin.0).max(0.0));
            let change = i128::from(value.0) - i128::from(span.value.0);
            let sign = if change < 0 { '-' } else { '+' };
            let change = format!("{sign}{}", Bytes(u64::try_from(change.unsigned_abs()).unwrap_or(u64::MAX)));
            let indent = "  ".repeat(span.depth.min(20));
            lines.push(vec![
                (Role::Strong, format!("{:>COLUMN$}", length.to_string())),
                (Role::Warm, format!("{change:>COLUMN$}")),
                (Role::Good, format!("  {indent}{}", span.name)),
                (Role::Dim, "  open".to_owned()),
            ]);
        }
        for (name, total) in spans.totals().into_iter().filter(|(name, _)| self.view.passes(name)) {
            let count = format!("{} x", total.count);
            lines.push(vec![
                (Role::Plain, format!("{:>COLUMN$}", total.length.to_string())),
                (Role::Dim, format!("{count:>COLUMN$}")),
                (Role::Plain, format!("  {name}")),
            ]);
        }
        if lines.is_empty() {
            return (Vec::new(), vec![vec![(Role::Dim, "  no spans".to_owned())]]);
        }
        let heading = vec![(Role::Dim, format!("{:>COLUMN$}{:>COLUMN$}  {}", "time", "change", "span"))];
        (vec![heading], lines.into_iter().map(|line| clipped(line, width)).collect())
    }
}
