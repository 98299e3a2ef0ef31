//! A table of text, aligned for a terminal or as Markdown.

/// The side of a column on which its text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
}

/// A table with a head. Columns in which every cell is empty are not printed.
#[derive(Debug)]
pub struct Table {
    head: Vec<String>,
    align: Vec<Align>,
    rows: Vec<Line>,
}

#[derive(Debug)]
enum Line {
    Cells(Vec<String>),
    /// A title for the rows below.
    Title(String),
}

impl Table {
    /// A table with the heads of its columns.
    pub fn new(head: Vec<String>, align: Vec<Align>) -> Self {
        Self { head, align, rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(Line::Cells(cells));
    }

    /// Adds a title above the rows that follow.
    pub fn title(&mut self, title: &str) {
        self.rows.push(Line::Title(title.to_owned()));
    }

    fn cells(&self) -> impl Iterator<Item = &Vec<String>> {
        self.rows.iter().filter_map(|row| match row {
            Line::Cells(cells) => Some(cells),
            Line::Title(_) => None,
        })
    }

    /// The columns that have a text, and the width of each in characters.
    fn columns(&self) -> Vec<(usize, usize)> {
        let length = |text: &String| text.chars().count();
        let width = |at: usize| self.cells().map(|cells| length(&cells[at])).max().unwrap_or(0);
        let columns = (0..self.head.len()).map(|at| (at, width(at))).filter(|(_, width)| *width > 0);
        columns.map(|(at, width)| (at, width.max(length(&self.head[at])))).collect()
    }

    /// The table for a terminal: columns two blanks apart.
    pub fn text(&self) -> String {
        let columns = self.columns();
        let line = |cells: &[String]| {
            let mut line = String::new();
            for (at, width) in &columns {
                let (cell, width) = (&cells[*at], *width);
                line += &match self.align[*at] {
                    Align::Left => format!("{cell:<width$}  "),
                    Align::Right => format!("{cell:>width$}  "),
                };
            }
            line.trim_end().to_owned() + "\n"
        };
        let rows = self.rows.iter().map(|row| match row {
            Line::Cells(cells) => line(cells),
            Line::Title(title) => format!("{title}\n"),
        });
        line(&self.head) + &rows.collect::<String>()
    }

    /// The table as Markdown.
    pub fn markdown(&self) -> String {
        let columns = self.columns();
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let chosen = |cells: &[String]| columns.iter().map(|(at, _)| escaped(&cells[*at])).collect();
        let rule = columns.iter().map(|(at, _)| match self.align[*at] {
            Align::Left => ":---".to_owned(),
            Align::Right => "---:".to_owned(),
        });
        let rows = self.rows.iter().map(|row| match row {
            Line::Cells(cells) => line(chosen(cells)),
            Line::Title(title) => {
                let mut cells = vec![String::new(); columns.len()];
                cells[0] = format!("**{}**", escaped(title));
                line(cells)
            }
        });
        line(chosen(&self.head)) + &line(rule.collect()) + &rows.collect::<String>()
    }
}

/// Text without the characters that have a meaning in a cell of a Markdown table.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.trim_start().chars() {
        if matches!(c, '|' | '*' | '_' | '`' | '<' | '\\' | '[') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(
            ["", "a_b", "empty", "note"].map(str::to_owned).into(),
            vec![Align::Left, Align::Right, Align::Right, Align::Left],
        );
        table.row(["peak", "1.0 MiB", "", "up|down"].map(str::to_owned).into());
        table.title("span x");
        table.row(["  peak", "± 2", "", ""].map(str::to_owned).into());
        table
    }

    #[test]
    fn columns_are_aligned_and_empty_ones_are_not_printed() {
        let lines = ["            a_b  note", "peak    1.0 MiB  up|down", "span x", "  peak      ± 2", ""];
        assert_eq!(table().text(), lines.join("\n"));
    }

    #[test]
    fn markdown_cannot_be_broken_by_a_name() {
        let lines = [
            "|  | a\\_b | note |",
            "| :--- | ---: | :--- |",
            "| peak | 1.0 MiB | up\\|down |",
            "| **span x** |  |  |",
            "| peak | ± 2 |  |",
            "",
        ];
        assert_eq!(table().markdown(), lines.join("\n"));
    }
}
