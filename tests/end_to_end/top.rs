//! `rprof top`: the command line of each process in the trace, which compiler was it, and the number of jobs that fit.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{
    MIB, Place, SLACK, assert_near, done, eventually, finish, keys, skip, table_names, truth,
};

const DOCUMENT: &str = include_str!("../../docs/top.md");
const MEASURE: &str = include_str!("../data/measure.c");

fn top(place: &Place, options: &str) -> Vec<Value> {
    let done = place.run(&format!("top --json {options} t.dat"));
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    serde_json::from_str(&done.stdout).unwrap_or_else(|error| panic!("{error}: {}", done.stdout))
}

/// The arguments of a process, joined with blanks.
fn line(row: &Value) -> String {
    let words = row["args"].as_array().unwrap().iter().map(|word| word.as_str().unwrap_or("?"));
    words.collect::<Vec<_>>().join(" ")
}

fn names(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["name"].as_str().unwrap()).collect()
}

/// A source of this many functions. The compiler needs the more memory the more there are.
fn source(name: &str, functions: u32) -> String {
    let mut text = format!("int {name}_0(int a) {{ return a; }}\n");
    for n in 1..=functions {
        let _ = writeln!(
            text,
            "int {name}_{n}(int a) {{ int s = a, k; for (k = 0; k < {}; k++) s = s * 31 + (k ^ (s >> 3)); \
             return s + {name}_{}(s); }}",
            n % 7 + 3,
            n - 1
        );
    }
    text
}

/// The sources of the C project, and the functions in each.
const SOURCES: [(&str, u32); 5] =
    [("tiny", 20), ("small", 400), ("middle", 900), ("big", 1600), ("huge", 2400)];

/// Writes a C project with a Makefile. Each pass of the compiler runs under a program that asks wait4 for its largest RSS.
fn write_project(place: &Place) {
    let mut text = "int main(void) { return 0; }\n".to_owned();
    std::fs::write(place.path("main.c"), &text).unwrap();
    let objects: Vec<_> = SOURCES.iter().map(|(name, _)| format!("{name}.o")).collect();
    for (name, functions) in SOURCES {
        std::fs::write(place.path(&format!("{name}.c")), source(name, functions)).unwrap();
    }
    text = format!(
        "CFLAGS = -O0 -wrapper ./measure\napp: main.o {0}\n\tcc -wrapper ./measure -o app main.o {0}\n",
        objects.join(" ")
    );
    std::fs::write(place.path("Makefile"), text).unwrap();
}

/// The largest RSS of each process in bytes, by its pid.
fn measured(place: &Place) -> HashMap<u64, u64> {
    let text = std::fs::read_to_string(place.path("measured")).unwrap();
    let of = |line: &str| {
        let (kib, rest) = line.split_once(' ').unwrap();
        (rest.split(' ').next().unwrap().parse().unwrap(), kib.parse::<u64>().unwrap() << 10)
    };
    text.lines().map(of).collect()
}

fn make(place: &Place) -> bool {
    let mut command =
        place.rprof(["run", "-q", "--force", "-T", "1ms", "-o", "t.dat", "make", "-B", "-s", "-j4"]);
    let _ = std::fs::remove_file(place.path("measured"));
    command.env("MEASURED", place.path("measured"));
    let done = done(command.output().unwrap());
    // rprof itself has the code 127 for a command that is not there.
    assert!(matches!(done.code, Some(0 | 127)), "{}", done.stderr);
    done.code == Some(0)
}

/// Each compiler and linker is there with its file, and with the memory that wait4 reports of it.
#[test]
fn a_build_names_each_compiler_and_its_memory() {
    let place = Place::new();
    if !place.compile("measure", MEASURE, &[]) {
        return skip("there is no C compiler");
    }
    let version = std::process::Command::new("cc").arg("-v").output().unwrap();
    if !String::from_utf8_lossy(&version.stderr).contains("gcc version") {
        return skip("the C compiler is not gcc, whose passes are processes of their own");
    }
    write_project(&place);
    // On a machine under load the last tick of a process may come too early, before its peak or before its exec.
    let mut is_made = true;
    eventually(|| {
        is_made = make(&place);
        if is_made { check_build(&place) } else { Ok(()) }
    });
    if !is_made {
        return skip("there is no make");
    }
    check_views(&place);
}

