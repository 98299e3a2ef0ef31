//! Defects of rprof's peers, by the numbers of `docs/defects.md`. Those that fit another file of these tests are there.

use std::fmt::Write;

use crate::support::{
    END_TO_END, MIB, Place, SLACK, assert_near, assert_tests_exist, code, finish, is_alive, table_rows,
    truth, wait_for,
};

#[test]
fn each_defect_has_a_row_and_a_test() {
    let rows = table_rows(include_str!("../../docs/defects.md"), "number");
    for (at, (_, cells)) in rows.iter().enumerate() {
        assert_eq!((cells.len(), cells[0]), (5, format!("{:02}", at + 1).as_str()), "{cells:?}");
        assert_tests_exist(cells[0], cells[4]);
    }
    // The other way round: the row of each test `defect_NN` names it.
    for entry in std::fs::read_dir(END_TO_END).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for name in text.lines().filter_map(|line| line.strip_prefix("fn defect_")?.strip_suffix("() {")) {
            let (_, cells) = rows.iter().find(|(_, cells)| name.starts_with(cells[0])).expect(name);
            let named = code(cells[4]).any(|test| test.ends_with(&format!("::defect_{name}")));
            assert!(named, "docs/defects.md does not name defect_{name}");
        }
    }
}

/// `mprof run -E` gave 256 - n when signal n had killed the command: 247 for KILL.
#[test]
fn defect_09_a_killed_command_gives_137_not_247() {
    let place = Place::new();
    let done = place.rprof(["run", "-q", "-o", "t.dat", "sh", "-c", "kill -9 $$"]).status().unwrap();
    assert_eq!(done.code(), Some(137));
    let peak = place.peak();
    assert_eq!((&peak["signal"], &peak["exit_code"]), (&9.into(), &serde_json::Value::Null));
}

/// mprof wrote 27.8 MB of SVG for 300,000 samples. A title with two dollar signs made it fail, because TeX set it.
#[test]
fn defect_14_a_long_trace_makes_a_small_figure_with_any_title() {
    let place = Place::new();
    let mut text = String::from("CMDLINE sh -c \\$\\frac \\$x & <b> \"q\"\n");
    for i in 0..300_000u32 {
        let wobble = (i.wrapping_mul(2_654_435_761) >> 20) % 500;
        let (value, second, part) = (100 + wobble, 1_600_000_000 + i / 10, i % 10 * 100);
        writeln!(text, "MEM {value}.5 {second}.{part:03}0").unwrap();
    }
    std::fs::write(place.path("t.dat"), text).unwrap();
    assert_eq!(place.run("plot t.dat -o t.svg").code, Some(0));
    let svg = std::fs::metadata(place.path("t.svg")).unwrap().len();
    assert!(svg < 200_000, "{svg} bytes");
    assert_eq!(place.run("plot t.dat -o t.pdf").code, Some(0));
}

/// psrecord, runexec and mprof returned exit code 0 for a command that had failed.
#[test]
fn defect_16_a_failure_is_not_hidden() {
    assert_eq!(Place::new().run("run -q false").code, Some(1));
}

/// psrecord without an interval took 2031 samples in 0.45 s and 99 % of a core.
#[test]
fn defect_17_the_default_interval_is_not_a_busy_loop() {
    let place = Place::new();
    place.run_truth("-q", "hold 1s");
    let peak = place.peak();
    // The first ticks are closer together. After them there are ten a second.
    let most = 10.0 + peak["elapsed_s"].as_f64().unwrap() * 10.0;
    assert!(peak["samples"].as_f64().unwrap() <= most, "{peak}");
}

/// psrecord failed on `true` with a traceback, the `max()` of no samples.
#[test]
fn defect_18_the_shortest_command_has_a_peak_and_a_figure() {
    let place = Place::new();
    place.run("run -q -o t.dat true");
    assert!(place.peak()["peak_bytes"].as_u64().unwrap() > 0);
    let done = place.run("plot t.dat -o t.svg");
    assert_eq!(done.code, Some(0), "{}", done.stderr);
}

/// duct took one sample a second by default. It reported 8.5 MB of a run of 0.3 s that held 200 MB.
#[test]
fn defect_21_a_short_run_is_measured_at_the_default_interval() {
    let place = Place::new();
    place.run_truth("-q", "touch 100MiB hold 20ms");
    assert_near(&place.peak()["peak_bytes"], 100 * MIB, SLACK);
}

/// mprof and duct noticed the end of a command after their own sleep: `mprof run -T 5 sleep 0.1` took 5.2 s.
#[test]
fn defect_25_the_end_is_noticed_at_once() {
    let place = Place::new();
    let child = place.rprof(["run", "-q", "-o", "t.dat", "-T", "1h", "sleep", "0.1"]).spawn().unwrap();
    assert_eq!(finish(child).code, Some(0));
}

