//! `compare`: tables, intervals and verdicts, on traces of known content and of programs of known memory.

use std::path::Path;
use std::process::Command;

use rprof_trace::{
    Arg, Bytes, Column, DatWriter, End, Header, Memory, Metric, Part, Record, Seconds, Tick, columns,
};
use serde_json::Value;

use crate::support::{Done, MIB, Place, done, keys, skip, table_names, truth, words};

const DOCUMENT: &str = include_str!("../../docs/compare.md");

/// A trace to write.
struct Known {
    /// The peak in MiB, held for the whole run.
    peak: u64,
    /// Its upper bound in MiB.
    upper: Option<u64>,
    seconds: u32,
    /// MiB that are added every second.
    growth: u64,
    user: Option<f64>,
    exit_code: i32,
    metric: Metric,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            peak: 300,
            upper: Some(300),
            seconds: 4,
            growth: 0,
            user: Some(1.0),
            exit_code: 0,
            metric: Metric::Rss,
        }
    }
}

/// Writes a trace of rprof with ten ticks a second.
fn write(place: &Place, name: &str, known: &Known) {
    let columns = columns(known.metric, &Column::ALL);
    let header = Header {
        format: 1,
        writer: "rprof 0.1.0".to_owned(),
        command: vec![Arg::new(b"known")],
        start: "2026-11-22T20:13:18+01:00".to_owned(),
        start_s: 1_795_374_798.0,
        interval_s: Seconds(0.1),
        metric: known.metric,
        tree: true,
        columns,
        ..Header::default()
    };
    let (mut writer, mut text) = (DatWriter::new(), Vec::new());
    writer.write(&Record::Header(Box::new(header)), &mut text);
    let ticks = 10 * known.seconds;
    for number in 0..ticks {
        let grown = known.growth * MIB / 10 * u64::from(number);
        let value = Bytes(known.peak * MIB - known.growth * MIB / 10 * u64::from(ticks - 1) + grown);
        let memory = Memory::from([(Part::Rss, value)]);
        let tick =
            Tick { time: Seconds(f64::from(number) / 10.0), value, memory, processes: Some(2), upper: None };
        writer.write(&Record::Tick(&tick), &mut text);
    }
    let end = End {
        elapsed_s: Seconds(f64::from(known.seconds)),
        exit_code: Some(known.exit_code),
        user_s: known.user.map(Seconds),
        system_s: known.user.map(|_| Seconds(0.5)),
        upper_bytes: known.upper.map(|mib| Bytes(mib * MIB)),
        exact: known.upper == Some(known.peak),
        ticks: u64::from(ticks),
        processes: 2,
        ..End::default()
    };
    writer.write(&Record::End(Box::new(end)), &mut text);
    std::fs::write(place.path(name), text).unwrap();
}

fn succeeds(place: &Place, line: &str) -> Done {
    let done = place.run(line);
    assert_eq!(done.code, Some(0), "{line}: {}", done.stderr);
    done
}

fn json(place: &Place, line: &str) -> Vec<Value> {
    let done = succeeds(place, &format!("compare --json {line}"));
    let value: Value = serde_json::from_str(&done.stdout).unwrap();
    value.as_array().unwrap().clone()
}

fn close(value: &Value, expected: f64) {
    let found = value.as_f64().unwrap_or_else(|| panic!("no number: {value}"));
    assert!((found - expected).abs() <= 1e-6 * expected.abs().max(1e-6), "{found} is not {expected}");
}

#[test]
fn two_traces_are_compared_row_by_row() {
    let place = Place::new();
    write(&place, "a.dat", &Known::default());
    write(
        &place,
        "b.dat",
        &Known { peak: 330, upper: Some(340), seconds: 5, user: Some(2.5), ..Known::default() },
    );
    let done = succeeds(&place, "compare a.dat b.dat");
    let lines: Vec<String> =
        done.stdout.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(
        lines,
        [
            "a.dat b.dat change",
            "peak RSS 300.0 MiB 330.0 MiB +30.0 MiB (+10.0 %)",
            "at most 300.0 MiB 340.0 MiB +40.0 MiB (+13.3 %)",
            "mean RSS 300.0 MiB 330.0 MiB +30.0 MiB (+10.0 %)",
            "RSS × time 1.17 GiB s 1.61 GiB s +0.44 GiB s (+37.5 %)",
            "elapsed 4.00 s 5.00 s +1.00 s (+25.0 %)",
            "user + system 1.50 s 3.00 s +1.50 s (+100.0 %)",
            "growth 0 B/min 0 B/min no change",
        ]
    );
    // All but the last column are aligned.
    let at = |line: &str, word: &str| line.find(word).map(|at| line[..at].chars().count());
    let lines: Vec<&str> = done.stdout.lines().collect();
    assert_eq!(at(lines[1], "+30.0 MiB"), at(lines[3], "+30.0 MiB"));
    assert!(done.stderr.is_empty(), "{}", done.stderr);
}

