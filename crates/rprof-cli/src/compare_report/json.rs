//! A comparison as JSON: an array with an object for each side, in bytes and seconds.

use rprof_findings::compare::{Cell, Change, Quantity, Row, Unit};
use rprof_findings::stats::{Difference, Verdict};
use serde_json::{Map, Value, json};

use super::Compared;

/// The comparison as JSON.
pub fn json(sides: &[Compared], rows: &[Row]) -> Value {
    sides.iter().enumerate().map(|(at, side)| object(side, at, rows)).collect()
}

fn object(side: &Compared, at: usize, rows: &[Row]) -> Value {
    let mut object = Map::new();
    object.insert("file".to_owned(), json!(side.name));
    object.insert("files".to_owned(), json!(side.files));
    object.insert("runs".to_owned(), json!(side.runs.len()));
    object.insert("metric".to_owned(), json!(side.metric()));
    object.insert("exact".to_owned(), json!(side.runs.iter().all(|run| run.exact)));
    let growth = rows.iter().find(|row| row.quantity == Quantity::Growth);
    let interval = growth.and_then(|row| row.cells[at].amount.as_ref()?.interval);
    let (of_run, of_spans): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| row.span.is_none());
    add(&mut object, &of_run, at);
    object.insert("growth_interval".to_owned(), json!(interval.map(|(low, high)| [low, high])));
    let spans = of_spans.chunk_by(|one, other| one.span == other.span);
    let spans = spans.filter(|rows| rows.iter().any(|row| row.cells[at].amount.is_some())).map(|rows| {
        let mut object = Map::new();
        object.insert("name".to_owned(), json!(rows[0].span));
        add(&mut object, rows, at);
        Value::Object(object)
    });
    object.insert("spans".to_owned(), spans.collect());
    Value::Object(object)
}

/// Adds the values of a side, their changes as fractions, and the details of the changes.
fn add(object: &mut Map<String, Value>, rows: &[&Row], at: usize) {
    let mut changes = Map::new();
    for row in rows {
        let cell = &row.cells[at];
        let (key, word) = names(row.quantity);
        object.insert(key.to_owned(), value(row, cell));
        // The first side is what the others are compared with: it has changed by nothing.
        let first = cell.amount.as_ref().filter(|_| at == 0).map(|_| 0.0);
        let fraction = first.or(cell.change.as_ref().and_then(|change| change.relative));
        object.insert(format!("{word}_change"), json!(fraction));
        if let Some(change) = &cell.change {
            changes.insert(word.to_owned(), details(change));
        }
    }
    object.insert("changes".to_owned(), Value::Object(changes));
}

fn value(row: &Row, cell: &Cell) -> Value {
    let median = cell.amount.as_ref().map(|amount| amount.median);
    match row.quantity.unit() {
        Unit::Bytes | Unit::Count => json!(median.map(|median| median.round() as i64)),
        Unit::ByteSeconds | Unit::Seconds | Unit::BytesPerSecond => json!(median),
    }
}

/// The details of a change. The interval of several runs, or else the range that the bounds leave.
fn details(change: &Change) -> Value {
    let Change { absolute, relative, bounds, is_proven, difference } = change;
    let range = difference.map(|found| (found.low, found.high)).or(*bounds);
    let of = |part: fn(&Difference) -> Value| difference.as_ref().map_or(Value::Null, part);
    json!({
        "absolute": absolute,
        "fraction": relative,
        "proven": is_proven,
        // An interval that is infinite, or that too few runs leave open, is null.
        "interval": range.map(|(low, high)| [low, high]),
        "p": of(|found| json!(found.p)),
        "detectable": of(|found| json!(found.detectable)),
        "verdict": of(|found| json!(verdict(found))),
    })
}

/// The verdict in JSON and CSV; `None` if there are too few runs for one.
pub fn verdict(found: &Difference) -> Option<&'static str> {
    match found.verdict {
        Verdict::Larger => Some("larger"),
        Verdict::Smaller => Some("smaller"),
        Verdict::NotSeen => found.detectable.map(|_| "not seen"),
    }
}

/// The key of the value of a quantity, and the word for its change.
pub fn names(quantity: Quantity) -> (&'static str, &'static str) {
    match quantity {
        Quantity::Peak | Quantity::SpanPeak => ("peak_bytes", "peak"),
        Quantity::Upper => ("upper_bytes", "upper"),
        Quantity::PssPeak => ("pss_peak_bytes", "pss_peak"),
        Quantity::PssUpper => ("pss_upper_bytes", "pss_upper"),
        Quantity::Mean => ("mean_bytes", "mean"),
        Quantity::ByteSeconds => ("byte_seconds", "byte_seconds"),
        Quantity::Elapsed => ("elapsed_s", "elapsed"),
        Quantity::Cpu => ("cpu_s", "cpu"),
        Quantity::Growth => ("growth_bytes_per_s", "growth"),
        Quantity::SpanTime => ("seconds", "seconds"),
        Quantity::SpanCalls => ("calls", "calls"),
        Quantity::SpanGrowth => ("growth_bytes", "growth"),
    }
}
