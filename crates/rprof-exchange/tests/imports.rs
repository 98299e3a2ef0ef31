//! The imports: every file that a peer wrote has the peer's own peak; damaged and hostile files cost lines, never a panic.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use rprof_exchange::{Peer, import};
use rprof_trace::{Bytes, Keep, Profile, ProfileOptions, Reader, WarningKind, Warnings, fold};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/exchange");

fn file(name: &str) -> Vec<u8> {
    std::fs::read(format!("{DATA}/{name}")).unwrap()
}

/// The trace of a peer's file, and the faults of the file.
fn trace_of(bytes: &[u8], info: Option<&[u8]>) -> Option<(Vec<u8>, Warnings)> {
    let (mut input, mut out) = (bytes, Vec::new());
    let warnings = import(Peer::detect(bytes)?, &mut input, info, &mut out).unwrap();
    Some((out, warnings))
}

fn profiles(trace: &[u8]) -> (Vec<Profile>, Warnings) {
    let options = ProfileOptions { processes: Keep::Largest(99), ..ProfileOptions::default() };
    fold(|| Ok(Reader::new(trace, "imported")), &options).unwrap()
}

/// The only run of a peer's file.
fn imported(name: &str, info: Option<&[u8]>) -> Profile {
    let (trace, faults) = trace_of(&file(name), info).unwrap_or_else(|| panic!("{name} is not recognized"));
    assert!(faults.is_empty(), "{name}: {faults:?}");
    let (mut runs, warnings) = profiles(&trace);
    assert!(warnings.is_empty() && runs.len() == 1, "{name}: {warnings:?}");
    runs.remove(0)
}

fn peak(profile: &Profile) -> Bytes {
    profile.peak.unwrap().value
}

fn ids(profile: &Profile) -> Vec<&str> {
    profile.processes.iter().map(|process| process.id.split_once(':').unwrap().1).collect()
}

/// No peer bounds the time between two samples, so every peak is a lower bound, also that of a single process.
#[test]
fn a_peak_of_a_peer_is_a_lower_bound() {
    for name in [
        "psrecord.csv",
        "con-duct_info.json",
        "denet.jsonl",
        "prmon.txt",
        "rizsotto-rprof.jsonl",
        "time-v.txt",
    ] {
        let peak = imported(name, None).peak.unwrap();
        assert_eq!((peak.upper, peak.words().at_least), (None, "at least "), "{name}");
    }
}

#[test]
fn psrecord_has_the_total_of_each_sample() {
    for name in ["psrecord.log", "psrecord.csv"] {
        let profile = imported(name, None);
        let text = String::from_utf8(file(name)).unwrap();
        let separator = if name.ends_with("csv") { ',' } else { ' ' };
        let column = if name.ends_with("csv") { 3 } else { 2 };
        let largest = text
            .lines()
            .skip(1)
            .map(|line| line.split(separator).filter(|word| !word.is_empty()).nth(column).unwrap())
            .map(|value| value.parse::<f64>().unwrap())
            .fold(0.0, f64::max);
        assert!(
            (peak(&profile).mib() - largest).abs() < 0.0006,
            "{name}: {} {largest}",
            peak(&profile).mib()
        );
        assert_eq!(peak(&profile).0 % 4096, 0, "{name}: whole pages");
        assert_eq!(profile.samples as usize, text.lines().count() - 1);
        assert_eq!((profile.command.as_str(), profile.end.is_none()), ("", true));
    }
    assert_eq!(imported("psrecord.csv", None).process_count, 2);
    assert!(imported("psrecord.log", None).swap.is_empty(), "psrecord does not measure it");
}