#[test]
fn json_has_the_fixed_names() {
    let place = Place::new();
    write(&place, "a.dat", &Known::default());
    write(&place, "b.dat", &Known { peak: 330, upper: Some(330), ..Known::default() });
    write(&place, "c.dat", &Known { peak: 150, upper: Some(150), user: None, ..Known::default() });
    let all = json(&place, "a.dat b.dat c.dat");
    let files: Vec<_> = all.iter().map(|side| side["file"].as_str().unwrap()).collect();
    assert_eq!(files, ["a.dat", "b.dat", "c.dat"]);
    for (side, (peak, change)) in all.iter().zip([(300, 0.0), (330, 0.1), (150, -0.5)]) {
        assert_eq!(side["peak_bytes"].as_u64(), Some(peak * MIB));
        close(&side["peak_change"], change);
        close(&side["mean_bytes"], (peak * MIB) as f64);
        close(&side["byte_seconds"], (4 * peak * MIB) as f64);
        assert_eq!((side["runs"].as_u64(), side["exact"].as_bool()), (Some(1), Some(true)));
    }
    // What a trace does not have is null.
    assert!(all[2]["cpu_s"].is_null() && all[2]["cpu_change"].is_null());
    assert!(all.iter().all(|side| side["pss_peak_bytes"].is_null() && side["pss_peak_change"].is_null()));
    assert!(all[1]["changes"]["peak"]["p"].is_null() && all[0]["changes"].as_object().unwrap().is_empty());
}

/// The documented keys are those of the JSON.
#[test]
fn every_key_is_documented() {
    let place = Place::new();
    let run = |name: &str| {
        let mut command = place.rprof(["run", "-q", "-o", name, "--"]);
        done(command.arg(truth()).args(words("span f [ touch 2MiB ]")).output().unwrap())
    };
    assert_eq!((run("a.dat").code, run("b.dat").code), (Some(0), Some(0)));
    let all = json(&place, "a.dat b.dat");
    let section = DOCUMENT.split("## Output").nth(1).unwrap();
    let mut expected = keys(&all[1]);
    expected.extend(keys(&all[1]["changes"]["peak"]));
    expected.sort_unstable();
    assert_eq!(table_names(section), expected);
    let span = keys(&all[1]["spans"][0]);
    assert!(
        span.iter().any(|key| key == "peak_change") && span.iter().any(|key| key == "seconds"),
        "{span:?}"
    );
}

/// An exact peak of 310 MiB and one of at least 300 MiB: either may be the larger one.
#[test]
fn a_lower_bound_proves_no_difference() {
    let place = Place::new();
    write(&place, "exact.dat", &Known { peak: 310, upper: Some(310), ..Known::default() });
    write(&place, "least.dat", &Known { peak: 300, upper: None, ..Known::default() });
    let done = succeeds(&place, "compare exact.dat least.dat");
    let peak = done.stdout.lines().find(|line| line.starts_with("peak RSS")).unwrap();
    assert!(
        peak.contains("at least 300.0 MiB") && peak.ends_with("open: a peak has no upper bound"),
        "{peak}"
    );
    for line in ["exact.dat least.dat", "least.dat exact.dat"] {
        assert_eq!(json(&place, line)[1]["changes"]["peak"]["proven"].as_bool(), Some(false), "{line}");
    }
    // Several runs on each side prove it no more.
    for number in 0..5 {
        write(&place, &format!("e{number}.dat"), &Known { peak: 310, upper: Some(310), ..Known::default() });
        write(&place, &format!("l{number}.dat"), &Known { peak: 300, upper: None, ..Known::default() });
    }
    let sides = "e0.dat e1.dat e2.dat e3.dat e4.dat --vs l0.dat l1.dat l2.dat l3.dat l4.dat";
    let peak = json(&place, sides)[1]["changes"]["peak"].clone();
    assert_eq!(
        (peak["verdict"].as_str(), peak["proven"].as_bool()),
        (Some("not seen"), Some(false)),
        "{peak}"
    );
}

