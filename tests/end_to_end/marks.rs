//! Spans, marks and notes in real runs: from many processes at once, from killed ones and from shell scripts.

use std::collections::HashSet;
use std::process::{Command, Stdio};

use rprof_trace::{Profile, ProfileOptions, Reader, Record, Span};

use crate::support::{Place, done, finish, patience};

/// The only run in `t.dat`, which must have no warning.
fn profile(place: &Place) -> Profile {
    let (mut runs, warnings) =
        rprof_trace::read_profiles(place.path("t.dat"), &ProfileOptions::default()).unwrap();
    assert!(warnings.is_empty(), "{warnings:?}");
    assert_eq!(runs.len(), 1);
    runs.remove(0)
}

/// Runs `rprof run -q -o t.dat sh -c SCRIPT`. The script finds the same rprof in its PATH.
fn run_script(place: &Place, script: &str) -> crate::support::Done {
    let mut command = place.rprof(["run", "-q", "--force", "-o", "t.dat", "sh", "-c", script]);
    done(with_rprof_in_path(&mut command).output().unwrap())
}

fn with_rprof_in_path(command: &mut Command) -> &mut Command {
    let own = std::path::Path::new(env!("CARGO_BIN_EXE_rprof")).parent().unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(own.to_owned()).chain(std::env::split_paths(&path));
    command.env("PATH", std::env::join_paths(paths).unwrap())
}

fn named<'a>(profile: &'a Profile, name: &str) -> &'a Span {
    profile
        .spans
        .iter()
        .find(|span| span.name == name)
        .unwrap_or_else(|| panic!("{name}: {:?}", profile.spans))
}

#[test]
fn marks_of_a_hundred_processes_are_neither_lost_nor_mixed() {
    let place = Place::new();
    let run =
        place.run_truth("-q -T 10ms", "fork 100 [ span all [ marks 1000 a\\label\u{1b}of_its_own ] ] wait");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let mut reader = Reader::open(place.path("t.dat")).unwrap();
    let (mut marks, mut begun, mut ended, mut ticks) = (HashSet::new(), 0, 0, 0);
    while let Some(record) = reader.next_record().unwrap() {
        match record {
            Record::Mark(_, label) => assert!(marks.insert(label.to_owned()), "{label} is there twice"),
            Record::SpanBegin(_, _, "all") => begun += 1,
            Record::SpanEnd(..) => ended += 1,
            Record::Tick(_) => ticks += 1,
            _ => {}
        }
    }
    assert!(reader.warnings().is_empty(), "{:?}", reader.warnings());
    assert_eq!((marks.len(), begun, ended), (100_000, 100, 100));
    assert!(ticks > 1);
    let profile = profile(&place);
    assert_eq!((profile.marks.len(), profile.spans.len()), (100_000, 100));
}

#[test]
fn a_span_has_its_memory_and_level() {
    let place = Place::new();
    let script = "hold 150ms span outer [ touch 40MiB hold 150ms span inner [ touch 60MiB hold 150ms await go free hold 150ms ] ] hold 150ms";
    let run = place.run_truth_until("-q -T 10ms", script, |shown| shown.bytes >= 100 << 20);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let profile = profile(&place);
    let mib = 1_i64 << 20;
    let measured = |name: &str| {
        let span = named(&profile, name);
        let peak = span.peak.unwrap().0.cast_signed() / mib;
        (span.level, peak, span.growth.unwrap() / mib, span.leave.unwrap().0.0 - span.enter.0.0)
    };
    let (outer, inner) = (measured("outer"), measured("inner"));
    assert_eq!((outer.0, inner.0), (Some(0), Some(1)));
    assert!((100..108).contains(&outer.1) && (100..108).contains(&inner.1), "{outer:?} {inner:?}");
    assert!((-4..=4).contains(&outer.2) && (-44..=-36).contains(&inner.2), "{outer:?} {inner:?}");
    assert!(outer.3 > 0.45 && inner.3 > 0.3 && outer.3 > inner.3, "{outer:?} {inner:?}");
    // Each span also has a FUNC line for mprof. The reader does not count it again.
    assert_eq!(place.trace().lines().filter(|line| line.starts_with("FUNC ")).count(), 2);
    assert_eq!(profile.spans.len(), 2);
}

/// A straight line between two ticks would credit a shorter span with a fraction of its growth only.
#[test]
fn a_span_shorter_than_a_tick_has_its_whole_growth() {
    let place = Place::new();
    let script = "hold 250ms span quick [ touch 40MiB ] span back [ free ] hold 250ms";
    assert_eq!(place.run_truth("-q -T 100ms", script).code, Some(0));
    let profile = profile(&place);
    let (quick, back) = (named(&profile, "quick"), named(&profile, "back"));
    let mib = |span: &Span| span.growth.unwrap() >> 20;
    assert!((39..=42).contains(&mib(quick)) && (-41..=-39).contains(&mib(back)), "{quick:?} {back:?}");
    assert!(quick.peak.unwrap().0 >= 40 << 20, "{quick:?}");
}

