//! Real files: each fault that the reader tolerates, as literal text.

use rprof_trace::{Bytes, Seconds, WarningKind};

use crate::support::{profiles, read, shown, ticks};

/// The profiles of a trace that must cause no warning.
fn clean(text: &str) -> Vec<rprof_trace::Profile> {
    let (profiles, warnings) = profiles(text.as_bytes());
    assert!(warnings.is_empty(), "{:?}", shown(&warnings));
    profiles
}

/// The profiles of a trace that must cause exactly this warning.
fn faulty(text: &[u8], warning: &str) -> Vec<rprof_trace::Profile> {
    let (profiles, warnings) = profiles(text);
    assert_eq!(shown(&warnings), [warning]);
    profiles
}

#[test]
fn spans_may_stand_before_the_command() {
    let text = "FUNC __main__.f 1.0 1795380800.5 2.0 1795380801.5 0\n\
                CMDLINE python3 x.py\n\
                MEM 1.0 1795380800.0\nMEM 2.0 1795380802.0\n";
    let runs = clean(text);
    assert_eq!(runs.len(), 1);
    assert_eq!(ticks(&runs[0]), [(0.0, 1.0), (2.0, 2.0)]);
    assert_eq!((runs[0].spans[0].enter.0.0, runs[0].elapsed.0), (0.5, 2.0));
}

#[test]
fn spans_may_stand_among_the_ticks() {
    let text = "CMDLINE python3 x.py\nMEM 1.0 1795380800.0\n\
                FUNC __main__.f 1.0 1795380800.5 2.0 1795380801.5 0\nMEM 2.0 1795380802.0\n";
    assert_eq!(clean(text)[0].spans.len(), 1);
}

#[test]
fn a_file_that_was_appended_to_has_two_runs() {
    let text = "CMDLINE python3 x.py\nMEM 5.0 1795380800.0\nMEM 1.0 1795380801.0\n\
                CMDLINE python3 y.py\nMEM 2.0 1795390000.0\nMEM 3.0 1795390001.0\n";
    let runs = clean(text);
    assert_eq!(runs.iter().map(|r| r.command.as_str()).collect::<Vec<_>>(), ["python3 x.py", "python3 y.py"]);
    assert_eq!(ticks(&runs[0]), [(0.0, 5.0), (1.0, 1.0)]);
    assert_eq!(ticks(&runs[1]), [(0.0, 2.0), (1.0, 3.0)]);
    assert_eq!(runs[1].start_s, Some(1_795_390_000.0));
}

/// After `-o same.dat` twice with a short script, the spans of the second run stand before its CMDLINE.
#[test]
fn a_span_belongs_to_the_run_whose_time_contains_it() {
    let text = "FUNC m.a 1.0 1795380800.2 1.0 1795380800.3 0\n\
                CMDLINE python3 x.py\nMEM 5.0 1795380800.0\nMEM 1.0 1795380801.0\n\
                FUNC m.b 1.0 1795390000.2 1.0 1795390000.3 0\nFUNC m.c 1.0 1795390000.2 1.0 1795390000.3 1\n\
                CMDLINE python3 x.py\nMEM 2.0 1795390000.0\nMEM 3.0 1795390001.0\n";
    let runs = clean(text);
    let names = |run: usize| runs[run].spans.iter().map(|s| s.name.as_str()).collect::<Vec<_>>();
    assert_eq!((names(0), names(1)), (vec!["m.a"], vec!["m.b", "m.c"]));
    assert!((runs[1].spans[0].enter.0.0 - 0.2).abs() < 1e-5);
    assert_eq!(runs[0].elapsed, Seconds(1.0));
}

/// Two runs of mprof that start in the same second share a file. They write to it in turn, in blocks.
#[test]
fn runs_that_share_a_file_are_sorted_by_time() {
    let text = b"CMDLINE a\nMEM 1.0 1795380800.0\nCMDLINE b\nMEM 2.0 1795380800.2\nMEM 2.0 1795380805.2\n\
                 MEM 1.0 1795380801.0\n";
    let warning =
        "line 6: `MEM 1.0 1795380801.0` is earlier than the tick before it; kept and sorted by time";
    let runs = faulty(text, warning);
    assert_eq!(runs.len(), 2);
    assert!(runs[1].total.windows(2).all(|w| w[0].time <= w[1].time));
}

