//! Files of other tools: exports in their consumers, imports of what peers wrote, compressed traces, and the commands of
//! `docs/exchange.md`. A consumer that the machine lacks is skipped.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::stacks::{Held, write_stacks};
#[cfg(target_os = "linux")]
use crate::support::words;
use crate::support::{MIB, Place, done, skip, wait_for};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/exchange");

/// A Python that can import a module: the one in `RPROF_PYTHON`, the one of `make peers`, or the system's.
fn python_with(module: &str) -> Option<PathBuf> {
    let made = format!("{ROOT}/.tools/peers/bin/python");
    let named = std::env::var_os("RPROF_PYTHON").map(PathBuf::from);
    let found = [named, Some(made.into()), Some("python3".into())].into_iter().flatten().find(|python| {
        let asked = Command::new(python).args(["-c", &format!("import {module}")]).output();
        asked.is_ok_and(|answer| answer.status.success())
    });
    if found.is_none() {
        skip(&format!("no Python with {module}: an export is not read with it"));
    }
    found
}

/// The output of a Python program about a file.
fn asked(python: &Path, program: &str, file: &Path) -> String {
    let answer = done(Command::new(python).args(["-c", program]).arg(file).output().unwrap());
    assert_eq!(answer.code, Some(0), "{}", answer.stderr);
    answer.stdout.trim().to_owned()
}

/// A recorded run `t.dat` with processes, spans and a mark; its peak in bytes.
fn recorded(place: &Place) -> u64 {
    let script =
        "span load [ touch 20MiB mark half fork 2 [ span part [ touch 10MiB await go ] ] await go wait ]";
    let run = place.run_truth_until("-q -T 20ms", script, |shown| {
        shown.processes == 3 && shown.bytes >= 40 << 20 && shown.most_pss > 0
    });
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    place.peak()["peak_bytes"].as_u64().unwrap()
}

fn export(place: &Place, line: &str) {
    let done = place.run(&format!("export {line}"));
    assert_eq!((done.code, done.stdout.as_str()), (Some(0), ""), "{line}: {}", done.stderr);
}

fn data(place: &Place, names: &[&str]) {
    for name in names {
        std::fs::copy(format!("{DATA}/{name}"), place.path(name)).unwrap();
    }
}

/// The peak that each peer reports of its own file. `tests/data/exchange/README.md` says where it stands.
const IMPORTS: [(&str, u64); 7] = [
    ("psrecord.log", 115_646_464),
    ("psrecord.csv", 115_646_464),
    ("con-duct_usage.jsonl", 115_654_656),
    ("denet.jsonl", 113_012 << 10),
    ("prmon.txt", 114_568 << 10),
    ("rizsotto-rprof.jsonl", 73_449_472),
    ("time-v.txt", 71_752 << 10),
];

/// Any command reads a file of a peer as it reads a trace, also through a pipe and compressed.
#[test]
fn every_import_has_the_peers_own_peak() {
    let place = Place::new();
    data(&place, &["con-duct_info.json"]);
    for (name, peak) in IMPORTS {
        data(&place, &[name]);
        assert_eq!(place.peak_of(name)["peak_bytes"], peak, "{name}");
        let plot = place.run(&format!("plot {name} -o {name}.svg"));
        assert_eq!((plot.code, plot.stderr.as_str()), (Some(0), ""), "{name}");
        for to in [format!("{name}.dat.gz"), format!("{name}.csv.zst")] {
            let import = place.run(&format!("import {name} -o {to}"));
            assert_eq!((import.code, import.stderr.as_str()), (Some(0), ""), "{name}");
            assert_eq!(place.peak_of(&to)["peak_bytes"], peak, "{to}");
        }
        let mut piped = place.rprof(["peak", "--json", "-"]);
        let piped = done(piped.stdin(std::fs::File::open(place.path(name)).unwrap()).output().unwrap());
        let piped: Value = serde_json::from_str(&piped.stdout).unwrap();
        assert_eq!(piped[0]["peak_bytes"], peak, "{name} from a pipe");
    }
    let con_duct = place.peak_of("con-duct_usage.jsonl");
    assert_eq!(
        (con_duct["command"].as_str(), con_duct["exit_code"].as_i64()),
        (Some("python3 -S known.py"), Some(0))
    );
    // psrecord measures neither, so nothing is made up.
    let psrecord = place.peak_of("psrecord.log");
    assert!(psrecord["exit_code"].is_null() && psrecord["pss_peak_bytes"].is_null(), "{psrecord}");
}

