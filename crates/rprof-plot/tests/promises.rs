//! Properties of every figure: it is small, valid and reproducible, and nothing in it is clipped, covered or lost.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::Arc;

use rprof_plot::{Error, Options, SpanView, Trace};
use rprof_trace::{Bytes, Profile, Seconds};
use support::gallery::{Figure, gallery};
use support::{draw, point, profile, span};
use usvg::{Node, Rect, Tree};

/// Parses a figure with the embedded fonts and no others.
fn tree(svg: &str) -> Tree {
    let mut fonts = usvg::fontdb::Database::new();
    for file in ["DejaVuSans.subset.ttf", "DejaVuSans-Bold.subset.ttf"] {
        // Not `load_font_file`, which usvg has only where the feature `png` brings it along.
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fonts").join(file);
        fonts.load_font_data(std::fs::read(path).unwrap());
    }
    let options = usvg::Options { fontdb: Arc::new(fonts), ..usvg::Options::default() };
    Tree::from_str(svg, &options).unwrap()
}

fn texts(group: &usvg::Group) -> Vec<(String, Rect)> {
    let mut found = Vec::new();
    for node in group.children() {
        match node {
            Node::Group(inner) => found.extend(texts(inner)),
            Node::Text(text) => {
                let words = text.chunks().iter().map(usvg::TextChunk::text).collect();
                found.push((words, text.abs_bounding_box()));
            }
            _ => {}
        }
    }
    found
}

fn place(tree: &Tree, group: &str) -> Option<Rect> {
    tree.node_by_id(group).map(Node::abs_bounding_box)
}

fn figures() -> impl Iterator<Item = (Figure, String)> {
    gallery().into_iter().map(|figure| {
        let svg = draw(&figure.1, &figure.2).unwrap();
        (figure, svg)
    })
}

#[test]
fn every_figure_is_small_valid_and_reproducible() {
    for ((name, options, traces), svg) in figures() {
        assert!(svg.len() < 200_000, "{name}: {} bytes", svg.len());
        roxmltree::Document::parse(&svg).unwrap();
        assert_eq!(draw(&options, &traces).unwrap(), svg, "{name}");
        assert!(!svg.contains("opacity") && !svg.contains("NaN") && !svg.contains("inf"), "{name}");
    }
}

#[test]
fn no_text_is_clipped_or_covers_another() {
    for ((name, ..), svg) in figures() {
        let tree = tree(&svg);
        let texts = texts(tree.root());
        assert!(texts.len() > 5, "{name}");
        let (width, height) = (tree.size().width(), tree.size().height());
        for (i, (text, at)) in texts.iter().enumerate() {
            let inside = at.left() >= 0.0 && at.top() >= 0.0 && at.right() <= width && at.bottom() <= height;
            assert!(inside, "{name}: `{text}` at {at:?}");
            for (other, there) in &texts[i + 1..] {
                let apart = at.right() <= there.left()
                    || there.right() <= at.left()
                    || at.bottom() <= there.top()
                    || there.bottom() <= at.top();
                assert!(apart, "{name}: `{text}` at {at:?} lies on `{other}` at {there:?}");
            }
        }
    }
}

#[test]
fn legend_and_title_do_not_cover_the_curves() {
    let mut legends = 0;
    for ((name, ..), svg) in figures() {
        let tree = tree(&svg);
        // Small multiples have a group for each panel.
        let curves = place(&tree, "curves").or_else(|| place(&tree, "panel-1")).unwrap();
        if let Some(legend) = place(&tree, "legend") {
            legends += 1;
            assert!(legend.left() > curves.right() + 4.0, "{name}: {legend:?} {curves:?}");
            assert!(
                legend.right() <= tree.size().width() && legend.bottom() <= tree.size().height(),
                "{name}"
            );
        }
        if let Some(title) = place(&tree, "title") {
            let below = [Some(curves), place(&tree, "peak"), place(&tree, "ground")];
            assert!(below.into_iter().flatten().all(|r| r.top() >= title.bottom()), "{name}: {title:?}");
        }
    }
    assert!(legends > 5, "the groups of the SVG have lost their names");
}

