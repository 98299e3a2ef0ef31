//! The exports, by the rules of their readers: every value of the trace is in them, at its time, and nothing from the
//! trace can break a format.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::collections::{BTreeMap, BTreeSet};

use rprof_exchange::{ExportFormat, HeldFrame, HeldMemory, HeldStack, Source, export};
use rprof_trace::{Bytes, Reader, Seconds, fold};
use serde_json::Value;

/// A run with two processes, an exec, PSS, spans, a mark, a gap, and names that formats must escape.
const TRACE: &str = "\
RPROF {\"format\":1,\"writer\":\"rprof 0.1.0\",\"command\":[\"sh\",\"-c\",\"x \\\"y\\\"\"],\"start\":\"2026-11-22T20:13:18+01:00\",\"start_s\":1795380798.5,\"host\":\"here\",\"os\":\"Linux\",\"page_size\":4096,\"interval_s\":0.1,\"metric\":\"rss\",\"tree\":true,\"exact\":false,\"attached\":false,\"columns\":[\"anon\",\"upper\",\"processes\"]}
CMDLINE sh -c 'x \"y\"'
PROC 812:sh 0.000000 {\"pid\":812,\"ppid\":1,\"name\":\"sh\"}
CHLD 812:sh 1 1795380798.500000 512
PROC 813:=cmd|x 0.010000 {\"pid\":813,\"ppid\":812,\"name\":\"=cmd|x\"}
CHLD 813:=cmd|x 2 1795380798.500000 1024
MEM 3 1795380798.500000 1536 4096 2
PSS 2.5 1795380798.500000
SPAN begin 812.812.1 1795380798.600000 load \"data\",\\n\\u{1b}
SPAN begin 812.812.2 1795380798.600000 inner
SPAN end 812.812.2 1795380798.650000
MARK 1795380798.650000 half, \"way\"
SPAN begin 813.900.1 1795380798.660000 elsewhere
MEM 9 1795380798.650000 ^ 0.100000 0.200000
CHLD 813:=cmd|x 4 1795380798.700000 2048
MEM 5 1795380798.700000 2560
SPAN end 812.812.1 1795380798.700000
GAP 0.200000 0.900000
NOTE seed 42
EXIT 813:=cmd|x 0.950000 {\"hwm_bytes\":4194304,\"exact\":true,\"exit_code\":0}
MEM 1 1795380799.500000 512 1024 1
END {\"elapsed_s\":1.25,\"exit_code\":3,\"signal\":null,\"user_s\":0.1,\"system_s\":0.1,\"hwm_bytes\":4194304,\"upper_bytes\":16777216,\"pss_peak\":{\"bytes\":2621440,\"time_s\":0.0,\"upper_bytes\":null},\"exact\":false,\"ticks\":3,\"overruns\":0,\"processes\":2}
";

const MIB: u64 = 1 << 20;

fn exported(format: ExportFormat, trace: &'static str) -> String {
    exported_with(format, trace, None)
}

fn exported_with(format: ExportFormat, trace: &'static str, held: Option<&HeldMemory>) -> String {
    let (profiles, _) =
        fold(|| Ok(Reader::new(trace.as_bytes(), "t.dat")), &format.profile_options()).unwrap();
    let mut open = || Ok(Reader::new(trace.as_bytes(), "t.dat"));
    let mut out = Vec::new();
    export(format, &mut Source { open: &mut open, profiles: &profiles, held }, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn events(text: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(text).unwrap();
    file["traceEvents"].as_array().unwrap().clone()
}

fn of_phase<'a>(events: &'a [Value], phase: &str) -> Vec<&'a Value> {
    events.iter().filter(|event| event["ph"] == phase).collect()
}

/// The values of a counter by its process and name, with their times.
fn counter(events: &[Value], pid: u64, name: &str) -> Vec<(f64, u64)> {
    let counters =
        of_phase(events, "C").into_iter().filter(|event| event["pid"] == pid && event["name"] == name);
    counters.map(|event| (event["ts"].as_f64().unwrap(), event["args"]["value"].as_u64().unwrap())).collect()
}

#[test]
fn chrome_has_a_counter_for_each_process_and_the_tree() {
    let events = events(&exported(ExportFormat::Chrome, TRACE));
    assert_eq!(
        counter(&events, 812, "tree RSS (bytes)"),
        [(0.0, 3 * MIB), (150_000.0, 9 * MIB), (200_000.0, 5 * MIB), (1_000_000.0, MIB)]
    );
    assert_eq!(counter(&events, 812, "tree PSS (bytes)"), [(0.0, 5 * MIB / 2)]);
    assert_eq!(counter(&events, 812, "RSS (bytes)"), [(0.0, MIB)]);
    // A process that has ended holds nothing.
    assert_eq!(counter(&events, 813, "RSS (bytes)"), [(0.0, 2 * MIB), (200_000.0, 4 * MIB), (950_000.0, 0)]);
    let names: BTreeMap<u64, &str> = of_phase(&events, "M")
        .into_iter()
        .filter(|event| event["name"] == "process_name")
        .map(|event| (event["pid"].as_u64().unwrap(), event["args"]["name"].as_str().unwrap()))
        .collect();
    assert_eq!(names, BTreeMap::from([(812, "sh"), (813, "=cmd|x")]));
}

/// The rules of Perfetto's JSON importer: an object with `traceEvents`; each event has a phase of one character, a pid that
/// is not 0, and a time that is not negative; complete slices of one thread nest.
#[test]
fn chrome_follows_the_rules_of_its_importers() {
    let events = events(&exported(ExportFormat::Chrome, TRACE));
    let mut threads: BTreeMap<(u64, u64), Vec<(f64, f64)>> = BTreeMap::new();
    for event in &events {
        let phase = event["ph"].as_str().unwrap();
        assert!(["C", "X", "M", "i"].contains(&phase) && event["pid"].as_u64().unwrap() > 0, "{event}");
        assert!(event["name"].is_string(), "{event}");
        if phase != "M" {
            assert!(event["ts"].as_f64().unwrap() >= 0.0, "{event}");
        }
        if phase == "X" {
            let (start, length) = (event["ts"].as_f64().unwrap(), event["dur"].as_f64().unwrap());
            let thread = (event["pid"].as_u64().unwrap(), event["tid"].as_u64().unwrap());
            threads.entry(thread).or_default().push((start, start + length));
        }
    }
    for slices in threads.values() {
        let mut open: Vec<(f64, f64)> = Vec::new();
        for slice in slices {
            open.retain(|outer| outer.1 > slice.0);
            assert!(open.iter().all(|outer| slice.0 >= outer.0 && slice.1 <= outer.1), "{slices:?}");
            open.push(*slice);
        }
    }
    assert_eq!(threads[&(812, 812)], [(100_000.0, 200_000.0), (100_000.0, 150_000.0)]);
    // The span that never ended lasts until the end of the run.
    assert_eq!(threads[&(813, 900)], [(160_000.0, 1_250_000.0)]);
    let instants = of_phase(&events, "i");
    assert_eq!((instants.len(), instants[0]["name"].as_str().unwrap()), (1, "half, \"way\""));
}

/// The rules of the Firefox Profiler: deltas add up to the values, the category is exactly `Memory`, each counter belongs
/// to a thread, and the tables of a thread are as long as they claim.
#[test]
fn firefox_has_memory_counters_that_begin_at_zero() {
    let file: Value = serde_json::from_str(&exported(ExportFormat::Firefox, TRACE)).unwrap();
    assert_eq!(file["meta"]["startTime"], 1_795_380_798_500.0);
    assert_eq!(file["meta"]["symbolicated"], true);
    let threads = file["threads"].as_array().unwrap();
    let mut found = BTreeMap::new();
    for counter in file["counters"].as_array().unwrap() {
        assert_eq!(counter["category"], "Memory");
        assert!((counter["mainThreadIndex"].as_u64().unwrap() as usize) < threads.len());
        let samples = &counter["samples"];
        let list = |key: &str| -> Vec<f64> {
            samples[key].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
        };
        let (deltas, times) = (list("count"), list("timeDeltas"));
        assert_eq!((deltas.len(), times.len()), (times.len(), samples["length"].as_u64().unwrap() as usize));
        assert!(deltas[0].abs() < f64::EPSILON, "the first value");
        assert!(times.iter().all(|delta| *delta >= 0.0));
        let sums = deltas.iter().scan(0.0, |sum, delta| {
            *sum += delta;
            Some(*sum)
        });
        let key = format!("{} {}", counter["pid"].as_str().unwrap(), counter["name"].as_str().unwrap());
        found.insert(key, sums.fold(0.0, f64::max));
    }
    let mib = |count: f64| count * MIB as f64;
    assert_eq!(
        found,
        BTreeMap::from([
            ("812 tree RSS".to_owned(), mib(9.0)),
            ("812 tree PSS".to_owned(), mib(2.5)),
            ("812 RSS".to_owned(), mib(1.0)),
            ("813 RSS".to_owned(), mib(4.0)),
        ])
    );
    let markers: usize =
        threads.iter().map(|thread| thread["markers"]["length"].as_u64().unwrap() as usize).sum();
    assert_eq!(markers, 5, "the run, three spans and a mark");
    let names: Vec<_> = threads.iter().map(|thread| thread["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"thread 900"), "{names:?}");
    // The profiler shows only the time of samples and markers: one marker has that of the whole run.
    let times = |key: &str| threads[0]["markers"][key].as_array().unwrap().clone();
    assert!(
        times("startTime").contains(&0.0.into()) && times("endTime").contains(&1250.0.into()),
        "{times:?}",
        times = times("endTime")
    );
}

/// Stacks of two processes. Two functions have one name in different libraries, and two samples have equal stacks.
fn held() -> HeldMemory {
    let stack = |bytes: u64, frames: &[(&str, &str)]| HeldStack {
        frames: frames
            .iter()
            .map(|(name, library)| HeldFrame { name: (*name).to_owned(), library: (*library).to_owned() })
            .collect(),
        bytes: Bytes(bytes),
    };
    let stacks = vec![
        stack(5 * MIB, &[("sh", ""), ("main", "sh"), ("load \"\u{1b}", "liba.so")]),
        stack(3 * MIB, &[("sh", ""), ("main", "sh"), ("init", "liba.so")]),
        stack(2 * MIB, &[("=cmd|x", ""), ("main", "x"), ("init", "libb.so")]),
        stack(MIB, &[("=cmd|x", ""), ("main", "x"), ("init", "libb.so")]),
        stack(7, &[]),
    ];
    HeldMemory { time: Seconds(0.65), stacks }
}

/// The stacks of the allocation samples of a thread, as the profiler reads them: functions with their libraries, and bytes.
fn allocations(thread: &Value) -> Vec<(Vec<String>, u64)> {
    let number = |value: &Value| value.as_u64().unwrap() as usize;
    let text = |place: &Value| thread["stringArray"][number(place)].as_str().unwrap().to_owned();
    let function = |stack: usize| {
        let frame = number(&thread["stackTable"]["frame"][stack]);
        let function = number(&thread["frameTable"]["func"][frame]);
        let name = text(&thread["funcTable"]["name"][function]);
        // -1 for a function without a library.
        let resource = thread["funcTable"]["resource"][function].as_u64();
        resource.map_or(name.clone(), |resource| {
            format!("{name} ({})", text(&thread["resourceTable"]["name"][resource as usize]))
        })
    };
    let found = &thread["nativeAllocations"];
    (0..number(&found["length"]))
        .map(|sample| {
            let mut stack = found["stack"][sample].as_u64();
            let mut names = Vec::new();
            while let Some(at) = stack {
                names.insert(0, function(at as usize));
                stack = thread["stackTable"]["prefix"][at as usize].as_u64();
            }
            (names, found["weight"][sample].as_u64().unwrap())
        })
        .collect()
}

/// The profiler shows the allocations of one thread at a time and retains one of each address, so all are on one thread, and
/// each has an address of its own.
#[test]
fn firefox_has_the_memory_of_all_stacks_on_one_thread() {
    let held = held();
    let file: Value =
        serde_json::from_str(&exported_with(ExportFormat::Firefox, TRACE, Some(&held))).unwrap();
    let threads = file["threads"].as_array().unwrap();
    let with: Vec<usize> =
        (0..threads.len()).filter(|at| threads[*at].get("nativeAllocations").is_some()).collect();
    assert_eq!(file["meta"]["initialSelectedThreads"], serde_json::json!(with));
    let [at] = with[..] else { panic!("{with:?}") };
    let thread = &threads[at];
    assert_eq!((&thread["pid"], &thread["samples"]["length"]), (&"812".into(), &0.into()));
    let found = allocations(thread);
    assert_eq!(found.iter().map(|(_, bytes)| bytes).sum::<u64>(), 11 * MIB + 7);
    let names: Vec<String> = found.into_iter().map(|(names, _)| names.join("; ")).collect();
    assert_eq!(
        names,
        [
            "sh; main (sh); load \"\u{1b} (liba.so)",
            "sh; main (sh); init (liba.so)",
            "=cmd|x; main (x); init (libb.so)",
            "=cmd|x; main (x); init (libb.so)",
            "",
        ]
    );
    let samples = &thread["nativeAllocations"];
    assert_eq!(samples["weightType"], "bytes");
    assert!(samples["time"].as_array().unwrap().iter().all(|time| time == 650.0), "milliseconds: {samples}");
    let addresses: BTreeSet<_> =
        samples["memoryAddress"].as_array().unwrap().iter().map(Value::as_u64).collect();
    assert_eq!(addresses.len(), 5);
    assert_eq!(file["counters"].as_array().unwrap().len(), 4, "the curves are there, too");
    let markers: usize =
        threads.iter().map(|thread| thread["markers"]["length"].as_u64().unwrap() as usize).sum();
    assert_eq!(markers, 5);
}

/// Stacks outlive their trace, and `rprof where` reads them without it.
#[test]
fn firefox_has_stacks_also_without_a_run() {
    let held = held();
    let mut open = || Ok(Reader::new(TRACE.as_bytes(), "t.dat"));
    let mut out = Vec::new();
    let mut source = Source { open: &mut open, profiles: &[], held: Some(&held) };
    export(ExportFormat::Firefox, &mut source, &mut out).unwrap();
    let file: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(allocations(&file["threads"][0]).len(), 5);
    assert_eq!(file["counters"].as_array().map(Vec::len), Some(0));
}

/// The rules of `OpenMetrics` 1.0 that a parser checks: families in one piece, samples of one set of labels in one piece and
/// in order of time, names that end in their unit, `# EOF` at the end.
fn check_openmetrics(text: &str) -> Vec<(String, String, String)> {
    assert!(text.ends_with("\n# EOF\n") && text.matches("# EOF").count() == 1);
    let (mut samples, mut families, mut sets) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    let (mut family, mut last) = (String::new(), (String::new(), f64::NEG_INFINITY));
    for line in text.lines().filter(|line| *line != "# EOF") {
        if let Some(rest) = line.strip_prefix("# ") {
            let mut words = rest.splitn(3, ' ');
            let (what, name, value) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
            match what {
                "TYPE" => {
                    assert!(["gauge", "info"].contains(&value) && families.insert(name.to_owned()), "{line}");
                    family = name.to_owned();
                }
                "UNIT" => assert!(name == family && name.ends_with(&format!("_{value}")), "{line}"),
                "HELP" => assert_eq!(name, family),
                _ => panic!("{line}"),
            }
            continue;
        }
        let end = line.rfind('}').map_or_else(|| line.find(' ').unwrap(), |at| at + 1);
        let (set, rest) = line.split_at(end);
        let mut numbers = rest.trim().split(' ');
        let (value, time) = (numbers.next().unwrap(), numbers.next());
        value.parse::<f64>().unwrap();
        assert!(set.starts_with(&family), "{line}");
        let time = time.map_or(f64::NEG_INFINITY, |time| time.parse().unwrap());
        if last.0 == set {
            assert!(time > last.1, "{line}");
        } else {
            assert!(sets.insert(set.to_owned()), "{line} is not in one piece");
        }
        last = (set.to_owned(), time);
        samples.push((set.to_owned(), value.to_owned(), time.to_string()));
    }
    samples
}

#[test]
fn openmetrics_is_valid_and_complete() {
    let text = exported(ExportFormat::OpenMetrics, TRACE);
    let samples = check_openmetrics(&text);
    let has =
        |set: &str, value: u64| samples.iter().any(|sample| sample.0 == set && sample.1 == value.to_string());
    assert!(has("rprof_tree_memory_bytes{metric=\"rss\"}", 9 * MIB), "{text}");
    assert!(has("rprof_tree_pss_bytes", 5 * MIB / 2));
    assert!(has(
        "rprof_process_memory_bytes{process=\"813:=cmd|x\",name=\"=cmd|x\",metric=\"rss\"}",
        4 * MIB
    ));
    assert!(has("rprof_peak_bytes{metric=\"rss\",bound=\"upper\"}", 16 * MIB));
    assert!(has("rprof_exit_code", 3));
    assert!(text.contains("rprof_run_info{command=\"sh -c 'x \\\"y\\\"'\",writer=\"rprof 0.1.0\""), "{text}");
    // 0.15 s after the start.
    let time = (1_795_380_798.65_f64).to_string();
    assert!(samples.iter().any(|sample| sample.1 == (9 * MIB).to_string() && sample.2 == time), "{text}");
}

#[test]
fn jsonl_has_every_record_on_a_line() {
    let text = exported(ExportFormat::Jsonl, TRACE);
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), TRACE.lines().count());
    let of =
        |kind: &str| lines.iter().find(|line| line["record"] == kind).unwrap_or_else(|| panic!("{kind}"));
    assert_eq!(of("run")["detail"]["start_s"], 1_795_380_798.5);
    assert_eq!(
        (of("tree")["value_bytes"].as_u64(), of("tree")["memory"]["anon"].as_u64()),
        (Some(3 * MIB), Some(1536 << 10))
    );
    assert_eq!(of("tree")["processes"], 2);
    assert_eq!(of("proven")["within_s"], serde_json::json!([0.1, 0.2]));
    assert_eq!(
        (of("process")["process"].as_str(), of("pss")["time_s"].as_f64()),
        (Some("812:sh"), Some(0.0))
    );
    assert_eq!(of("span_begin")["name"], "load \"data\",\n\u{1b}");
    assert_eq!(
        (of("mark")["name"].as_str(), of("note")["value"].as_str()),
        (Some("half, \"way\""), Some("42"))
    );
    assert_eq!(
        (of("exit")["detail"]["exit_code"].as_i64(), of("end")["detail"]["exit_code"].as_i64()),
        (Some(0), Some(3))
    );
    assert!(!text.contains('\u{1b}'));
}

#[test]
fn csv_has_one_value_in_each_row() {
    let text = exported(ExportFormat::Csv, TRACE);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(
        reader.headers().unwrap(),
        vec!["time_s", "process", "name", "metric", "value", "unit", "run"]
    );
    let rows: Vec<Vec<String>> =
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    let has = |row: [&str; 7]| rows.iter().any(|found| *found == row);
    assert!(has(["0.000000", "tree", "tree", "rss", "3145728", "bytes", "0"]), "{text}");
    assert!(has(["0.000000", "tree", "tree", "anon", "1572864", "bytes", "0"]));
    assert!(has(["0.150000", "tree", "tree", "rss", "9437184", "bytes", "0"]));
    assert!(has(["0.000000", "tree", "tree", "processes", "2", "count", "0"]));
    assert!(has(["0.000000", "tree", "tree", "pss", "2621440", "bytes", "0"]));
    assert!(has(["0.950000", "813:=cmd|x", "'=cmd|x", "rss", "0", "bytes", "0"]), "a formula has a guard");
    assert!(has(["0.100000", "812.812", "load \"data\",\n\u{1b}", "span", "100000", "microseconds", "0"]));
    assert!(has(["0.160000", "813.900", "elsewhere", "span", "", "microseconds", "0"]), "it never ended");
    assert!(has(["0.150000", "tree", "half, \"way\"", "mark", "", "", "0"]));
    let peak = rows
        .iter()
        .filter(|row| row[1] == "tree" && row[3] == "rss")
        .map(|row| row[4].parse::<u64>().unwrap());
    assert_eq!(peak.max(), Some(9 * MIB));
}

/// A trace of mprof: no header, children by pid, and a second run.
#[test]
fn traces_of_mprof_and_several_runs_are_exported() {
    const MPROF: &str = "CMDLINE python x.py\nMEM 10.0 1600000000.0\nCHLD 77 5.0 1600000000.0\nFUNC m.f 10.0 1600000000.0 12.0 1600000001.0 0\nMEM 12.0 1600000001.0\nCMDLINE python y.py\nMEM 20.0 1600000100.0\nCHLD 77 7.0 1600000100.0\nMEM 21.0 1600000101.0\n";
    let found = events(&exported(ExportFormat::Chrome, MPROF));
    assert_eq!(counter(&found, 1, "tree RSS (bytes)"), [(0.0, 10 * MIB), (1e6, 12 * MIB)]);
    // The second run has pids of its own, and stands at its time.
    assert_eq!(counter(&found, (1 << 23) + 1, "tree RSS (bytes)"), [(1e8, 20 * MIB), (1.01e8, 21 * MIB)]);
    assert_eq!(counter(&found, (1 << 23) + 77, "RSS (bytes)"), [(1e8, 7 * MIB)]);
    assert_eq!(of_phase(&found, "X").len(), 1);
    let text = exported(ExportFormat::OpenMetrics, MPROF);
    check_openmetrics(&text);
    assert!(
        text.contains(
            "rprof_peak_bytes{metric=\"rss\",bound=\"lower\",run=\"1\"} 22020096 1600000101.000000"
        ),
        "{text}"
    );
    let lines = exported(ExportFormat::Jsonl, MPROF);
    assert!(lines.contains(r#""record":"run","run":1,"detail":{"format":0,"writer":"mprof""#), "{lines}");
    assert!(
        exported(ExportFormat::Csv, MPROF).contains("100.000000,")
            || exported(ExportFormat::Csv, MPROF).contains(",bytes,1\n")
    );
    let file: Value = serde_json::from_str(&exported(ExportFormat::Firefox, MPROF)).unwrap();
    assert!(file["counters"].as_array().unwrap().len() >= 3);
}