#[test]
fn faults_of_a_foreign_file_are_reported_with_its_lines() {
    let place = Place::new();
    std::fs::write(
        place.path("log.csv"),
        "elapsed_time,nproc,cpu,mem_real,mem_virtual\n0.1,1,0,10.0,20.0\nrubbish\n0.2,1,0,12.0,20.0\n",
    )
    .unwrap();
    for line in
        ["peak log.csv", "convert log.csv x.dat", "plot log.csv -o x.svg", "export log.csv -o x.jsonl"]
    {
        let done = place.run(line);
        assert_eq!(done.code, Some(0), "{line}: {}", done.stderr);
        assert_eq!(done.stderr, "rprof: `log.csv`: line 3: `rubbish` is not a record; skipped\n", "{line}");
    }
}

#[test]
fn a_trace_is_read_and_written_compressed() {
    let place = Place::new();
    let peak = recorded(&place);
    // Lines that the program wrote are written anew by any conversion.
    assert_eq!(place.run("convert t.dat plain.dat").code, Some(0));
    let original = std::fs::read(place.path("plain.dat")).unwrap();
    for (name, tool) in
        [("t.dat.gz", "gzip"), ("t.dat.zst", "zstd"), ("t.csv.gz", "gzip"), ("t.csv.ZST", "zstd")]
    {
        assert_eq!(place.run(&format!("convert t.dat {name}")).code, Some(0));
        let packed = std::fs::read(place.path(name)).unwrap();
        assert!(packed.len() < original.len(), "{name}: {} of {}", packed.len(), original.len());
        assert_eq!(place.peak_of(name)["peak_bytes"], peak, "{name}");
        assert_eq!(place.peak_of(name)["spans"], place.peak()["spans"], "{name}");
        // The content decides, not the name.
        std::fs::write(place.path("renamed"), &packed).unwrap();
        assert_eq!(place.peak_of("renamed")["peak_bytes"], peak, "{name}");
        assert_eq!(place.run(&format!("convert --force {name} back.dat")).code, Some(0));
        assert!(std::fs::read(place.path("back.dat")).unwrap() == original, "{name} came back changed");
        let mut unpack = Command::new(tool);
        match unpack.arg("-dc").stdin(std::fs::File::open(place.path(name)).unwrap()).output() {
            Ok(unpacked) if name.starts_with("t.dat") => {
                assert!(unpacked.stdout == original, "{tool} {name}");
            }
            Ok(unpacked) => assert!(unpacked.stdout.starts_with(b"record,time_s,"), "{tool} {name}"),
            Err(_) => skip(&format!("no `{tool}`: {name} is read by rprof only")),
        }
    }
    // What the tools themselves write has other options than what we write.
    for (tool, options, name) in [("gzip", "-9", "tool.gz"), ("zstd", "-19", "tool.zst")] {
        let packed =
            Command::new(tool).args([options, "-c", "plain.dat"]).current_dir(place.dir.path()).output();
        let Ok(packed) = packed else { continue };
        std::fs::write(place.path(name), packed.stdout).unwrap();
        assert_eq!(place.peak_of(name)["peak_bytes"], peak, "{name}");
    }
    // A figure is named after a compressed trace, as after any file.
    let plot = place.run("plot t.dat.gz");
    assert_eq!((plot.code, plot.stdout.trim()), (Some(0), "t.dat.svg"), "{}", plot.stderr);
}