/// The memory of the command is not that of the process `rprof span`, so the span takes the curve of the tree.
#[test]
fn a_span_of_a_command_has_the_memory_of_the_tree() {
    let place = Place::new();
    let truth = crate::support::truth();
    let script = format!("rprof span hold -- {} touch 60MiB await go", truth.display());
    let mut command = place.rprof(["run", "-q", "-T", "20ms", "-o", "t.dat", "sh", "-c", &script]);
    let command = with_rprof_in_path(&mut command).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    place.release(&mut child, "go", |shown| shown.bytes >= 60 << 20);
    let run = finish(child);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(named(&profile(&place), "hold").peak.unwrap().0 >= 60 << 20);
    // The FUNC line gives no memory of the process `rprof span`.
    assert!(place.trace().contains("\nFUNC hold 0.000000 "), "{}", place.trace());
}

#[test]
fn a_span_of_a_killed_process_is_open() {
    let place = Place::new();
    let script = "span whole [ fork 1 [ span part [ touch 30MiB await go kill 9 ] ] wait mark survived ]";
    let run =
        place.run_truth_until("-q -T 20ms", script, |shown| shown.bytes >= 30 << 20 && shown.processes == 2);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let profile = profile(&place);
    let (whole, part) = (named(&profile, "whole"), named(&profile, "part"));
    assert!(!whole.is_open() && part.is_open());
    assert!(part.peak.unwrap().0 >= 30 << 20 && part.thread != whole.thread);
    assert_eq!(profile.marks[0].label, "survived");
}

#[test]
fn a_shell_script_writes_annotations() {
    let place = Place::new();
    let run = run_script(
        &place,
        "rprof mark begun; rprof note seed 42; rprof note 'a key' two words; \
         rprof span 'the build' -- sh -c 'echo out; rprof span compile sleep 0.2; rprof mark -- --done'; \
         rprof span fails -- sh -c 'exit 7'; echo $?; rprof span killed sh -c 'kill -9 $$'; echo $?; \
         rprof span gone -- no-such-program-anywhere; echo $?; rprof span refused -- ./; echo $?; rprof span; echo $?; \
         rprof mark --required last",
    );
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(run.stdout, "out\n7\n137\n127\n126\n125\n");
    let profile = profile(&place);
    let marks: Vec<_> = profile.marks.iter().map(|mark| mark.label.as_str()).collect();
    assert_eq!(marks, ["begun", "--done", "last"]);
    let notes: Vec<_> = profile.notes.iter().map(|note| (note.key.as_str(), note.value.as_str())).collect();
    assert_eq!(notes, [("seed", "42"), ("a_key", "two words")]);
    let spans: Vec<_> = profile.spans.iter().map(|span| (span.name.as_str(), span.is_open())).collect();
    assert_eq!(spans, [("the build", false), ("compile", false), ("fails", false), ("killed", false)]);
    let compile = named(&profile, "compile");
    let seconds = compile.leave.unwrap().0.0 - compile.enter.0.0;
    assert!((0.2..patience().as_secs_f64()).contains(&seconds), "{seconds}");
}

