//! Golden figures: the same bytes on every machine. `RPROF_BLESS=1 cargo test` rewrites them; look at each one before
//! you commit it.
#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;

/// The figures with a golden file; the others of the gallery would add size but no case.
const KEPT: [&str; 61] = [
    "ramp",
    "spike",
    "children",
    "functions",
    "all_functions",
    "flame",
    "spans",
    "process_spans",
    "process_flame",
    "forty_flames",
    "marks",
    "limits",
    "limit_ended",
    "limit_shared",
    "out_of_memory",
    "beside_rss",
    "several_slope",
    "gap",
    "build",
    "no_tick",
    "browser",
    "on_the_axis",
    "several_gaps",
    "window",
    "dark_flame",
    "dark_several",
    "print_column",
    "nasty_title",
    "line",
    "line_dark",
    "line_print",
    "kinds",
    "kinds_dark",
    "kinds_print",
    "processes",
    "processes_dark",
    "processes_print",
    "programs",
    "programs_dark",
    "programs_print",
    "pss",
    "pss_dark",
    "pss_print",
    "requested",
    "requested_dark",
    "requested_print",
    "spans_view",
    "spans_view_dark",
    "spans_view_print",
    "database",
    "mapped",
    "facet",
    "facet_own",
    "facet_kinds",
    "facet_log",
    "facet_gap",
    "facet_dark",
    "log",
    "log_slope",
    "unit",
    "unit_several",
];

#[test]
fn figures_equal_the_golden_files() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let bless = std::env::var_os("RPROF_BLESS").is_some();
    let mut wrong = Vec::new();
    let figures: Vec<_> =
        support::gallery::gallery().into_iter().filter(|(name, ..)| KEPT.contains(name)).collect();
    assert_eq!(figures.len(), KEPT.len(), "a golden figure is no longer in the gallery");
    for (name, options, traces) in figures {
        let svg = support::draw(&options, &traces).unwrap();
        let path = directory.join(format!("{name}.svg"));
        if bless {
            std::fs::write(&path, &svg).unwrap();
        } else if std::fs::read_to_string(&path).ok().as_ref() != Some(&svg) {
            wrong.push(name);
        }
    }
    assert!(wrong.is_empty(), "missing in tests/golden or different: {wrong:?}");
}
