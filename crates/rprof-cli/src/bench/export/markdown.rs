//! The table in Markdown, as GitHub, GitLab and pandoc read it.

use super::table::Table;

/// The table in Markdown.
pub fn text(table: &Table) -> String {
    let row = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut text = row(&table.head);
    text += &format!("|:---{}|\n", "|---:".repeat(table.head.len() - 1));
    for (command, cells) in &table.rows {
        text += &row(&[&[code(command)][..], &cells[..]].concat());
    }
    text
}

/// The command as code. Between longer rows of backticks than its own, its backticks are text.
fn code(command: &str) -> String {
    let longest = command.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    // A bar would end the cell, also inside of code.
    let command = command.replace('|', "\\|");
    if longest == 0 {
        return format!("`{command}`");
    }
    let ticks = "`".repeat(longest + 1);
    format!("{ticks} {command} {ticks}")
}

#[cfg(test)]
mod tests {
    use super::super::Results;
    use super::super::samples::two;
    use super::super::table::table;
    use super::*;

    #[test]
    fn bars_and_backticks_of_a_command_do_not_break_the_table() {
        let commands = two();
        let text = text(&table(&Results { commands: &commands, reference: 0, start: "" }));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1], "|:---|---:|---:|---:|---:|");
        assert!(lines[2].starts_with("| `` a\\|b `c` `` | 1.015 ± 0.013 |  | 100.0 ± 0.0 |  |"), "{text}");
        assert!(lines[3].starts_with("| `fast` | 0.515 ± 0.013 | -49"), "{text}");
    }
}