/// A recording must stay readable when rprof is killed, and programs append to it.
#[test]
fn a_recording_is_not_compressed() {
    let place = Place::new();
    let run = place.run("run -q -o t.dat.gz true");
    assert_eq!(run.code, Some(125));
    assert!(run.stderr.contains("rprof convert t.dat t.dat.gz"), "{}", run.stderr);
    assert!(!place.path("t.dat.gz").exists());
}

#[test]
fn a_damaged_or_hostile_compressed_file_is_an_error() {
    let place = Place::new();
    recorded(&place);
    for name in ["t.dat.gz", "t.dat.zst"] {
        assert_eq!(place.run(&format!("convert t.dat {name}")).code, Some(0));
        let packed = std::fs::read(place.path(name)).unwrap();
        let mut damaged = packed.clone();
        let middle = packed.len() / 2;
        damaged[middle] ^= 0x55;
        for bytes in [&packed[..packed.len() - 3], &packed[..10], &damaged] {
            std::fs::write(place.path("bad"), bytes).unwrap();
            let done = place.run("peak bad");
            assert_eq!((done.code, done.stdout.as_str()), (Some(1), ""), "{name}");
            assert!(done.stderr.starts_with("rprof: cannot read `bad`: "), "{}", done.stderr);
            assert_eq!(place.run("convert bad bad.csv").code, Some(1));
            assert!(!place.path("bad.csv").exists());
        }
    }
    // A few hundred kilobytes that would become hundreds of megabytes.
    let bomb = "(echo 'CMDLINE x'; echo 'MEM 1.0 1600000000.0'; head -c 300000000 /dev/zero | tr '\\0' '\\n') | gzip > bomb.gz";
    let made = Command::new("sh").args(["-c", bomb]).current_dir(place.dir.path()).status().unwrap();
    assert!(made.success());
    let done = place.run("peak bomb.gz");
    assert_eq!(done.code, Some(1), "{}", done.stdout);
    assert!(
        done.stderr.contains("more than 256 times as large") && done.stderr.contains("decompress"),
        "{}",
        done.stderr
    );
    std::fs::write(place.path("procpath"), b"SQLite format 3\0 and more").unwrap();
    let done = place.run("peak procpath");
    assert!(done.code == Some(1) && done.stderr.contains("docs/exchange.md"), "{}", done.stderr);
}

