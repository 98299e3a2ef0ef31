//! Profiles for the tests and the gallery: mprof's traces, and made-up ones with every peculiarity.
#![allow(dead_code, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::Path;

use rprof_plot::{Options, SpanView};
use rprof_trace::{Bytes, Curve, Envelope, Mark, Peak, Point, ProcessProfile, Profile, Seconds, Span};

pub const MIB: f64 = 1_048_576.0;

pub fn point(time: f64, mib: f64) -> Point {
    Point { time: Seconds(time), value: Bytes((mib * MIB).round() as u64) }
}

/// A profile of a curve, with its peak.
pub fn profile(command: &str, total: Curve) -> Profile {
    let highest = total.iter().rev().max_by_key(|p| p.value);
    Profile {
        command: command.to_owned(),
        elapsed: total.last().map_or(Seconds(0.0), |p| p.time),
        peak: highest.map(|p| Peak { value: p.value, time: p.time, within: None, upper: None }),
        samples: total.len() as u64,
        total,
        ..Profile::default()
    }
}

/// Reads a trace of mprof from `tests/data` of the workspace.
pub fn mprof(name: &str) -> Profile {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data").join(name);
    let text = std::fs::read_to_string(path).unwrap();
    let number = |word: Option<&str>| word.unwrap().parse::<f64>().unwrap();
    let (mut command, mut total, mut spans) = (String::new(), Curve::new(), Vec::new());
    let mut children: BTreeMap<String, Curve> = BTreeMap::new();
    for line in text.lines() {
        let mut words = line.split(' ');
        match words.next().unwrap() {
            "CMDLINE" => line[8..].clone_into(&mut command),
            "MEM" => total.push({
                let mib = number(words.next());
                point(number(words.next()), mib)
            }),
            "CHLD" => {
                let id = words.next().unwrap().to_owned();
                let mib = number(words.next());
                children.entry(id).or_default().push(point(number(words.next()), mib));
            }
            "FUNC" => {
                let name = words.next().unwrap().to_owned();
                let n: Vec<f64> = words.map(|w| w.parse().unwrap()).collect();
                let (enter, leave) = (point(n[1], n[0]), point(n[3], n[2]));
                spans.push(Span {
                    name,
                    enter: (enter.time, enter.value),
                    leave: Some((leave.time, leave.value)),
                    level: Some(n[4] as u32),
                    ..Span::default()
                });
            }
            _ => {}
        }
    }
    let start = total[0].time.0;
    let shift = |time: &mut Seconds| time.0 = ((time.0 - start) * 1e4).round() / 1e4;
    let shift_all = |curve: &mut Curve| curve.iter_mut().for_each(|p| shift(&mut p.time));
    shift_all(&mut total);
    children.values_mut().for_each(shift_all);
    for span in &mut spans {
        shift(&mut span.enter.0);
        span.leave.iter_mut().for_each(|leave| shift(&mut leave.0));
    }
    let processes =
        children.into_iter().map(|(id, curve)| process(&format!("{id}:python3"), curve)).collect();
    Profile { spans, processes, ..profile(&command, total) }
}

pub fn process(id: &str, curve: Curve) -> ProcessProfile {
    let highest = curve.iter().max_by_key(|p| p.value).unwrap();
    ProcessProfile { id: id.to_owned(), peak: highest.value, peak_time: highest.time, curve }
}

pub fn span(name: &str, enter: f64, leave: Option<f64>, level: Option<u32>) -> Span {
    let at = |time| (Seconds(time), Bytes(0));
    Span { name: name.to_owned(), enter: at(enter), leave: leave.map(at), level, ..Span::default() }
}

/// 0 to 300 MiB in 6 s.
pub fn ramp() -> Profile {
    profile("./ramp --to 300MiB", (0..=60).map(|i| point(f64::from(i) * 0.1, f64::from(i) * 5.0)).collect())
}

