//! The JSON of github-action-benchmark for its tool `customSmallerIsBetter`: an array of name, unit, value, range, extra.

use rprof_findings::stats::Description;
use serde_json::{Value, json};

use super::{Measure, Report};
use crate::output;

const MIB: f64 = 1_048_576.0;

/// One entry for each name. The unit is always MiB: the action compares numbers of one name over months.
pub fn render(report: &Report) -> String {
    let entry = |(name, measure): (String, Measure)| -> Option<Value> {
        let peaks = Description::of(&measure.peaks)?;
        let metric = measure.metric.name();
        let (min, max) = (peaks.min / MIB, peaks.max / MIB);
        let mut entry = json!({
            "name": format!("{name}: peak"),
            "unit": "MiB",
            "value": mib(peaks.median),
            "extra": format!("{metric} of 1 run"),
        });
        if peaks.count > 1 {
            // The action reads a number of two digits or more after the sign.
            entry["range"] = json!(format!("± {:.3}", (max - min) / 2.0));
            entry["extra"] = json!(format!("{metric} of {} runs, {min:.1} to {max:.1} MiB", peaks.count));
        }
        Some(entry)
    };
    output::json_text(&report.measures().into_iter().filter_map(entry).collect())
}

/// A size in MiB with three decimals.
fn mib(bytes: f64) -> f64 {
    (bytes / MIB * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check_report::tests::hostile;

    /// The action takes these five keys of each element and fails on an empty array; see its `src/extract.ts`.
    #[test]
    fn the_action_finds_its_keys() {
        let mut report = hostile();
        let mut second = report.runs[0].clone();
        second.peak.0 += 2 << 20;
        report.runs.push(second);
        let value: Value = serde_json::from_str(&render(&report)).expect("JSON");
        let entries = value.as_array().expect("an array");
        assert_eq!(entries.len(), 2, "the runs, and a span of them: {value}");
        let entry = &entries[0];
        let mut keys: Vec<_> = entry.as_object().expect("an object").keys().map(String::as_str).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["extra", "name", "range", "unit", "value"]);
        assert_eq!((&entry["value"], &entry["unit"]), (&json!(129.0), &json!("MiB")));
        assert_eq!(entry["range"], "± 1.000");
    }
}