#[test]
fn several_traces_a_side_have_an_interval_and_a_verdict() {
    let place = Place::new();
    for (folder, base) in [("before", 300), ("after", 330)] {
        std::fs::create_dir(place.path(folder)).unwrap();
        for number in 0..5 {
            let peak = base + number;
            let name = format!("{folder}/{number}.dat");
            write(&place, &name, &Known { peak, upper: Some(peak), ..Known::default() });
        }
    }
    // What is no trace is not read.
    std::fs::write(place.path("before/notes.txt"), "no trace").unwrap();
    let folders = json(&place, "before after");
    assert_eq!((folders[0]["runs"].as_u64(), folders[0]["file"].as_str()), (Some(5), Some("before")));
    assert_eq!(folders[1]["peak_bytes"].as_u64(), Some(332 * MIB));
    let peak = &folders[1]["changes"]["peak"];
    assert_eq!(peak["verdict"].as_str(), Some("larger"));
    // All of five are above all of five: two of the 252 ways to choose.
    close(&peak["p"], 2.0 / 252.0);
    let (low, high) = (&peak["interval"][0], &peak["interval"][1]);
    assert!(low.as_f64().unwrap() > 0.08 && high.as_f64().unwrap() < 0.12, "{peak}");
    let text = succeeds(&place, "compare before after").stdout;
    let line = text.lines().find(|line| line.starts_with("peak RSS")).unwrap();
    assert!(line.contains("332.0 MiB ± 0.5 %") && line.ends_with("larger (p = 0.008)"), "{line}");

    let names = |folder: &str| (0..5).map(|n| format!("{folder}/{n}.dat")).collect::<Vec<_>>().join(" ");
    let listed = json(&place, &format!("{} --vs {}", names("before"), names("after")));
    assert_eq!(listed[1]["changes"], folders[1]["changes"]);
    // The same runs in one trace are one side too.
    for folder in ["before", "after"] {
        let all: Vec<u8> =
            (0..5).flat_map(|n| std::fs::read(place.path(&format!("{folder}/{n}.dat"))).unwrap()).collect();
        std::fs::write(place.path(&format!("{folder}.dat")), all).unwrap();
    }
    assert_eq!(json(&place, "before.dat after.dat")[1]["changes"], folders[1]["changes"]);
    // Three runs a side cannot show anything.
    let few = json(&place, "before/0.dat before/1.dat before/2.dat --vs after/0.dat after/1.dat after/2.dat");
    assert!(few[1]["changes"]["peak"]["verdict"].is_null(), "{}", few[1]["changes"]["peak"]);
    let text =
        succeeds(&place, "compare before/0.dat before/1.dat before/2.dat --vs after/0.dat after/1.dat")
            .stdout;
    assert!(text.contains("too few runs for a verdict"), "{text}");
    let text = succeeds(&place, "compare before after/0.dat").stdout;
    assert!(text.contains("too few runs for a verdict"), "{text}");
}

#[test]
fn growth_is_that_after_the_warm_up() {
    let place = Place::new();
    write(&place, "flat.dat", &Known { seconds: 20, ..Known::default() });
    write(&place, "leak.dat", &Known { seconds: 20, growth: 2, ..Known::default() });
    let all = json(&place, "flat.dat leak.dat");
    let rate = |side: &Value| side["growth_bytes_per_s"].as_f64().unwrap();
    assert!(rate(&all[0]).abs() < 1.0 && (rate(&all[1]) - (2 * MIB) as f64).abs() < 0.02 * MIB as f64);
    let low = |side: &Value| side["growth_interval"][0].as_f64().unwrap();
    assert!(low(&all[0]) <= 0.0 && low(&all[1]) > 1.9 * MIB as f64);
    assert!(all[1]["growth_change"].is_null());
    write(&place, "short.dat", &Known { seconds: 1, ..Known::default() });
    assert!(json(&place, "flat.dat short.dat")[1]["growth_bytes_per_s"].is_null());
}

#[test]
fn real_programs_are_compared_with_their_spans() {
    let place = Place::new();
    let script = |size: &str| format!("span load [ touch 10MiB ] span solve [ touch {size} hold 60ms ]");
    for (name, size) in [("a.dat", "40MiB"), ("b.dat", "60MiB")] {
        let mut command = place.rprof(["run", "-q", "-o", name, "--"]);
        let run = done(command.arg(truth()).args(words(&script(size))).output().unwrap());
        assert_eq!(run.code, Some(0), "{}", run.stderr);
    }
    let all = json(&place, "a.dat b.dat");
    let change = all[1]["changes"]["peak"]["absolute"].as_f64().unwrap() / MIB as f64;
    assert!((18.0..22.0).contains(&change), "{change}");
    assert_eq!(all[1]["changes"]["peak"]["proven"].as_bool(), Some(true));
    let solve = all[1]["spans"].as_array().unwrap().iter().find(|span| span["name"] == "solve").unwrap();
    assert!(solve["peak_change"].as_f64().unwrap() > 0.2, "{solve}");
    let text = succeeds(&place, "compare --by-span a.dat b.dat").stdout;
    let names: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("span ")).collect();
    assert_eq!(names, ["load", "solve"], "{text}");
    assert!(!succeeds(&place, "compare a.dat b.dat").stdout.contains("span "));
}

