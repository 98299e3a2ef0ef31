//! The contract of `docs/peak-json.md`: it lists every key of `rprof peak --json`, and no other.

use serde_json::Value;

use crate::support::{Place, keys, table_names};

const DOCUMENT: &str = include_str!("../../docs/peak-json.md");

/// The keys in the tables under a heading of the document.
fn documented(heading: &str) -> Vec<&'static str> {
    table_names(DOCUMENT.split(heading).nth(1).unwrap().split("\n#").next().unwrap())
}

#[test]
fn every_key_is_documented() {
    let place = Place::new();
    place.run_truth("-q", "span f [ touch 2MiB ] hold 50ms");
    let all: Value = serde_json::from_str(&place.run("peak --json --func f t.dat").stdout).unwrap();
    assert_eq!(documented("# The JSON of `rprof peak`"), keys(&all[0]));
    assert_eq!(documented("## Kinds of memory"), keys(&all[0]["peak_parts"]));
    let without_time: Vec<_> =
        keys(&all[0]["peak_parts"]).into_iter().filter(|key| key != "time_s").collect();
    assert_eq!(keys(&all[0]["largest_parts"]), without_time);
}

/// A trace of mprof has no parts and no exact peak.
#[test]
fn what_a_trace_does_not_have_is_null() {
    let place = Place::new();
    let done =
        place.run(concat!("peak --json ", env!("CARGO_MANIFEST_DIR"), "/../../tests/data/mprof_funcs.dat"));
    let all: Value = serde_json::from_str(&done.stdout).unwrap();
    for key in [
        "peak_parts",
        "largest_parts",
        "rss_swap_peak_bytes",
        "rss_swap_peak_time_s",
        "peak_uncertainty_bytes",
        "exact_scope",
    ] {
        assert!(all[0][key].is_null(), "{key}: {}", all[0][key]);
    }
    let spans = all[0]["spans"].as_array().unwrap();
    assert!(!spans.is_empty() && spans.iter().all(|span| span["peak_upper_bytes"].is_null()), "{spans:?}");
}
