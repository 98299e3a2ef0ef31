//! The table in the format of Emacs org-mode.

use super::table::Table;

/// The table for org-mode.
pub fn text(table: &Table) -> String {
    let row = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut text = row(&table.head);
    text += &format!("|{}|\n", vec!["---"; table.head.len()].join("+"));
    for (command, cells) in &table.rows {
        // org-mode has no escape for a bar inside of `=`.
        let command = format!("={}=", command.replace('|', "\\vert{}"));
        text += &row(&[&[command][..], &cells[..]].concat());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::Results;
    use super::super::samples::two;
    use super::super::table::table;
    use super::*;

    #[test]
    fn a_table_has_a_rule_below_its_head() {
        let commands = two();
        let text = text(&table(&Results { commands: &commands[..1], reference: 0, start: "" }));
        assert_eq!(
            text,
            "| Command | Mean Wall Time [s] | Mean Peak Memory [MiB] |\n|---+---+---|\n\
             | =a\\vert{}b `c`= | 1.015 ± 0.013 | 100.0 ± 0.0 |\n"
        );
    }
}