#[test]
fn more_than_two_sides_have_a_line_each() {
    let place = Place::new();
    for (name, peak) in [("a.dat", 300), ("b.dat", 330), ("c|d.dat", 270)] {
        write(&place, name, &Known { peak, upper: Some(peak), ..Known::default() });
    }
    let text = succeeds(&place, "compare a.dat b.dat c|d.dat").stdout;
    let changes: Vec<&str> =
        text.lines().skip(1).take(3).map(|line| line.rsplit("  ").next().unwrap()).collect();
    assert_eq!(changes, ["300.0 MiB", "+30.0 MiB (+10.0 %)", "-30.0 MiB (-10.0 %)"], "{text}");
    let markdown = succeeds(&place, "compare --markdown a.dat b.dat c|d.dat").stdout;
    let columns = |line: &str| line.replace("\\|", "").matches('|').count();
    assert!(markdown.lines().all(|line| columns(line) == 5), "{markdown}");
    assert!(markdown.contains("c\\|d.dat"), "{markdown}");
}

#[test]
fn csv_has_a_line_for_each_side_and_quantity() {
    let place = Place::new();
    write(&place, "a.dat", &Known::default());
    write(&place, "b,c.dat", &Known { peak: 330, upper: None, ..Known::default() });
    let text = succeeds(&place, "compare --csv a.dat b,c.dat").stdout;
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("file,runs,span,quantity,value,"), "{text}");
    assert!(lines[1].starts_with("a.dat,1,,peak_bytes,314572800,,,"), "{text}");
    let changed = lines
        .iter()
        .find(|line| line.starts_with("\"b,c.dat\",1,,peak_bytes,346030080,,31457280,0.1"))
        .unwrap();
    // The upper bound of the change is open.
    assert!(changed.ends_with(",,,,true"), "{changed}");
    assert!(!text.contains("\"b,c.dat\",1,,upper_bytes"), "{text}");
    write(&place, "=1+1.dat", &Known::default());
    assert!(succeeds(&place, "compare --csv a.dat =1+1.dat").stdout.contains("\n'=1+1.dat,"));
}

#[test]
fn a_figure_shows_the_curves_or_the_peaks() {
    let place = Place::new();
    std::fs::create_dir(place.path("many")).unwrap();
    for number in 0..6 {
        write(
            &place,
            &format!("many/{number}.dat"),
            &Known { peak: 300 + number, upper: None, ..Known::default() },
        );
    }
    write(&place, "a.dat", &Known::default());
    write(&place, "b.dat", &Known { peak: 330, upper: Some(330), ..Known::default() });
    assert!(succeeds(&place, "compare a.dat b.dat -o curves.svg").stdout.contains("peak RSS"));
    let curves = std::fs::read_to_string(place.path("curves.svg")).unwrap();
    assert!(curves.contains("id=\"curves\"") && curves.contains("b.dat"));
    succeeds(&place, "compare many a.dat -o peaks");
    assert!(std::fs::read(place.path("peaks.png")).unwrap().starts_with(b"\x89PNG"));
    let done = succeeds(&place, "compare many a.dat -o -");
    assert!(done.stdout.starts_with("<svg") && done.stdout.contains("id=\"peaks\""));
    // The figure of other traces stays unless --force is given.
    let refused = place.run("compare many b.dat -o curves.svg");
    assert_eq!(refused.code, Some(1));
    assert!(refused.stdout.is_empty() && refused.stderr.contains("--force"), "{}", refused.stderr);
    succeeds(&place, "compare many b.dat -o curves.svg --force");
    assert_eq!(place.run("compare a.dat b.dat -o x.gif").code, Some(1));
}

