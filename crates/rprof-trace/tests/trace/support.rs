//! Shared by the tests: traces from text, records as text, and runs to write.

use rprof_trace::{
    Arg, Born, Bytes, Cgroup, Column, End, Error, Exit, Format, Header, Index, Job, Keep, Memory, Metric,
    OomKill, Part, PeakParts, Profile, ProfileOptions, Proven, PssPeak, Reader, Record, Sample, Seconds,
    Section, SpanRecord, Tick, Warnings, Writer, columns, fold,
};

/// The records of a trace, each as text, and its warnings.
pub fn read(text: &[u8]) -> Result<(Vec<String>, Warnings), Error> {
    let mut reader = Reader::new(text, "test.dat");
    let mut records = Vec::new();
    while let Some(record) = reader.next_record()? {
        records.push(format!("{record:?}"));
    }
    Ok((records, reader.take_warnings()))
}

/// The profiles of a trace, with the curves of all processes.
pub fn profiles(text: &[u8]) -> (Vec<Profile>, Warnings) {
    let options =
        ProfileOptions { processes: Keep::Largest(usize::MAX), lives: true, ..ProfileOptions::default() };
    fold(|| Ok(Reader::new(text, "test.dat")), &options).expect("a trace")
}

/// Times and values of the ticks, in seconds and MiB.
pub fn ticks(profile: &Profile) -> Vec<(f64, f64)> {
    profile.total.iter().map(|p| (p.time.0, p.value.mib())).collect()
}

/// The warnings as the user sees them.
pub fn shown(warnings: &Warnings) -> Vec<String> {
    warnings.iter().map(ToString::to_string).collect()
}

pub fn write(format: Format, records: &[Record<'_>]) -> Vec<u8> {
    let (mut writer, mut out) = (Writer::new(format), Vec::new());
    for record in records {
        writer.write(record, &mut out);
    }
    out
}

/// The same records in the other format.
pub fn convert(text: &[u8], to: Format) -> Vec<u8> {
    let (mut reader, mut out) = (Reader::new(text, "test"), Vec::new());
    rprof_trace::convert(&mut reader, to, &mut out).expect("a trace");
    assert!(reader.warnings().is_empty(), "{:?}", reader.warnings());
    out
}

pub fn job() -> Job {
    Job {
        launcher: "Open MPI".to_owned(),
        job_id: Some("4711".to_owned()),
        task_id: Some("2".to_owned()),
        rank: Some(3),
        local_rank: Some(1),
        ranks: Some(4),
    }
}

pub fn header(command: &[&[u8]]) -> Header {
    Header {
        format: 1,
        writer: "rprof 0.1.0".to_owned(),
        command: command.iter().map(|a| Arg::new(a)).collect(),
        start: "2026-11-22T20:13:18.146213000+01:00".to_owned(),
        start_s: 1_795_380_798.146_213,
        host: "here".to_owned(),
        os: "Linux 6.18.1 x86_64".to_owned(),
        page_size: 4096,
        interval_s: Seconds(0.1),
        metric: Metric::Rss,
        tree: true,
        exact: false,
        attached: false,
        memory_limit_bytes: Some(Bytes(45_000)),
        job: Some(job()),
        columns: columns(Metric::Rss, &Column::ALL),
    }
}

pub fn memory(rss: u64, anon: u64) -> Memory {
    // Linux reports every part but the footprint.
    Memory::from([
        (Part::Rss, Bytes(rss)),
        (Part::Anon, Bytes(anon)),
        (Part::File, Bytes(rss - anon)),
        (Part::Shmem, Bytes(0)),
        (Part::Swap, Bytes(0)),
        (Part::Vsz, Bytes(1 << 33)),
        (Part::Hwm, Bytes(rss)),
        (Part::Hugetlb, Bytes(0)),
        (Part::PageTables, Bytes(40 << 10)),
    ])
}

/// A record with a tick that lives as long as the tests.
pub fn recorded(tick: Tick) -> Record<'static> {
    Record::Tick(Box::leak(Box::new(tick)))
}

pub fn tick(time: f64, rss: u64) -> Record<'static> {
    let memory = memory(rss, rss / 8192 * 4096);
    let upper = Some(Bytes(rss + 4096));
    recorded(Tick { time: Seconds(time), value: Bytes(rss), memory, upper, processes: Some(2) })
}

pub fn sample(id: &str, time: f64, rss: u64) -> Record<'_> {
    Record::Sample(Sample { id, time: Seconds(time), value: Bytes(rss), memory: memory(rss, 4096) })
}

/// A reading of a control group with every key.
fn cgroup() -> Record<'static> {
    Record::Cgroup(
        Seconds(0.1),
        Box::new(Cgroup {
            path: Some("/user.slice/rprof-811".to_owned()),
            version: 2,
            own: true,
            current_bytes: Some(Bytes(61_440)),
            anon_bytes: Some(Bytes(45_056)),
            file_bytes: Some(Bytes(8192)),
            shmem_bytes: Some(Bytes(4096)),
            kernel_bytes: Some(Bytes(8192)),
            peak_bytes: Some(Bytes(65_536)),
            max_bytes: Some(Bytes(65_536)),
            max_events: Some(2),
            oom_kills: Some(1),
            killed: vec![OomKill {
                process: Some("813:cc1".to_owned()),
                certain: true,
                logged: true,
                time_s: Seconds(0.15),
                rss_bytes: Some(Bytes(12_288)),
                limit_bytes: Some(Bytes(65_536)),
            }],
        }),
    )
}

