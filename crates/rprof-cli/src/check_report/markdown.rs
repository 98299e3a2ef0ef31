//! A Markdown table for a comment on a pull request or for a step summary. Names from traces stand in code spans, in which
//! GitHub shows no markup, no link and no mention.

use super::{Line, Report, words};
use rprof_trace::visible;

/// The first line. A script finds its own comment by it.
const MARKER: &str = "<!-- rprof check -->";

pub fn render(report: &Report) -> String {
    let lines = report.lines(code_span);
    let failed = lines.iter().filter(|line| line.fails).count();
    let title = match (failed, lines.len()) {
        (0, _) => "within all limits".to_owned(),
        (1, 1) => "beyond the limit".to_owned(),
        (failed, all) => format!("beyond {failed} of {all} limits"),
    };
    let mut text =
        format!("{MARKER}\n### Memory: {title}\n\n| verdict | run | limit | result |\n|---|---|---|---|\n");
    lines.iter().for_each(|line| text += &row(line));
    text
}

fn row(line: &Line) -> String {
    let verdict = words::verdict(line.verdict);
    let verdict = if line.fails { format!("**{verdict}**") } else { verdict.to_owned() };
    format!("| {verdict} | {} | {} | {} |\n", code_span(&line.name), line.limit, line.sentence)
}

/// A name as code, on one line and in one cell of a table.
fn code_span(name: &str) -> String {
    /// Characters of a name; a command line may be very long.
    const LONGEST: usize = 120;
    let shown = visible(name);
    let mut text: String = shown.chars().take(LONGEST).collect();
    if text.len() < shown.len() {
        text.push('…');
    }
    // In a table a `|` ends the cell, also inside code.
    let text = text.replace('|', "\\|");
    let longest_run = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest_run + 1);
    // A backtick at an end would join the fence, and a code span must not be empty.
    let pad = if text.is_empty() || text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check_report::tests::hostile;

    #[test]
    fn a_code_span_holds_any_name() {
        assert_eq!(code_span("make -j4"), "`make -j4`");
        assert_eq!(code_span("a`b``c"), "```a`b``c```");
        assert_eq!(code_span("`x`"), "`` `x` ``");
        assert_eq!(code_span("a|b"), "`a\\|b`");
        assert_eq!(code_span(""), "`  `");
        assert_eq!(code_span(&"x".repeat(500)).chars().count(), 123);
    }

    #[test]
    fn a_hostile_name_stays_in_its_cell() {
        let text = render(&hostile());
        let rows: Vec<&str> = text.lines().skip(5).collect();
        assert_eq!(rows.len(), 5, "{text}");
        for row in rows {
            assert_eq!(row.replace("\\|", "").matches('|').count(), 5, "{row}");
        }
        assert!(text.starts_with(MARKER) && text.contains("### Memory: beyond 2 of 5 limits"), "{text}");
    }
}
