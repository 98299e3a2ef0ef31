//! The table in `AsciiDoc`.

use super::table::Table;

/// The table in `AsciiDoc`.
pub fn text(table: &Table) -> String {
    let alignments = [vec!["<"], vec![">"; table.head.len() - 1]].concat().join(",");
    let mut text = format!("[cols=\"{alignments}\"]\n|===\n");
    for cell in &table.head {
        text += &format!("| {cell}\n");
    }
    for (command, cells) in &table.rows {
        // A bar would begin the next cell.
        text += &format!("\n| `{}`\n", command.replace('|', "\\|"));
        for cell in cells {
            text += format!("| {cell}").trim_end();
            text.push('\n');
        }
    }
    text + "|===\n"
}

#[cfg(test)]
mod tests {
    use super::super::Results;
    use super::super::samples::two;
    use super::super::table::table;
    use super::*;

    #[test]
    fn each_cell_is_on_a_line_of_its_own() {
        let commands = two();
        let text = text(&table(&Results { commands: &commands[..1], reference: 0, start: "" }));
        assert_eq!(
            text,
            "[cols=\"<,>,>\"]\n|===\n| Command\n| Mean Wall Time [s]\n| Mean Peak Memory [MiB]\n\n\
             | `a\\|b `c``\n| 1.015 ± 0.013\n| 100.0 ± 0.0\n|===\n"
        );
    }
}