/// A limit of 24 GiB over a curve of 50 MiB must leave the curve its height.
#[test]
fn a_limit_never_takes_more_than_half_of_the_height() {
    let height = |profile: Profile| {
        let svg = draw(&Options::default(), &[("x".into(), profile)]).unwrap();
        let curves = place(&tree(&svg), "curves").unwrap();
        (svg, curves.height())
    };
    let (without, alone) = height(support::ramp());
    assert!(!without.contains("limit"));
    for mib in [150.0, 300.0, 310.0, 450.0, 600.0] {
        let (svg, with) = height(support::limited(support::ramp(), Some(mib), None));
        assert!(
            svg.contains(&format!(">memory limit {mib:.1} MiB<")) && svg.contains("limit-lines"),
            "{mib}"
        );
        assert!(with > alone * 0.45, "{mib}: {with} of {alone}");
    }
    for mib in [601.0, 24.0 * 1024.0] {
        let (svg, with) = height(support::limited(support::ramp(), None, Some(mib)));
        assert!(svg.contains("off scale: cgroup limit") && !svg.contains("limit-lines"), "{mib}");
        assert!(with > alone * 0.9, "{mib}: {with} of {alone}");
    }
}

#[test]
fn a_figure_names_what_the_curve_does_not_show() {
    let shown = |profile: Profile| draw(&Options::default(), &[("x".into(), profile)]).unwrap();
    let beside = shown(support::memory_beside_rss());
    for part in [
        "peak 300.0 MiB RSS + 844.0 MiB huge pages at 6.00 s",
        "180.0 MiB of the peak are file-backed, reclaimable; RSS + swap reached 620.0 MiB at 4.20 s",
    ] {
        assert!(beside.contains(part), "{part}");
    }
    assert!(shown(support::ended_at_limit()).contains(">memory limit reached<"));
    let killed = shown(support::out_of_memory());
    assert!(killed.contains(">out of memory: 4712:cc1plus killed<"));
    assert!(killed.contains(">possibly out of memory: 4720:cc1plus killed<"));
    assert!(!shown(support::ramp()).contains("subtitle"));
}

/// The legend beside three curves took the width that they needed, and one of them lay hidden on the time axis.
#[test]
fn few_curves_are_labelled_where_they_are() {
    let flat = profile("in a file", (0..=60).map(|i| point(f64::from(i) * 0.1, 1.0)).collect());
    let traces = [("in memory".to_owned(), support::ramp()), ("in a file".to_owned(), flat)];
    let svg = draw(&Options::default(), &traces).unwrap();
    let figure = tree(&svg);
    assert!(place(&figure, "legend").is_none());
    let labels = place(&figure, "labels").unwrap();
    let (curves, axes) = (place(&figure, "curves").unwrap(), place(&figure, "axes").unwrap());
    assert!(labels.left() > curves.left() && labels.right() < axes.right() && curves.right() > 900.0);
    for words in [">in memory<", ">peak 300.0 MiB at 6.00 s<", ">in a file<", ">peak 1.0 MiB at 0 s<"] {
        assert!(svg.contains(words), "{words}");
    }
    // The low curve is the second one. Its line starts above that of the time axis.
    let low = svg.split("<path stroke=\"#d55e00\"").nth(1).unwrap();
    let start = low.split_once("d=\"M").unwrap().1.split(['h', 'l', 'v']).next().unwrap();
    let y: f32 = start.split(' ').nth(1).unwrap().parse().unwrap();
    let axis = curves.bottom().max(485.0);
    assert!(axis - y >= 2.0 && axis - y < 8.0, "{y} {axis}");
}

#[test]
fn a_small_figure_gives_up_the_times_of_the_peaks_but_no_other_fact() {
    let flat = |mib| profile("flat", (0..=60).map(|i| point(f64::from(i) * 0.1, mib)).collect());
    let traces = [("high".to_owned(), flat(90.0)), ("low".to_owned(), flat(60.0))];
    let small = |slope| Options { width: 400, height: 240, slope, ..Options::default() };
    let svg = draw(&small(false), &traces).unwrap();
    assert!(svg.contains(">peak 90.0 MiB") && svg.contains(">peak 60.0 MiB"));
    let svg = draw(&small(true), &traces).unwrap();
    assert_eq!(svg.matches(">slope ").count(), 2, "{svg}");
}

