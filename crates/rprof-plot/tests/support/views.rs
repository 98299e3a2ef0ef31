//! Figures of each view in each theme, of panels, scales and units.

use rprof_plot::{Facet, Options, Scale, Theme, View};
use rprof_trace::{
    Bytes, Curve, End, Header, Memory, Part, ProcessProfile, Profile, ProgramProfile, Seconds, SizeUnit, Tick,
};

use super::gallery::Figure;
use super::{MIB, build, gap, limited, mprof, nested, point, process, profile, ramp};

/// The views, each with the names of its figures in the three themes.
const VIEWS: [(View, [&str; 3]); 7] = [
    (View::Line, ["line", "line_dark", "line_print"]),
    (View::Kinds, ["kinds", "kinds_dark", "kinds_print"]),
    (View::Processes, ["processes", "processes_dark", "processes_print"]),
    (View::Programs, ["programs", "programs_dark", "programs_print"]),
    (View::Pss, ["pss", "pss_dark", "pss_print"]),
    (View::Requested, ["requested", "requested_dark", "requested_print"]),
    (View::Spans, ["spans_view", "spans_view_dark", "spans_view_print"]),
];

/// All figures.
pub fn views() -> Vec<Figure> {
    let themes = [Theme::Light, Theme::Dark, Theme::Print];
    let of_view = |(view, names): (View, [&'static str; 3])| {
        let figure = move |(name, theme)| {
            let run = if view == View::Spans { nested() } else { measured_build() };
            (name, Options { view, theme, ..Options::default() }, vec![("t.dat".to_owned(), run)])
        };
        names.into_iter().zip(themes).map(figure)
    };
    VIEWS.into_iter().flat_map(of_view).chain(others()).collect()
}

fn others() -> Vec<Figure> {
    let one = |run| vec![("t.dat".to_owned(), run)];
    let view = |view| Options { view, ..Options::default() };
    let facet = |facet| Options { facet: Some(facet), ..Options::default() };
    let log = || Options { scale_of_memory: Some(Scale::Log), ..Options::default() };
    let named = |names: &[&str], run: fn() -> Profile| -> Vec<(String, Profile)> {
        names.iter().map(|name| ((*name).to_owned(), run())).collect()
    };
    vec![
        ("database", view(View::Kinds), one(database())),
        ("mapped", view(View::Requested), one(mapped())),
        ("facet", facet(Facet::Shared), numpy()),
        ("facet_own", facet(Facet::Own), numpy()),
        (
            "facet_kinds",
            Options { view: View::Kinds, ..facet(Facet::Shared) },
            vec![("cold".to_owned(), database()), ("warm".to_owned(), measured_build())],
        ),
        ("facet_log", Options { facet: Some(Facet::Shared), ..log() }, numpy()),
        (
            "facet_gap",
            facet(Facet::Shared),
            vec![
                ("asleep".to_owned(), gap()),
                ("limited".to_owned(), limited(ramp(), Some(310.0), None)),
                ("empty".to_owned(), Profile::default()),
            ],
        ),
        ("facet_many", facet(Facet::Shared), named(&["a"; 30], ramp)),
        ("facet_dark", Options { theme: Theme::Dark, ..facet(Facet::Own) }, numpy()),
        ("log", log(), numpy()),
        ("log_slope", Options { slope: true, ..log() }, one(ramp())),
        ("unit", Options { unit: Some(SizeUnit::Mega), ..Options::default() }, one(nested())),
        ("unit_several", Options { unit: Some(SizeUnit::Giga), ..Options::default() }, numpy()),
    ]
}

fn numpy() -> Vec<(String, Profile)> {
    [("float64", "numpy_ex1.dat"), ("float32", "numpy_ex2.dat"), ("hdf5", "numpy_ex3.dat")]
        .map(|(label, file)| (label.to_owned(), mprof(file)))
        .to_vec()
}

fn tick(time: f64, parts: &[(Part, f64)]) -> Tick {
    let bytes = |mib: f64| Bytes((mib * MIB) as u64);
    let memory: Memory = parts.iter().map(|(part, mib)| (*part, bytes(*mib))).collect();
    let value = memory.get(Part::Rss).unwrap_or_default();
    Tick { time: Seconds(time), value, memory, ..Tick::default() }
}

/// The build with its parts, its bounds and its programs.
pub fn measured_build() -> Profile {
    let run = build();
    let ticks: Vec<Tick> = (run.total.iter())
        .map(|p| {
            let mib = p.value.mib();
            let (file, shmem) = (mib * 0.22, 0.4);
            let anon = mib - file - shmem;
            let parts = [
                (Part::Rss, mib),
                (Part::Anon, anon),
                (Part::File, file),
                (Part::Shmem, shmem),
                (Part::Vsz, mib * 2.4),
            ];
            tick(p.time.0, &parts)
        })
        .collect();
    let upper: Curve = (run.total.iter().zip(0_u32..))
        .map(|(p, i)| point(p.time.0, p.value.mib() + 4.0 + f64::from(i % 7 * 6)))
        .collect();
    let requested = ticks.iter().map(|tick| point(tick.time.0, tick.value.mib() * 2.4)).collect();
    let programs = programs(&run.processes);
    Profile { ticks, upper, requested, programs, ..run }
}

/// The sums of the processes of each name, at the times of the build.
fn programs(processes: &[ProcessProfile]) -> Vec<ProgramProfile> {
    let program = |name: &str| {
        let all: Vec<&ProcessProfile> =
            processes.iter().filter(|p| p.id.ends_with(&format!(":{name}"))).collect();
        let at = |i: u32| {
            let near = |p: &&ProcessProfile| {
                p.curve
                    .iter()
                    .find(|p| (p.time.0 - f64::from(i) * 0.1).abs() < 0.01)
                    .map_or(0.0, |p| p.value.mib())
            };
            all.iter().map(near).sum::<f64>()
        };
        let curve: Curve = (0..30).map(|i| point(f64::from(i) * 0.1, at(i))).collect();
        let whole = process(name, curve);
        ProgramProfile {
            name: name.to_owned(),
            processes: all.len() as u64,
            peak: whole.peak,
            peak_time: whole.peak_time,
            curve: whole.curve,
        }
    };
    ["make", "cc1", "sh"].map(program).into()
}

/// A database: shared buffers, files, memory that is swapped out, and huge pages beside RSS.
pub fn database() -> Profile {
    let at = |i: u32| {
        let t = f64::from(i) * 0.5;
        let (anon, file) = (80.0 + 3.0 * t, 40.0 + 20.0 * (t * 0.7).sin().abs());
        let (shmem, swap) = ((t * 16.0).min(240.0), (t - 12.0).max(0.0) * 6.0);
        let rss = anon + file + shmem;
        tick(
            t,
            &[
                (Part::Rss, rss),
                (Part::Anon, anon),
                (Part::File, file),
                (Part::Shmem, shmem),
                (Part::Swap, swap),
                (Part::Hugetlb, if t < 5.0 { 0.0 } else { 64.0 }),
                (Part::Vsz, 2.0 * rss),
            ],
        )
    };
    let ticks: Vec<Tick> = (0..60).map(at).collect();
    let total = ticks.iter().map(|tick| point(tick.time.0, tick.value.mib())).collect();
    let end = Some(End { elapsed_s: Seconds(29.7), ..End::default() });
    let run = limited(profile("postgres -D data", total), None, Some(512.0));
    Profile { ticks, end, elapsed: Seconds(29.7), ..run }
}

/// A program that maps a terabyte and uses little of it.
pub fn mapped() -> Profile {
    let header = Some(Header { interval_s: Seconds(0.1), ..Header::default() });
    let requested =
        (0..=60).map(|i| point(f64::from(i) * 0.1, 40.0 + if i < 10 { 0.0 } else { 1_048_576.0 })).collect();
    Profile { header, requested, command: "node server.js".to_owned(), ..ramp() }
}
