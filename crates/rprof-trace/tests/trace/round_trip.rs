//! Any run survives writing and reading in either format.

use std::collections::HashMap;

use proptest::prelude::*;
use rprof_trace::{
    Arg, Born, Bytes, Cgroup, Column, CsvWriter, DatWriter, End, Exit, Format, Header, Memory, Metric,
    OomKill, Part, Proven, Reader, Record, Sample, Seconds, SpanRecord, Tick, columns, shell_quote,
};

use crate::support::{read, recorded, write};

fn seconds() -> impl Strategy<Value = Seconds> {
    (0u32..2_000_000_000).prop_map(|micros| Seconds(f64::from(micros) / 1e6))
}

fn kib() -> impl Strategy<Value = Option<Bytes>> {
    prop_oneof![Just(None), Just(Some(Bytes(0))), (0u64..1 << 40).prop_map(|k| Some(Bytes::from_kib(k)))]
}

fn bytes() -> impl Strategy<Value = Bytes> {
    prop_oneof![(0u64..1 << 43).prop_map(Bytes), (0u64..1 << 24).prop_map(|pages| Bytes(pages << 12))]
}

prop_compose! {
    fn memory()(
        sizes in proptest::collection::vec(kib(), Part::ALL.len()),
    ) -> Memory {
        Part::ALL.into_iter().zip(sizes).filter_map(|(part, size)| Some((part, size?))).collect()
    }
}

prop_compose! {
    fn header()(
        metric in proptest::sample::select(vec![Metric::Rss, Metric::Pss, Metric::Uss, Metric::Footprint]),
        command in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..6), 0..4),
        available in proptest::sample::subsequence(Column::ALL.to_vec(), 0..=Column::ALL.len()),
        start in 1_000_000_000_000_000u64..4_000_000_000_000_000,
        host in any::<String>(),
    ) -> Header {
        Header {
            format: 1,
            metric,
            command: command.iter().map(|a| Arg::new(a)).collect(),
            start_s: start as f64 / 1e6,
            host,
            columns: columns(metric, &available),
            ..Header::default()
        }
    }
}

fn id() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec!["1:init", "812:sh", "813:a,\"b\""])
}

prop_compose! {
    fn tick()(time in seconds(), value in bytes(), memory in memory(), upper in kib(), processes in any::<Option<u32>>())
        -> Record<'static>
    {
        recorded(Tick { time, value, memory, upper, processes })
    }
}

prop_compose! {
    fn sample()(id in id(), time in seconds(), value in bytes(), memory in memory()) -> Record<'static> {
        Record::Sample(Sample { id, time, value, memory })
    }
}

prop_compose! {
    fn function()(
        enter in seconds(), enter_value in bytes(), leave in seconds(), leave_value in bytes(),
        level in any::<Option<u32>>(),
    ) -> Record<'static> {
        Record::Span(SpanRecord { name: "m.f,\"", enter, enter_value, leave, leave_value, level })
    }
}

fn cgroup() -> impl Strategy<Value = Record<'static>> {
    (seconds(), proptest::option::of(any::<String>()), bytes(), any::<bool>()).prop_map(
        |(time, path, value, own)| {
            let killed = OomKill { process: path.clone(), time_s: time, certain: own, ..OomKill::default() };
            let group = Cgroup { path, version: 2, own, current_bytes: Some(value), ..Cgroup::default() };
            Record::Cgroup(time, Box::new(Cgroup { killed: vec![killed; usize::from(own)], ..group }))
        },
    )
}

fn args() -> impl Strategy<Value = Vec<Arg>> {
    let arg = proptest::collection::vec(any::<u8>(), 0..6).prop_map(|bytes| Arg::new(&bytes));
    proptest::collection::vec(arg, 0..4)
}

