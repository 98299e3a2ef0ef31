//! The lives of processes in a profile: what each held at the tree's peak, its command line after an exec, its end.

use std::fmt::Write;

use rprof_trace::{
    Arg, Bytes, ProcessLife, Profile, ProfileOptions, Reader, Seconds, WarningKind, Warnings, fold,
};

const HEAD: &str = "RPROF {\"format\":1,\"start_s\":1795380798.0,\"metric\":\"rss\",\"columns\":[\"hwm\"],\"tree\":true}\n\
                    CMDLINE make\n";

fn read(text: &str) -> (Profile, Warnings) {
    let options = ProfileOptions { lives: true, ..ProfileOptions::default() };
    let (mut profiles, warnings) =
        fold(|| Ok(Reader::new(text.as_bytes(), "t.dat")), &options).expect("a trace");
    (profiles.pop().expect("a run"), warnings)
}

/// A run of rprof. A time in the lines is written as `@0.1`.
fn trace(lines: &str) -> String {
    format!("{HEAD}{}", lines.replace("@0.", "1795380798."))
}

/// The processes of such a run.
fn lives(lines: &str) -> Vec<ProcessLife> {
    let (profile, warnings) = read(&trace(lines));
    assert!(warnings.is_empty(), "{warnings:?}");
    profile.lives
}

#[allow(clippy::unnecessary_wraps, reason = "a size may be unknown")]
fn mib(size: u64) -> Option<Bytes> {
    Some(Bytes(size << 20))
}

