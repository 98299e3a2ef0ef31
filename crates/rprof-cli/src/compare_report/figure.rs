//! A comparison as a figure: the peaks of all runs, a row for each side.

use rprof_findings::compare::{Quantity, Row};
use rprof_findings::stats::{Description, median_interval};
use rprof_plot::PeakGroup;
use rprof_trace::{Bytes, Metric};

use super::{Compared, words};

/// The peaks of all runs as an SVG, with the median and the change of each side.
///
/// # Errors
/// When no side has a run.
pub fn svg(sides: &[Compared], rows: &[Row]) -> anyhow::Result<String> {
    let metric = sides.first().map_or_else(Metric::default, Compared::metric);
    let row = rows.iter().find(|row| row.quantity == Quantity::Peak);
    let described: Vec<String> =
        (0..sides.len()).map(|at| row.map_or_else(String::new, |row| describe(row, at))).collect();
    let runs: Vec<Vec<(Bytes, Option<Bytes>)>> =
        sides.iter().map(|side| side.runs.iter().map(|run| (run.peak, run.upper)).collect()).collect();
    let mut groups = Vec::new();
    for ((side, runs), words) in sides.iter().zip(&runs).zip(&described) {
        let peaks: Vec<f64> = runs.iter().map(|(peak, _)| peak.0 as f64).collect();
        let Some(Description { median, .. }) = Description::of(&peaks) else { continue };
        groups.push(PeakGroup { label: &side.name, words, runs, median, interval: median_interval(&peaks) });
    }
    Ok(rprof_plot::peaks("", metric.name(), &groups)?)
}

/// `332.0 MiB ± 0.5 %  +10.0 %`
fn describe(row: &Row, at: usize) -> String {
    let cell = &row.cells[at];
    let relative = cell.change.as_ref().and_then(|change| change.relative);
    let change = relative.filter(|fraction| fraction.is_finite());
    let change = change.map_or_else(String::new, |fraction| format!("  {:+.1} %", 100.0 * fraction));
    words::value(row, cell) + &change
}