/// Checks the names and the sizes of a build. A source of twenty functions may be compiled between two ticks.
fn check_build(place: &Place) -> Result<(), String> {
    let (rows, truth) = (top(place, ""), measured(place));
    let find = |name: &str, target: &str| {
        // A linker may be `ld` or `ld.bfd`.
        let is = |row: &&Value| {
            row["name"].as_str().unwrap().split('.').next() == Some(name) && row["target"] == target
        };
        rows.iter().find(is).ok_or_else(|| format!("no {name} of {target}: {:?}", names(&rows)))
    };
    let mut peaks = Vec::new();
    for (name, _) in SOURCES.iter().skip(1) {
        let row = find("cc1", &format!("{name}.c"))?;
        assert!(line(row).contains(&format!(" {name}.c ")) && row["parent"].as_u64() > Some(1), "{row}");
        let (peak, real) = (row["peak_bytes"].as_u64().unwrap(), truth[&row["pid"].as_u64().unwrap()]);
        let error = peak as f64 / real as f64 - 1.0;
        if error.abs() > 0.01 {
            return Err(format!("the peak of cc1 of {name}.c is off by {:.2} %: {row}", error * 100.0));
        }
        peaks.push(peak);
        // The driver of the compiler, and the assembler of the same file.
        find("cc", &format!("{name}.c"))?;
        find("as", &format!("{name}.o"))?;
    }
    assert!(peaks.is_sorted(), "{peaks:?}");
    find("collect2", "app")?;
    find("ld", "app").map(drop)
}

/// Checks the table and the groups of a build.
fn check_views(place: &Place) {
    let rows = top(place, "");
    // The largest comes first, also in the table, and the groups have all of them.
    assert_eq!((&rows[0]["name"], &rows[0]["target"]), (&"cc1".into(), &"huge.c".into()));
    let table = place.run("top -n 3 t.dat").stdout;
    let first = table.lines().nth(2).unwrap();
    assert!(first.contains("cc1") && first.contains("huge.c"), "{table}");
    let groups = top(place, "--group");
    let compilers = groups.iter().find(|group| group["name"] == "cc1").unwrap();
    assert!(compilers["processes"].as_u64() >= Some(4), "{compilers}");
    assert_eq!(compilers["largest_bytes"], rows[0]["peak_bytes"]);
}

/// A shell that becomes another shell has the same name.
#[cfg(target_os = "linux")]
#[test]
fn an_exec_of_the_same_name_has_its_own_command_line() {
    use std::io::Write as _;

    use crate::support::wait_for;

    let place = Place::new();
    std::fs::write(place.path("b.sh"), "read line || true\n").unwrap();
    // A process alone in its tree, and one with a child.
    for script in ["read line; exec sh b.sh x", "sleep 0.1 & read line; exec sh b.sh x"] {
        let mut command =
            place.rprof(["run", "-q", "--force", "-T", "10ms", "-o", "t.dat", "sh", "-c", script]);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let born = |text: &str| -> Option<String> {
            let trace = std::fs::read_to_string(place.path("t.dat")).unwrap_or_default();
            trace.lines().find(|line| line.starts_with("PROC ") && line.ends_with(text)).map(str::to_owned)
        };
        let before = format!("\"args\":[\"sh\",\"-c\",\"{script}\"]}}");
        wait_for("the shell", || born(&before).is_some() && place.trace().contains("\nMEM "));
        let mut input = child.stdin.take().unwrap();
        input.write_all(b"\n").unwrap();
        let after = "\"args\":[\"sh\",\"b.sh\",\"x\"]}";
        wait_for("the command line after the exec", || born(after).is_some());
        drop(input);
        assert_eq!(finish(child).code, Some(0));
        let rows = top(&place, "--by start");
        assert_eq!((names(&rows)[0], line(&rows[0]).as_str()), ("sh", "sh b.sh x"));
        // The id stays that of the process, because its name has not changed.
        let born = born(after).unwrap();
        let id = born.split(' ').nth(1).unwrap();
        assert!(born.contains(&format!("\"was\":\"{id}\"")), "{born}");
        assert_eq!(place.peak()["processes"], rows.len());
    }
}