#[test]
fn con_duct_has_processes_the_command_and_the_end() {
    let info = file("con-duct_info.json");
    let profile = imported("con-duct_usage.jsonl", Some(&info));
    assert_eq!(peak(&profile), Bytes(115_654_656));
    assert_eq!(profile.command, "python3 -S known.py");
    assert_eq!(ids(&profile), ["python3", "python3"]);
    let end = profile.end.as_ref().unwrap();
    assert_eq!((end.exit_code, profile.header.unwrap().os.starts_with("Linux ")), (Some(0), true));
    // Without the file beside, the curve is the same, and what only that file has is not known.
    let alone = imported("con-duct_usage.jsonl", None);
    assert_eq!((peak(&alone), alone.command.as_str(), alone.end), (Bytes(115_654_656), "", None));
    // That file alone has the peak, somewhere in the run.
    let summary = imported("con-duct_info.json", None);
    assert_eq!((peak(&summary), summary.samples), (Bytes(115_654_656), 0));
    assert!(summary.peak.unwrap().within.is_some());
}

#[test]
fn denet_has_processes_and_the_command() {
    let profile = imported("denet.jsonl", None);
    assert_eq!(peak(&profile), Bytes::from_kib(113_012));
    assert_eq!(
        (profile.command.as_str(), ids(&profile)),
        ("python3 -S known.py", vec!["python3", "python3"])
    );
    // The child has ended before the run.
    let child = profile.processes[1].curve.last().unwrap().time.0;
    assert!(child < profile.elapsed.0 - 0.2, "{child} {}", profile.elapsed.0);
}

#[test]
fn gnu_time_has_the_largest_process_and_no_curve() {
    let profile = imported("time-v.txt", None);
    let end = profile.end.as_ref().unwrap();
    assert_eq!(peak(&profile), Bytes::from_kib(71_752));
    assert_eq!((end.hwm_bytes, end.exit_code), (Some(Bytes::from_kib(71_752)), Some(0)));
    assert_eq!((profile.command.as_str(), profile.elapsed.0), ("python3 -S known.py", 2.22));
    assert!(end.user_s.is_some() && end.system_s.is_some());
    assert!(!profile.header.unwrap().tree);
}

/// Several runs in one file, after the output of a command, and one that a signal ended.
#[test]
fn gnu_time_may_have_several_runs_among_other_text() {
    let one = String::from_utf8(file("time-v.txt")).unwrap();
    let killed = format!("Command terminated by signal 9\n{}", one.replace("71752", "900"));
    let text = format!("warning: x\n{one}more output: 5\n{killed}");
    let (trace, faults) = trace_of(text.as_bytes(), None).unwrap();
    let (runs, _) = profiles(&trace);
    assert!(faults.is_empty() && runs.len() == 2, "{faults:?}");
    let ends: Vec<_> =
        runs.iter().map(|run| run.end.as_ref().map(|end| (end.exit_code, end.signal))).collect();
    assert_eq!(ends, [Some((Some(0), None)), Some((None, Some(9)))]);
    assert_eq!(peak(&runs[1]), Bytes::from_kib(900));
}

#[test]
fn rizsottos_rprof_has_a_header_and_a_footer() {
    let text = r#"{"type":"header","schema":1,"tool":{"name":"rprof","version":"1.1.0"},"run":{"command":["sleep","a b"],"cwd":"/","start_time":"2026-05-14T10:30:00.000Z","backend":"proc","sample_interval_ms":100},"host":{"hostname":"h","kernel":"Linux 6.8.0","cpu_count":4,"total_memory_bytes":1,"clock_ticks_per_sec":100}}
{"type":"sample","t_ms":0,"wall_ms":1,"utime_ticks":0,"stime_ticks":0,"rss_bytes":1048576,"vsz_bytes":2097152,"threads":1,"open_fds":4,"io_read_bytes":0,"io_write_bytes":0}
{"type":"chart","x":1}
{"type":"sample","t_ms":100,"wall_ms":1,"rss_bytes":3145728,"vsz_bytes":9999999}
{"type":"footer","wall_duration_ms":250,"exit_code":null,"signal":15,"user_cpu_ms":12,"system_cpu_ms":3}
"#;
    let (trace, faults) = trace_of(text.as_bytes(), None).unwrap();
    let (runs, _) = profiles(&trace);
    assert!(faults.is_empty(), "{faults:?}");
    let end = runs[0].end.as_ref().unwrap();
    assert_eq!(
        (peak(&runs[0]), end.signal, end.user_s.map(|time| time.0)),
        (Bytes(3 << 20), Some(15), Some(0.012))
    );
    assert_eq!((runs[0].command.as_str(), runs[0].start_s), ("sleep 'a b'", Some(1_778_754_600.0)));
}