#[test]
fn outside_a_run_the_commands_record_nothing_and_print_a_message() {
    let place = Place::new();
    let alone = |arguments: &[&str]| {
        let mut command = place.rprof(arguments);
        command.env_remove("RPROF_TRACE");
        done(command.output().unwrap())
    };
    for (arguments, code) in [
        (&["mark", "x"][..], 0),
        (&["note", "k", "v"], 0),
        (&["span", "s", "--", "sh", "-c", "echo out; exit 3"], 3),
    ] {
        let run = alone(arguments);
        assert_eq!(run.code, Some(code), "{}", run.stderr);
        assert!(run.stderr.contains("not under `rprof run`"), "{}", run.stderr);
        assert_eq!(run.stdout, if code == 3 { "out\n" } else { "" });
    }
    for arguments in [
        &["mark", "--required", "x"][..],
        &["note", "--required", "k", "v"],
        &["span", "--required", "s", "echo", "out"],
    ] {
        let run = alone(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{}", run.stderr);
        assert!(run.stderr.contains("RPROF_TRACE"), "{}", run.stderr);
    }
    assert_eq!(std::fs::read_dir(place.dir.path()).unwrap().count(), 0);
    // The trace was deleted: the command still runs.
    let mut command = place.rprof(["span", "s", "sh", "-c", "exit 4"]);
    let run = done(command.env("RPROF_TRACE", place.path("gone.dat")).output().unwrap());
    assert!(run.code == Some(4) && run.stderr.contains("gone.dat"), "{}", run.stderr);
    assert!(!place.path("gone.dat").exists());
}

#[test]
fn a_signal_sent_to_rprof_span_reaches_its_command() {
    let place = Place::new();
    let run = run_script(
        &place,
        "rprof span s -- sh -c 'trap \"echo caught; exit 9\" TERM; : > up; while :; do sleep 0.01; done' & \
         while [ ! -e up ]; do sleep 0.01; done; kill -TERM $!; wait $!; echo $?",
    );
    assert_eq!(run.stdout, "caught\n9\n", "{}", run.stderr);
    assert!(!named(&profile(&place), "s").is_open());
}

/// Programs append lines of the .dat format, which would damage a table.
#[test]
fn a_csv_trace_is_not_offered_to_the_program() {
    let place = Place::new();
    let mut command = place.rprof(["run", "-q", "-o", "t.csv", "sh", "-c", "echo ${RPROF_TRACE-unset}"]);
    assert_eq!(done(command.env_remove("RPROF_TRACE").output().unwrap()).stdout, "unset\n");
}

#[test]
fn peak_prints_the_spans_as_a_table_and_as_json() {
    let place = Place::new();
    let script = "mark begun span m.load [ touch 40MiB hold 150ms ] span m.load [ touch 20MiB hold 150ms ] \
                  fork 1 [ span killed [ hold 100ms kill 9 ] ] wait free hold 150ms";
    assert_eq!(place.run_truth("-q -T 10ms", script).code, Some(0));
    let table = place.run("peak --spans t.dat").stdout;
    let lines: Vec<&str> = table.lines().collect();
    let head = lines.iter().position(|line| line.contains("peak inside")).unwrap();
    let load: Vec<&str> = lines[head + 1].split_whitespace().collect();
    assert_eq!((load[0], load[1], load.last()), ("m.load", "2", Some(&"0")), "{table}");
    assert!(load[load.len() - 3].starts_with('+'), "{table}");
    assert!(lines[head + 2].trim_start().starts_with("killed") && lines[head + 2].ends_with(" 1"), "{table}");

    let peak = place.peak();
    let spans = peak["spans"].as_array().unwrap();
    let mut keys: Vec<_> = spans[0].as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["calls", "growth_bytes", "name", "open", "peak_bytes", "peak_upper_bytes", "seconds"]);
    assert_eq!(
        (&spans[0]["name"], &spans[0]["calls"], &spans[0]["open"]),
        (&"m.load".into(), &2.into(), &false.into())
    );
    assert_eq!((&spans[1]["name"], &spans[1]["open"]), (&"killed".into(), &true.into()));
    crate::support::assert_near(&spans[0]["peak_bytes"], 60 << 20, crate::support::SLACK);
    let growth = spans[0]["growth_bytes"].as_i64().unwrap() >> 20;
    assert!((50..=66).contains(&growth), "{growth} MiB");
    assert!(spans[0]["seconds"].as_f64().unwrap() > 0.29);
    assert_eq!(
        (&peak["marks"][0]["label"], peak["notes"].as_array().map(Vec::len)),
        (&"begun".into(), Some(0))
    );

    for name in ["load", "m.load"] {
        let inside = place.run(&format!("peak --func {name} t.dat")).stdout;
        let line = inside.lines().next().unwrap();
        let mib: f64 = line.strip_prefix("t.dat\t").unwrap().strip_suffix(" MiB").unwrap().parse().unwrap();
        assert!((60.0..66.0).contains(&mib), "{inside}");
    }
    for line in ["peak --func oad t.dat", "plot --span oad t.dat -o x.svg"] {
        let unknown = place.run(line);
        assert_eq!(unknown.code, Some(1));
        assert!(unknown.stderr.contains("`m.load`, `killed`"), "{}", unknown.stderr);
    }
}

#[test]
fn plot_zooms_to_the_first_span_of_a_name() {
    let place = Place::new();
    let text = "CMDLINE x\nMEM 1 1795380800.0\nMEM 2 1795380801.0\nMEM 50 1795380802.0\nMEM 3 1795380803.0\n\
                MEM 4 1795380809.0\nSPAN begin 1.1.1 1795380801.5 the step\nSPAN end 1.1.1 1795380802.5\n\
                SPAN begin 1.1.2 1795380804.0 the step\nSPAN begin 1.1.3 1795380808.0 left open\nMARK 1795380802.1 now\n";
    std::fs::write(place.path("t.dat"), text).unwrap();
    let svg = |arguments: &[&str]| {
        let mut command = place.rprof(["plot", "t.dat", "-o", "x.svg"]);
        let run = done(command.args(arguments).output().unwrap());
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        std::fs::read_to_string(place.path("x.svg")).unwrap()
    };
    assert_eq!(svg(&["--span", "the step"]), svg(&["--window", "1.5,2.5"]));
    assert_eq!(svg(&["--span", "left open"]), svg(&["--window", "8,9"]));
    assert!(svg(&[]).contains(">now<") && !svg(&["--span", "left open"]).contains(">now<"));
    let both = place.run("plot --span x --window 1,2 t.dat -o x.svg");
    assert_eq!(both.code, Some(2), "{}", both.stderr);
}