const TREE: &str = "\
PROC 7:make 0.000000 {\"pid\":7,\"ppid\":1,\"name\":\"make\",\"args\":[\"make\",\"-j2\"]}
MEM 5.0 @0.100000 6144
PROC 8:cc1 0.200000 {\"pid\":8,\"ppid\":7,\"name\":\"cc1\",\"args\":[\"cc1\",\"a.c\"]}
CHLD 7:make 4.0 @0.200000 6144
CHLD 8:cc1 20.0 @0.200000 21504
MEM 24.0 @0.200000 21504
PROC 9:cc1 0.300000 {\"pid\":9,\"ppid\":7,\"name\":\"cc1\",\"args\":[\"cc1\",\"b.c\"]}
CHLD 8:cc1 30.0 @0.300000 30720
CHLD 9:cc1 10.0 @0.300000 10240
MEM 44.0 @0.300000 30720
EXIT 8:cc1 0.400000 {\"hwm_bytes\":36700160,\"exact\":true,\"exit_code\":0}
CHLD 9:cc1 35.0 @0.400000 36864
MEM 39.0 @0.400000 36864
PROC 10:ld 0.450000 {\"pid\":10,\"ppid\":7,\"name\":\"ld\"}
EXIT 10:ld 0.450000 {\"signal\":9}
";

#[test]
fn each_process_has_its_part_of_the_peak() {
    let lives = lives(TREE);
    let all: Vec<_> = lives.iter().map(|life| (life.pid, life.peak, life.at_peak)).collect();
    assert_eq!(
        all,
        [
            // Its mark is that of the time when it was alone.
            (Some(7), mib(6), mib(4)),
            (Some(8), mib(35), mib(30)),
            (Some(9), mib(36), mib(10)),
            // It had ended when it was found.
            (Some(10), None, mib(0)),
        ]
    );
    let ended = &lives[1];
    assert_eq!((ended.start, ended.end, ended.exit_code), (Seconds(0.2), Some(Seconds(0.4)), Some(0)));
    assert!(ended.peak_is_exact && !lives[2].peak_is_exact);
    assert_eq!((lives[2].parent, lives[2].end), (Some(7), None));
    assert_eq!((lives[3].signal, lives[3].end), (Some(9), Some(Seconds(0.45))));
    assert_eq!(lives[0].args, ["make", "-j2"].map(|word| Arg::Text(word.to_owned())));
}

/// As long as a process is alone, the trace has no samples of it but the ticks.
#[test]
fn a_process_alone_holds_the_whole_tree() {
    let lives = lives(
        "PROC 7:sh 0.000000 {\"pid\":7,\"ppid\":1,\"name\":\"sh\"}\nMEM 5.0 @0.100000 6144\nMEM 50.0 @0.200000 51200\n\
         MEM 4.0 @0.300000\nPROC 8:cat 0.400000 {\"pid\":8,\"ppid\":7,\"name\":\"cat\"}\nCHLD 7:sh 3.0 @0.400000 51200\n\
         CHLD 8:cat 1.0 @0.400000 1024\nMEM 4.0 @0.400000\n",
    );
    let all: Vec<_> = lives.iter().map(|life| (life.peak, life.at_peak)).collect();
    assert_eq!(all, [(mib(50), mib(50)), (mib(1), mib(0))]);
}

#[test]
fn an_exec_is_the_same_process_with_another_command_line() {
    let line = |name: &str, was: &str, args: &str| {
        format!("{{\"pid\":7,\"ppid\":1,\"name\":\"{name}\"{was},\"args\":[{args}]}}")
    };
    let text = format!(
        "PROC 7:sh 0.000000 {}\nMEM 5.0 @0.000000 5120\nPROC 7:sh 0.100000 {}\nMEM 2.0 @0.100000 2048\n\
         PROC 7:cc 0.200000 {}\nMEM 3.0 @0.200000 3072\n",
        line("sh", "", "\"sh\",\"a.sh\""),
        line("sh", ",\"was\":\"7:sh\"", "\"sh\",\"b.sh\""),
        line("cc", ",\"was\":\"7:sh\"", "\"cc\",\"x.c\""),
    );
    let all = lives(&text);
    let [life] = &all[..] else { panic!("{all:?}") };
    assert_eq!((life.id.as_str(), life.name.as_str(), life.args.len()), ("7:cc", "cc", 2));
    assert_eq!(life.args[1], Arg::Text("x.c".to_owned()));
    // The largest value was that of the shell.
    assert_eq!((life.peak, life.peak_name.as_deref()), (mib(5), Some("sh")));
    let before = lives(text.split("PROC 7:cc").next().expect("a start"));
    assert_eq!(
        (before[0].args[1].clone(), before[0].peak_name.clone()),
        (Arg::Text("b.sh".to_owned()), None)
    );
}

/// The high-water mark of a process that ran before may be from before, so it says nothing of this recording.
#[test]
fn an_older_mark_is_no_peak_of_this_run() {
    let text = trace(TREE).replace("\"tree\":true", "\"tree\":true,\"attached\":true");
    let (profile, _) = read(&text);
    assert_eq!((profile.lives[0].peak, profile.lives[1].peak), (mib(5), mib(35)));
}

#[test]
fn a_trace_of_mprof_has_peaks_only() {
    let text = "CMDLINE x\nMEM 1.0 1795380798.1000\nCHLD 0 2.0 1795380798.1000\nMEM 2.0 1795380798.2000\n\
                CHLD 0 3.0 1795380798.2000\n";
    let (profile, _) = read(text);
    let [life] = &profile.lives[..] else { panic!("{:?}", profile.lives) };
    assert_eq!((life.id.as_str(), life.pid, life.parent), ("0", None, None));
    assert_eq!((life.peak, life.at_peak, life.args.len()), (mib(3), None, 0));
}

/// Eighty megabytes of command lines: those of the largest processes are kept.
#[test]
fn the_memory_of_command_lines_is_bounded() {
    const COUNT: u64 = 20_000;
    let arg = "x".repeat(4000);
    let mut text = HEAD.to_owned();
    for n in 1..=COUNT {
        let size = if n % 10 == 0 { n } else { 1 };
        let _ = write!(
            text,
            "PROC {n}:cc1 0.100000 {{\"pid\":{n},\"ppid\":1,\"name\":\"cc1\",\"args\":[\"cc1\",\"{arg}\"]}}\n\
             CHLD {n}:cc1 {size}.0 1795380798.100000 0\n"
        );
    }
    text.push_str("MEM 9.0 1795380798.100000 0\n");
    let (profile, warnings) = read(&text);
    assert!(warnings.of(WarningKind::ManyArgs).is_some(), "{warnings:?}");
    assert_eq!(profile.lives.len() as u64, COUNT);
    let kept = profile.lives.iter().filter(|life| !life.args.is_empty()).count() * arg.len();
    assert!((32 << 20..=64 << 20).contains(&kept), "{kept}");
    assert!(profile.lives.iter().filter(|life| life.args.is_empty()).all(|life| life.args_truncated));
    let large = profile.lives.iter().filter(|life| life.peak > mib(1));
    assert!(large.filter(|life| !life.args.is_empty()).count() as u64 > COUNT / 10 - 100);
}

/// Every process lives until the end and every tick is a new peak: a walk over all of them at each peak would be a square.
#[test]
fn a_run_of_many_processes_is_read_in_one_pass() {
    const COUNT: u64 = 65_536;
    let mut text = HEAD.to_owned();
    for n in 1..=COUNT {
        let _ = write!(
            text,
            "PROC {n}:cc1 0.100000 {{\"pid\":{n},\"ppid\":1,\"name\":\"cc1\",\"args\":[\"cc1\",\"src/{n}.c\"]}}\n\
             CHLD {n}:cc1 1.0 1795380798.100000 1024\nMEM {n}.0 1795380798.100000 1024\n"
        );
    }
    for n in 1..=COUNT {
        let _ = writeln!(text, "EXIT {n}:cc1 0.200000 {{\"hwm_bytes\":2097152}}");
    }
    let (profile, warnings) = read(&text);
    assert!(warnings.is_empty(), "{warnings:?}");
    assert_eq!(profile.lives.len() as u64, COUNT);
    assert!(profile.lives.iter().all(|life| life.at_peak == mib(1) && life.peak == mib(2)));
}
