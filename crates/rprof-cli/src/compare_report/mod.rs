//! The report of a comparison: tables for people and Markdown, CSV and JSON. Words and layout only; the numbers and the
//! verdicts come from `rprof_findings`.

mod csv;
mod figure;
mod json;
mod table;
mod words;

use rprof_findings::compare::{Quantity, Row};
use rprof_findings::numbers::RunNumbers;
use rprof_trace::{Metric, visible};

pub use self::csv::csv;
pub use self::figure::svg;
pub use self::json::json;
pub use self::table::{Align, Table};

/// One side of a comparison.
#[derive(Debug)]
pub struct Compared {
    /// Its name: that of its trace or directory.
    pub name: String,
    /// The names of its traces.
    pub files: Vec<String>,
    /// Its runs; at least one.
    pub runs: Vec<RunNumbers>,
}

impl Compared {
    fn metric(&self) -> Metric {
        self.runs.first().map_or_else(Metric::default, |run| run.metric)
    }

    /// The name, and the number of runs if there are several.
    fn heading(&self) -> String {
        let name = visible(&self.name);
        if self.runs.len() > 1 { format!("{name} ({} runs)", self.runs.len()) } else { name }
    }
}

/// The largest number of sides that stand beside each other. More sides have a line each.
const BESIDE: usize = 2;

/// The table for a terminal.
pub fn text(sides: &[Compared], rows: &[Row]) -> String {
    let several = sides.iter().any(|side| side.runs.len() > 1);
    let note = if several {
        "\nmedian of the runs ± standard deviation; change of the median with its 95 % interval\n"
    } else {
        ""
    };
    table(sides, rows).text() + note
}

/// The table as Markdown.
pub fn markdown(sides: &[Compared], rows: &[Row]) -> String {
    table(sides, rows).markdown()
}

fn table(sides: &[Compared], rows: &[Row]) -> Table {
    let metric = sides.first().map_or_else(Metric::default, Compared::metric);
    let mut table = if sides.len() <= BESIDE {
        let mut head = vec![String::new()];
        head.extend(sides.iter().map(Compared::heading));
        head.extend(["change".to_owned(), "finding".to_owned()]);
        let numbers = vec![Align::Right; sides.len() + 1];
        Table::new(head, [vec![Align::Left], numbers, vec![Align::Left]].concat())
    } else {
        let head = ["", "trace", "value", "change", "finding"].map(str::to_owned).into();
        Table::new(head, vec![Align::Left, Align::Left, Align::Right, Align::Right, Align::Left])
    };
    let mut span = None;
    for row in shown(rows) {
        if row.span != span {
            span = row.span.clone();
            table.title(&format!("span {}", visible(span.as_deref().unwrap_or_default())));
        }
        let label = words::label(row, metric);
        if sides.len() <= BESIDE {
            let mut cells = vec![label];
            cells.extend(row.cells.iter().map(|cell| words::value(row, cell)));
            cells.extend(row.cells.last().map(|cell| words::change(row, cell)));
            cells.extend(row.cells.last().map(|cell| words::finding(row, cell)));
            table.row(cells);
        } else {
            for (at, (side, cell)) in sides.iter().zip(&row.cells).enumerate() {
                let label = if at == 0 { label.clone() } else { String::new() };
                let (value, change) = (words::value(row, cell), words::change(row, cell));
                table.row(vec![label, side.heading(), value, change, words::finding(row, cell)]);
            }
        }
    }
    table
}

/// The rows that say something: at least one side has the value, and a bound differs from its peak on some side.
fn shown(rows: &[Row]) -> impl Iterator<Item = &Row> {
    let medians = |row: &Row| -> Vec<Option<f64>> {
        row.cells.iter().map(|cell| cell.amount.as_ref().map(|amount| amount.median)).collect()
    };
    rows.iter().enumerate().filter_map(move |(at, row)| {
        let medians_here = medians(row);
        let is_bound = matches!(row.quantity, Quantity::Upper | Quantity::PssUpper);
        let repeats = is_bound && at > 0 && medians(&rows[at - 1]) == medians_here;
        (medians_here.iter().any(Option::is_some) && !repeats).then_some(row)
    })
}
