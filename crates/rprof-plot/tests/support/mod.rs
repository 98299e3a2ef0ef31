//! Profiles for the tests and the gallery: traces of mprof, and invented ones for each property of a figure.
#![allow(dead_code, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::Path;

use rprof_plot::{Options, SvgText};
use rprof_trace::{
    Arg, Bytes, CgroupProfile, Curve, End, Envelope, Header, Mark, Memory, OomKill, Part, Peak, PeakParts,
    Point, ProcessLife, ProcessProfile, Profile, Seconds, Span,
};

pub mod gallery;
pub mod views;

pub const MIB: f64 = 1_048_576.0;

pub fn point(time: f64, mib: f64) -> Point {
    Point { time: Seconds(time), value: Bytes((mib * MIB).round() as u64) }
}

/// A profile of one curve, with its peak.
pub fn profile(command: &str, total: Curve) -> Profile {
    let highest = total.iter().rev().max_by_key(|p| p.value);
    Profile {
        command: command.to_owned(),
        elapsed: total.last().map_or(Seconds(0.0), |p| p.time),
        peak: highest.map(|p| Peak { value: p.value, time: p.time, within: None, upper: Some(p.value) }),
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

/// A build of twelve processes that share pages; some pages are swapped out.
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

/// A run during which the machine was suspended.
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

/// A run so short that no tick fell into it: the kernel's high-water mark is all there is.
pub fn no_tick() -> Profile {
    let mut short = profile("true", vec![point(0.004, 2.1)]);
    short.peak = short.peak.map(|peak| Peak { within: Some((Seconds(0.0), Seconds(0.008))), ..peak });
    let end = Some(End { elapsed_s: Seconds(0.008), ..End::default() });
    let header = Some(Header { interval_s: Seconds(0.1), ..Header::default() });
    Profile { samples: 0, elapsed: Seconds(0.008), header, end, ..short }
}

/// A build as rprof records it: compilers that live for a few ticks, shells that live for one, and PSS rounds that stop
/// early.
pub fn build() -> Profile {
    let tick = |i: u32| f64::from(i) * 0.1;
    let mut sums = vec![3.0; 30];
    let mut processes = vec![process("4700:make", (0..30).map(|i| point(tick(i), 3.0)).collect())];
    let lives = [
        (1, 1, 2.0),
        (2, 9, 90.0),
        (2, 3, 40.0),
        (5, 14, 120.0),
        (10, 11, 60.0),
        (15, 27, 75.0),
        (20, 20, 35.0),
    ];
    for (number, (from, to, most)) in (1..).zip(lives) {
        let mib = |i: u32| most * (0.6 + 0.4 * f64::from(i - from) / f64::from((to - from).max(1)));
        let mut curve: Curve = (from..=to).map(|i| point(tick(i), mib(i))).collect();
        (from..=to).for_each(|i| sums[i as usize] += mib(i));
        curve.push(point(tick(to + 1), 0.0));
        let name = if most < 3.0 { "sh" } else { "cc1" };
        processes.push(process(&format!("{}:{name}", 4700 + number), curve));
    }
    let total: Curve = sums.iter().zip(0..).map(|(mib, i)| point(tick(i), *mib)).collect();
    let pss = (0..13).map(|i| point(tick(i), sums[i as usize] * 0.8)).collect();
    let end = Some(End { elapsed_s: Seconds(2.98), ..End::default() });
    let header = Some(Header { interval_s: Seconds(0.1), ..Header::default() });
    let run = profile("make -j2", total);
    Profile { header, end, pss, processes, process_count: 8, elapsed: Seconds(2.98), ..run }
}

/// A browser: processes of one name, which differ in their arguments.
pub fn browser() -> Profile {
    let kinds = ["--headless", "--type=renderer", "--type=gpu-process", "--type=zygote"];
    let curve = |mib: f64| (0..30).map(|i| point(f64::from(i) * 0.1, mib)).collect::<Curve>();
    let life = |(at, kind): (usize, &str)| ProcessLife {
        id: format!("{}:chromium", 100 + at),
        args: ["/usr/bin/chromium", "--no-sandbox", kind].map(|arg| Arg::new(arg.as_bytes())).into(),
        ..ProcessLife::default()
    };
    let lives: Vec<ProcessLife> = kinds.into_iter().enumerate().map(life).collect();
    let mib = |at: usize| 200.0 - 45.0 * at as f64;
    let processes = (0..4).map(|at| process(&lives[at].id, curve(mib(at)))).collect();
    let total = curve((0..4).map(mib).sum());
    Profile { process_count: 4, processes, lives, ..profile("chromium --headless", total) }
}

/// Spans of many names: one name has thousands of spans, one span never ended.
pub fn many_spans() -> Profile {
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

/// A measured span with its thread, as the reader returns it for a trace of rprof.
pub fn measured(
    name: &str,
    thread: &str,
    level: u32,
    (enter, leave): (f64, Option<f64>),
    mib: (f64, f64),
) -> Span {
    Span {
        thread: Some(thread.to_owned()),
        peak: Some(Bytes((mib.0 * MIB) as u64)),
        peak_upper: Some(Bytes((mib.0 * MIB) as u64)),
        growth: Some((mib.1 * MIB) as i64),
        ..span(name, enter, leave, Some(level))
    }
}

pub fn mark(time: f64, label: &str) -> Mark {
    Mark { time: Seconds(time), label: label.to_owned() }
}

/// Nested spans with marks; two spans never ended.
pub fn nested() -> Profile {
    let mut p = ramp();
    "./train --epochs 3".clone_into(&mut p.command);
    p.spans = vec![
        measured("load data", "7.7", 0, (0.3, Some(2.0)), (100.0, 85.0)),
        measured("parse", "7.7", 1, (0.5, Some(1.1)), (55.0, 30.0)),
        measured("parse", "7.7", 1, (1.2, Some(1.9)), (95.0, 35.0)),
        measured("train", "7.7", 0, (2.1, None), (300.0, 195.0)),
        measured("epoch", "7.7", 1, (2.2, Some(3.4)), (170.0, 60.0)),
        measured("epoch", "7.7", 1, (3.5, Some(4.7)), (235.0, 60.0)),
        measured("epoch", "7.7", 1, (4.8, None), (300.0, 60.0)),
        measured("gradient of the loss with a long name", "7.7", 2, (2.4, Some(2.8)), (140.0, -20.0)),
    ];
    // The peak of one span lies between two bounds, that of another has no upper one.
    p.spans[0].peak_upper = Some(Bytes((129.5 * MIB) as u64));
    p.spans[7].peak_upper = None;
    p.marks = vec![
        mark(2.05, "data are in memory"),
        mark(3.45, "epoch 1"),
        mark(4.75, "epoch 2"),
        mark(5.95, "checkpoint written"),
    ];
    p
}

/// 40 short spans of 6 names.
pub fn forty() -> Profile {
    let mut p = ramp();
    let names = ["read", "decode", "filter", "join", "write index", "flush"];
    p.spans = (0..40_u32)
        .map(|i| {
            let t = 0.1 + f64::from(i) * 0.145;
            measured(names[((i * 5 + i / 6) % 6) as usize], "7.7", 0, (t, Some(t + 0.1)), (t * 50.0, 5.0))
        })
        .collect();
    p
}

/// Concurrent spans of 8 processes, each with a nested one.
pub fn processes() -> Profile {
    let mut p = children();
    for i in 0..8_u32 {
        let (thread, t) = (format!("{0}.{0}", 4711 + i), 1.0 + f64::from(i) * 3.0);
        p.spans.push(measured("compile", &thread, 0, (t, Some(t + 14.0)), (400.0 + t * 20.0, 120.0)));
        p.spans.push(measured("optimise", &thread, 1, (t + 4.0, Some(t + 12.5)), (400.0 + t * 20.0, 80.0)));
    }
    p.spans.push(measured("link", "4710.4710", 0, (40.0, None), (700.0, -90.0)));
    p
}

/// More marks than labels have room for.
pub fn marked() -> Profile {
    let mut p = ramp();
    p.marks = (0..40).map(|i| mark(0.2 + f64::from(i) * 0.14, &format!("step {i} is done"))).collect();
    p.marks.push(mark(
        6.0,
        "the end of it all, with a label that is far too long to be set beside its line in full",
    ));
    p
}

/// 20 000 marks, many of them on the same pixel.
pub fn many_marks() -> Profile {
    let mut p = ramp();
    p.marks = (0..20_000).map(|i| mark(f64::from(i) * 0.0003, "tick")).collect();
    p
}

/// A million noisy samples with one spike, reduced to an envelope as the reader does.
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

/// A run with limits in MiB: that of `--memory-limit`, and that of its control group.
pub fn limited(profile: Profile, own: Option<f64>, group: Option<f64>) -> Profile {
    let bytes = |mib: f64| Bytes((mib * MIB) as u64);
    let group = group.map(|mib| CgroupProfile { limit: Some(bytes(mib)), ..CgroupProfile::default() });
    let header = Header { memory_limit_bytes: own.map(bytes), ..Header::default() };
    Profile { header: Some(header), cgroup: group, ..profile }
}

/// A run that rprof ended at its memory limit.
pub fn ended_at_limit() -> Profile {
    let end = End { reason: Some("memory limit".to_owned()), limit_s: Some(Seconds(5.9)), ..End::default() };
    Profile { end: Some(end), ..limited(ramp(), Some(290.0), None) }
}

/// A build whose control group was too small for some of its processes.
pub fn out_of_memory() -> Profile {
    let kill = |process: &str, time: f64, certain| OomKill {
        process: Some(process.to_owned()),
        time_s: Seconds(time),
        certain,
        ..OomKill::default()
    };
    let mut p = limited(children(), None, Some(1200.0));
    let killed = vec![kill("4712:cc1plus", 15.0, true), kill("4720:cc1plus", 38.5, false)];
    p.cgroup.as_mut().unwrap().killed = killed;
    p.marks = vec![mark(4.0, "configured"), mark(14.0, "libraries are built"), mark(30.0, "linked")];
    p
}

/// A run with memory beside its peak of RSS, which are huge pages and swap, and with file-backed memory in it.
pub fn memory_beside_rss() -> Profile {
    let bytes = |mib: u64| Bytes(mib << 20);
    let at_peak =
        Memory::from([(Part::Rss, bytes(300)), (Part::Hugetlb, bytes(844)), (Part::File, bytes(180))]);
    let parts = PeakParts {
        at_peak,
        largest: at_peak,
        rss_swap_bytes: Some(bytes(620)),
        rss_swap_s: Some(Seconds(4.2)),
        ..PeakParts::default()
    };
    Profile { parts: Some(parts), command: "java -XX:+UseLargePages Main".to_owned(), ..ramp() }
}

/// Draws a figure of traces with their labels. Its texts are plain, so that tests can search it.
pub fn draw(options: &Options, traces: &[(String, Profile)]) -> Result<String, rprof_plot::Error> {
    let traces: Vec<_> = traces.iter().map(|(label, profile)| rprof_plot::Trace { label, profile }).collect();
    rprof_plot::svg(&Options { text: SvgText::Plain, ..options.clone() }, &traces)
}