#[test]
fn the_options_leave_command_lines_out() {
    let place = Place::new();
    for (option, has_command) in [("", true), ("--no-args", true), ("--redact", false)] {
        let done =
            place.run_truth(&format!("-q {option}"), "touch 1MiB hold 20ms fork 1 [ hold 100ms ] wait");
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        let trace = place.trace();
        assert_eq!(trace.contains("\"args\":["), option.is_empty(), "{trace}");
        assert_eq!(trace.contains("20ms"), has_command, "{trace}");
        let rows = top(&place, "");
        assert_eq!(rows.iter().all(|row| row["args"].as_array().unwrap().is_empty()), !option.is_empty());
        let table = place.run("top t.dat").stdout;
        assert_eq!(table.contains("no command lines"), !option.is_empty(), "{table}");
    }
}

/// The middle of a long command line is cut, not its end, and a program of 100,000 arguments costs no megabytes.
#[test]
fn a_long_command_line_is_cut_in_the_middle() {
    let place = Place::new();
    let mut command = place.rprof(["run", "-q", "-o", "t.dat", "sh", "-c", "sleep 0.3; exit 3", "sh"]);
    command.args((0..5000).map(|number| format!("argument-{number}")));
    assert_eq!(command.status().unwrap().code(), Some(3));
    let rows = top(&place, "--by start");
    let row = &rows[0];
    assert_eq!((&row["args_truncated"], &row["exit_code"]), (&true.into(), &3.into()));
    let line = line(row);
    assert!(
        line.starts_with("sh -c sleep 0.3; exit 3 sh argument-0 ") && line.ends_with(" argument-4999"),
        "{line}"
    );
    assert!(line.len() < 4200 && line.contains('…'), "{}", line.len());
    let trace = place.trace();
    assert!(trace.lines().filter(|line| line.starts_with("PROC ")).all(|line| line.len() < 8192));
}

#[test]
fn each_process_has_its_part_of_the_peak_and_its_end() {
    let place = Place::new();
    // The second child is the larger one, but ends before the peak of the tree.
    let script =
        "fork 1 [ touch 60MiB await one ] wait fork 1 [ touch 40MiB await two ] touch 30MiB await two wait";
    let mut child = place.start_truth("-q -T 10ms", script);
    place.release(&mut child, "one", |shown| shown.has_touched(60 * MIB));
    place.release(&mut child, "two", |shown| shown.has_touched(70 * MIB) && shown.processes == 2);
    assert_eq!(finish(child).code, Some(0));
    let rows = top(&place, "");
    assert_eq!(rows.len(), 3, "{rows:?}");
    let [first, second, root] = [0, 1, 2].map(|at| &rows[at]);
    assert_near(&first["peak_bytes"], 60 * MIB, SLACK);
    assert_eq!(first["at_peak_bytes"], 0);
    assert_near(&second["peak_bytes"], 40 * MIB, SLACK);
    assert_near(&second["at_peak_bytes"], 40 * MIB, SLACK);
    assert_near(&root["at_peak_bytes"], 30 * MIB, SLACK);
    assert_eq!((&root["exit_code"], &first["exit_code"]), (&0.into(), &Value::Null));
    assert!(rows[..2].iter().all(|row| row["parent"] == root["pid"] && line(row) == line(root)), "{rows:?}");
    assert!(first["end_s"].as_f64() < second["end_s"].as_f64(), "{rows:?}");
    let pids = |rows: &[Value]| rows.iter().map(|row| row["pid"].clone()).collect::<Vec<_>>();
    let by_part = top(&place, "--by at-peak -n 2");
    assert_eq!(pids(&by_part), [second["pid"].clone(), root["pid"].clone()]);
    assert_eq!(pids(&top(&place, "--by start"))[0], root["pid"]);
    assert!(place.run("top -n 1 t.dat").stdout.contains("\nand 2 more (-n 0 prints all)\n"));
}

