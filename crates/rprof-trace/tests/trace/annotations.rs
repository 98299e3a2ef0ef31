//! Spans, marks and notes of many writers: they are paired, nested by thread, measured, and counted once.

use std::fmt::Write as _;

use rprof_trace::{Format, Profile, Record, Span, WarningKind};

use crate::support::{header, profiles, shown, tick, write};

const MIB: i64 = 1 << 20;

/// A run of rprof whose tick at each second is as many MiB, with lines of other writers among the ticks.
fn run(lines: &str) -> Profile {
    let mut records = vec![Record::Header(Box::new(header(&[b"x"])))];
    records.extend((0..=10).map(|second| tick(f64::from(second), u64::from(second as u32) << 20)));
    let text = [write(Format::Dat, &records), lines.as_bytes().to_vec()].concat();
    let (mut runs, warnings) = profiles(&text);
    assert!(warnings.is_empty(), "{:?}", shown(&warnings));
    runs.remove(0)
}

/// Name, entry, exit, level, peak and growth of a span; sizes in MiB.
fn shown_span(span: &Span) -> (&str, f64, Option<f64>, Option<u32>, f64, i64) {
    let millis = |time: f64| (time * 1e3).round() / 1e3;
    let (enter, leave) = (millis(span.enter.0.0), span.leave.map(|leave| millis(leave.0.0)));
    let peak = span.peak.map_or(-1.0, rprof_trace::Bytes::mib);
    (&span.name, enter, leave, span.level, peak, span.growth.unwrap_or(-99 * MIB) / MIB)
}

#[test]
fn spans_of_many_threads_interleave_and_each_nests_in_its_own() {
    let run = run("SPAN begin 7.7.1 1795380799.146213 outer\n\
                   SPAN begin 8.8.1 1795380799.246213 other process\n\
                   SPAN begin 7.7.2 1795380800.146213 inner\n\
                   SPAN begin 7.9.3 1795380800.146213 other thread\n\
                   SPAN end 8.8.1 1795380801.246213\n\
                   SPAN end 7.7.2 1795380802.146213\n\
                   SPAN end 7.9.3 1795380802.146213\n\
                   SPAN end 7.7.1 1795380806.146213\n");
    assert_eq!(
        run.spans.iter().map(shown_span).collect::<Vec<_>>(),
        [
            ("outer", 1.0, Some(8.0), Some(0), 8.0, 7),
            ("other process", 1.1, Some(3.1), Some(0), 3.0, 2),
            ("inner", 2.0, Some(4.0), Some(1), 4.0, 2),
            ("other thread", 2.0, Some(4.0), Some(0), 4.0, 2),
        ]
    );
    let threads: Vec<_> = run.spans.iter().filter_map(|s| s.thread.as_deref()).collect();
    assert_eq!(threads, ["7.7", "8.8", "7.7", "7.9"]);
}

/// A program that was killed inside a span wrote only the begin of it.
#[test]
fn a_span_without_end_is_open() {
    let run = run("SPAN begin 7.7.1 1795380803.146213 a\nSPAN end 9.9.9 1795380804.146213\n");
    assert_eq!(run.spans.iter().map(shown_span).collect::<Vec<_>>(), [("a", 5.0, None, Some(0), 10.0, 5)]);
    assert!(run.spans[0].is_open());
}

/// The program writes each span as `FUNC` too, for mprof's readers. It must count as one span, not two.
#[test]
fn a_func_line_that_repeats_a_span_is_dropped() {
    let run = run("SPAN begin 7.7.1 1795380799.146213 load data\n\
                   FUNC load_data 1.5 1795380799.1462 7.5 1795380800.1469 0\n\
                   SPAN end 7.7.1 1795380800.146213\n\
                   FUNC load_data 3.0 1795380801.1462 5.0 1795380802.1469 0\n\
                   FUNC load_data 1.0 1795380799.1482 2.0 1795380800.1462 0\n\
                   FUNC other 1.0 1795380799.146213 2.0 1795380800.146213 0\n");
    assert_eq!(
        run.spans.iter().map(shown_span).collect::<Vec<_>>(),
        [
            // The memory at both ends is that of its own process, and its peak is not smaller.
            ("load data", 1.0, Some(2.0), Some(0), 7.5, 6),
            ("other", 1.0, Some(2.0), Some(0), 2.0, 1),
            ("load_data", 1.002, Some(2.0), Some(0), 2.0, 1),
            ("load_data", 3.0, Some(4.001), Some(0), 4.0, 2),
        ]
    );
}

#[test]
fn marks_and_notes_keep_their_text() {
    let run = run("MARK 1795380799.146213  epoch\\n1 \nNOTE seed 42\nMARK 1795380800.146213 b\nNOTE empty\n");
    let marks: Vec<_> = run.marks.iter().map(|m| (m.time.0.round() as u32, m.label.as_str())).collect();
    assert_eq!(marks, [(1, " epoch\n1 "), (2, "b")]);
    let notes: Vec<_> = run.notes.iter().map(|n| (n.key.as_str(), n.value.as_str())).collect();
    assert_eq!(notes, [("seed", "42"), ("empty", "")]);
}

#[test]
fn too_many_marks_cause_a_warning() {
    let mut lines = String::from("MEM 1 1795380800.0\n");
    for i in 0..(1 << 17) + 3 {
        let _ = writeln!(lines, "MARK 1795380801.0 {i}");
    }
    let (runs, warnings) = profiles(lines.as_bytes());
    assert_eq!(runs[0].marks.len(), 1 << 17);
    assert!(warnings.of(WarningKind::ManyMarks).is_some());
}

#[test]
fn malformed_spans_and_marks_are_skipped_with_a_warning() {
    let text =
        b"MEM 1 1795380800.0\nSPAN begin 7.7.1\nSPAN stop 7.7.1 1795380800.0\nSPAN end  1795380800.0\n\
                 MARK now x\nNOTE  x\nSPAN begin 7.7.1 5.0 forged\nMEM 1 1795380801.0\n";
    let (runs, warnings) = profiles(text);
    assert!(runs[0].spans.is_empty() && runs[0].marks.is_empty() && runs[0].notes.is_empty());
    let counts =
        [WarningKind::Malformed, WarningKind::OffClock].map(|kind| warnings.of(kind).map(|w| w.count));
    assert_eq!(counts, [Some(5), Some(1)]);
}
