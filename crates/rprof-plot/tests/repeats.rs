//! The figure of repeated runs: what it shows, and that any input gives a figure or an error.
#![allow(clippy::unwrap_used)]

mod support;

use roxmltree::Document;
use rprof_plot::{Error, Options, Repeats, repeats};
use rprof_trace::{Curve, Point};
use support::{MIB, point};

fn ramp(seconds: f64, mib: f64) -> Curve {
    (0..=20).map(|step| f64::from(step) / 20.0).map(|share| point(share * seconds, share * mib)).collect()
}

fn group<'a>(label: &'a str, curves: &'a [Curve]) -> Repeats<'a> {
    let peak = |curve: &Curve| curve.iter().map(|Point { value, .. }| value.0 as f64).fold(0.0, f64::max);
    let peaks: Vec<f64> = curves.iter().map(peak).collect();
    let mean = peaks.iter().sum::<f64>() / peaks.len().max(1) as f64;
    Repeats { label, mean: (mean, (peaks.len() > 1).then_some(MIB)), peaks, curves: curves.iter().collect() }
}

fn count(svg: &str, group: &str, tag: &str) -> usize {
    let document = Document::parse(svg).unwrap();
    let found = document.descendants().find(|node| node.attribute("id") == Some(group)).expect(group);
    found.descendants().filter(|node| node.has_tag_name(tag)).count()
}

#[test]
fn each_command_has_a_band_a_curve_and_the_peaks_of_its_runs() {
    let slow: Vec<Curve> = (0..5).map(|run| ramp(2.0, 100.0 + f64::from(run))).collect();
    let fast: Vec<Curve> = (0..7).map(|run| ramp(1.0, 50.0 + f64::from(run))).collect();
    let options = Options { title: Some("sort".to_owned()), ..Options::default() };
    let svg = repeats(&options, &[group("sort a", &slow), group("<fast>", &fast)]).unwrap();
    for part in
        ["sort a", "&lt;fast&gt;", "1. peak 102.0 MiB ± 1.0 MiB", "7 runs", "peak of each run", "time (s)"]
    {
        assert!(svg.contains(part), "`{part}` is not in {svg}");
    }
    assert_eq!(svg, repeats(&options, &[group("sort a", &slow), group("<fast>", &fast)]).unwrap());
    // Twelve dots, and two rings of a round marker.
    assert!(count(&svg, "peaks", "circle") >= 12, "{svg}");
}

#[test]
fn thousands_of_runs_make_a_small_figure() {
    let runs: Vec<Curve> = (0..3000).map(|run| ramp(0.001, 1.0 + f64::from(run % 7) * 0.004)).collect();
    let svg = repeats(&Options::default(), &[group("true", &runs)]).unwrap();
    assert!(svg.len() < 100_000, "{}", svg.len());
}

#[test]
fn odd_runs_make_a_figure_or_an_error_that_says_why() {
    let single = [vec![point(0.0, 1.0)]];
    assert!(repeats(&Options::default(), &[group("one tick", &single)]).is_ok());
    let none: [Curve; 0] = [];
    assert!(repeats(&Options::default(), &[group("x", &single), group("no run", &none)]).is_ok());
    let empty = repeats(&Options::default(), &[group("no run", &none)]);
    assert!(matches!(empty, Err(Error::Empty(_))), "{empty:?}");
    let small = Options { width: 10, ..Options::default() };
    assert_eq!(repeats(&small, &[group("x", &single)]), Err(Error::Size(10, 540)));
    let many: Vec<Repeats<'_>> = (0..60).map(|_| group("x", &single)).collect();
    assert!(repeats(&Options::default(), &many).is_ok());
}
