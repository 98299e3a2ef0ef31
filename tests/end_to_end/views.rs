//! Views of a figure, panels, scales, units and fonts, on traces of real programs.

use crate::support::{Done, Place};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data");
const GALLERY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../plots/gallery");
const FONTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../rprof-plot/fonts");

fn plot(place: &Place, arguments: &str) -> Done {
    place.run(&format!("plot --force --svg-text plain -o x.svg {arguments}"))
}

/// The figure as SVG.
fn drawn(place: &Place, arguments: &str) -> String {
    let done = plot(place, arguments);
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{arguments}");
    std::fs::read_to_string(place.path("x.svg")).unwrap()
}

#[test]
fn every_view_of_a_database_names_what_it_shows() {
    let place = Place::new();
    for (view, words) in [
        ("overview", &["all processes (RSS)", "shared pages divided (PSS)"][..]),
        ("line", &["memory, RSS (MiB)"]),
        ("kinds", &["anonymous", "file-backed", "shared memory", " at the peak"]),
        ("processes", &["others, the largest at least ", ":postgres"]),
        ("programs", &["postgres (", " processes)"]),
        ("pss", &["RSS", "shared pages divided (PSS)"]),
        ("requested", &["used (RSS)", "requested (address space)"]),
    ] {
        let svg = drawn(&place, &format!("--view {view} {GALLERY}/postgres.dat"));
        for word in words {
            assert!(svg.contains(word), "{view}: {word}");
        }
        assert!(svg.contains(">peak at least ") || svg.contains(">peak "), "{view}");
    }
    let svg = drawn(&place, &format!("--view spans {DATA}/mprof_funcs.dat"));
    assert!(svg.contains("id=\"functions\""));
}

/// A view without its data was an empty figure.
#[test]
fn a_view_without_its_data_names_the_reason_and_the_remedy() {
    let place = Place::new();
    for (view, reason, remedy) in [
        ("kinds", "this trace has no kinds of memory", "record it with rprof on Linux"),
        ("processes", "this trace has no samples of single processes", "mprof run -C -M"),
        ("programs", "this trace has no samples of processes with names", "record it with rprof"),
        ("pss", "this trace has no PSS", "metric rss"),
        ("requested", "this trace has no sizes of address spaces", "record it again with rprof"),
        ("spans", "this trace has no spans", "docs/marks.md"),
    ] {
        let done = plot(&place, &format!("--view {view} {DATA}/numpy_ex3.dat"));
        let expected = format!("cannot draw the view `{view}`: {reason}");
        assert_eq!(done.code, Some(1), "{view}");
        assert!(done.stderr.contains(&expected) && done.stderr.contains(remedy), "{}", done.stderr);
        assert!(!place.path("x.svg").exists());
    }
    let one = plot(&place, &format!("--view programs {GALLERY}/../basic.dat"));
    assert!(one.stderr.contains("one process only; use `--view line`"), "{}", one.stderr);
    let two = plot(&place, &format!("--view kinds {DATA}/numpy_ex1.dat {DATA}/numpy_ex2.dat"));
    assert!(
        two.stderr.contains("the figure has 2 traces") && two.stderr.contains("--facet"),
        "{}",
        two.stderr
    );
    let stacked = plot(&place, &format!("--view kinds --yscale log {GALLERY}/postgres.dat"));
    assert!(stacked.stderr.contains("do not add up"), "{}", stacked.stderr);
}

#[test]
fn panels_share_their_axes_or_have_their_own() {
    let place = Place::new();
    let traces = format!("{DATA}/numpy_ex1.dat {DATA}/numpy_ex3.dat");
    let shared = drawn(&place, &format!("--facet {traces}"));
    assert!(shared.contains("id=\"panel-2\"") && shared.contains(">memory, RSS ("));
    let own = drawn(&place, &format!("--facet=own {traces}"));
    assert!(own.contains(">memory, RSS<") && own.contains(" MiB<") && own.contains(" s<"));
    let kinds = drawn(&place, &format!("--facet --view kinds {GALLERY}/postgres.dat {GALLERY}/make.dat"));
    assert_eq!(kinds.matches(">anonymous<").count(), 1, "one legend for all panels");
    let processes = plot(&place, &format!("--facet --view processes {traces}"));
    assert!(processes.stderr.contains("without `--facet`"), "{}", processes.stderr);
    let typo = plot(&place, &format!("--facet=wide {traces}"));
    assert_eq!(typo.code, Some(2), "{}", typo.stderr);
}

#[test]
fn a_scale_and_a_unit_are_those_of_the_figure() {
    let place = Place::new();
    let traces = format!("{DATA}/numpy_ex1.dat {DATA}/numpy_ex3.dat");
    let log = drawn(&place, &format!("--yscale log {traces}"));
    assert!(log.contains(">64 MiB<") && log.contains(">memory, RSS<"));
    let unit = drawn(&place, &format!("--unit GB {traces}"));
    assert!(unit.contains(">memory, RSS (GB)<") && unit.contains("peak 16.05 GB") && !unit.contains("GiB"));
    assert_eq!(plot(&place, &format!("--unit M {traces}")).code, Some(2));
    let requested = drawn(&place, &format!("--view requested {GALLERY}/chromium.dat"));
    assert!(requested.contains(">1 TiB<"), "logarithmic by itself");
    let linear = drawn(&place, &format!("--view requested --yscale linear {GALLERY}/chromium.dat"));
    assert!(!linear.contains(">1 GiB<"));
}

/// Chinese titles were boxes in a PNG, without a word.
#[test]
fn characters_without_a_glyph_are_named_with_their_text() {
    let place = Place::new();
    let done = plot(&place, &format!("-t 世界 {DATA}/numpy_ex3.dat"));
    assert_eq!(done.code, Some(0));
    assert!(done.stderr.contains("no font of the figure has `世`, `界` in `世界`"), "{}", done.stderr);
    assert!(done.stderr.contains("--font FILE"), "{}", done.stderr);
    // This font does not have them either.
    let font = format!("--font {FONTS}/DejaVuSans.subset.ttf");
    let done = plot(&place, &format!("-t 世界 {font} {DATA}/numpy_ex3.dat"));
    assert!(done.stderr.contains("no font of the figure has"), "{}", done.stderr);
    let done = plot(&place, &format!("-t Größe {font} {DATA}/numpy_ex3.dat"));
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
    for bad in ["missing.ttf", &format!("{DATA}/numpy_ex3.dat")] {
        let done = plot(&place, &format!("--font {bad} {DATA}/numpy_ex3.dat"));
        assert_eq!(done.code, Some(1));
        assert!(
            done.stderr.contains("cannot read the font") || done.stderr.contains("use a .ttf"),
            "{}",
            done.stderr
        );
    }
}

#[test]
fn a_format_that_is_not_written_names_another_one() {
    let place = Place::new();
    for (file, words) in [
        ("x.jpg", "use .png"),
        ("x.eps", "pdftops -eps"),
        ("x.ps", "use .pdf"),
        ("x.gif", ".svg, .pdf or .png"),
    ] {
        let done = place.run(&format!("plot -o {file} {DATA}/numpy_ex3.dat"));
        assert_eq!(done.code, Some(1), "{file}");
        assert!(done.stderr.contains(words), "{file}: {}", done.stderr);
    }
}