/// Seven of twenty functions were drawn, and no option showed the rest.
#[test]
fn every_function_is_drawn_or_counted() {
    let shown = |all_spans| {
        let options = Options { all_spans, ..Options::default() };
        let svg = draw(&options, &[("x".into(), support::many_spans())]).unwrap();
        let texts: Vec<String> = texts(tree(&svg).root()).into_iter().map(|text| text.0).collect();
        (tree(&svg).size().height(), texts)
    };
    let (height, texts) = shown(true);
    for name in ["main", "load", "math.transform", "numpy.transform", "step_0", "step_11"] {
        assert!(texts.iter().any(|text| text == name), "{name}: {texts:?}");
    }
    assert!(height > 540.0 && !texts.iter().any(|text| text.contains(" more ")));
    let (height, texts) = shown(false);
    let drawn = texts.iter().filter(|text| text.starts_with("step_")).count();
    assert!((height - 540.0).abs() < 0.1 && drawn < 12);
    let counted = texts.iter().find(|text| text.starts_with("… and ")).unwrap();
    assert!(counted.ends_with(" more names, at most 1.00 s"), "{counted}");
}

/// The table of the functions took a third of the sheet from the curve above it.
#[test]
fn a_single_curve_has_the_width_of_the_sheet() {
    for spans in [SpanView::Lanes, SpanView::Hidden] {
        let options = Options { spans, ..Options::default() };
        let svg = draw(&options, &[("x".into(), support::mprof("mprof_funcs.dat"))]).unwrap();
        let axes = place(&tree(&svg), "axes").unwrap();
        assert!(axes.right() > 925.0, "{spans:?}: {axes:?}");
    }
}

/// A function was orange among the bars and blue in the flame of the same trace.
#[test]
fn a_function_has_one_colour_in_every_view() {
    let colours = |spans, window| {
        let options = Options { spans, window, ..Options::default() };
        let svg = draw(&options, &[("x".into(), support::nested())]).unwrap();
        let group =
            svg.split_once("<g id=\"functions\">").unwrap().1.split_once("</g>").unwrap().0.to_owned();
        let fills = group.split("<path fill=\"").skip(1).map(|path| path[..7].to_owned());
        fills.filter(|fill| fill != "#ffffff").collect::<std::collections::BTreeSet<_>>()
    };
    let bars = colours(SpanView::Lanes, None);
    assert_eq!(bars.len(), 5, "one for each name: {bars:?}");
    assert_eq!(colours(SpanView::Flame, None), bars);
    let window = Some((Seconds(0.4), Seconds(1.0)));
    assert!(colours(SpanView::Lanes, window).is_subset(&bars));
}

/// A process seen at one tick was a slope to 0, and shells of 2 MiB had rows of their own in the legend.
#[test]
fn a_build_has_steps_and_one_row_for_its_small_processes() {
    let svg = draw(&Options::default(), &[("x".into(), support::build())]).unwrap();
    let curves = svg.split_once("<g id=\"curves\">").unwrap().1.split_once("</g>").unwrap().0;
    // The last process lived for one tick: up, along, down.
    let mut lines = curves.split(" d=\"M").skip(1).map(|line| line.split('"').next().unwrap());
    let is_step = |line: &str| line.matches('v').count() == 2 && line.matches('h').count() == 1;
    assert!(lines.any(|line| is_step(line) && !line.contains('l')), "{curves}");
    assert!(svg.contains(">2 others, the largest at least 3.0 MiB<") && !svg.contains(":sh<"));
    assert!(svg.contains(">not measured after 1.20 s<"));
}

/// Ten curves of a browser were all called `chromium`.
#[test]
fn processes_of_one_name_are_told_apart_by_an_argument() {
    let svg = draw(&Options::default(), &[("x".into(), support::browser())]).unwrap();
    for name in [">100:chromium<", ">101:chromium --type=renderer<", ">103:chromium --type=zygote<"] {
        assert!(svg.contains(name), "{name}");
    }
    let alone = Options { processes: 1, ..Options::default() };
    assert!(draw(&alone, &[("x".into(), support::browser())]).unwrap().contains(">100:chromium<"));
}

/// The band of the interval that contains the peak filled the sheet of a run without a tick.
#[test]
fn a_run_without_a_tick_says_so() {
    let svg = draw(&Options::default(), &[("x".into(), support::no_tick())]).unwrap();
    assert!(svg.contains("no tick during the run") && !svg.contains("#fbe1d2"));
    let figure = tree(&svg);
    assert!(place(&figure, "curves").unwrap().width() < 10.0, "one dot, and no line");
}

/// A break of a curve among several was not explained.
#[test]
fn a_gap_of_one_of_several_traces_is_dotted_and_said() {
    let traces = [("asleep".to_owned(), support::gap()), ("ramp".to_owned(), support::ramp())];
    let svg = draw(&Options::default(), &traces).unwrap();
    assert!(svg.contains(">dotted: 81.0 s not measured<") && svg.contains("stroke-dasharray=\"1 4\""));
}