#[test]
fn prmon_has_pss_and_swap() {
    let text = "Time\tgpufbmem\trss\tnprocs\tpss\tswap\tvmem\twtime\n\
                1795745390\t0\t1000\t1\t900\t0\t5000\t2\n\
                1795745391\t0\t7000\t3\t4000\t16\t9000\t3\n";
    let (trace, faults) = trace_of(text.as_bytes(), None).unwrap();
    let (runs, _) = profiles(&trace);
    assert!(faults.is_empty(), "{faults:?}");
    let run = &runs[0];
    assert_eq!((peak(run), run.pss_peak.unwrap().bytes), (Bytes::from_kib(7000), Bytes::from_kib(4000)));
    assert_eq!((run.start_s, run.process_count, run.elapsed.0), (Some(1_795_745_388.0), 3, 3.0));
    assert_eq!(run.swap.iter().map(|point| point.value).max(), Some(Bytes::from_kib(16)));
}

/// A file that is cut anywhere gives what stands before the cut; the last line may be reported.
#[test]
fn a_file_that_is_cut_gives_what_is_whole() {
    for name in [
        "psrecord.log",
        "psrecord.csv",
        "con-duct_usage.jsonl",
        "denet.jsonl",
        "prmon.txt",
        "rizsotto-rprof.jsonl",
        "time-v.txt",
    ] {
        let (whole, largest) = (file(name), peak(&imported(name, None)));
        for cut in (0..whole.len()).step_by(whole.len() / 97 + 1) {
            let Some((trace, faults)) = trace_of(&whole[..cut], None) else { continue };
            assert!(faults.iter().map(|fault| fault.count).sum::<u64>() <= 1, "{name} {cut}: {faults:?}");
            let Ok(Some(_)) = Reader::new(&trace[..], "cut").next_record() else { continue };
            for run in profiles(&trace).0 {
                assert!(run.peak.is_none_or(|peak| peak.value <= largest), "{name} {cut}");
            }
        }
    }
}

#[test]
fn faults_of_lines_are_reported_once_with_a_count() {
    let text = "elapsed_time,nproc,cpu,mem_real,mem_virtual\n\
                0.1,1,0.0,10.0,20.0\n\
                0.2,1,0.0,-10.0,20.0\n\
                0.3,1,0.0,nan,20.0\n\
                rubbish\n\
                more,rubbish\n\
                0.2,1,0.0,11.0,20.0\n\
                0.5,1,0.0,1e300,20.0\n\
                0.05,1,0.0,12.0,20.0\n\
                0.6,1,0.0,13";
    let (trace, faults) = trace_of(text.as_bytes(), None).unwrap();
    let of = |kind| faults.of(kind).map(|fault| (fault.line, fault.count));
    assert_eq!(of(WarningKind::Negative), Some((3, 1)));
    assert_eq!(of(WarningKind::NotFinite), Some((4, 1)));
    assert_eq!(of(WarningKind::Malformed), Some((5, 2)));
    assert_eq!(of(WarningKind::ClockBack), Some((9, 1)));
    assert_eq!(of(WarningKind::CutShort), Some((10, 1)));
    let (runs, warnings) = profiles(&trace);
    assert!(warnings.is_empty(), "{warnings:?}");
    assert_eq!(runs[0].samples, 4);
    // A size that no machine has is limited, not an overflow.
    assert_eq!(peak(&runs[0]), Bytes(1 << 53));
}