/// A spike between two ticks that only the kernel's high-water mark saw.
pub fn spike() -> Profile {
    let mut spike = profile(
        "python spike.py",
        (0..40).map(|i| point(f64::from(i) * 0.1, 120.0 + f64::from(i * i % 7) * 3.0)).collect(),
    );
    spike.peak = Some(Peak {
        value: Bytes((900.0 * MIB) as u64),
        time: Seconds(2.25),
        within: Some((Seconds(2.2), Seconds(2.3))),
        upper: Some(Bytes((1000.0 * MIB) as u64)),
    });
    spike
}

/// A build of twelve processes, with what they share counted once, and some of it swapped out.
pub fn children() -> Profile {
    let wave = |i: u32, j: u32| f64::from((i * 37 + j * j * 11) % 23);
    let mut processes = Vec::new();
    let mut sums = vec![40.0; 200];
    for i in 0..12_u32 {
        let (begin, end) = (5 + i * 11, 60 + i * 12);
        let curve: Curve = (begin..end.min(200))
            .map(|j| {
                let mib = f64::from(12 - i) * 9.0 * f64::from(j - begin).sqrt() * 0.4 + wave(i, j);
                sums[j as usize] += mib;
                point(f64::from(j) * 0.25, mib)
            })
            .collect();
        processes.push(process(&format!("{}:cc1plus", 4711 + i), curve));
    }
    "4714:a-process-with-a-very-long-name-that-nobody-can-read-in-full".clone_into(&mut processes[3].id);
    let total = sums.iter().zip(0..).map(|(mib, j)| point(f64::from(j) * 0.25, *mib)).collect();
    let mut children = profile("make -j4 all", total);
    children.pss =
        sums.iter().zip(0..).map(|(mib, j)| point(f64::from(j) * 0.25, mib * 0.72 + 10.0)).collect();
    children.swap = (80..200).map(|j| point(f64::from(j) * 0.25, f64::from(j - 80) * 0.9)).collect();
    Profile { process_count: 13, processes, ..children }
}

/// The machine slept for a while.
pub fn gap() -> Profile {
    let mut gap = profile(
        "python nap.py",
        (0..300)
            .filter(|i| !(120..200).contains(i))
            .map(|i| point(f64::from(i), 80.0 + f64::from(i % 50)))
            .collect(),
    );
    gap.gaps = vec![(Seconds(119.0), Seconds(200.0))];
    gap
}

/// Many functions, one of them called a great many times and one never left.
pub fn functions() -> Profile {
    let mut p = mprof("numpy_ex1.dat");
    let mut spans = vec![span("analysis.main", 0.5, None, Some(0))];
    for i in 0..20_u32 {
        let t = 1.0 + f64::from(i) * 1.8;
        spans.push(span("analysis.io.load", t, Some(t + 0.7), Some(1)));
        spans.push(span("analysis.math.transform", t + 0.8, Some(t + 1.6), Some(1)));
        spans.push(span("numpy.transform", t + 0.9, Some(t + 1.5), Some(2)));
    }
    for i in 0..5000 {
        let t = 2.0 + f64::from(i) * 0.006;
        spans.push(span("analysis.math.inner_loop_with_a_long_name", t, Some(t + 0.002), Some(3)));
    }
    spans.extend((0..12).map(|i| {
        span(&format!("analysis.step_{i}"), 3.0 * f64::from(i), Some(3.0 * f64::from(i) + 1.0), Some(4))
    }));
    p.spans = spans;
    p
}

/// A span as it is read from our traces: with its thread, and measured.
pub fn stamped(
    name: &str,
    thread: &str,
    level: u32,
    (enter, leave): (f64, Option<f64>),
    mib: (f64, f64),
) -> Span {
    Span {
        thread: Some(thread.to_owned()),
        peak: Some(Bytes((mib.0 * MIB) as u64)),
        growth: Some((mib.1 * MIB) as i64),
        ..span(name, enter, leave, Some(level))
    }
}