#[test]
fn a_spike_among_a_million_samples_reaches_the_peak_line() {
    let svg = draw(&Options::default(), &[("x".into(), support::million())]).unwrap();
    let tree = tree(&svg);
    let document = roxmltree::Document::parse(&svg).unwrap();
    let dot = document.descendants().rfind(|n| n.has_tag_name("circle")).unwrap();
    let y: f32 = dot.attribute("cy").unwrap().parse().unwrap();
    assert!((place(&tree, "curves").unwrap().top() - y).abs() < 0.1);
    let points = svg.matches(['l', 'h', 'v', ' ']).count();
    assert!(points < 30_000, "{points}");
}

#[test]
fn the_size_is_bounded_for_any_number_of_curves_processes_spans_and_gaps() {
    let million = support::million();
    let noisy = |seed: u64| {
        let mut profile = million.clone();
        profile.total.iter_mut().for_each(|p| p.value.0 += seed * 1_000_003);
        profile
    };
    let mut busy = noisy(0);
    busy.processes = (0..40).map(|i| support::process(&format!("{i}:noisy"), noisy(i).total)).collect();
    busy.pss.clone_from(&busy.total);
    busy.spans = (0..20_000)
        .map(|i| {
            span(
                &format!("module.f{}", i % 50),
                f64::from(i) * 0.5,
                Some(f64::from(i) * 0.5 + 0.1),
                Some(i % 20),
            )
        })
        .collect();
    busy.gaps = (0..5000).map(|i| (Seconds(f64::from(i) * 2.0), Seconds(f64::from(i) * 2.0 + 0.5))).collect();
    for spans in [SpanView::Lanes, SpanView::Flame, SpanView::Hidden] {
        let options = Options { spans, processes: 40, slope: true, ..Options::default() };
        let svg = draw(&options, &[("busy".into(), busy.clone())]).unwrap();
        assert!(svg.len() < 200_000, "{spans:?}: {} bytes", svg.len());
    }
    let traces: Vec<_> = (0..30).map(|i| (format!("noisy{i}.dat"), noisy(i))).collect();
    let svg = draw(&Options::default(), &traces).unwrap();
    assert!(svg.len() < 200_000, "30 traces: {} bytes", svg.len());
    assert!(svg.contains("more</text>"), "a legend that is too long counts the entries it hides");
}

#[test]
fn any_text_can_be_a_title_or_a_label() {
    let every: String =
        (0..0x3000_u32).chain(0xd7f0..0xe010).chain(0xfe00..0x1_0010).filter_map(char::from_u32).collect();
    let chunks: Vec<String> =
        every.chars().collect::<Vec<_>>().chunks(40).map(|c| c.iter().collect()).collect();
    let odd = ["", " ", "\n\n\n", "]]>", "&amp;", "a  b", "\u{301}\u{302}", "🧪🧪🧪"].map(str::to_owned);
    let long = ["x".repeat(100_000), "界".repeat(5000), "\u{301}".repeat(5000), "a ".repeat(5000)];
    let mut ramp = support::ramp();
    for text in chunks.into_iter().chain(odd).chain(long) {
        ramp.command.clone_from(&text);
        ramp.spans = vec![span(&text, 1.0, None, None)];
        ramp.processes = vec![support::process(&text, ramp.total.clone())];
        let one = Trace { label: &text, profile: &ramp };
        let titled = Options { title: Some(text.clone()), ..Options::default() };
        for (options, traces) in [(Options::default(), &[one][..]), (titled, &[one, one])] {
            roxmltree::Document::parse(&rprof_plot::svg(&options, traces).unwrap()).expect(&text);
        }
    }
}