fn born(pid: u32, ppid: u32, name: &str, args: &[&[u8]]) -> Born {
    let args = args.iter().map(|arg| Arg::new(arg)).collect();
    Born { pid, ppid, name: name.to_owned(), args, ..Born::default() }
}

/// A run with every kind of record.
pub fn every_record() -> Vec<Record<'static>> {
    let header = header(&[b"sh", b"-c", b"echo $HOME\n"]);
    vec![
        Record::Header(Box::new(header)),
        Record::Command("sh -c $'echo $HOME\\n'"),
        Record::Born("812:sh", Seconds(0.0), born(812, 1, "sh", &[b"sh", b"-c", b"exec python3 $A\xff"])),
        sample("812:sh", 0.0, 40960),
        tick(0.0, 40960),
        Record::Born(
            "812:python3",
            Seconds(0.05),
            Born { was: Some("812:sh".to_owned()), ..born(812, 1, "python3", &[b"python3", b"load.py"]) },
        ),
        Record::Born(
            "813:cc1",
            Seconds(0.1),
            Born { args_truncated: true, ..born(813, 812, "cc1", &[b"cc1", "-I…".as_bytes(), b"x.c"]) },
        ),
        Record::Proven(Proven {
            time: Seconds(0.07),
            within: (Seconds(0.0), Seconds(0.1)),
            value: Bytes(45_056),
        }),
        sample("812:python3", 0.1, 40960),
        sample("813:cc1", 0.1, 8192),
        tick(0.1, 49152),
        Record::Pss(Seconds(0.1), Bytes(48 << 10)),
        cgroup(),
        Record::SpanBegin("812.812.1", Seconds(0.01), "load data"),
        Record::Mark(Seconds(0.05), "half of it:\n50 %"),
        Record::SpanEnd("812.812.1", Seconds(0.09)),
        Record::Note(
            "rprof",
            "cannot read the memory of `814:su`: permission denied;\nit is missing from the sums",
        ),
        Record::Exit(
            "813:cc1",
            Seconds(0.15),
            Exit { hwm_bytes: Some(Bytes(12288)), exact: true, exit_code: Some(0), signal: None },
        ),
        Record::Gap(Seconds(0.2), Seconds(7.5)),
        tick(7.5, 40960),
        Record::Span(SpanRecord {
            name: "__main__.load",
            enter: Seconds(0.01),
            enter_value: Bytes(40960),
            leave: Seconds(0.09),
            leave_value: Bytes(45056),
            level: Some(0),
        }),
        Record::Index(Box::new(Index {
            at: 3_500_000,
            sections: vec![
                Section {
                    peak_bytes: Bytes(49_152),
                    peak_s: Seconds(0.1),
                    within_s: Some((Seconds(0.0), Seconds(0.1))),
                    annotated: true,
                    ..Section::default()
                },
                Section {
                    at: 1_049_000,
                    from_s: Seconds(7.5),
                    peak_bytes: Bytes(40960),
                    peak_s: Seconds(7.5),
                    ..Section::default()
                },
            ],
        })),
        Record::End(Box::new(End {
            elapsed_s: Seconds(7.6),
            exit_code: None,
            signal: Some(9),
            reason: Some("memory limit".to_owned()),
            limit_s: Some(Seconds(7.5)),
            user_s: Some(Seconds(0.123_456_789)),
            system_s: None,
            hwm_bytes: Some(Bytes(45056)),
            hwm_exact: true,
            upper_bytes: Some(Bytes(57344)),
            upper_once_bytes: Some(Bytes(49152)),
            pss_peak: Some(PssPeak {
                bytes: Bytes(49152),
                time_s: Seconds(0.1),
                upper_bytes: Some(Bytes(53248)),
            }),
            exact: false,
            uncertainty_bytes: Some(Bytes(761_856)),
            parts: Some(PeakParts {
                time_s: Seconds(0.1),
                at_peak: Memory::from([(Part::Rss, Bytes(49152)), (Part::Anon, Bytes(24576))]),
                largest: Memory::from([(Part::Rss, Bytes(49152)), (Part::Swap, Bytes(8192))]),
                rss_swap_bytes: Some(Bytes(53248)),
                rss_swap_s: Some(Seconds(7.5)),
            }),
            ticks: 3,
            overruns: 1,
            processes: 2,
            unseen_processes: Some(4),
        })),
    ]
}

/// The place of a record's kind in [`every_record`]. A new kind of record does not compile without an arm here: give it an
/// example in `every_record`, too.
pub fn kind(record: &Record<'_>) -> usize {
    match record {
        Record::Header(_) => 0,
        Record::Command(_) => 1,
        Record::Born(..) => 2,
        Record::Sample(_) => 3,
        Record::Tick(_) => 4,
        Record::Proven(_) => 5,
        Record::Pss(..) => 6,
        Record::SpanBegin(..) => 7,
        Record::Mark(..) => 8,
        Record::SpanEnd(..) => 9,
        Record::Note(..) => 10,
        Record::Exit(..) => 11,
        Record::Gap(..) => 12,
        Record::Span(_) => 13,
        Record::Index(_) => 14,
        Record::End(_) => 15,
        Record::Cgroup(..) => 16,
    }
}

/// The number of kinds of records.
pub const KINDS: usize = 17;
