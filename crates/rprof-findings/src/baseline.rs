//! Baselines: the peaks of earlier runs by name, their JSON, and the comparison of new runs with them. No files.

use std::collections::BTreeMap;

use rprof_trace::{Bytes, Metric};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::stats::Description;

/// The version of the JSON that this program writes, and the newest that it reads.
pub const VERSION: u64 = 1;

/// The key that marks a file as a baseline. Its value is the version.
const MARK: &str = "rprof_baseline";

/// The runs of one command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The metric of the peaks.
    pub metric: Metric,
    /// The peak of each run, smallest first; never empty. Of a peak with two bounds it is the lower one.
    pub peak_bytes: Vec<Bytes>,
}

/// The baselines of one file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Baseline {
    /// The entries by the name or command of the runs.
    pub entries: BTreeMap<String, Entry>,
}

/// The cause why a text is no baseline.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// It is not JSON, or JSON of another kind.
    #[error("it is not a baseline of rprof")]
    Foreign,
    /// A newer rprof wrote it.
    #[error(
        "it has version {found} and this rprof reads version {VERSION}; use a newer rprof, or save it anew"
    )]
    Newer {
        /// The version of the text.
        found: u64,
    },
    /// It has the mark of a baseline, but an entry is wrong.
    #[error("it is damaged: {0}")]
    Damaged(String),
}

/// The file as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rprof_baseline: u64,
    entries: BTreeMap<String, Entry>,
}

impl Baseline {
    /// Reads the text of a baseline.
    ///
    /// # Errors
    /// If it is not one, or of a newer version, or damaged.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let value: Value = serde_json::from_str(text).map_err(|_| BaselineError::Foreign)?;
        let found = value.get(MARK).and_then(Value::as_u64).ok_or(BaselineError::Foreign)?;
        if found > VERSION {
            return Err(BaselineError::Newer { found });
        }
        let damaged = |error: &dyn std::fmt::Display| BaselineError::Damaged(error.to_string());
        // From the text, not from the value: the message then has the line.
        let file: File = serde_json::from_str(text).map_err(|error| damaged(&error))?;
        let mut entries = file.entries;
        for (name, entry) in &mut entries {
            if entry.peak_bytes.is_empty() {
                return Err(damaged(&format!("the entry `{name}` has no runs")));
            }
            entry.peak_bytes.sort_unstable();
        }
        Ok(Self { entries })
    }

    /// The text of the file: JSON, with the entries in the order of their names.
    pub fn to_json(&self) -> String {
        let mut text = format!("{{\n  \"{MARK}\": {VERSION},\n  \"entries\": {{");
        for (at, (name, entry)) in self.entries.iter().enumerate() {
            let separator = if at == 0 { "" } else { "," };
            // A list of runs on one line: a change of a baseline is then a change of one line.
            let peaks: Vec<String> = entry.peak_bytes.iter().map(|peak| peak.0.to_string()).collect();
            let (name, metric) = (json(name), json(&entry.metric));
            text += &format!("{separator}\n    {name}: {{\n      \"metric\": {metric},");
            text += &format!("\n      \"peak_bytes\": [{}]\n    }}", peaks.join(", "));
        }
        text + if self.entries.is_empty() { "}\n}\n" } else { "\n  }\n}\n" }
    }

    /// Replaces the entry of a name, and leaves the others as they are.
    ///
    /// # Panics
    /// If there are no peaks.
    pub fn set(&mut self, name: &str, metric: Metric, mut peaks: Vec<Bytes>) {
        assert!(!peaks.is_empty(), "an entry needs a run");
        peaks.sort_unstable();
        self.entries.insert(name.to_owned(), Entry { metric, peak_bytes: peaks });
    }
}

/// A text or a metric as JSON. Characters that a terminal would obey are escaped.
fn json(value: &impl Serialize) -> String {
    let text = serde_json::to_string(value).unwrap_or_default();
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if rprof_trace::is_hidden(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                shown += &format!("\\u{unit:04x}");
            }
        } else {
            shown.push(c);
        }
    }
    shown
}