/// denet discarded the command's stdout and stderr.
#[test]
fn defect_26_the_output_is_passed_through() {
    let place = Place::new();
    let done = crate::support::done(
        place.rprof(["run", "-q", "-o", "t.dat", "sh", "-c", "echo OUT; echo ERR >&2"]).output().unwrap(),
    );
    assert_eq!((done.stdout.as_str(), done.stderr.as_str()), ("OUT\n", "ERR\n"));
}

/// denet returned exit code 1 for a program that does not exist, as if the program had failed.
#[test]
fn defect_29_a_missing_program_gives_127() {
    assert_eq!(Place::new().run("run -q no-such-program-anywhere").code, Some(127));
}

/// runexec killed the background processes of a command when the command ended.
#[test]
fn defect_31_a_process_that_outlives_the_command_keeps_running() {
    let place = Place::new();
    let script =
        format!("{} ready up await stop > /dev/null 2>&1 & echo $!; {0} await up", truth().display());
    let done = crate::support::done(
        place.rprof(["run", "-q", "-o", "t.dat", "sh", "-c", &script]).output().unwrap(),
    );
    let pid: i32 = done.stdout.trim().parse().unwrap();
    assert!(is_alive(pid));
    std::fs::write(place.path("stop"), "").unwrap();
    wait_for("its end", || !is_alive(pid));
}

/// runexec and cgmemtime counted the page cache as memory of the program.
#[test]
fn defect_32_a_file_that_is_only_read_is_not_counted() {
    let place = Place::new();
    std::fs::write(place.path("big"), vec![7u8; 80 << 20]).unwrap();
    place.run("run -q -T 5ms -o t.dat dd if=big of=/dev/null bs=64k status=none");
    assert!(place.peak()["peak_bytes"].as_u64().unwrap() < 10 * MIB);
}

/// Polling `VmRSS` found 326.8 of 408.5 MiB. The kernel's high-water mark, read at each tick, has the exact maximum.
#[test]
fn defect_35_the_high_water_mark_is_the_peak() {
    let place = Place::new();
    place.run_truth("-q", "touch 30MiB hold 150ms touch 170MiB free hold 250ms");
    let peak = place.peak();
    let hwm = peak["hwm_bytes"].as_u64().unwrap();
    assert_eq!(peak["peak_bytes"].as_u64(), Some(hwm));
    assert_near(&peak["hwm_bytes"], 200 * MIB, SLACK);
    assert_eq!(peak["hwm_exact"], true);
}

/// massif and heaptrack counted the heap only. memray counted requested memory, touched or not. heaptrack saw nothing of
/// a program that a shell started.
#[test]
fn defect_36_only_touched_memory_is_counted() {
    let place = Place::new();
    let mut command = place.rprof(["run", "-q", "-o", "t.dat", "sh", "-c", "\"$0\" \"$@\"; true"]);
    command.arg(truth()).args(["map", "300MiB", "touch", "60MiB", "hold", "150ms"]);
    assert!(command.status().unwrap().success());
    assert_near(&place.peak()["peak_bytes"], 60 * MIB, SLACK);
}

/// A run of a day has hundreds of thousands of ticks and thousands of processes. rprof's own memory and descriptors must
/// not grow with them.
#[test]
fn a_long_run_keeps_its_size() {
    let place = Place::new();
    let script = "i=0; while [ $i -lt 1500 ]; do /bin/true; i=$((i+1)); done; touch half; \
                  i=0; while [ $i -lt 1500 ]; do /bin/true; i=$((i+1)); done; touch over; read x";
    let mut command = place.rprof(["run", "-q", "-T", "200us", "-o", "t.dat", "sh", "-c", script]);
    let mut child = command.stdin(std::process::Stdio::piped()).spawn().unwrap();
    // The numbers in `status` come from counters of which each CPU holds a part back; those of the rollup are counted.
    let own = |line: &str| -> u64 {
        let rollup = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", child.id())).unwrap();
        let found = rollup.lines().find_map(|l| l.strip_prefix(line)).unwrap();
        found.split_whitespace().next().unwrap().parse().unwrap()
    };
    let descriptors = || std::fs::read_dir(format!("/proc/{}/fd", child.id())).unwrap().count();
    place.await_file("half");
    let (memory, open) = (own("Anonymous:"), descriptors());
    place.await_file("over");
    let (later, still_open) = (own("Anonymous:"), descriptors());
    assert!(later < memory + 600, "{memory} KiB became {later}");
    assert!(own("Rss:") < 30 << 10, "{} KiB, debug build", own("Rss:"));
    assert!(still_open <= open + 3, "{open} descriptors became {still_open}");
    drop(child.stdin.take());
    assert!(finish(child).code.is_some());
    assert!(place.peak()["samples"].as_u64().unwrap() > 2000);
}