#[test]
fn an_export_goes_to_stdout_or_to_a_file_of_its_own() {
    let place = Place::new();
    recorded(&place);
    let printed = place.run("export t.dat --format jsonl");
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    assert_eq!(place.run("export t.dat --format jsonl -o -").stdout, printed.stdout);
    export(&place, "t.dat -o t.jsonl");
    assert_eq!(std::fs::read_to_string(place.path("t.jsonl")).unwrap(), printed.stdout);
    let records = printed.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    assert_eq!(records.filter(|record| record["record"] != "index").count(), place.trace().lines().count());
    // No file is overwritten without --force, and the trace never.
    let again = place.run("export t.dat -o t.jsonl");
    assert!(again.code == Some(1) && again.stderr.contains("--force"), "{}", again.stderr);
    export(&place, "t.dat -o t.jsonl --force");
    let own = place.run("export t.dat --format csv -o ./t.dat --force");
    assert!(own.code == Some(1) && own.stderr.contains("the trace itself"), "{}", own.stderr);
    assert_eq!(place.run("peak t.dat").code, Some(0));
    // A name that selects no format, and a file that is no trace, leave nothing behind.
    let unnamed = place.run("export t.dat -o t.json");
    assert!(
        unnamed.code == Some(1) && unnamed.stderr.contains("--format chrome, firefox"),
        "{}",
        unnamed.stderr
    );
    assert!(place.run("export t.dat").stderr.contains("--format"));
    std::fs::write(place.path("text"), "no trace\n").unwrap();
    assert_eq!(place.run("export text -o text.jsonl").code, Some(1));
    assert!(!place.path("t.json").exists() && !place.path("text.jsonl").exists());
    // Some readers close a pipe early; that is no failure.
    let mut head =
        place.rprof(["export", "t.dat", "--format", "csv"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(head.stdout.take());
    assert_eq!(head.wait().unwrap().code(), Some(0));
}

#[test]
fn perfetto_and_chrome_get_counters_and_slices() {
    let place = Place::new();
    let peak = recorded(&place);
    export(&place, "t.dat --format chrome -o t.json.gz");
    export(&place, "t.dat -o t.chrome.json");
    let file: Value = serde_json::from_slice(&std::fs::read(place.path("t.chrome.json")).unwrap()).unwrap();
    let events = file["traceEvents"].as_array().unwrap();
    let counters =
        |name: &'static str| events.iter().filter(move |event| event["ph"] == "C" && event["name"] == name);
    let largest = counters("tree RSS (bytes)").map(|event| event["args"]["value"].as_u64().unwrap()).max();
    assert_eq!(largest, Some(peak));
    let processes: std::collections::BTreeSet<u64> =
        counters("RSS (bytes)").map(|event| event["pid"].as_u64().unwrap()).collect();
    assert_eq!(processes.len(), 3, "{processes:?}");
    // A busy machine may leave rprof no time to measure.
    let slices: Vec<_> = events
        .iter()
        .filter(|event| event["ph"] == "X")
        .map(|event| event["name"].as_str().unwrap())
        .filter(|name| *name != "nothing was measured")
        .collect();
    assert_eq!(slices, ["load", "part", "part"]);
    let Some(python) = python_with("perfetto.trace_processor") else { return };
    let program = "\
import sys
from perfetto.trace_processor import TraceProcessor
try:
    tp = TraceProcessor(trace=sys.argv[1])
except Exception:
    print('no trace processor')
    sys.exit()
rows = tp.query(\"select max(value) m from counter join process_counter_track t on track_id = t.id where name like 'tree RSS%'\")
slices = next(iter(tp.query(\"select count(*) n from slice where name != 'nothing was measured'\"))).n
print(int(next(iter(rows)).m), slices)
";
    match asked(&python, program, &place.path("t.chrome.json")).lines().last().unwrap_or_default() {
        "no trace processor" => {
            skip("Perfetto's trace processor cannot be downloaded: its rules are checked without it");
        }
        found => assert_eq!(found, format!("{peak} 3")),
    }
}

/// The Firefox Profiler's own reader, if it is installed.
#[test]
fn the_firefox_profiler_reads_its_export() {
    let place = Place::new();
    recorded(&place);
    let held = |calls, mib| Held { calls, mib, is_lost: false };
    write_stacks(&place, "t.dat", &[held(&["main", "load"], 30), held(&["main"], 4), held(&[], 2)]);
    export(&place, "t.dat -o t.firefox.json.gz");
    export(&place, "t.dat -o t.firefox.json");
    let file: Value = serde_json::from_slice(&std::fs::read(place.path("t.firefox.json")).unwrap()).unwrap();
    assert_eq!(file["counters"].as_array().unwrap().len(), 5, "the tree by RSS and PSS, and three processes");
    let Some(reader) = FirefoxReader::new(&place) else {
        skip(
            "no `profiler-cli` (`npm install -g @firefox-devtools/profiler-cli`): the Firefox Profiler reads no export",
        );
        return;
    };
    reader.ask(&["load", "t.firefox.json.gz"]);
    // The reader is a daemon, which may need a while to start.
    wait_for("the profile to be loaded", || reader.ask(&["profile", "info"]).code == Some(0));
    let markers = reader.ask(&["profile", "markers", "--limit", "50"]).stdout;
    assert!(markers.contains("load") && markers.contains("part") && markers.contains("half"), "{markers}");
    let info = reader.ask(&["profile", "info", "--all"]).stdout;
    assert!(info.contains("3 processes") && info.matches("Memory - memory range").count() == 5, "{info}");
    let strategy = ["--strategy", "native-retained-allocations", "--json"];
    let retained = reader.ask(&[&["thread", "samples"], &strategy[..]].concat()).stdout;
    let retained: Value =
        serde_json::from_str(&retained).unwrap_or_else(|error| panic!("{error}: {retained}"));
    let functions = retained["topFunctionsByTotal"].as_array().unwrap();
    let total = |name: &str| {
        let found = functions.iter().find(|function| function["name"].as_str().unwrap().ends_with(name));
        found.unwrap_or_else(|| panic!("no {name}: {retained}"))["totalSamples"].as_u64()
    };
    let expected = [("t", 36 * MIB), ("libt.so!main", 34 * MIB), ("libt.so!load", 30 * MIB)];
    for (name, bytes) in expected {
        assert_eq!(total(name), Some(bytes), "{name}");
    }
}

/// An export without the stacks is better than none, and a wrong one would be found only in the viewer.
#[test]
fn stacks_that_cannot_be_read_are_reported_and_the_rest_is_exported() {
    let place = Place::new();
    recorded(&place);
    export(&place, "t.dat -o plain.firefox.json");
    std::fs::write(place.path("t.dat.stacks"), "no stacks").unwrap();
    let done = place.run("export t.dat -o t.firefox.json");
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(done.stderr.contains("; the export has no stacks"), "{}", done.stderr);
    let read = |name: &str| std::fs::read(place.path(name)).unwrap();
    assert_eq!(read("t.firefox.json"), read("plain.firefox.json"));
    assert_eq!(place.run("where t.dat -o x.firefox.json").code, Some(1));
    // Without the trace, the profile has the stacks alone.
    write_stacks(&place, "t.dat", &[Held { calls: &["main"], mib: 4, is_lost: false }]);
    std::fs::remove_file(place.path("t.dat")).unwrap();
    for name in ["t.dat", "t.dat.stacks"] {
        let done = place.run(&format!("where {name} --force -o x.firefox.json"));
        assert_eq!(done.code, Some(0), "{name}: {}", done.stderr);
        let file: Value = serde_json::from_slice(&read("x.firefox.json")).unwrap();
        assert_eq!(file["threads"][0]["nativeAllocations"]["weight"], serde_json::json!([4 * MIB]));
    }
}

/// The reader of the Firefox Profiler in a session of its own.
struct FirefoxReader<'a> {
    program: PathBuf,
    place: &'a Place,
}

impl<'a> FirefoxReader<'a> {
    fn new(place: &'a Place) -> Option<Self> {
        let local = PathBuf::from(format!("{ROOT}/.tools/npm/node_modules/.bin/profiler-cli"));
        let program = if local.exists() { local } else { PathBuf::from("profiler-cli") };
        let asked = Command::new(&program).arg("--version").output();
        asked.is_ok_and(|answer| answer.status.success()).then(|| Self { program, place })
    }

    fn ask(&self, arguments: &[&str]) -> crate::support::Done {
        let home = self.place.dir.path();
        let mut command = Command::new(&self.program);
        command.args(arguments).args(["--session", "rprof-test"]).current_dir(home).env("HOME", home);
        done(command.output().unwrap())
    }
}

impl Drop for FirefoxReader<'_> {
    fn drop(&mut self) {
        self.ask(&["stop"]);
    }
}

#[test]
fn prometheus_reads_openmetrics() {
    let place = Place::new();
    let peak = recorded(&place);
    export(&place, "t.dat -o t.om");
    if let Some(python) = python_with("prometheus_client.openmetrics.parser") {
        let program = "\
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
families = {f.name: f for f in text_string_to_metric_families(open(sys.argv[1], encoding='utf-8').read())}
tree = families['rprof_tree_memory_bytes']
print(tree.unit, int(max(s.value for s in tree.samples)), all(s.timestamp for s in tree.samples), len({s.labels['process'] for s in families['rprof_process_memory_bytes'].samples}))
";
        assert_eq!(asked(&python, program, &place.path("t.om")), format!("bytes {peak} True 3"));
    }
    let mut tool = Command::new("promtool");
    tool.args(["tsdb", "create-blocks-from", "openmetrics", "t.om", "blocks"]).current_dir(place.dir.path());
    match tool.output() {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
        Err(_) => skip("no `promtool`: OpenMetrics text is not read by it"),
    }
}

/// A format with curves says when it has not those of all processes.
#[test]
fn curves_that_an_export_does_not_have_are_reported() {
    let place = Place::new();
    let mut text = String::from("CMDLINE x\nMEM 200.0 1600000000.0\n");
    (1..=101).for_each(|child| text += &format!("CHLD {child} {child}.5 1600000000.0\n"));
    std::fs::write(place.path("t.dat"), text).unwrap();
    for format in ["firefox", "openmetrics"] {
        let done = place.run(&format!("export t.dat --format {format} -o x.{format}.json"));
        assert_eq!(done.code, Some(0));
        assert!(done.stderr.contains("the 100 largest processes"), "{format}: {}", done.stderr);
    }
    assert_eq!(place.run("export t.dat --format jsonl").stderr, "");
}

#[test]
fn pandas_and_polars_read_the_tidy_table() {
    let place = Place::new();
    let peak = recorded(&place);
    export(&place, "t.dat -o tidy.csv");
    let pandas = "\
import sys, pandas
t = pandas.read_csv(sys.argv[1])
wide = t[t.metric == 'rss'].pivot_table(index='time_s', columns='process', values='value')
print(int(wide['tree'].max()), len(wide.columns), t.time_s.dtype)
";
    let polars = "\
import sys, polars
t = polars.read_csv(sys.argv[1])
rss = t.filter((polars.col('metric') == 'rss') & (polars.col('process') == 'tree'))
print(rss['value'].max(), t['value'].dtype, t['process'].n_unique() > 3, t['time_s'].dtype)
";
    if let Some(python) = python_with("pandas") {
        assert_eq!(asked(&python, pandas, &place.path("tidy.csv")), format!("{peak} 4 float64"));
    }
    if let Some(python) = python_with("polars") {
        assert_eq!(asked(&python, polars, &place.path("tidy.csv")), format!("{peak} Int64 True Float64"));
    }
}

/// A trace of mprof with this many ticks.
#[cfg(target_os = "linux")]
fn long_trace(place: &Place, ticks: u32) {
    use std::io::Write;
    let mut file = std::io::BufWriter::new(std::fs::File::create(place.path("long.dat")).unwrap());
    writeln!(file, "CMDLINE long").unwrap();
    for tick in 0..ticks {
        let time = format!("{}.{:06}", 1_600_000_000 + tick / 10, tick % 10 * 100_000);
        writeln!(file, "CHLD 7 {}.5 {time}\nMEM {}.25 {time}", tick % 900, tick % 977).unwrap();
    }
}

/// Formats that are lists of records are written while the trace is read; the curves of the others have a limited size.
#[test]
#[cfg(target_os = "linux")]
fn memory_for_an_export_does_not_grow_with_the_trace() {
    let place = Place::new();
    let peak = |format: &str| {
        let mut command = place.rprof(["run", "-q", "--force", "-o", "own.dat", "--"]);
        command.arg(env!("CARGO_BIN_EXE_rprof"));
        command.args(words(&format!("export long.dat --format {format} --force -o x.gz")));
        let run = done(command.output().unwrap());
        assert_eq!(run.code, Some(0), "{format}: {}", run.stderr);
        place.peak_of("own.dat")["peak_bytes"].as_u64().unwrap()
    };
    let formats = ["chrome", "jsonl", "csv", "openmetrics", "firefox"];
    long_trace(&place, 20_000);
    let short = formats.map(peak);
    long_trace(&place, 100_000);
    for ((format, short), long) in formats.into_iter().zip(short).zip(formats.map(peak)) {
        assert!(long < short + 3 * MIB, "{format}: {} and {} MiB", short / MIB, long / MIB);
    }
}

/// The blocks of code in a language in `docs/exchange.md`, each with the words after the language.
fn blocks(language: &str) -> Vec<(String, String)> {
    let document = std::fs::read_to_string(format!("{ROOT}/docs/exchange.md")).unwrap();
    let parts = document.split("\n```").skip(1).step_by(2);
    parts
        .filter_map(|part| part.split_once('\n'))
        .filter(|(info, _)| info.split(' ').next() == Some(language))
        .map(|(info, code)| (info[language.len()..].trim().to_owned(), code.to_owned()))
        .collect()
}

/// Runs every command of the page, in its order, beside a trace `t.dat` and the files of the peers.
#[test]
fn the_commands_of_the_document_run() {
    let place = Place::new();
    recorded(&place);
    for (name, _) in IMPORTS {
        data(&place, &[name]);
    }
    data(&place, &["con-duct_info.json", "procpath.sqlite"]);
    let bin = Path::new(env!("CARGO_BIN_EXE_rprof")).parent().unwrap();
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let paths =
        std::env::join_paths(std::iter::once(bin.to_owned()).chain(std::env::split_paths(&paths))).unwrap();
    let shell = blocks("sh");
    assert!(shell.len() >= 5, "{} blocks", shell.len());
    for (needs, code) in shell {
        let program = needs.strip_prefix("needs=").unwrap_or("sh");
        let is_there = std::env::split_paths(&paths).any(|path| path.join(program).is_file());
        if !is_there {
            skip(&format!("no `{program}`: a command of docs/exchange.md is not run"));
            continue;
        }
        let mut run = Command::new("sh");
        run.args(["-euc", &code]).current_dir(place.dir.path()).env("PATH", &paths).stdin(Stdio::null());
        crate::support::with_default_settings(&mut run);
        let run = done(run.output().unwrap());
        assert_eq!(run.code, Some(0), "{code}\n{}", run.stderr);
    }
    for (needs, code) in blocks("python") {
        let module = needs.strip_prefix("needs=").unwrap();
        let Some(python) = python_with(module) else { continue };
        let run =
            done(Command::new(python).args(["-c", &code]).current_dir(place.dir.path()).output().unwrap());
        assert_eq!(run.code, Some(0), "{code}\n{}", run.stderr);
    }
}

/// The keys of a JSON line and the columns of the table stand in the document.
#[test]
fn every_key_of_an_export_is_documented() {
    let document = std::fs::read_to_string(format!("{ROOT}/docs/exchange.md")).unwrap();
    let place = Place::new();
    recorded(&place);
    let lines = place.run("export t.dat --format jsonl").stdout;
    let section = document.split("\n## JSON lines\n").nth(1).unwrap().split("\n## ").next().unwrap();
    for line in lines.lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        let kind = record["record"].as_str().unwrap();
        let row = section
            .lines()
            .find(|row| row.starts_with(&format!("| `{kind}` |")))
            .unwrap_or_else(|| panic!("{kind}"));
        for key in record.as_object().unwrap().keys().filter(|key| !["record", "run"].contains(&key.as_str()))
        {
            assert!(row.contains(&format!("`{key}`")), "`{key}` is not in {row}");
        }
    }
    let table = place.run("export t.dat --format csv").stdout;
    for column in table.lines().next().unwrap().split(',') {
        assert!(document.contains(&format!("| `{column}` |")), "{column}");
    }
}