/// The direction of a change that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Neither a rise nor a fall that counts.
    Same,
    /// A rise beyond the tolerance and above all runs of the baseline.
    Rose,
    /// A fall beyond the tolerance and below all runs of the baseline.
    Fell,
}

/// New runs against a baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The verdict.
    pub change: Change,
    /// Median of the new runs / median of the baseline - 1.
    pub fraction: f64,
    /// Median peak of the new runs, in bytes.
    pub value: f64,
    /// Median peak of the baseline, in bytes.
    pub reference: f64,
    /// The smallest and the largest run of the baseline.
    pub spread: (Bytes, Bytes),
    /// The number of new runs.
    pub runs: usize,
    /// The number of runs of the baseline.
    pub reference_runs: usize,
    /// The tolerance, as a fraction of the baseline's median.
    pub tolerance: f64,
}

impl Entry {
    /// Compares new runs with the runs of the baseline; `None` without a new run.
    ///
    /// A rise counts if the median of the new runs exceeds the median of the baseline by more than the tolerance, and
    /// exceeds the largest run of the baseline too: a size that the baseline itself reached is no rise. If nothing has
    /// changed, one new run is the largest of all with a chance of 1 in n + 1, for any distribution of the noise. For a
    /// baseline of one run the second condition follows from the first.
    pub fn compare(&self, peaks: &[Bytes], tolerance: f64) -> Option<Comparison> {
        let value = median(peaks)?;
        let reference = median(&self.peak_bytes)?;
        let spread = (*self.peak_bytes.iter().min()?, *self.peak_bytes.iter().max()?);
        let change = if value > reference * (1.0 + tolerance) && value > spread.1.0 as f64 {
            Change::Rose
        } else if value < reference * (1.0 - tolerance) && value < spread.0.0 as f64 {
            Change::Fell
        } else {
            Change::Same
        };
        Some(Comparison {
            change,
            fraction: value / reference.max(1.0) - 1.0,
            value,
            reference,
            spread,
            runs: peaks.len(),
            reference_runs: self.peak_bytes.len(),
            tolerance,
        })
    }
}