#[test]
fn wrong_arguments_and_bad_traces_have_their_exit_codes() {
    let place = Place::new();
    write(&place, "a.dat", &Known::default());
    std::fs::create_dir(place.path("empty")).unwrap();
    let one = place.run("compare a.dat");
    assert_eq!(one.code, Some(2), "{}", one.stderr);
    assert!(one.stderr.contains("name a second trace"), "{}", one.stderr);
    for line in ["compare --json --csv a.dat a.dat", "compare --vs a.dat", "compare --nonsense a.dat a.dat"] {
        assert_eq!(place.run(line).code, Some(2), "{line}");
    }
    for (line, words) in [
        ("compare a.dat none.dat", "no trace `none.dat`"),
        ("compare a.dat empty", "no trace in the directory `empty`"),
        ("compare", "no trace with index -2"),
    ] {
        let failed = place.run(line);
        assert_eq!(failed.code, Some(1), "{line}");
        assert!(failed.stderr.contains(words), "{}", failed.stderr);
    }
    std::fs::write(place.path("no.dat"), "CMDLINE x\n").unwrap();
    let none = place.run("compare a.dat no.dat");
    assert!(none.code == Some(1) && none.stderr.contains("has no sample"), "{}", none.stderr);
}

/// Two numbers that do not mean the same must not look as if they did.
#[test]
fn different_metrics_and_failed_runs_are_reported() {
    let place = Place::new();
    write(&place, "a.dat", &Known::default());
    write(&place, "pss.dat", &Known { metric: Metric::Pss, exit_code: 3, ..Known::default() });
    let done = succeeds(&place, "compare a.dat pss.dat");
    assert!(done.stderr.contains("different metrics, PSS and RSS"), "{}", done.stderr);
    assert!(done.stderr.contains("`pss.dat`: the command ended with exit code 3"), "{}", done.stderr);
    assert!(succeeds(&place, "compare a.dat a.dat").stderr.is_empty());
}

#[test]
fn the_newest_two_traces_are_the_default_and_a_pipe_is_a_trace() {
    let place = Place::new();
    for (name, peak) in [("mprofile_20261122201318.dat", 300), ("mprofile_20261122201319.dat", 330)] {
        write(&place, name, &Known { peak, upper: Some(peak), ..Known::default() });
    }
    let newest = json(&place, "");
    assert_eq!(newest.len(), 2);
    close(&newest[1]["peak_change"], 0.1);
    assert_eq!(json(&place, "-2 -1")[1]["changes"], newest[1]["changes"]);
    let pipe = std::fs::File::open(place.path("mprofile_20261122201319.dat")).unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"cat | "$0" compare --json 0 -"#, env!("CARGO_BIN_EXE_rprof")]);
    let done = done(shell.current_dir(place.dir.path()).stdin(pipe).output().unwrap());
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let piped: Value = serde_json::from_str(&done.stdout).unwrap();
    close(&piped[1]["peak_change"], 0.1);
}

/// A name from outside must not act on the terminal.
#[test]
fn a_name_cannot_break_the_table() {
    let place = Place::new();
    write(&place, "a.dat", &Known::default());
    let name = "b\u{1b}[31m\n.dat";
    write(&place, name, &Known::default());
    for option in ["--json", "--csv", "--markdown", "--by-span"] {
        let done = done(place.rprof(["compare", option, "a.dat", name]).output().unwrap());
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        assert!(!done.stdout.contains('\u{1b}'), "{option}");
    }
}

/// The commands of the page run, and the rows and heads that it shows are printed.
#[test]
fn the_commands_of_the_page_run() {
    let place = Place::new();
    let probe = Command::new("dd").args(["if=/dev/zero", "of=/dev/null", "bs=1M", "count=1"]).output();
    if !probe.is_ok_and(|dd| dd.status.success()) {
        return skip("there is no dd that knows `1M`");
    }
    let directory = Path::new(env!("CARGO_BIN_EXE_rprof")).parent().unwrap().display().to_string();
    let path = format!("{directory}:{}", std::env::var("PATH").unwrap_or_default());
    let mut commands = 0;
    for block in DOCUMENT.split("```console\n").skip(1) {
        let block = block.split("```").next().unwrap();
        for command in block.split("$ ").skip(1) {
            let (line, shown) = command.split_once('\n').unwrap();
            let mut shell = Command::new("sh");
            shell.args(["-c", line]).current_dir(place.dir.path()).env("PATH", &path);
            crate::support::with_default_settings(&mut shell);
            let done = done(shell.output().unwrap());
            assert_eq!(done.code, Some(0), "{line}: {}", done.stderr);
            // The label of a row, the head of a table: what does not depend on the machine.
            let label = |line: &str| line.trim().split("  ").next().unwrap().to_owned();
            let printed: Vec<String> = done.stdout.lines().map(label).collect();
            for line in shown.lines() {
                assert!(printed.contains(&label(line)), "`{line}` is not in\n{}", done.stdout);
            }
            commands += 1;
        }
    }
    assert_eq!(commands, 9);
}