fn leak(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

fn record() -> impl Strategy<Value = Record<'static>> {
    prop_oneof![
        4 => tick(),
        4 => sample(),
        1 => (seconds(), seconds(), seconds(), bytes())
            .prop_map(|(time, from, to, value)| Record::Proven(Proven { time, within: (from, to), value })),
        1 => (seconds(), bytes()).prop_map(|(time, value)| Record::Pss(time, value)),
        1 => (seconds(), seconds()).prop_map(|(from, to)| Record::Gap(from, to)),
        1 => (id(), seconds(), any::<String>(), proptest::option::of(id()), args()).prop_map(
            |(id, time, name, was, args)| {
                let (was, args_truncated) = (was.map(str::to_owned), args.len() > 2);
                Record::Born(id, time, Born { pid: 7, ppid: 1, name, was, args, args_truncated })
            },
        ),
        1 => (id(), seconds(), any::<Option<i32>>()).prop_map(|(id, time, exit_code)| {
            Record::Exit(id, time, Exit { exit_code, hwm_bytes: Some(Bytes(1)), ..Exit::default() })
        }),
        1 => function(),
        1 => cgroup(),
        1 => (id(), any::<String>()).prop_map(|(key, text)| Record::Note(key, leak(text))),
        1 => (id(), seconds(), any::<String>()).prop_map(|(id, time, name)| Record::SpanBegin(id, time, leak(name))),
        1 => (id(), seconds()).prop_map(|(id, time)| Record::SpanEnd(id, time)),
        1 => (seconds(), any::<String>()).prop_map(|(time, label)| Record::Mark(time, leak(label))),
        1 => (seconds(), any::<f64>(), any::<String>()).prop_map(|(elapsed_s, cpu, reason)| {
            let user_s = Some(Seconds(cpu)).filter(|s| s.0.is_finite());
            Record::End(Box::new(End { elapsed_s, user_s, reason: Some(reason), ..End::default() }))
        }),
    ]
}

/// The record as a sampler makes it for this header: only with the columns that the header names.
fn fit(mut record: Record<'static>, header: &Header) -> Record<'static> {
    let has = |c: Column| header.columns.iter().any(|n| n == c.name());
    let fit_memory = |m: &mut Memory, value: Bytes| {
        for part in Part::ALL {
            let own = (header.metric.part() == Some(part)).then_some(value);
            m.set(part, own.or(m.get(part).filter(|_| has(Column::Part(part)))));
        }
    };
    match &mut record {
        Record::Tick(tick) => {
            let mut t = **tick;
            fit_memory(&mut t.memory, t.value);
            t.upper = t.upper.filter(|_| has(Column::Upper));
            t.processes = t.processes.filter(|_| has(Column::Processes));
            record = recorded(t);
        }
        Record::Sample(s) => fit_memory(&mut s.memory, s.value),
        _ => {}
    }
    record
}

/// The records of a run that `.dat` contains: unchanged samples are missing.
fn written(records: &[Record<'_>]) -> Vec<String> {
    let mut last: HashMap<&str, (Bytes, Memory)> = HashMap::new();
    let mut kept = Vec::new();
    for record in records {
        match record {
            Record::Sample(s) if last.insert(s.id, (s.value, s.memory)) == Some((s.value, s.memory)) => {
                continue;
            }
            Record::Born(_, _, Born { was: Some(was), .. }) => _ = last.remove(was.as_str()),
            Record::Exit(id, ..) => _ = last.remove(id),
            _ => {}
        }
        kept.push(format!("{record:?}"));
    }
    kept
}

/// All records of a text, written by `write`.
fn rewrite(text: &[u8], mut write: impl FnMut(&Record<'_>, &mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    let mut reader = Reader::new(text, "x");
    while let Some(record) = reader.next_record().expect("a trace") {
        write(&record, &mut out);
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_record_survives_writing_and_reading(header in header(), records in proptest::collection::vec(record(), 0..40)) {
        let command = shell_quote(&header.command);
        let mut run = vec![Record::Header(Box::new(header.clone())), Record::Command(&command)];
        run.extend(records.into_iter().map(|record| fit(record, &header)));
        let dat = write(Format::Dat, &run);
        let (back, _) = read(&dat).expect("a trace");
        prop_assert_eq!(&back, &written(&run));

        let mut to_csv = CsvWriter::new();
        let csv = rewrite(&dat, |record, out| to_csv.write(record, out));
        prop_assert_eq!(&read(&csv).expect("a trace").0, &back);

        let mut to_dat = DatWriter::new();
        let again = rewrite(&csv, |record, out| to_dat.write(record, out));
        prop_assert_eq!(String::from_utf8_lossy(&again), String::from_utf8_lossy(&dat));
    }
}