#[test]
fn any_measurement_can_be_drawn() {
    let curve = |values: &[(f64, u64)]| {
        values.iter().map(|(t, v)| rprof_trace::Point { time: Seconds(*t), value: Bytes(*v) }).collect()
    };
    let curves = [
        curve(&[(0.0, 0)]),
        curve(&[(0.0, 1)]),
        curve(&[(5e6, 1 << 43)]),
        curve(&[(0.0, 7), (0.0, 7)]),
        curve(&[(1.0, 7), (1.0, 9)]),
        curve(&[(0.0, u64::MAX), (1e9, u64::MAX)]),
        curve(&[(-3.0, 5), (4e-6, 5)]),
        curve(&[(0.0, 1), (1e-300, 2)]),
        curve(&[(1e15, 1), (2e15, 2)]),
    ];
    for curve in curves {
        let mut odd = profile("odd", curve);
        for (elapsed, gaps) in
            [(None, vec![]), (Some(f64::INFINITY), vec![(Seconds(0.0), Seconds(f64::INFINITY))])]
        {
            odd.elapsed = elapsed.map_or(odd.elapsed, Seconds);
            odd.gaps = gaps;
            odd.spans = vec![span("f", 0.0, None, None), span("g", 3.0, Some(1.0), None)];
            for slope in [false, true] {
                for spans in [SpanView::Lanes, SpanView::Flame] {
                    let options = Options { slope, spans, ..Options::default() };
                    let svg = draw(&options, &[("odd".into(), odd.clone())]);
                    assert!(svg.is_ok_and(|svg| !svg.contains("NaN")) || odd.elapsed.0 > 1e300, "{odd:?}");
                }
            }
        }
    }
}

#[test]
fn an_error_names_its_cause_and_its_remedy() {
    let ramp = [("ramp.dat".to_owned(), support::ramp())];
    let window =
        |from, to| draw(&Options { window: Some((Seconds(from), Seconds(to))), ..Options::default() }, &ramp);
    let nothing = draw(&Options::default(), &[("a.dat".into(), Profile::default())]).unwrap_err();
    assert!(nothing.to_string().contains("`a.dat`") && nothing.to_string().contains("interval"), "{nothing}");
    assert!(matches!(draw(&Options::default(), &[]), Err(Error::Empty(_))));
    assert!(matches!(window(2.0, 2.0), Err(Error::Window(..))));
    assert!(matches!(window(f64::NAN, 2.0), Err(Error::Window(..))));
    assert!(matches!(window(0.0, f64::NAN), Err(Error::Window(..))));
    assert!(matches!(window(50.0, 60.0), Err(Error::EmptyWindow { .. })));
    assert!(matches!(window(50.0, f64::INFINITY), Err(Error::EmptyWindow { .. })));
    assert!(window(2.0, f64::INFINITY).is_ok());
    for (width, height) in [(0, 540), (960, 0), (100_000, 540), (960, u32::MAX)] {
        let options = Options { width, height, ..Options::default() };
        assert_eq!(draw(&options, &ramp), Err(Error::Size(width, height)));
    }
}

#[test]
fn each_option_changes_the_figure() {
    let shown =
        |options: &Options, profile: &Profile| draw(options, &[("x".into(), profile.clone())]).unwrap();
    let (plain, children) = (Options::default(), support::children());
    assert!(shown(&plain, &children).contains("peak 1.09 GiB at 14.8 s"));
    assert!(!shown(&Options { peak: false, ..plain.clone() }, &children).contains("id=\"peak\""));
    let two = shown(&Options { processes: 2, ..plain.clone() }, &children);
    assert!(two.contains("4712:cc1plus") && !two.contains("4713:cc1plus"));
    assert!(two.contains(">10 others, the largest at least "), "what has no curve is stated");
    assert!(!shown(&Options { processes: 0, ..plain.clone() }, &children).contains("cc1plus"));
    let calls = shown(&plain, &support::mprof("mprof_funcs.dat"));
    assert!(calls.contains(">transform<") && calls.contains(">1.87 s<"), "one lane for each name");
    let hidden = Options { spans: SpanView::Hidden, ..plain.clone() };
    assert!(!shown(&hidden, &support::mprof("mprof_funcs.dat")).contains(">transform<"));
    let slope = shown(&Options { slope: true, ..plain.clone() }, &support::mprof("numpy_ex1.dat"));
    assert!(slope.contains("slope +371 MiB/s ± 7 (95 %)"));
    let window = Options { window: Some((Seconds(1.0), Seconds(2.0))), ..plain.clone() };
    let window = shown(&window, &support::ramp());
    assert!(window.contains(">1.5<") && !window.contains(">300<"), "both axes show the window");
    assert!(!window.contains("id=\"peak\""), "the peak lies outside");
    assert!(shown(&Options { title: Some("Mine".into()), ..plain }, &children).contains(">Mine<"));
    let point = profile("one", vec![point(1.0, 2.0)]);
    assert!(shown(&Options::default(), &point).contains("<circle"), "a single sample is visible");
}
