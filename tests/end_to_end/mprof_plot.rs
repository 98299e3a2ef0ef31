//! Figures for users of mprof: the rows of docs/coming-from-mprof.md on `plot`.

use crate::support::Place;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data");

/// The figure of a trace as SVG.
fn plot(place: &Place, line: &str) -> String {
    let done = place.run(&format!("plot --force {line} -o x.svg"));
    assert_eq!(done.code, Some(0), "{line}: {}", done.stderr);
    std::fs::read_to_string(place.path("x.svg")).unwrap()
}

/// The texts of the figure.
fn texts(svg: &str) -> Vec<String> {
    let parts = svg.split("<text").skip(1).filter_map(|part| part.split_once('>'));
    parts.map(|(_, rest)| rest.split("</text>").next().unwrap_or_default().trim().to_owned()).collect()
}

fn has_text(svg: &str, part: &str) -> bool {
    texts(svg).iter().any(|text| text.contains(part))
}

#[test]
fn a_figure_without_extension_is_a_png() {
    let place = Place::new();
    for option in ["-o fig", "--output=fig"] {
        let done = place.run(&format!("plot {option} {DATA}/numpy_ex3.dat"));
        assert_eq!((done.code, done.stdout.as_str()), (Some(0), "fig.png\n"), "{}", done.stderr);
        assert!(std::fs::read(place.path("fig.png")).unwrap().starts_with(b"\x89PNG"));
    }
}

#[test]
fn the_title_is_the_command_or_what_is_given() {
    let place = Place::new();
    let plain = plot(&place, &format!("{DATA}/mprof_funcs.dat"));
    assert!(has_text(&plain, "time (s)") || has_text(&plain, "(s)"), "{:?}", texts(&plain));
    assert!(has_text(&plain, "MiB") && texts(&plain).iter().any(|text| text == "0"), "{:?}", texts(&plain));
    for option in ["-t", "--title"] {
        let titled = plot(&place, &format!("{option} Recorded {DATA}/mprof_funcs.dat"));
        assert!(has_text(&titled, "Recorded") && !has_text(&plain, "Recorded"));
    }
}

#[test]
fn a_long_title_is_wrapped() {
    let place = Place::new();
    let words: Vec<String> = (0..24).map(|n| format!("--option-{n}")).collect();
    let text = format!("CMDLINE {}\nMEM 1 1600000000.0\nMEM 2 1600000001.0\n", words.join(" "));
    std::fs::write(place.path("t.dat"), text).unwrap();
    let svg = plot(&place, "t.dat");
    let title: Vec<String> = texts(&svg).into_iter().filter(|text| text.contains("--option-")).collect();
    assert!(title.len() > 1 && title.iter().all(|line| line.len() < 110), "{title:?}");
    assert_eq!(title.join(" "), words.join(" "));
}

