//! A comparison as CSV in tidy form: one line for each side and quantity, for pandas, polars and R.

use rprof_findings::compare::Row;
use rprof_trace::csv::guarded;

use super::Compared;
use super::json::{names, verdict};

const HEAD: [&str; 13] = [
    "file", "runs", "span", "quantity", "value", "stddev", "change", "fraction", "low", "high", "p",
    "verdict", "proven",
];

/// The comparison as CSV. A field without a value is empty, and no name is a formula for a spreadsheet.
///
/// # Errors
/// When a line cannot be encoded.
pub fn csv(sides: &[Compared], rows: &[Row]) -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEAD)?;
    let number = |value: Option<f64>| {
        value.filter(|value| value.is_finite()).map_or_else(String::new, |v| v.to_string())
    };
    for (at, side) in sides.iter().enumerate() {
        for row in rows {
            let cell = &row.cells[at];
            let Some(amount) = &cell.amount else { continue };
            let change = cell.change.as_ref();
            let found = change.and_then(|change| change.difference);
            let range =
                found.map(|found| (found.low, found.high)).or(change.and_then(|change| change.bounds));
            writer.write_record([
                guarded(&side.name),
                amount.runs.to_string(),
                guarded(row.span.as_deref().unwrap_or_default()),
                names(row.quantity).0.to_owned(),
                number(Some(amount.median)),
                number(amount.stddev),
                number(change.map(|change| change.absolute)),
                number(change.and_then(|change| change.relative)),
                number(range.map(|range| range.0)),
                number(range.map(|range| range.1)),
                number(found.map(|found| found.p)),
                found.as_ref().and_then(verdict).unwrap_or_default().to_owned(),
                change.map_or_else(String::new, |change| change.is_proven.to_string()),
            ])?;
        }
    }
    let bytes = writer.into_inner()?;
    Ok(String::from_utf8(bytes)?)
}
