//! The list of events: marks, notes, gaps and failed processes, the latest last.

use super::Scene;
use super::paint::{Line, clipped};
use super::process_pane::Lines;
use super::theme::Role;
use crate::state::events::Kind;

impl Scene<'_> {
    /// The lines of the list.
    pub fn event_lines(&self, width: usize) -> Lines {
        let events = self.run.events().all().filter(|event| self.view.passes(&event.text));
        let lines: Vec<Line> = events
            .map(|event| {
                let (role, name) = match event.kind {
                    Kind::Mark => (Role::Mark, "mark"),
                    Kind::Note => (Role::Dim, "note"),
                    Kind::Gap => (Role::Warm, "gap"),
                    Kind::Failed => (Role::Alarm, "exit"),
                };
                let time = format!("{:>11} ", event.time.to_string());
                let line =
                    vec![(Role::Dim, time), (role, format!("{name:<5}")), (Role::Plain, event.text.clone())];
                clipped(line, width)
            })
            .collect();
        if lines.is_empty() {
            return (Vec::new(), vec![vec![(Role::Dim, "  no marks, no notes".to_owned())]]);
        }
        (Vec::new(), lines)
    }
}
