//! The gallery: every kind of figure that the tests draw, each with a name.

use rprof_plot::{Options, SpanView, Theme};
use rprof_trace::{Bytes, Profile, Seconds};

use super::{
    browser, build, children, ended_at_limit, forty, gap, limited, many_marks, many_spans, marked,
    memory_beside_rss, million, mprof, nested, no_tick, out_of_memory, point, processes, profile, ramp,
    spike,
};

/// A figure: name, options, and traces with their labels.
pub type Figure = (&'static str, Options, Vec<(String, Profile)>);

/// All figures.
pub fn gallery() -> Vec<Figure> {
    [curves(), spans(), limits(), comparisons(), looks(), extremes(), super::views::views()]
        .into_iter()
        .flatten()
        .collect()
}

fn plain() -> Options {
    Options::default()
}

fn one(profile: Profile) -> Vec<(String, Profile)> {
    vec![("trace.dat".to_owned(), profile)]
}

/// Single traces without spans.
fn curves() -> Vec<Figure> {
    vec![
        ("ramp", plain(), one(ramp())),
        ("numpy", plain(), one(mprof("numpy_ex1.dat"))),
        ("small", Options { width: 480, height: 300, ..plain() }, one(mprof("numpy_ex3.dat"))),
        ("tiny", Options { width: 400, height: 240, ..plain() }, one(children())),
        ("spike", plain(), one(spike())),
        ("children", plain(), one(children())),
        ("pool", plain(), one(mprof("mprof_pool_M.dat"))),
        ("gap", plain(), one(gap())),
        ("build", plain(), one(build())),
        ("no_tick", plain(), one(no_tick())),
        ("browser", plain(), one(browser())),
        ("slope", Options { slope: true, ..plain() }, one(ramp())),
        (
            "window",
            Options { window: Some((Seconds(10.0), Seconds(14.5))), ..plain() },
            one(mprof("numpy_ex1.dat")),
        ),
        ("million", plain(), one(million())),
    ]
}

/// Single traces with spans or marks.
fn spans() -> Vec<Figure> {
    let flame = || Options { spans: SpanView::Flame, ..plain() };
    vec![
        ("functions", plain(), one(mprof("mprof_funcs.dat"))),
        ("many_functions", plain(), one(many_spans())),
        ("all_functions", Options { all_spans: true, ..plain() }, one(many_spans())),
        ("flame", flame(), one(mprof("mprof_funcs.dat"))),
        ("many_flames", flame(), one(many_spans())),
        ("spans", plain(), one(nested())),
        ("spans_flame", flame(), one(nested())),
        ("spans_small", Options { width: 480, height: 300, ..plain() }, one(nested())),
        ("forty_spans", plain(), one(forty())),
        ("forty_flames", flame(), one(forty())),
        ("process_spans", plain(), one(processes())),
        ("process_flame", flame(), one(processes())),
        ("marks", plain(), one(marked())),
        ("many_marks", Options { width: 640, ..plain() }, one(many_marks())),
    ]
}

/// Limits, kills, and memory that the curve does not show.
fn limits() -> Vec<Figure> {
    let size = |width, height| Options { width, height, ..plain() };
    let window = |from, to| Options { window: Some((Seconds(from), Seconds(to))), ..plain() };
    let two = || limited(ramp(), Some(400.0), Some(512.0));
    let far = || limited(ramp(), Some(310.0), Some(24.0 * 1024.0));
    let asleep = Profile { elapsed: Seconds(420.0), ..limited(gap(), Some(130.0), None) };
    let asleep = Profile { gaps: vec![(Seconds(299.0), Seconds(420.0))], ..asleep };
    let named = |label: &str, profile| (label.to_owned(), profile);
    let three = vec![
        named("small.dat", limited(ramp(), Some(310.0), Some(512.0))),
        named("large.dat", limited(nested(), Some(400.0), Some(512.0))),
        named("huge_pages.dat", limited(memory_beside_rss(), Some(8192.0), Some(512.0))),
    ];
    vec![
        ("limits", plain(), one(two())),
        ("limit_shared", plain(), one(limited(children(), Some(700.0), None))),
        ("limits_small", size(400, 240), one(two())),
        ("limits_window", window(1.0, 3.0), one(limited(ramp(), Some(160.0), Some(512.0)))),
        (
            "limits_flame",
            Options { spans: SpanView::Flame, ..plain() },
            one(limited(nested(), Some(310.0), None)),
        ),
        ("limits_several", plain(), three),
        ("limit_far", plain(), one(far())),
        ("limit_gap", plain(), one(asleep)),
        ("limit_ended", plain(), one(ended_at_limit())),
        ("limit_ended_small", size(480, 300), one(ended_at_limit())),
        ("out_of_memory", plain(), one(out_of_memory())),
        ("out_of_memory_small", size(480, 300), one(out_of_memory())),
        ("beside_rss", plain(), one(memory_beside_rss())),
        ("beside_rss_small", size(480, 300), one(memory_beside_rss())),
    ]
}

/// Several traces in one figure.
fn comparisons() -> Vec<Figure> {
    let numpy = || {
        [("float64.dat", "numpy_ex1.dat"), ("float32.dat", "numpy_ex2.dat"), ("hdf5.dat", "numpy_ex3.dat")]
            .map(|(label, file)| (label.to_owned(), mprof(file)))
            .to_vec()
    };
    let awake =
        || profile("awake", (0..250).map(|i| point(f64::from(i), 40.0 + f64::from(i % 30))).collect());
    let many = (0..9_i32).map(|i| {
        let curve =
            (0..100).map(|j| point(f64::from(j), f64::from(i + 1) * 30.0 + f64::from(j * (9 - i)) * 0.9));
        (format!("results/run_{i:02}/mprofile_2026-01-0{i}.dat"), profile("x", curve.collect()))
    });
    vec![
        ("several", plain(), numpy()),
        (
            "several_slope",
            Options { slope: true, title: Some("Three ways to sum 500 arrays".into()), ..plain() },
            numpy(),
        ),
        ("many", plain(), many.collect()),
        ("on_the_axis", plain(), on_the_axis()),
        ("several_gaps", plain(), vec![("asleep".to_owned(), gap()), ("awake".to_owned(), awake())]),
    ]
}

/// Themes and sizes.
fn looks() -> Vec<Figure> {
    let theme = |theme| Options { theme, ..plain() };
    let column = Options { width: 480, height: 320, scale: 0.693, theme: Theme::Print, ..plain() };
    vec![
        ("dark", theme(Theme::Dark), one(out_of_memory())),
        ("dark_flame", Options { spans: SpanView::Flame, ..theme(Theme::Dark) }, one(nested())),
        ("dark_several", theme(Theme::Dark), on_the_axis()),
        ("print", theme(Theme::Print), one(build())),
        ("print_column", column, on_the_axis()),
        ("transparent", Options { transparent: true, ..plain() }, one(nested())),
        ("cut", Options { highest: Some(Bytes(200 << 20)), ..plain() }, one(ramp())),
    ]
}

/// Arrays in memory, and two in files, whose curves lie on the time axis of the others.
fn on_the_axis() -> Vec<(String, Profile)> {
    let run = |name: &str, end: f64, mib: f64, grows: bool| {
        let at = |i: u32| if grows { mib * f64::from(i) / 100.0 } else { mib };
        (
            name.to_owned(),
            profile(name, (0..=100).map(|i| point(end * f64::from(i) / 100.0, at(i))).collect()),
        )
    };
    vec![
        run("basic", 28.6, 15_288.0, true),
        run("float32", 4.8, 7650.0, true),
        run("hdf5", 7.4, 21.8, false),
        run("memmap", 9.8, 7650.0, true),
        run("zarr", 19.4, 35.2, false),
    ]
}

/// Long and hostile texts, very small and very large numbers.
fn extremes() -> Vec<Figure> {
    let long = "/usr/bin/python3.12 -X dev -W error /home/someone/projects/climate/analysis/run.py --input \
                /data/era5/temperature_2m_1979-2024.nc --output /scratch/results/trend.zarr --chunks time=744,lat=181,lon=360 \
                --workers 16 --memory-limit 4GiB --verbose --log-file=/scratch/results/trend.log --seed 20260101 --dry-run \
                --no-cache --retries 3 --notify nobody@example.org";
    let nasty = "sh -c 'printf \"\u{1b}[31m<&>\t\u{0}\" | \u{202e}sed s/שלום/世界😀/'  \u{ffff}".to_owned()
        + &"x".repeat(300);
    vec![
        (
            "low",
            Options { height: 240, ..plain() },
            one(Profile { command: long.to_owned(), ..many_spans() }),
        ),
        ("long_title", plain(), one(Profile { command: long.to_owned(), ..ramp() })),
        ("nasty_title", plain(), one(Profile { command: nasty, ..ramp() })),
        ("one_sample", plain(), one(profile("true", vec![point(0.0, 1.5)]))),
        ("zeros", plain(), one(profile("zeros", (0..5).map(|i| point(f64::from(i), 0.0)).collect()))),
        (
            "late_peak",
            plain(),
            one(profile(
                "late",
                (0..=50).map(|i| point(f64::from(i) * 7000.0, f64::from(i * i) * 4200.0)).collect(),
            )),
        ),
        (
            "microseconds",
            plain(),
            one(profile(
                "fast",
                (0..5).map(|i| point(f64::from(i) * 2e-6, 0.001 * f64::from(5 - i))).collect(),
            )),
        ),
        (
            "huge",
            plain(),
            one(profile("huge", (0..5).map(|i| point(f64::from(i) * 1e5, 2.5e6 * f64::from(i))).collect())),
        ),
    ]
}