/// A child of vfork uses the memory of its parent until its exec. The parent's mark of 100 MiB passed for that of the child.
#[cfg(target_os = "linux")]
#[test]
fn a_child_that_borrowed_memory_has_only_its_own() {
    let place = Place::new();
    let code = r#"
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void) {
    char *p = malloc(100 << 20); memset(p, 1, 100 << 20);
    pid_t c = vfork();
    if (c == 0) { usleep(200000); execl("/bin/sleep", "sleep", "0.3", (char *)0); _exit(1); }
    waitpid(c, 0, 0);
    return p[5] - 1;
}
"#;
    if !place.compile("parent", code, &[]) {
        return skip("no C compiler: the program that calls vfork cannot be built");
    }
    assert_eq!(place.run("run -q -T 10ms -o t.dat ./parent").code, Some(0));
    let rows = top(&place, "");
    assert_eq!((names(&rows), line(&rows[1]).as_str()), (vec!["parent", "sleep"], "sleep 0.3"));
    assert!(rows[1]["peak_bytes"].as_u64() < Some(20 * MIB), "{}", place.trace());
}

/// A process alone has no samples of its own in the trace.
#[test]
fn a_process_alone_is_in_the_list() {
    let place = Place::new();
    let run = place.run_truth_until("-q", "touch 40MiB await go exit 3", |shown| shown.bytes >= 40 * MIB);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    let rows = top(&place, "");
    assert_eq!(rows.len(), 1);
    let row = &rows[0];
    assert_near(&row["peak_bytes"], 40 * MIB, SLACK);
    assert_near(&row["at_peak_bytes"], 40 * MIB, SLACK);
    assert_eq!(
        (&row["exit_code"], &row["name"], &row["peak_exact"]),
        (&3.into(), &"truth".into(), &true.into())
    );
    assert!(
        line(row).ends_with("touch 40MiB await go exit 3")
            && line(row).starts_with(&*truth().to_string_lossy())
    );
}

/// Fifty programs of a millisecond, between ticks that are a second apart.
#[cfg(target_os = "linux")]
#[test]
fn processes_between_two_ticks_are_counted() {
    let place = Place::new();
    let script = "i=0; while [ $i -lt 50 ]; do /bin/true; i=$((i + 1)); done";
    let mut command = place.rprof(["run", "-q", "--force", "-T", "1s", "-o", "t.dat", "sh", "-c", script]);
    assert!(command.status().unwrap().success());
    let end = place.trace().lines().last().unwrap().strip_prefix("END ").unwrap().to_owned();
    let end: Value = serde_json::from_str(&end).unwrap();
    let seen = end["processes"].as_u64().unwrap();
    assert!(end["unseen_processes"].as_u64().unwrap() + seen > 50, "{end}");
    let table = place.run("top t.dat").stdout;
    assert!(table.contains("up to ") && table.contains("too short to be seen"), "{table}");
    // A process without children has missed none, whatever others on the machine do.
    place.run_truth("-q", "hold 300ms");
    assert!(place.trace().contains("\"unseen_processes\":0}"), "{}", place.trace());
    assert!(!place.run("top t.dat").stdout.contains("too short"));
}

#[test]
fn jobs_fit_by_the_bound_of_one() {
    let place = Place::new();
    assert_eq!(place.run_truth("-q", "touch 90MiB hold 300ms").code, Some(0));
    let done = place.run("top --fit 1GiB --json t.dat");
    let fit: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_near(&fit["job_bytes"], 90 * MIB, 2 * SLACK);
    assert_eq!(fit["jobs"].as_u64(), Some((1 << 30) / fit["job_bytes"].as_u64().unwrap()), "{fit}");
    assert_eq!(fit["job_is_bound"], true);
    let words = place.run("top --fit 1GiB t.dat").stdout;
    let jobs = fit["jobs"].as_u64().unwrap();
    assert!(words.starts_with(&format!("t.dat: {jobs} jobs like this one fit into 1.00 GiB\n")), "{words}");
    assert!(words.contains("upper bound of the peak") && words.contains("nothing is set aside"), "{words}");
    assert!(place.run("top --fit 50MiB t.dat").stdout.starts_with("t.dat: not one job like this one fits"));
    let usage = place.run("top --fit 1GiB --group t.dat");
    assert_eq!(usage.code, Some(2), "{}", usage.stderr);
}