/// Content of hostile files: other records, huge numbers, deep nesting, escapes.
#[test]
fn a_hostile_file_cannot_forge_a_record() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let lines = [
        r#"{"timestamp":"2026-11-27T01:55:28Z","num_samples":1,"processes":{"1":{"rss":1,"cmd":"a\nMEM 999 1"},"2":{"rss":18446744073709551615,"vsz":18446744073709551615,"cmd":"\u001b[31m x"}},"totals":{"rss":5}}"#.to_owned(),
        r#"{"timestamp":"9999-12-31T23:59:59Z","num_samples":1,"processes":{},"totals":{"rss":7}}"#.to_owned(),
        r#"{"timestamp":"2026-11-27T01:55:29Z","num_samples":1,"processes":{"-1":{"rss":1}},"totals":{"rss":7}}"#.to_owned(),
        format!(r#"{{"timestamp":"2026-11-27T01:55:29Z","x":{deep},"totals":{{"rss":7}}}}"#),
    ];
    let info = br#"{"command":"x\nEND {}\nRPROF {\"format\":1}","duct_version":"1\n2","execution_summary":{"start_time":1e308,"wall_clock_time":-5}}"#;
    let (trace, faults) = trace_of(lines.join("\n").as_bytes(), Some(info)).unwrap();
    assert!(faults.of(WarningKind::Malformed).is_some() || faults.of(WarningKind::CutShort).is_some());
    let (runs, warnings) = profiles(&trace);
    assert!(warnings.is_empty(), "{warnings:?}");
    assert_eq!(runs.len(), 1);
    assert!(peak(&runs[0]) <= Bytes(1 << 53) && runs[0].contradictions.is_empty());
    assert!(!trace.contains(&0x1b), "no escape character");
    assert!(!String::from_utf8(trace).unwrap().contains("\nMEM 999"));
}

/// An id is one word, also that of a process before an exec.
#[test]
fn a_name_with_a_blank_is_one_word_in_ids() {
    let line = |name: &str, rss: u64| {
        format!(
            "{{\"ts_ms\":1000,\"parent\":{{\"mem_rss_kb\":1}},\"children\":[{{\"pid\":5,\"command\":\"{name}\",\"metrics\":\
             {{\"mem_rss_kb\":{rss}}}}}],\"aggregated\":{{\"mem_rss_kb\":9}}}}\n"
        )
    };
    let text = line("Web Content", 2) + &line("Isolated Web", 3);
    let (trace, faults) = trace_of(text.as_bytes(), None).unwrap();
    assert!(faults.is_empty(), "{faults:?}");
    let trace = String::from_utf8(trace).unwrap();
    assert!(trace.contains(r#""name":"Isolated_Web","was":"5:Web_Content"}"#), "{trace}");
    assert_eq!(profiles(trace.as_bytes()).0[0].processes.len(), 1, "{trace}");
}

/// A thousand processes that come and go.
#[test]
fn processes_that_vanish_have_ended() {
    let mut text = String::new();
    for round in 0..300 {
        let processes: Vec<String> = (round..round + 4)
            .map(|pid| format!(r#""{}":{{"rss":{},"cmd":"p"}}"#, pid + 1, 4096 * pid))
            .collect();
        text += &format!(
            "{{\"timestamp\":\"2026-11-27T01:{:02}:{:02}Z\",\"num_samples\":1,\"processes\":{{{}}},\"totals\":{{\"rss\":9}}}}\n",
            round / 60,
            round % 60,
            processes.join(",")
        );
    }
    let (trace, faults) = trace_of(text.as_bytes(), None).unwrap();
    assert!(faults.is_empty());
    let text = String::from_utf8(trace).unwrap();
    assert_eq!(text.lines().filter(|line| line.starts_with("PROC ")).count(), 303);
    assert_eq!(text.lines().filter(|line| line.starts_with("EXIT ")).count(), 299);
}
