//! The writer: it follows the grammar of mprof's reader, and our reader restores everything.

use std::collections::BTreeSet;

use rprof_trace::{Bytes, DatWriter, Format, Record, Seconds, SpanRecord, shell_quote};

use crate::support::{KINDS, convert, every_record, header, kind, profiles, read, sample, tick, write};

fn dat(records: &[Record<'_>]) -> String {
    String::from_utf8(write(Format::Dat, records)).expect("UTF-8")
}

/// Text with every character that is difficult in a command, an id, a name or a note.
fn nasty() -> String {
    let header = header(&[b"a\nMEM 99999 1", b"\xff\r", b"$\\frac $x", b"tab\there", b"\0\x1b[0m"]);
    let command = shell_quote(&header.command);
    dat(&[
        Record::Header(Box::new(header)),
        Record::Command(&command),
        Record::Command("raw\nnewline\r"),
        sample("12:Web Content\n", 0.0, 4096),
        sample("", 0.0, 4096),
        tick(0.0, 4096),
        tick(0.1, 4096),
        Record::Span(SpanRecord {
            name: "blk one",
            enter: Seconds(0.0),
            enter_value: Bytes(1),
            leave: Seconds(0.1),
            leave_value: Bytes(2),
            level: Some(3),
        }),
        Record::SpanBegin("12.12 1", Seconds(0.0), " two\n lines\r"),
        Record::SpanEnd("", Seconds(0.05)),
        Record::Mark(Seconds(0.0), ""),
        Record::Mark(Seconds(0.0), "\u{1b}[1m\tMEM 1 2"),
        Record::Note("a key", "two\nlines"),
    ])
}

/// The rules of `docs/format.md` for mprof's reader, in the same order.
#[test]
fn mprof_can_read_every_line() {
    let text = nasty() + &dat(&every_record());
    assert!(text.ends_with('\n'));
    for line in text.strip_suffix('\n').unwrap_or(&text).split('\n') {
        // 1, 2: a keyword and one space on every line, no line empty.
        let (keyword, rest) = line.split_once(' ').expect(line);
        assert!(keyword.bytes().all(|b| b.is_ascii_uppercase()), "{line}");
        // 3: no TAB, and no other control character that Python or an editor could take for the end of a line.
        assert!(!line.chars().any(char::is_control), "{line:?}");
        let fields: Vec<&str> = rest.split(' ').collect();
        let number = |at: usize| fields[at].parse::<f64>().expect(line);
        match keyword {
            // 5: value and time, then our columns.
            "MEM" => assert!(number(0) >= 0.0 && number(1) > 1e9, "{line}"),
            // 6: ids and names are one word.
            "CHLD" => assert!(number(1) >= 0.0 && number(2) > 1e9, "{line}"),
            "FUNC" => {
                (1..=4).for_each(|at| _ = number(at));
                assert!(fields.len() == 5 || fields[5].parse::<u32>().is_ok(), "{line}");
            }
            // 7: no `$` that matplotlib could take for a formula.
            "CMDLINE" => assert_eq!(rest.matches('$').count(), rest.matches("\\$").count(), "{line}"),
            // 4: keywords of our own.
            _ => assert!(rprof_trace::dat::KEYWORDS.contains(&keyword), "{line}"),
        }
    }
    // 8: at least one MEM, and no other line looks like one.
    assert_eq!(text.lines().filter(|l| l.starts_with("MEM ")).count(), 6);
}

#[test]
fn an_unchanged_process_or_column_is_not_written() {
    let mut header = header(&[b"x"]);
    header.columns = ["anon", "file", "swap", "later"].map(str::to_owned).into();
    let head = dat(&[Record::Header(Box::new(header.clone()))]);
    let text = dat(&[
        Record::Header(Box::new(header)),
        sample("7:x", 0.0, 12288),
        tick(0.0, 12288),
        sample("7:x", 0.1, 12288),
        tick(0.1, 12288),
        sample("7:x", 0.2, 16384),
        tick(0.2, 16384),
    ]);
    assert_eq!(
        text.strip_prefix(&head).expect("the header first"),
        "CHLD 7:x 0.01171875 1795380798.146213 4 8 0\n\
         MEM 0.01171875 1795380798.146213 4 8 0\n\
         MEM 0.01171875 1795380798.246213\n\
         CHLD 7:x 0.015625 1795380798.346213 4 12\n\
         MEM 0.015625 1795380798.346213 8\n"
    );
}

#[test]
fn unwritten_columns_are_restored_by_the_reader() {
    let records = every_record();
    let (back, warnings) = read(&write(Format::Dat, &records)).expect("a trace");
    assert!(warnings.is_empty(), "{warnings:?}");
    let wanted: Vec<String> = records.iter().map(|r| format!("{r:?}")).collect();
    assert_eq!(back, wanted);
}

#[test]
fn csv_has_the_same_records_as_dat() {
    let mut records = every_record();
    // The index has offsets in a `.dat` file.
    records.retain(|record| !matches!(record, Record::Index(_)));
    let csv = write(Format::Csv, &records);
    let (back, warnings) = read(&csv).expect("a trace");
    assert!(warnings.is_empty(), "{warnings:?}");
    let wanted: Vec<String> = records.iter().map(|r| format!("{r:?}")).collect();
    assert_eq!(back, wanted);
    // One line per record, and one for the column names.
    assert_eq!(csv.split(|b| *b == b'\n').skip(1).count(), records.len() + 1);
}

#[test]
fn a_csv_may_have_its_columns_in_any_order_and_its_heading_twice() {
    let text =
        "value_bytes,mine,time_s,record\n4096,x,0.5,tree\nvalue_bytes,mine,time_s,record\n1.2E+04,x,1,tree\n";
    let (records, warnings) = read(text.as_bytes()).expect("a trace");
    assert!(warnings.is_empty(), "{warnings:?}");
    assert!(records[0].contains("value: Bytes(4096)") && records[1].contains("value: Bytes(12000)"));
}

/// Unchanged columns are not written: a tick of an idle process is a value and a time.
#[test]
fn a_tick_of_an_idle_process_takes_few_bytes() {
    let mut writer = DatWriter::new();
    let mut out = Vec::new();
    writer.write(&Record::Header(Box::new(header(&[b"x"]))), &mut out);
    writer.write(&tick(0.0, 1 << 30), &mut out);
    out.clear();
    for i in 0..1000u32 {
        writer.write(&sample("7:x", f64::from(i) * 0.1, 1 << 30), &mut out);
        writer.write(&tick(f64::from(i) * 0.1, 1 << 30), &mut out);
    }
    assert!(out.len() < 1000 * 32, "{} bytes", out.len());
}

/// Nothing is lost but zeros at the end of numbers. The time of day is kept.
#[test]
fn traces_of_mprof_survive_conversion_to_csv_and_dat() {
    for name in ["numpy_ex1.dat", "mprof_funcs.dat", "mprof_pool_M.dat", "mprof_pool_C.dat"] {
        let path = format!("{}/../../tests/data/{name}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read(path).expect("a trace");
        let (wanted, _) = read(&text).expect("a trace");
        let csv = convert(&text, Format::Csv);
        assert_eq!(read(&csv).expect("a trace").0, wanted, "{name}");
        let dat = convert(&csv, Format::Dat);
        assert_eq!(read(&dat).expect("a trace").0, wanted, "{name}");
        assert_eq!(profiles(&csv), profiles(&text), "{name}");
        assert_eq!(profiles(&dat), profiles(&text), "{name}");
    }
}

#[test]
fn several_runs_survive_conversion_to_csv_and_dat() {
    let mprof = b"FUNC f 1.0 1795380700.0 1.0 1795380701.0 0\nCMDLINE a\nMEM 1.0 1795380700.0\nCMDLINE b\nMEM 2.0 1795380750.0\n";
    let text =
        [&mprof[..], &write(Format::Dat, &every_record()), b"CMDLINE c\nMEM 3.0 1795390000.0\n"].concat();
    let runs = profiles(&text);
    assert_eq!(runs.0.len(), 4);
    let csv = convert(&text, Format::Csv);
    assert_eq!(profiles(&csv), runs);
    assert_eq!(profiles(&convert(&csv, Format::Dat)), runs);
}

/// A kind of record was written and never read back, and no test failed.
#[test]
fn every_kind_of_record_is_in_the_examples_and_survives_both_formats() {
    let records = every_record();
    // An unchanged sample or a lost line would shorten the list that is read back.
    let kinds: BTreeSet<usize> = records.iter().map(kind).collect();
    assert!(kinds.into_iter().eq(0..KINDS), "every_record lacks a kind");
    for format in [Format::Dat, Format::Csv] {
        let (read, warnings) = read(&write(format, &records)).expect("a trace");
        assert!(warnings.is_empty(), "{warnings:?}");
        // A `.csv` trace has no index.
        let lost = usize::from(format == Format::Csv);
        assert_eq!(read.len(), records.len() - lost, "{format:?}");
    }
}