pub fn mark(time: f64, label: &str) -> Mark {
    Mark { time: Seconds(time), label: label.to_owned() }
}

/// Nested spans with marks, one of them never ended.
pub fn nested() -> Profile {
    let mut p = ramp();
    "./train --epochs 3".clone_into(&mut p.command);
    p.spans = vec![
        stamped("load data", "7.7", 0, (0.3, Some(2.0)), (100.0, 85.0)),
        stamped("parse", "7.7", 1, (0.5, Some(1.1)), (55.0, 30.0)),
        stamped("parse", "7.7", 1, (1.2, Some(1.9)), (95.0, 35.0)),
        stamped("train", "7.7", 0, (2.1, None), (300.0, 195.0)),
        stamped("epoch", "7.7", 1, (2.2, Some(3.4)), (170.0, 60.0)),
        stamped("epoch", "7.7", 1, (3.5, Some(4.7)), (235.0, 60.0)),
        stamped("epoch", "7.7", 1, (4.8, None), (300.0, 60.0)),
        stamped("gradient of the loss with a long name", "7.7", 2, (2.4, Some(2.8)), (140.0, -20.0)),
    ];
    p.marks = vec![
        mark(2.05, "data are in memory"),
        mark(3.45, "epoch 1"),
        mark(4.75, "epoch 2"),
        mark(5.95, "checkpoint written"),
    ];
    p
}

/// 40 spans of 6 names.
pub fn forty() -> Profile {
    let mut p = ramp();
    let names = ["read", "decode", "filter", "join", "write index", "flush"];
    p.spans = (0..40_u32)
        .map(|i| {
            let t = 0.1 + f64::from(i) * 0.145;
            stamped(names[((i * 5 + i / 6) % 6) as usize], "7.7", 0, (t, Some(t + 0.1)), (t * 50.0, 5.0))
        })
        .collect();
    p
}

/// Spans in 8 processes at once, each with one inside it.
pub fn processes() -> Profile {
    let mut p = children();
    for i in 0..8_u32 {
        let (thread, t) = (format!("{0}.{0}", 4711 + i), 1.0 + f64::from(i) * 3.0);
        p.spans.push(stamped("compile", &thread, 0, (t, Some(t + 14.0)), (400.0 + t * 20.0, 120.0)));
        p.spans.push(stamped("optimise", &thread, 1, (t + 4.0, Some(t + 12.5)), (400.0 + t * 20.0, 80.0)));
    }
    p.spans.push(stamped("link", "4710.4710", 0, (40.0, None), (700.0, -90.0)));
    p
}

/// More marks than there is room for.
pub fn marked() -> Profile {
    let mut p = ramp();
    p.marks = (0..40).map(|i| mark(0.2 + f64::from(i) * 0.14, &format!("step {i} is done"))).collect();
    p.marks.push(mark(
        6.0,
        "the end of it all, with a label that is far too long to be set beside its line in full",
    ));
    p
}

/// Marks past counting, some at one place.
pub fn many_marks() -> Profile {
    let mut p = ramp();
    p.marks = (0..20_000).map(|i| mark(f64::from(i) * 0.0003, "tick")).collect();
    p
}

/// A million noisy samples with one spike, through the envelope as a reader would keep them.
pub fn million() -> Profile {
    let mut envelope = Envelope::new(4096, Seconds(0.0));
    let mut state = 1_u64;
    for i in 0..1_000_000_u32 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let noise = (state >> 33) as f64 / f64::from(u32::MAX >> 1) * 300.0;
        let mib = if i == 654_321 { 2500.0 } else { 1000.0 + noise + f64::from(i) * 0.0004 };
        envelope.add(point(f64::from(i) * 0.01, mib));
    }
    Profile { samples: 1_000_000, ..profile("./noisy --samples 1000000", envelope.curve()) }
}