/// The median in bytes; `None` without values.
fn median(values: &[Bytes]) -> Option<f64> {
    let values: Vec<f64> = values.iter().map(|value| value.0 as f64).collect();
    Description::of(&values).map(|description| description.median)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn bytes(values: &[u64]) -> Vec<Bytes> {
        values.iter().copied().map(Bytes).collect()
    }

    fn change(baseline: &[u64], new: &[u64], tolerance: f64) -> Change {
        let entry = Entry { metric: Metric::Rss, peak_bytes: bytes(baseline) };
        entry.compare(&bytes(new), tolerance).unwrap().change
    }

    #[test]
    fn a_rise_exceeds_the_tolerance_and_all_runs_of_the_baseline() {
        assert_eq!(change(&[100], &[105], 0.05), Change::Same);
        assert_eq!(change(&[100], &[106], 0.05), Change::Rose);
        assert_eq!(change(&[98, 100, 102], &[106], 0.05), Change::Rose);
        assert_eq!(change(&[98, 100, 110], &[109], 0.05), Change::Same, "the baseline reached 110");
        assert_eq!(change(&[98, 100, 110], &[111], 0.05), Change::Rose);
        assert_eq!(change(&[98, 100, 102], &[103], 0.05), Change::Same, "within the tolerance");
    }

    #[test]
    fn one_outlier_among_new_runs_is_no_rise() {
        assert_eq!(change(&[98, 100, 102], &[99, 200, 101], 0.05), Change::Same);
        assert_eq!(change(&[98, 100, 102], &[120, 90, 121], 0.05), Change::Rose);
    }

    #[test]
    fn a_fall_is_the_mirror_of_a_rise() {
        assert_eq!(change(&[100], &[94], 0.05), Change::Fell);
        assert_eq!(change(&[90, 100, 102], &[91], 0.05), Change::Same);
        let entry = Entry { metric: Metric::Rss, peak_bytes: bytes(&[100, 110]) };
        let found = entry.compare(&bytes(&[84]), 0.1).unwrap();
        assert!((found.fraction + 0.2).abs() < 1e-9 && found.change == Change::Fell, "{found:?}");
        assert_eq!((found.reference_runs, found.runs, found.spread), (2, 1, (Bytes(100), Bytes(110))));
        assert!(entry.compare(&[], 0.1).is_none());
    }

    #[test]
    fn a_text_is_read_as_it_was_written() {
        let mut baseline = Baseline::default();
        assert_eq!(Baseline::parse(&baseline.to_json()).unwrap(), baseline);
        baseline.set("make -j4", Metric::Rss, bytes(&[3, 1, 2]));
        baseline.set("a \"b\" \u{1b}[31m\u{202e}\n", Metric::Pss, bytes(&[7]));
        let text = baseline.to_json();
        assert_eq!(Baseline::parse(&text).unwrap(), baseline);
        assert!(text.contains("      \"peak_bytes\": [1, 2, 3]\n"), "{text}");
        assert!(text.chars().all(|c| c == '\n' || !rprof_trace::is_hidden(c)), "{text}");
        // Anything that reads JSON reads it.
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["entries"]["make -j4"]["metric"], "rss");
    }

    proptest::proptest! {
        #[test]
        fn any_names_and_peaks_are_read_as_they_were_written(
            entries in proptest::collection::btree_map(".*", proptest::collection::vec(0_u64..=u64::MAX, 1..4), 0..4),
        ) {
            let mut baseline = Baseline::default();
            for (name, peaks) in &entries {
                baseline.set(name, Metric::Uss, bytes(peaks));
            }
            proptest::prop_assert_eq!(Baseline::parse(&baseline.to_json()).unwrap(), baseline);
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in ".*", number in 0_u64..3) {
            let _ = Baseline::parse(&text);
            let _ = Baseline::parse(&format!("{{\"{MARK}\": {number}, \"entries\": {text}}}"));
        }
    }

    #[test]
    fn an_entry_is_replaced_and_the_others_stay() {
        let mut baseline = Baseline::default();
        baseline.set("a", Metric::Rss, bytes(&[1]));
        baseline.set("b", Metric::Rss, bytes(&[2]));
        let before = baseline.to_json();
        baseline.set("a", Metric::Rss, bytes(&[9, 8]));
        let after = baseline.to_json();
        let changed = before.lines().zip(after.lines()).filter(|(one, other)| one != other).count();
        assert_eq!((changed, &baseline.entries["b"].peak_bytes), (1, &bytes(&[2])));
    }

    #[test]
    fn what_is_no_baseline_is_refused_by_its_kind() {
        for foreign in
            ["", "x", "[]", "{}", "{\"version\": 1}", "{\"rprof_baseline\": \"1\", \"entries\": {}}"]
        {
            assert!(matches!(Baseline::parse(foreign), Err(BaselineError::Foreign)), "{foreign}");
        }
        let newer = Baseline::parse("{\"rprof_baseline\": 2, \"things\": []}").unwrap_err();
        assert!(newer.to_string().contains("version 2"), "{newer}");
        for damaged in [
            "{\"rprof_baseline\": 1}",
            "{\"rprof_baseline\": 1, \"entries\": {\"a\": {\"metric\": \"rss\", \"peak_bytes\": []}}}",
            "{\"rprof_baseline\": 1, \"entries\": {\"a\": {\"metric\": \"rss\", \"peak_bytes\": [-1]}}}",
            "{\"rprof_baseline\": 1, \"entries\": {\"a\": {\"metric\": \"x\", \"peak_bytes\": [1]}}}",
            "{\"rprof_baseline\": 1, \"entries\": {}, \"more\": 1}",
        ] {
            assert!(matches!(Baseline::parse(damaged), Err(BaselineError::Damaged(_))), "{damaged}");
        }
    }
}
