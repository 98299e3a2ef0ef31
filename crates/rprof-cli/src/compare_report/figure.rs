//! A comparison as a figure: the peaks of all runs, a row for each side.

use rprof_findings::compare::{Quantity, Row};
use rprof_findings::stats::{Description, median_interval};
use rprof_plot::PeakGroup;
use rprof_trace::Bytes;

use super::{Compared, Words};

/// The peaks of all runs as an SVG, with the median and the change of each side.
///
/// # Errors
/// When no side has a run.
pub fn svg(sides: &[Compared], rows: &[Row]) -> anyhow::Result<String> {
    let metric = sides.first().map(Compared::metric).unwrap_or_default();
    let words = Words { metric };
    let row = rows.iter().find(|row| row.quantity == Quantity::Peak);
    let describe = |at: usize| {
        let Some((row, cell)) = row.map(|row| (row, &row.cells[at])) else { return String::new() };
        let change = cell.change.as_ref().and_then(|change| change.relative);
        let change = change
            .filter(|fraction| fraction.is_finite())
            .map(|fraction| format!("  {:+.1} %", 100.0 * fraction))
            .unwrap_or_default();
        words.value(row, cell) + &change
    };
    let peaks: Vec<Vec<(Bytes, Option<Bytes>)>> =
        sides.iter().map(|side| side.runs.iter().map(|run| (run.peak, run.upper)).collect()).collect();
    let words: Vec<String> = (0..sides.len()).map(describe).collect();
    let group = |(at, side)| -> Option<PeakGroup<'_>> {
        let (side, runs): (&Compared, &Vec<_>) = (side, &peaks[at]);
        let values: Vec<f64> = runs.iter().map(|(peak, _)| peak.0 as f64).collect();
        Some(PeakGroup {
            label: &side.name,
            words: &words[at],
            runs,
            median: Description::of(&values)?.median,
            interval: median_interval(&values),
        })
    };
    let groups: Vec<PeakGroup<'_>> = sides.iter().enumerate().filter_map(group).collect();
    Ok(rprof_plot::peaks("", metric.name(), &groups)?)
}