#[test]
fn a_run_of_rprof_after_one_of_mprof_starts_with_its_header() {
    let text = "CMDLINE a\nMEM 1.0 1795380800.0\n\
                RPROF {\"format\":1,\"start_s\":1795390000.0}\nCMDLINE b\nMEM 2.0 1795390000.500000\n\
                CMDLINE c\nMEM 3.0 1795395000.0\n";
    let runs = clean(text);
    assert_eq!(runs.iter().map(|r| r.command.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(runs.iter().map(|r| r.header.is_some()).collect::<Vec<_>>(), [false, true, false]);
    assert_eq!(ticks(&runs[1]), [(0.5, 2.0)]);
}

#[test]
fn a_last_line_cut_short_is_dropped() {
    for cut in ["M", "ME", "MEM", "MEM ", "MEM 2.", "MEM 2.0", "MEM 2.0 17", "MEM 2.0 1795380801.2"] {
        let text = format!("CMDLINE a\nMEM 1.0 1795380800.0000\n{cut}");
        let runs = faulty(text.as_bytes(), &format!("line 3: `{cut}` is cut short; dropped"));
        assert_eq!(ticks(&runs[0]), [(0.0, 1.0)], "{cut}");
    }
}

#[test]
fn a_last_line_that_would_go_back_in_time_is_dropped() {
    faulty(
        b"CMDLINE a\nMEM 1.0 1795380800.5000\nMEM 2.0 1795380800.4000",
        "line 3: `MEM 2.0 1795380800.4000` is cut short; dropped",
    );
}

#[test]
fn a_whole_last_line_needs_no_newline() {
    let runs = clean("CMDLINE a\nMEM 1.0 1795380800.0000\nMEM 2.0 1795380801.0000");
    assert_eq!(ticks(&runs[0]), [(0.0, 1.0), (1.0, 2.0)]);
    assert_eq!(clean("MEM 10 0.0\nMEM 12 1.5")[0].samples, 2);
}

#[test]
fn a_line_of_rprof_without_newline_is_dropped() {
    let text = b"RPROF {\"format\":1,\"start_s\":1795380800.0,\"columns\":[\"anon\"]}\nCMDLINE a\n\
                 MEM 1.0 1795380800.000000 512\nMEM 1.0 1795380801.000000 51";
    let runs = faulty(text, "line 4: `MEM 1.0 1795380801.000000 51` is cut short; dropped");
    assert_eq!(runs[0].samples, 1);
}

#[test]
fn a_tail_of_nul_bytes_is_skipped() {
    let warning = "line 3: `` holds NUL bytes; skipped them";
    let runs = faulty(b"CMDLINE a\nMEM 1.0 1795380800.0000\n\0\0\0\0\0\0", warning);
    assert_eq!(runs[0].samples, 1);
}

#[test]
fn lines_after_nul_bytes_are_read() {
    let warning = "line 2: `MEM 2.0 1795380801.0000` holds NUL bytes; skipped them";
    let runs = faulty(b"MEM 1.0 1795380800.0000\n\0\0\0MEM 2.0 1795380801.0000\n", warning);
    assert_eq!(runs[0].samples, 2);
}

#[test]
fn blank_lines_are_no_fault() {
    assert_eq!(clean("\n  \nCMDLINE a\n\nMEM 1.0 1795380800.0\n\n")[0].command, "a");
}

#[test]
fn lines_may_end_in_crlf() {
    let runs = clean("CMDLINE python3 x.py\r\nMEM 1.0 1795380800.0\r\nMEM 2.0 1795380801.0\r\n");
    assert_eq!(runs[0].command, "python3 x.py");
    assert_eq!(ticks(&runs[0]), [(0.0, 1.0), (1.0, 2.0)]);
}

/// `mprof run echo $'a\nbbb\n\nc d'`.
#[test]
fn a_command_may_continue_on_more_lines() {
    let runs = clean("CMDLINE echo a\nbbb\n\nc d\nMEM 1.0 1795380800.0\n");
    assert_eq!(runs[0].command, "echo a\\nbbb\\n\\nc d");
    assert_eq!(ticks(&runs[0]), [(0.0, 1.0)]);
}

/// `mprof run echo $'a\nMEM 99999 1'`.
#[test]
fn a_line_of_a_command_that_looks_like_a_record_is_dropped() {
    let warning = "line 2: `MEM 99999 1` has a time that is not on the clock of this file; dropped";
    let runs = faulty(b"CMDLINE echo a\nMEM 99999 1\nMEM 1.0 1795380800.0\n", warning);
    assert_eq!(runs[0].peak.map(|p| p.value), Some(Bytes(1 << 20)));
    assert_eq!(runs[0].command, "echo a\\nMEM 99999 1");
}

/// A line that lost its end to another writer: the time 1795380801 became 17953.
#[test]
fn a_time_off_the_clock_of_the_file_is_dropped() {
    let warning = "line 2: `MEM 2.0 17953` has a time that is not on the clock of this file; dropped";
    let runs = faulty(b"MEM 1.0 1795380800.0\nMEM 2.0 17953\nMEM 3.0 1795380802.0\n", warning);
    assert_eq!(ticks(&runs[0]), [(0.0, 1.0), (2.0, 3.0)]);
}

#[test]
fn a_child_lost_during_the_scan_is_dropped() {
    let warning = "line 2: `CHLD 0 0.000000 1795380800.0` stands for a process that vanished while mprof measured it; \
                   dropped (and 1 more like it)";
    let text = b"MEM 1.0 1795380800.0\nCHLD 0 0.000000 1795380800.0\nCHLD 0 0.000000 1795380801.0\n";
    assert!(faulty(text, warning)[0].processes.is_empty());
}

#[test]
fn children_may_be_numbered_and_come_and_go() {
    let text = "CMDLINE a\nMEM 1.0 1795380800.0\nCHLD 0 2.0 1795380800.1\nCHLD 1 3.0 1795380800.1\n\
                MEM 1.0 1795380801.0\nMEM 1.0 1795380802.0\nCHLD 0 5.0 1795380802.1\n";
    let run = &clean(text)[0];
    let seen: Vec<_> = run.processes.iter().map(|p| (p.id.as_str(), p.peak.mib(), p.curve.len())).collect();
    assert_eq!(seen, [("0", 5.0, 2), ("1", 3.0, 1)]);
    assert_eq!(run.process_count, 3);
}

#[test]
fn memory_may_be_zero() {
    assert_eq!(ticks(&clean("MEM 0.000000 1795380800.0\n")[0]), [(0.0, 0.0)]);
}

#[test]
fn negative_memory_is_dropped() {
    let warning = "line 2: `MEM -1.000000 1795380800.0` has a negative value; dropped";
    assert_eq!(
        faulty(b"CMDLINE a\nMEM -1.000000 1795380800.0\nMEM 1.0 1795380801.0\n", warning)[0].samples,
        1
    );
}

#[test]
fn a_value_that_is_not_finite_is_dropped() {
    let warning = "line 2: `MEM nan 1795380800.0` has a value that is not a finite number; dropped (and 2 more like it)";
    let text = b"CMDLINE a\nMEM nan 1795380800.0\nMEM inf 1795380800.0\nMEM 1.0 nan\nMEM 1.0 1795380801.0\n";
    assert_eq!(faulty(text, warning)[0].samples, 1);
}

#[test]
fn a_command_may_be_any_text() {
    for command in ["6227", "['sleep', '40']", "'x'y z'", ""] {
        let text = format!("CMDLINE {command}\nMEM 1.0 1795380800.0\n");
        assert_eq!(clean(&text)[0].command, command);
    }
    assert_eq!(clean("MEM 1.0 1795380800.0\n")[0].command, "");
}

#[test]
fn a_command_alone_is_a_run_without_ticks() {
    let runs = clean("CMDLINE python3 x.py\n");
    assert_eq!((runs.len(), runs[0].peak, runs[0].samples), (1, None, 0));
}

#[test]
fn spans_of_old_traces_have_no_level() {
    let run = &clean("MEM 1.0 1795380800.0\nFUNC m.f 1.0 1795380800.1 2.0 1795380800.2\n")[0];
    assert_eq!(run.spans[0].level, None);
}

#[test]
fn a_span_that_ends_before_it_starts_has_length_0() {
    let line = "FUNC m.f 1.0 1795380800.9 2.0 1795380800.2 0";
    let text = format!("MEM 1.0 1795380800.0\n{line}\n");
    let warning = format!("line 2: `{line}` ends before it starts; kept with length 0");
    let span = faulty(text.as_bytes(), &warning)[0].spans[0].clone();
    assert_eq!(span.leave.map(|l| l.0), Some(span.enter.0));
}

/// `with profile.timestamp("blk one")`: mprof writes the blank and cannot read the line.
#[test]
fn a_span_may_have_a_name_of_two_words() {
    for level in ["", " 0"] {
        let line = format!("MEM 1.0 1795380800.0\nFUNC .blk one 1.0 1795380800.1 2.0 1795380800.2{level}\n");
        let run = &clean(&line)[0];
        assert_eq!(run.spans[0].name, ".blk one");
        assert_eq!(run.spans[0].level.is_some(), !level.is_empty());
    }
}

#[test]
fn records_of_other_programs_are_ignored() {
    let text = "# a comment\nMEM 1.0 1795380800.0\nGPU_0 17 MiB\nMEM 2.0 1795380801.0\n";
    assert_eq!(clean(text)[0].samples, 2);
}

#[test]
fn surplus_fields_are_ignored() {
    let text =
        "MEM 1.0 1795380800.0 7 8\nCHLD 12 1.0 1795380800.0 x\nFUNC f 1 1795380800 1 1795380801 0 more\n";
    assert_eq!(clean(text)[0].spans[0].name, "f");
}

#[test]
fn a_file_made_by_hand_may_count_from_zero() {
    let runs = clean("MEM 10 0.0\nMEM 12 1.5\nMEM 1e1 2\n");
    assert_eq!(ticks(&runs[0]), [(0.0, 10.0), (1.5, 12.0), (2.0, 10.0)]);
    assert_eq!(runs[0].start_s, None);
}

#[test]
fn bytes_that_are_not_utf8_are_replaced() {
    let warning = "line 1: `CMDLINE echo \\xff` holds bytes that are not UTF-8; replaced them";
    assert_eq!(faulty(b"CMDLINE echo \xff\nMEM 1.0 1795380800.0\n", warning)[0].command, "echo \u{fffd}");
}

#[test]
fn a_malformed_line_is_skipped() {
    let text = b"MEM 1.0 1795380800.0\nMEM 2.0 1x95380801.0\nnonsense\nMEM 3.0 1795380802.0\n";
    let warning = "line 2: `MEM 2.0 1x95380801.0` is not a record; skipped (and 1 more like it)";
    assert_eq!(faulty(text, warning)[0].samples, 2);
}

#[test]
fn a_later_version_is_read_without_its_unknown_parts() {
    let text = "RPROF {\"format\":2,\"start_s\":1795380800.0,\"columns\":[\"anon\",\"new\",\"swap\"],\"x\":[1]}\n\
                MEM 1.0 1795380800.000000 4 5 6\nNEWS all is well\n";
    let (records, warnings) = read(text.as_bytes()).expect("a trace");
    assert_eq!(warnings.of(WarningKind::NewerFormat).map(|w| w.line), Some(1));
    assert_eq!(records.len(), 2);
    assert!(records[1].contains("\"swap\": 6144"), "{}", records[1]);
}

#[test]
fn a_file_that_is_not_a_trace_is_refused_with_the_reason() {
    for (text, wanted) in [
        (&b""[..], "it is empty"),
        (b"\n\n  \n", "it has only blank lines"),
        (&b"\n".repeat(100 << 10), "its first 64 KiB are blank lines"),
        (b"\nDear reader,\nMEM is short for memory.\n", "line 2 is `Dear reader,`, expected a record"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "line 1 is `\\x89PNG`"),
        (b"ME", "line 1 is `ME`"),
        (b"time,rss\n0,1\n", "line 1 is `time,rss`"),
    ] {
        let message = read(text).expect_err("no trace").to_string();
        assert!(message.starts_with("`test.dat` is not a trace: ") && message.contains(wanted), "{message}");
    }
    let late = [&b"x ".repeat(40 << 10)[..], b"\nMEM 1.0 1795380800.0\n"].concat();
    let message = read(&late).expect_err("nothing in the first 64 KiB").to_string();
    assert!(message.len() < 500, "{message}");
}

#[test]
fn a_directory_or_missing_file_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    for path in [directory.path().to_owned(), directory.path().join("none.dat")] {
        let error =
            rprof_trace::read_profiles(&path, &rprof_trace::ProfileOptions::default()).expect_err("no file");
        // A printer of the whole chain would repeat it.
        assert!(std::error::Error::source(&error).is_none());
        let message = error.to_string();
        assert!(message.starts_with(&format!("cannot read `{}`: ", path.display())), "{message}");
    }
}

#[test]
fn a_million_faults_of_one_kind_are_one_warning() {
    let text = [&b"MEM 1.0 1795380800.0\n"[..], &b"bad line\n".repeat(1_000_000)].concat();
    let (_, warnings) = read(&text).expect("a trace");
    assert_eq!(shown(&warnings), ["line 2: `bad line` is not a record; skipped (and 999999 more like it)"]);
}

/// Ticks of plain numbers are read without decoding the line. A carriage return at the end of each line prevents that:
/// the records must be the same.
#[test]
fn ticks_read_the_fast_way_equal_ticks_read_line_by_line() {
    let columns =
        r#"RPROF {"format":1,"start_s":1795380800.0,"metric":"rss","columns":["anon","swap","new","file"]}"#;
    let odd = [
        "MEM 1.5 1795380800.2 - 8 9 7",
        "MEM 1.25 1795380800.3 4 x",
        "MEM 1.0 1795380800.4",
        "MEM ",
        "MEM 1.0",
        "",
        "MEM 1.0 1795380800.5 ",
        "MEM  1.0 1795380800.6",
        "MEM 2.0 1795380800.7 1 2 3 4 5",
        "MEM -1.0 1795380800.8",
        "1e3 1795380800.9 5",
        "MEM nan 1795380801.0",
        "MEM 1e2 1795380801.1 3",
        "MEM 3.0 1795380800.0 2 3",
        "MEM 123456789012.123456789012 1795380802.123456789",
        "MEM 1.0 5.0",
        "MEM 1 1795380803 7",
        "CHLD 7:x 1.0 1795380803.5 1",
        "MEM 99999999999999999999.0 1795380804.0",
        "MEM 1.0 1795380805.000000 18446744073709551615 1",
        "MEM 1.5 1795380806.0 3",
    ];
    for ours in [true, false] {
        let head = if ours { columns } else { "CMDLINE x" };
        let ticks = odd.iter().flat_map(|odd| ["MEM 1.0 1795380800.1 2", *odd, "MEM 1.0 1795380806.25"]);
        let text = std::iter::once(head).chain(ticks).collect::<Vec<_>>().join("\n") + "\n";
        let (plain, warnings) = read(text.as_bytes()).expect("a trace");
        let (other, as_warned) = read(text.replace('\n', "\r\n").as_bytes()).expect("a trace");
        assert_eq!((plain, shown(&warnings)), (other, shown(&as_warned)));
    }
}
