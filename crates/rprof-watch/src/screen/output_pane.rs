//! The latest lines of the output of the command.

use super::Scene;
use super::paint::Line;
use super::process_pane::Lines;
use super::theme::Role;

impl Scene<'_> {
    /// The lines of the list.
    pub fn output_lines(&self) -> Lines {
        let lines = self.context.output.unwrap_or_default().iter().filter(|line| self.view.passes(line));
        let lines: Vec<Line> = lines.map(|line| vec![(Role::Plain, line.replace('\t', "    "))]).collect();
        if lines.is_empty() {
            return (Vec::new(), vec![vec![(Role::Dim, "  no output yet".to_owned())]]);
        }
        (Vec::new(), lines)
    }
}
