//! The reports of `rprof check`, each read as its consumer reads it. The names in the trace are hostile to every form.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::{Done, MIB, Place, done, finish, skip, truth};

/// An argument that would end an XML text, a table cell, a workflow command or a line.
const HOSTILE: &str = "::error::x%0A`b`|<img src=x>@team ]]>&\"'\u{1b}[31m\n::stop-commands::y\u{202e}";

/// A trace of a command with a hostile name, with a span of such a name.
fn place() -> Place {
    let place = Place::new();
    // At this interval the ticks are too few for a growth, however slow the machine is.
    let mut command = place.rprof(["run", "-q", "-T", "30s", "-o", "t.dat"]);
    let span = ["span", HOSTILE, "[", "touch", "9MiB", "await", "go", "]"];
    command.arg(truth()).args(["touch", "40MiB"]).args(span).args(["say", HOSTILE]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    place.release(&mut child, "go", |shown| shown.has_touched(49 * MIB));
    let run = finish(child);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    place
}

/// `rprof check t.dat` with a limit that is passed, one that is kept, one without a verdict, and these options.
fn check(place: &Place, options: &[&str]) -> Done {
    let mut command = place.rprof(["check", "t.dat", "--max-peak", "30MiB", "--max-growth", "1MB/min"]);
    command.arg("--max-span").arg(format!("{HOSTILE}=1GB")).args(options);
    command.env_remove("GITHUB_ACTIONS").env_remove("GITHUB_STEP_SUMMARY");
    done(command.output().unwrap())
}

fn file(place: &Place, name: &str) -> String {
    std::fs::read_to_string(place.path(name)).unwrap()
}

#[test]
fn text_and_json_have_the_same_verdicts_in_the_same_order() {
    let place = place();
    let (text, json) = (check(&place, &[]), check(&place, &["--json"]));
    assert_eq!((text.code, json.code), (Some(3), Some(3)), "{}", text.stderr);
    let value: Value = serde_json::from_str(&json.stdout).unwrap();
    let verdicts: Vec<_> =
        value["findings"].as_array().unwrap().iter().map(|f| f["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["beyond", "undecided", "within"], "{value}");
    let lines: Vec<_> = text.stdout.lines().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(lines, verdicts, "{}", text.stdout);
    for output in [&text.stdout, &json.stdout] {
        assert!(output.chars().all(|c| c == '\n' || !rprof_trace::is_hidden(c)), "{output:?}");
    }
    assert_eq!(value["findings"][2]["span"], HOSTILE);
}

/// The keys of the JSON and the table in `docs/ci.md`.
#[test]
fn every_key_of_the_json_is_documented() {
    let place = place();
    assert_eq!(check(&place, &["--save-baseline", "mem.json"]).code, Some(3));
    let mut save = place.rprof(["check", "t.dat", "--save-baseline", "mem.json"]);
    save.env_remove("GITHUB_ACTIONS");
    assert!(save.output().unwrap().status.success());
    let value: Value =
        serde_json::from_str(&check(&place, &["--json", "--baseline", "mem.json"]).stdout).unwrap();
    let findings = value["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 4, "{value}");
    let found: BTreeSet<&str> =
        findings.iter().flat_map(|finding| finding.as_object().unwrap().keys()).map(String::as_str).collect();
    let document = include_str!("../../docs/ci.md");
    let section = document.split("`--json` prints an object").nth(1).unwrap().split("\n## ").next().unwrap();
    let cells =
        section.lines().filter(|line| line.starts_with("| `")).filter_map(|row| row.split('|').nth(1));
    let documented: BTreeSet<&str> = cells.flat_map(crate::support::code).collect();
    assert_eq!(found, documented);
}

/// The names of the attributes of an element, sorted.
fn attributes(node: &roxmltree::Node<'_, '_>) -> Vec<String> {
    let mut names: Vec<String> = node.attributes().map(|attribute| attribute.name().to_owned()).collect();
    names.sort();
    names
}

/// The rules of two schemas, stated anew: that of Apache Ant, which wants all of this in this order, and junit-10 of
/// Jenkins, which allows it. The next test reads the second itself.
#[test]
fn junit_follows_the_schemas_of_ant_and_jenkins() {
    let place = place();
    assert_eq!(check(&place, &["--junit", "j.xml"]).code, Some(3));
    let text = file(&place, "j.xml");
    let document = roxmltree::Document::parse(&text).unwrap();
    let root = document.root_element();
    assert_eq!((root.tag_name().name(), attributes(&root).len()), ("testsuites", 0));
    let suites: Vec<_> = root.children().filter(roxmltree::Node::is_element).collect();
    let [suite] = suites.as_slice() else { panic!("{text}") };
    assert_eq!(
        attributes(suite),
        ["errors", "failures", "hostname", "id", "name", "package", "skipped", "tests", "time", "timestamp"]
    );
    let time = suite.attribute("time").unwrap();
    assert!(time.parse::<f64>().is_ok() && time.bytes().all(|b| b.is_ascii_digit() || b == b'.'), "{time}");
    let stamp = suite.attribute("timestamp").unwrap();
    let shape: String = stamp.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(shape, "0000-00-00T00:00:00");
    let names: Vec<_> =
        suite.children().filter(roxmltree::Node::is_element).map(|node| node.tag_name().name()).collect();
    assert_eq!(names, ["properties", "testcase", "testcase", "testcase", "system-out", "system-err"]);
    let cases: Vec<_> = suite.children().filter(|node| node.has_tag_name("testcase")).collect();
    for case in &cases {
        assert_eq!(attributes(case), ["classname", "name", "time"]);
        let tokens = ["classname", "name"].map(|name| case.attribute(name).unwrap());
        assert!(tokens.iter().all(|text| !text.trim().is_empty()), "{tokens:?}");
    }
    let results: Vec<Vec<_>> = cases
        .iter()
        .map(|case| {
            case.children().filter(roxmltree::Node::is_element).map(|node| node.tag_name().name()).collect()
        })
        .collect();
    assert_eq!(results, [vec!["failure"], vec!["skipped"], vec![]]);
    let failure = cases[0].children().find(|node| node.has_tag_name("failure")).unwrap();
    assert_eq!(attributes(&failure), ["message", "type"]);
    let counts = ["tests", "failures", "errors", "skipped"].map(|name| suite.attribute(name).unwrap());
    assert_eq!(counts, ["3", "1", "0", "1"]);
}

/// A Python with the consumers' own parsers; `make peers` creates it.
pub fn python_with(modules: &str) -> Option<PathBuf> {
    let made = concat!(env!("CARGO_MANIFEST_DIR"), "/../../.tools/peers/bin/python");
    let named = std::env::var_os("RPROF_PYTHON").map(PathBuf::from);
    let candidates = [named, Some(made.into()), Some("python3".into())];
    let found = candidates.into_iter().flatten().find(|python| {
        let asked = Command::new(python).args(["-c", &format!("import {modules}")]).output();
        asked.is_ok_and(|answer| answer.status.success())
    });
    if found.is_none() {
        skip(&format!("no Python with {modules} (`make peers` creates one)"));
    }
    found
}

#[test]
fn junit_is_read_by_junitparser_and_valid_for_jenkins() {
    let Some(python) = python_with("junitparser, xmlschema") else { return };
    let place = place();
    assert_eq!(check(&place, &["--junit", "j.xml"]).code, Some(3));
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/junit-10.xsd");
    let script = "import sys, junitparser, xmlschema\n\
        suite, = junitparser.JUnitXml.fromfile('j.xml')\n\
        print(suite.tests, suite.failures, suite.errors, suite.skipped)\n\
        for case in suite: print([type(result).__name__ for result in case.result])\n\
        xmlschema.XMLSchema(sys.argv[1]).validate('j.xml')\n";
    let mut command = Command::new(python);
    let read = done(command.args(["-c", script, schema]).current_dir(place.dir.path()).output().unwrap());
    assert_eq!(read.code, Some(0), "{}", read.stderr);
    assert_eq!(read.stdout, "3 1 0 1\n['Failure']\n['Skipped']\n[]\n");
}

/// The rules by which github-action-benchmark reads its custom JSON (`src/extract.ts`, `src/extractRangeInfo.ts`), stated
/// anew: it is an action and no package.
#[test]
fn github_action_benchmark_reads_its_entries() {
    let place = place();
    assert_eq!(check(&place, &["--github-action-benchmark", "b.json"]).code, Some(3));
    let one: Value = serde_json::from_str(&file(&place, "b.json")).unwrap();
    let entries = one.as_array().expect("an array");
    assert!(!entries.is_empty(), "the action fails on an empty array");
    for entry in entries {
        assert!(entry["name"].is_string() && entry["value"].is_f64() && entry["unit"] == "MiB", "{entry}");
        assert!(
            ["range", "extra"].iter().all(|key| entry[key].is_null() || entry[key].is_string()),
            "{entry}"
        );
    }
    assert!((40.0..60.0).contains(&entries[0]["value"].as_f64().unwrap()), "{one}");
    // Two runs have a range, a number behind the sign.
    std::fs::copy(place.path("t.dat"), place.path("u.dat")).unwrap();
    let two = check(&place, &["u.dat", "--github-action-benchmark", "-"]);
    let two: Value = serde_json::from_str(&two.stdout).unwrap();
    let range = two[0]["range"].as_str().unwrap().strip_prefix("± ").unwrap();
    assert!(range.len() >= 2 && range.parse::<f64>().is_ok(), "{range}");
}

/// Bencher's schema `bmf.json`, stated anew: patterns of names, and numbers of which only `value` is required.
#[test]
fn bencher_reads_its_measures() {
    let place = place();
    assert_eq!(check(&place, &["--bencher", "b.json"]).code, Some(3));
    let value: Value = serde_json::from_str(&file(&place, "b.json")).unwrap();
    let benchmarks = value.as_object().expect("an object");
    assert_eq!(benchmarks.len(), 2, "the run and its span: {value}");
    for (name, measures) in benchmarks {
        assert!((1..=1024).contains(&name.chars().count()), "{name}");
        for (measure, numbers) in measures.as_object().expect("an object") {
            assert!((1..=64).contains(&measure.len()), "{measure}");
            let numbers = numbers.as_object().expect("an object");
            assert!(
                numbers.keys().all(|key| ["value", "lower_value", "upper_value"].contains(&key.as_str()))
            );
            let number = |key: &str| numbers.get(key).map(|value| value.as_f64().expect("a number"));
            let middle = number("value").expect("a value");
            assert!(number("lower_value").is_none_or(|low| low <= middle), "{value}");
            assert!(number("upper_value").is_none_or(|high| high >= middle), "{value}");
        }
    }
}

/// The runner's rules for a workflow command: `::`, a word, properties up to the next `::`, and `%` escapes.
fn workflow_command(line: &str) -> Option<(String, String, String)> {
    let (head, message) = line.strip_prefix("::")?.split_once("::")?;
    let (name, title) = head.split_once(" title=")?;
    let unescaped = |text: &str| {
        let text = text.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",");
        text.replace("%25", "%")
    };
    Some((name.to_owned(), unescaped(title), unescaped(message)))
}

#[test]
fn github_gets_annotations_and_a_step_summary() {
    let place = place();
    std::fs::write(place.path("summary.md"), "before\n").unwrap();
    let run = |json: bool, summary: &str| {
        let mut command = place.rprof(["check", "t.dat", "--max-peak", "30MiB", "--max-growth", "1MB/min"]);
        command.args(json.then_some("--json")).env("GITHUB_ACTIONS", "true");
        done(command.env("GITHUB_STEP_SUMMARY", place.path(summary)).output().unwrap())
    };
    let annotated = run(false, "summary.md");
    assert_eq!(annotated.code, Some(3), "{}", annotated.stderr);
    let commands: Vec<_> =
        annotated.stdout.lines().filter(|line| line.trim_start().starts_with("::")).collect();
    let read: Vec<_> = commands.iter().map(|line| workflow_command(line).expect(line)).collect();
    let levels: Vec<_> = read.iter().map(|command| command.0.as_str()).collect();
    assert_eq!(levels, ["error", "warning"], "{}", annotated.stdout);
    assert_eq!(read[0].1, "rprof: memory limit exceeded");
    assert!(
        read[0].2.contains("exceeds --max-peak 30MiB by") && read[0].2.contains("%0A`b`"),
        "{}",
        read[0].2
    );
    let summary = file(&place, "summary.md");
    assert!(
        summary.starts_with("before\n<!-- rprof check -->\n### Memory: beyond 1 of 2 limits\n"),
        "{summary}"
    );
    // A document on stdout stays one; the commands go to stderr.
    let json = run(true, "summary.md");
    assert!(
        serde_json::from_str::<Value>(&json.stdout).is_ok() && json.stderr.contains("\n::warning title="),
        "{}",
        json.stderr
    );
    // A summary that cannot be written does not change the verdict.
    let broken = run(false, "missing/summary.md");
    assert_eq!(broken.code, Some(3));
    assert!(broken.stderr.contains("cannot write the step summary"), "{}", broken.stderr);
}

/// In Markdown every name stands in a code span, in which GitHub shows no markup and no mention.
#[test]
fn markdown_keeps_names_in_their_cells() {
    let place = place();
    let done = check(&place, &["--markdown", "-"]);
    assert_eq!(done.code, Some(3));
    let lines: Vec<&str> = done.stdout.lines().collect();
    assert_eq!(
        (lines[0], lines[1], lines.len()),
        ("<!-- rprof check -->", "### Memory: beyond 1 of 3 limits", 8),
        "{}",
        done.stdout
    );
    for row in &lines[5..] {
        assert_eq!(row.replace("\\|", "").matches('|').count(), 5, "{row}");
        // Nothing of the hostile name is outside of code. The fences are longer than the backticks in the name.
        let outside: String = row.split("``").step_by(2).collect();
        assert!(!outside.contains("@team") && !outside.contains("<img"), "{row}");
    }
}