#[test]
fn a_trace_of_mprof_has_children_without_command_lines() {
    let place = Place::new();
    let file = |name: &str| format!("{}/../../tests/data/{name}", env!("CARGO_MANIFEST_DIR"));
    let done = place.run(&format!("top --json {}", file("mprof_pool_M.dat")));
    let rows: Vec<Value> = serde_json::from_str(&done.stdout).unwrap();
    assert!(rows.len() > 1 && rows.iter().all(|row| row["peak_bytes"].as_u64() > Some(0)), "{rows:?}");
    assert!(rows.iter().all(|row| row["pid"].is_null() && row["at_peak_bytes"].is_null()), "{rows:?}");
    let none = place.run(&format!("top {}", file("mprof_funcs.dat")));
    assert_eq!(none.code, Some(1));
    assert!(none.stderr.contains("has no processes"), "{}", none.stderr);
}

/// A build of a whole system. The deadline of the tests is a minute; a cost that grows with the square would take hours.
#[test]
fn a_trace_of_65536_processes_is_no_trouble() {
    const COUNT: usize = 65_536;
    let place = Place::new();
    let mut text = "RPROF {\"format\":1,\"start_s\":1795380798.0,\"metric\":\"rss\",\"columns\":[\"hwm\"],\"tree\":true}\n\
                    CMDLINE make\n"
        .to_owned();
    for n in 1..=COUNT {
        let _ = write!(
            text,
            "PROC {n}:cc1 0.100000 {{\"pid\":{n},\"ppid\":1,\"name\":\"cc1\",\"args\":[\"cc1\",\"-O2\",\"src/{n}.c\"]}}\n\
             CHLD {n}:cc1 {n}.0 1795380798.100000 {}\nMEM {n}.0 1795380798.100000 1024\n",
            n << 10
        );
    }
    text.push_str("END {\"elapsed_s\":1.0,\"ticks\":65536,\"processes\":65536}\n");
    std::fs::write(place.path("t.dat"), text).unwrap();
    for options in ["top t.dat", "top --json t.dat", "top --group t.dat"] {
        let mut command = place.rprof(options.split(' '));
        let out = std::fs::File::create(place.path("out")).unwrap();
        let child = command.stdout(out).stderr(Stdio::piped()).spawn().unwrap();
        assert_eq!(finish(child).code, Some(0), "{options}");
        let text = std::fs::read_to_string(place.path("out")).unwrap();
        assert!(text.contains(if options.contains("group") { "65536" } else { "src/65536.c" }), "{options}");
    }
}

/// The table escapes what a command line could do to a terminal.
#[test]
fn a_command_line_cannot_act_on_the_terminal() {
    let place = Place::new();
    let mut command =
        place.rprof(["run", "-q", "-o", "t.dat", "sh", "-c", "sleep 0.2; true", "\u{1b}[31m\u{202e}x"]);
    assert!(command.status().unwrap().success());
    for options in ["top t.dat", "top --json t.dat"] {
        let text = place.run(options).stdout;
        assert!(!text.chars().any(|c| c != '\n' && rprof_trace::is_hidden(c)), "{text:?}");
        assert!(text.contains("[31m"), "{text}");
    }
}

/// The keys in a table of the document, which begins with these lines.
fn documented(table: &str) -> Vec<&'static str> {
    table_names(DOCUMENT.split(table).nth(1).unwrap().split("\n\n").next().unwrap())
}

#[test]
fn every_key_of_the_json_is_documented() {
    let place = Place::new();
    place.run_truth("-q", "hold 50ms");
    assert_eq!(documented("\n| key | meaning |\n"), keys(&top(&place, "")[0]));
    assert_eq!(documented("\n| key of a group | meaning |\n"), keys(&top(&place, "--group")[0]));
    let fit: Value = serde_json::from_str(&place.run("top --fit 1GiB --json t.dat").stdout).unwrap();
    assert_eq!(documented("\n| key of the answer | meaning |\n"), keys(&fit));
}
