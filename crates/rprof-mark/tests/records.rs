//! The records that a program leaves in its trace, and the absence of any effect without a trace.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::HashSet;
use std::time::{SystemTime, UNIX_EPOCH};

use rprof_mark::{Trace, mark, note, span};
use support::{lines_of, shape};

#[test]
#[ignore = "a program that the tests below start"]
fn program() {
    let step = 2;
    let outer = span!("load data");
    mark("half of it\n");
    {
        let _inner = span!("step {step}");
        note("a key", "value");
    }
    let sent = span("sent");
    std::thread::spawn(move || {
        let _own = span!("in a thread");
        sent.end();
    })
    .join()
    .unwrap();
    let again = span!("again");
    drop(again);
    outer.end();
}

#[test]
#[ignore = "a program that the tests below start"]
fn killed() {
    let _outer = span!("outer");
    let _inner = span!("inner");
    std::process::abort();
}

#[test]
#[ignore = "a program that the tests below start"]
fn panics() {
    let _span = span!("unwound");
    panic!("on purpose");
}

#[test]
fn a_span_writes_its_begin_its_end_and_a_func_line() {
    let (lines, succeeded) = lines_of("program");
    assert!(succeeded);
    assert_eq!(
        shape(&lines),
        [
            "begin 1 load data",
            "MARK half of it\\n",
            "begin 2 step 2",
            "NOTE a_key value",
            "end 2",
            "FUNC step_2 1",
            "begin 3 sent",
            "begin 4 in a thread",
            "end 3",
            "FUNC sent 1",
            "end 4",
            "FUNC in_a_thread 0",
            "begin 5 again",
            "end 5",
            "FUNC again 1",
            "end 1",
            "FUNC load_data 0",
        ]
    );
    // An id is pid.thread.n; the ids of one thread share pid.thread.
    let ids: Vec<&str> =
        lines.iter().filter(|l| l.starts_with("SPAN begin")).map(|l| l.split(' ').nth(2).unwrap()).collect();
    let threads: HashSet<&str> = ids.iter().map(|id| id.rsplit_once('.').unwrap().0).collect();
    assert!(threads.len() == 2 && ids.iter().all(|id| id.split('.').count() == 3), "{ids:?}");
    // The times are of the wall clock, in microseconds, and never decrease.
    let times: Vec<f64> = lines
        .iter()
        .filter(|l| l.starts_with("SPAN"))
        .map(|l| l.split(' ').nth(3).unwrap().parse().unwrap())
        .collect();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
    assert!(times.windows(2).all(|w| w[0] <= w[1]) && (now - 60.0..=now).contains(&times[0]), "{times:?}");
    let function = lines.iter().find(|l| l.starts_with("FUNC load_data")).unwrap();
    let fields: Vec<&str> = function.split(' ').collect();
    assert_eq!((fields.len(), fields[3].split('.').nth(1).map(str::len)), (7, Some(6)), "{function}");
    let mib: f64 = fields[2].parse().unwrap();
    assert!(!cfg!(target_os = "linux") || (0.5..200.0).contains(&mib), "{function}");
}

#[test]
fn a_killed_program_leaves_its_spans_open_and_a_panic_ends_them() {
    assert_eq!(shape(&lines_of("killed").0), ["begin 1 outer", "begin 2 inner"]);
    let (lines, succeeded) = lines_of("panics");
    assert!(!succeeded);
    assert_eq!(shape(&lines), ["begin 1 unwound", "end 1", "FUNC unwound 0"]);
}

#[test]
fn without_a_trace_nothing_is_written_and_no_file_is_created() {
    assert!(!rprof_mark::is_active());
    assert!(!span!("{}", "x").is_recorded() && !span("x").is_recorded());
    mark("x");
    note("k", "v");
    let place = tempfile::tempdir().unwrap();
    let missing = place.path().join("t.dat");
    assert!(Trace::open(&missing).is_err() && !missing.exists());
}

/// Every thread has its own nesting, and no line is lost or mixed with the line of another thread.
#[test]
fn threads_that_write_at_once_leave_whole_lines() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("t.dat");
    std::fs::write(&path, "").unwrap();
    let trace = Trace::open(&path).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let trace = &trace;
            scope.spawn(move || {
                for n in 0..200 {
                    let _outer = trace.span(&format!("outer {thread}"));
                    let _inner = trace.span("inner");
                    trace.mark(&format!("{thread}.{n}")).unwrap();
                }
            });
        }
    });
    let lines: Vec<String> = std::fs::read_to_string(&path).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 8 * 200 * 7);
    let count =
        |start: &str, end: &str| lines.iter().filter(|l| l.starts_with(start) && l.ends_with(end)).count();
    assert_eq!((count("FUNC outer_", " 0"), count("FUNC inner ", " 1")), (1600, 1600));
    assert_eq!((count("SPAN begin ", " inner"), count("SPAN end ", "")), (1600, 3200));
    let marks: HashSet<&str> =
        lines.iter().filter_map(|l| l.strip_prefix("MARK ")?.split(' ').nth(1)).collect();
    assert_eq!(marks.len(), 1600);
}