#[test]
fn the_sheet_has_its_size_and_a_grid() {
    let place = Place::new();
    let svg = plot(&place, &format!("{DATA}/numpy_ex3.dat"));
    assert!(svg.contains(r#"width="960" height="540""#), "{}", &svg[..200]);
    let axes = svg.split_once("<g id=\"axes\">").unwrap().1.split_once("</g>").unwrap().0;
    // The grid has a line for each number on the memory axis.
    let grid = axes.split_once('"').unwrap().1.split_once("/>").unwrap().0;
    let numbers = texts(axes).iter().filter(|text| text.parse::<f64>().is_ok()).count();
    assert!(grid.matches('M').count() >= numbers - 1 && numbers > 6, "{grid}");
    assert_eq!(place.run(&format!("plot -o x.png {DATA}/numpy_ex3.dat")).code, Some(0));
    let png = std::fs::read(place.path("x.png")).unwrap();
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    assert_eq!((number(16), number(20)), (1920, 1080));
}

#[test]
fn without_a_name_the_newest_is_drawn() {
    let place = Place::new();
    for (name, data) in
        [("mprofile_20200101120000.dat", "numpy_ex1"), ("mprofile_20200102120000.dat", "numpy_ex3")]
    {
        std::fs::copy(format!("{DATA}/{data}.dat"), place.path(name)).unwrap();
    }
    let done = place.run("plot");
    assert_eq!((done.code, done.stdout.as_str()), (Some(0), "mprofile_20200102120000.svg\n"));
    assert!(has_text(
        &std::fs::read_to_string(place.path("mprofile_20200102120000.svg")).unwrap(),
        "61.0 MiB"
    ));
}

#[test]
fn hiding_spans_keeps_the_peak() {
    let place = Place::new();
    let full = plot(&place, &format!("{DATA}/mprof_funcs.dat"));
    assert!(has_text(&full, "transform") && has_text(&full, "peak 502.9 MiB"), "{:?}", texts(&full));
    for option in ["-n", "--no-function-ts"] {
        let bare = plot(&place, &format!("{option} {DATA}/mprof_funcs.dat"));
        assert!(!has_text(&bare, "transform") && has_text(&bare, "peak 502.9 MiB"), "{:?}", texts(&bare));
    }
}

#[test]
fn all_calls_of_a_function_share_one_legend_entry() {
    let svg = plot(&Place::new(), &format!("{DATA}/mprof_funcs.dat"));
    let texts = texts(&svg);
    let row = texts.iter().position(|text| text == "load").unwrap();
    assert_eq!(texts[row + 1..row + 5], ["2", "1.02 s", "+200.0 MiB", "≥ 222.9 MiB"]);
    assert_eq!(texts.iter().filter(|text| *text == "load").count(), 1);
}

/// mprof kept the memory range of the whole run in a window.
#[test]
fn a_window_rescales_the_memory_axis() {
    let place = Place::new();
    let trace =
        "CMDLINE x\nMEM 2 1600000000.0\nMEM 2 1600000000.4\nMEM 402 1600000000.5\nMEM 402 1600000000.8\n";
    std::fs::write(place.path("t.dat"), trace).unwrap();
    let highest = |svg: &str| {
        let labels = texts(svg).into_iter().filter_map(|text| text.parse::<f64>().ok());
        labels.fold(0.0, f64::max)
    };
    let whole = plot(&place, "t.dat -w 0,10");
    assert!(highest(&whole) >= 300.0 && has_text(&whole, "peak 4"), "{:?}", texts(&whole));
    for option in ["-w 0,0.2", "--window 0,0.2"] {
        let start = plot(&place, &format!("t.dat {option}"));
        // The time axis is in ms here. The memory axis must not reach hundreds of MiB.
        assert!(!texts(&start).iter().any(|text| text == "300" || text == "400"), "{:?}", texts(&start));
        assert!(!has_text(&start, "peak 4"), "the peak lies outside: {:?}", texts(&start));
    }
}

/// mprof dropped the legend row of a function that had started before the window.
#[test]
fn a_window_shows_the_spans_that_reach_into_it() {
    let place = Place::new();
    let text = "CMDLINE x\nMEM 1 1600000000.0\nMEM 2 1600000010.0\nFUNC m.whole 1 1600000001.0 2 1600000009.0 0\n\
                FUNC m.early 1 1600000001.0 1 1600000002.0 1\nFUNC m.late 1 1600000004.5 1 1600000007.0 1\n";
    std::fs::write(place.path("t.dat"), text).unwrap();
    let svg = plot(&place, "t.dat -w 4,5");
    assert!(
        has_text(&svg, "whole") && has_text(&svg, "late") && !has_text(&svg, "early"),
        "{:?}",
        texts(&svg)
    );
}

#[test]
fn names_are_the_shortest_unambiguous_suffixes() {
    let place = Place::new();
    let mut text = "CMDLINE x\nMEM 1 1600000000.0\nMEM 2 1600000010.0\n".to_owned();
    for name in ["x.alone", "p.a.twin", "q.b.twin", "m._hidden", ".block"] {
        text += &format!("FUNC {name} 1 1600000001.0 1 1600000002.0 0\n");
    }
    std::fs::write(place.path("t.dat"), text).unwrap();
    let texts = texts(&plot(&place, "t.dat"));
    for name in ["alone", "a.twin", "b.twin", "_hidden", "block"] {
        assert!(texts.iter().any(|text| text == name), "{name}: {texts:?}");
    }
}

/// mprof failed with a traceback on traces from before 2019, which have no levels.
#[test]
fn a_flame_needs_no_levels() {
    let place = Place::new();
    let text = "CMDLINE x\nMEM 1 1600000000.0\nMEM 2 1600000010.0\nFUNC m.inner 1 1600000002.0 2 1600000008.0\n\
                FUNC m.outer 1 1600000001.0 1 1600000009.0\n";
    std::fs::write(place.path("t.dat"), text).unwrap();
    let svg = plot(&place, "t.dat -f");
    let height = |name: &str| {
        let line = svg.lines().find(|line| line.ends_with(&format!(">{name}</text>"))).expect(name);
        line.split_once(" y=\"").unwrap().1.split_once('"').unwrap().0.parse::<f64>().unwrap()
    };
    assert!(height("outer") + 10.0 < height("inner"), "{svg}");
}

#[test]
fn one_sample_has_a_figure_and_no_slope() {
    let place = Place::new();
    std::fs::write(place.path("t.dat"), "CMDLINE x\nMEM 1 1600000000.0\n").unwrap();
    assert!(!has_text(&plot(&place, "t.dat -s"), "slope"));
}

#[test]
fn a_flame_has_its_names_in_the_file() {
    let place = Place::new();
    for option in ["-f", "--flame"] {
        let svg = plot(&place, &format!("{option} {DATA}/mprof_funcs.dat"));
        assert!(has_text(&svg, "transform") && has_text(&svg, "peak 502.9 MiB"), "{:?}", texts(&svg));
    }
}

#[test]
fn the_slope_has_a_unit_and_an_interval() {
    let place = Place::new();
    for option in ["-s", "--slope", "--backend agg -s"] {
        let svg = plot(&place, &format!("{option} {DATA}/numpy_ex1.dat"));
        assert!(
            texts(&svg).iter().any(|text| text.contains("/s") && text.contains('±')),
            "{:?}",
            texts(&svg)
        );
        assert!(!has_text(&svg, "not linear"), "{:?}", texts(&svg));
    }
    // This run climbs once and then stays level, so a straight line describes it badly.
    let svg = plot(&place, &format!("-s {DATA}/numpy_ex3.dat"));
    assert!(has_text(&svg, "not linear: "), "{:?}", texts(&svg));
}

#[test]
fn several_files_keep_their_peaks() {
    let svg = plot(
        &Place::new(),
        &format!("{DATA}/numpy_ex1.dat {DATA}/mprof_funcs.dat {DATA}/mprof_pool_M.dat {DATA}/numpy_ex3.dat"),
    );
    for part in ["ex1.py", "ex3.py", "14.95 GiB", "502.9 MiB", "61.0 MiB"] {
        assert!(has_text(&svg, part), "{part}: {:?}", texts(&svg));
    }
    assert!(!svg.contains("id=\"title\"") && !has_text(&svg, "transform"), "{:?}", texts(&svg));
    // Four curves, none of a child, each with a stroke of its own.
    let curves = svg.split_once("<g id=\"curves\">").unwrap().1.split_once("</g>").unwrap().0;
    let strokes = curves.split("<path stroke=\"").skip(1).map(|path| path.split(" d=").next().unwrap());
    let strokes: std::collections::HashSet<&str> = strokes.collect();
    assert_eq!(strokes.len(), 4, "{strokes:?}");
}

/// A legend of file names said nothing about the programs.
#[test]
fn several_files_have_the_names_that_tell_them_apart() {
    let place = Place::new();
    for (name, batch) in [("r10", 64), ("r2", 32)] {
        let text =
            format!("CMDLINE ./train --batch {batch} data\nMEM {batch} 1600000000.0\nMEM 9 1600000010.0\n");
        std::fs::write(place.path(&format!("{name}.dat")), text).unwrap();
    }
    let svg = plot(&place, "r10.dat r2.dat");
    assert!(has_text(&svg, "--batch 32") && has_text(&svg, "--batch 64"), "{:?}", texts(&svg));
    let svg = plot(&place, "r10.dat r2.dat --label r2=small");
    assert!(has_text(&svg, "small") && has_text(&svg, "--batch 64"), "{:?}", texts(&svg));
    let done = place.run("plot r10.dat r2.dat --label r3=none -o y.svg");
    assert_eq!(done.code, Some(1));
    assert!(done.stderr.contains("no trace `r3`") && done.stderr.contains("`r2.dat`"), "{}", done.stderr);
    // A shell expands `r*.dat` to this order, in which r10 comes before r2.
    assert!(
        texts(&svg).iter().position(|text| text == "small")
            < texts(&svg).iter().position(|text| text == "--batch 64")
    );
    // Two runs of one command have the names of their files, and the command as title.
    std::fs::copy(place.path("r2.dat"), place.path("r3.dat")).unwrap();
    let svg = plot(&place, "r2.dat r3.dat");
    assert!(["r2", "r3", "./train --batch 32 data"].iter().all(|text| texts(&svg).iter().any(|t| t == text)));
}

#[test]
fn a_missing_trace_is_an_error() {
    let place = Place::new();
    let done = place.run(&format!("plot {DATA}/numpy_ex3.dat missing.dat -o x.svg"));
    assert_eq!(done.code, Some(1));
    assert!(done.stderr.contains("missing.dat") && !place.path("x.svg").exists(), "{}", done.stderr);
}

#[test]
fn children_have_curves_of_their_own() {
    let place = Place::new();
    // `has_touched` allows for an error of up to 1 MiB in each of 13 processes, so the children may lack 13 MiB in all.
    // Three children below 10 MiB would lack 18 MiB.
    place.run_truth_until("-q -T 20ms", "fork 12 [ touch 16MiB await go ] await go", |shown| {
        shown.processes == 13 && shown.has_touched(192 << 20)
    });
    let svg = plot(&place, "t.dat");
    assert!(texts(&svg).iter().filter(|text| text.contains(":truth")).count() == 8, "{:?}", texts(&svg));
    let peaks = texts(&svg).into_iter().filter(|text| text.starts_with("peak at least 1"));
    assert!(peaks.count() >= 8, "{:?}", texts(&svg));
    assert!(has_text(&svg, "5 others, the largest at least 1"), "{:?}", texts(&svg));
    assert!(place.trace().contains(r#""start":"20"#));
}