/// Name, options, and the traces with their labels.
pub type Figure = (&'static str, Options, Vec<(String, Profile)>);

/// Every kind of figure.
pub fn gallery() -> Vec<Figure> {
    let plain = Options::default;
    let one = |profile: Profile| vec![("trace.dat".to_owned(), profile)];
    let numpy = || {
        [("float64.dat", "numpy_ex1.dat"), ("float32.dat", "numpy_ex2.dat"), ("hdf5.dat", "numpy_ex3.dat")]
            .map(|(label, file)| (label.to_owned(), mprof(file)))
            .to_vec()
    };
    let many = (0..9_i32).map(|i| {
        let curve =
            (0..100).map(|j| point(f64::from(j), f64::from(i + 1) * 30.0 + f64::from(j * (9 - i)) * 0.9));
        (format!("results/run_{i:02}/mprofile_2026-01-0{i}.dat"), profile("x", curve.collect()))
    });
    let long = "/usr/bin/python3.12 -X dev -W error /home/someone/projects/climate/analysis/run.py --input \
                /data/era5/temperature_2m_1979-2024.nc --output /scratch/results/trend.zarr --chunks time=744,lat=181,lon=360 \
                --workers 16 --memory-limit 4GiB --verbose --log-file=/scratch/results/trend.log --seed 20260101 --dry-run \
                --no-cache --retries 3 --notify nobody@example.org";
    let nasty = "sh -c 'printf \"\u{1b}[31m<&>\t\u{0}\" | \u{202e}sed s/שלום/世界😀/'  \u{ffff}".to_owned()
        + &"x".repeat(300);
    vec![
        ("ramp", plain(), one(ramp())),
        ("numpy", plain(), one(mprof("numpy_ex1.dat"))),
        ("small", Options { width: 480, height: 300, ..plain() }, one(mprof("numpy_ex3.dat"))),
        ("tiny", Options { width: 400, height: 240, ..plain() }, one(children())),
        ("low", Options { height: 240, ..plain() }, one(Profile { command: long.to_owned(), ..functions() })),
        ("spike", plain(), one(spike())),
        ("children", plain(), one(children())),
        ("pool", plain(), one(mprof("mprof_pool_M.dat"))),
        ("functions", plain(), one(mprof("mprof_funcs.dat"))),
        ("many_functions", plain(), one(functions())),
        ("flame", Options { spans: SpanView::Flame, ..plain() }, one(mprof("mprof_funcs.dat"))),
        ("many_flames", Options { spans: SpanView::Flame, ..plain() }, one(functions())),
        ("spans", plain(), one(nested())),
        ("spans_flame", Options { spans: SpanView::Flame, ..plain() }, one(nested())),
        ("spans_small", Options { width: 480, height: 300, ..plain() }, one(nested())),
        ("forty_spans", plain(), one(forty())),
        ("forty_flames", Options { spans: SpanView::Flame, ..plain() }, one(forty())),
        ("process_spans", plain(), one(processes())),
        ("process_flame", Options { spans: SpanView::Flame, ..plain() }, one(processes())),
        ("marks", plain(), one(marked())),
        ("many_marks", Options { width: 640, ..plain() }, one(many_marks())),
        ("several", plain(), numpy()),
        (
            "several_slope",
            Options { slope: true, title: Some("Three ways to sum 500 arrays".into()), ..plain() },
            numpy(),
        ),
        ("many", plain(), many.collect()),
        ("gap", plain(), one(gap())),
        ("slope", Options { slope: true, ..plain() }, one(ramp())),
        (
            "window",
            Options { window: Some((Seconds(10.0), Seconds(14.5))), ..plain() },
            one(mprof("numpy_ex1.dat")),
        ),
        ("million", plain(), one(million())),
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

pub fn draw(options: &Options, traces: &[(String, Profile)]) -> Result<String, rprof_plot::Error> {
    let traces: Vec<_> = traces.iter().map(|(label, profile)| rprof_plot::Trace { label, profile }).collect();
    rprof_plot::svg(options, &traces)
}
