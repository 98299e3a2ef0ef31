//! Traces that a measured program wrote to hurt the reader. Time and memory follow the size of the result, not that of the
//! input. Where the cost was quadratic, the input is so large that a reader of that cost would not end within an hour.

use std::fmt::Write;

use allocation_counter::measure;
use rprof_trace::{Format, Keep, ProfileOptions, Reader, WarningKind, fold, short_names};

use crate::support::{convert, profiles, read, shown};

const HEAD: &str = "RPROF {\"format\":1,\"start_s\":1795380798.0,\"columns\":[\"anon\"],\"tree\":true}\nCMDLINE x\n\
                    MEM 1.0 1795380798.000000\n";

fn text(lines: impl FnOnce(&mut String)) -> String {
    let mut text = HEAD.to_owned();
    lines(&mut text);
    text
}

/// A child appended a time of 90,000 dashes. Its sign was read by recursion, and the stack overflowed.
#[test]
fn a_time_of_dashes_is_not_a_time() {
    let dashes = "-".repeat(1 << 20);
    for line in [
        format!("MEM 2.0 {dashes}5"),
        format!("MEM 2.0 {dashes}"),
        format!("GAP {dashes} 1"),
        format!("PROC 1:a {dashes} {{}}"),
        format!("SPAN begin 1 {dashes} f"),
        format!("FUNC f 1.0 {dashes} 1.0 2.0"),
    ] {
        let (records, warnings) = read(format!("{HEAD}{line}\n").as_bytes()).expect("a trace");
        assert_eq!((records.len(), warnings.iter().count()), (3, 1), "{}", &line[..20]);
    }
    let csv = format!("record,time_s\nmark,1.0\nmark,{dashes}\nmark,2.0\n");
    assert_eq!(read(csv.as_bytes()).expect("a trace").0.len(), 2);
}

/// `\u{` without an end was searched to the end of the line, once for each.
#[test]
fn unclosed_escapes_are_plain_text() {
    let label = "\\u{".repeat(1 << 21);
    let (runs, warnings) = profiles(format!("{HEAD}MARK 1795380798.5 {label}\n").as_bytes());
    assert!(warnings.is_empty());
    assert_eq!(runs[0].marks[0].label, label);
}

/// Sixty thousand spans of one name and one instant were compared with each other.
#[test]
fn equal_names_at_one_instant_cost_no_square() {
    const COUNT: u64 = 130_000;
    let trace = text(|text| {
        for n in 0..COUNT {
            let _ =
                write!(text, "SPAN begin 7.7.{n} 1795380798.1 f\nSPAN end 7.7.{n} {}.0\n", 1_795_380_799 + n);
        }
        for n in 0..COUNT {
            let _ = writeln!(text, "FUNC f 1.0 1795380798.1 1.0 {}.5 0", 1_795_380_799 + n);
        }
    });
    let (runs, _) = profiles(trace.as_bytes());
    assert_eq!(runs[0].spans.len(), 1 << 16);
}

/// Each span that began searched the levels of all open ones, and each that ended too.
#[test]
fn open_spans_cost_no_square() {
    const COUNT: u64 = 65_000;
    let trace = text(|text| {
        (0..COUNT).for_each(|n| _ = writeln!(text, "SPAN begin 7.7.{n} 1795380798.1 f"));
        (0..COUNT / 2).for_each(|n| _ = writeln!(text, "SPAN end 7.7.{n} 1795380798.2"));
    });
    let (runs, warnings) = profiles(trace.as_bytes());
    assert!(warnings.is_empty(), "{:?}", shown(&warnings));
    assert_eq!(runs[0].spans.iter().filter_map(|span| span.level).max(), Some(COUNT as u32 - 1));
}

/// Peaks that end at the same instant as many spans passed over all of these spans, once for each peak.
#[test]
fn proven_peaks_and_spans_cost_no_product() {
    const COUNT: u64 = 60_000;
    let at_one_instant = text(|text| {
        for n in 0..COUNT {
            let _ = write!(text, "SPAN begin 7.{n}.1 1795380798.1 f\nSPAN end 7.{n}.1 1795380798.5\n");
        }
        (0..COUNT).for_each(|_| text.push_str("MEM 5.0 1795380798.4 ^ 0.050000 0.500000\n"));
        text.push_str("MEM 1.0 1795380798.9\n");
    });
    let stairs = text(|text| {
        for n in 0..COUNT {
            let _ = writeln!(text, "SPAN begin 7.{n}.1 1795380798.{n:06} f");
            let _ = writeln!(text, "MEM {}.0 1795380798.{n:06}", COUNT - n);
        }
        for n in 0..COUNT {
            let _ = write!(text, "MEM 0.5 1795380798.5 ^ 0.000001 0.900000\nMEM 1.0 1795380799.{n:06}\n");
        }
    });
    for trace in [at_one_instant, stairs] {
        let (runs, _) = profiles(trace.as_bytes());
        assert_eq!(runs[0].spans.len() as u64, COUNT);
        assert!(runs[0].spans.iter().all(|span| span.peak.is_some()));
    }
}

/// Each span outside its run was compared with every run of the file.
#[test]
fn spans_of_many_runs_cost_no_product() {
    let mut trace = String::new();
    for run in 0..4000_u64 {
        let start = 1_795_380_798 + run * 100;
        let _ = write!(trace, "CMDLINE x\nMEM 1.0 {start}.0\nMEM 1.0 {}.0\n", start + 1);
        (0..60).for_each(|n| _ = writeln!(trace, "FUNC f{n} 1.0 {0}.0 2.0 {0}.2 0", start + 90));
    }
    let (runs, _) = profiles(trace.as_bytes());
    // Each of them is nearer to the next run.
    assert!(runs[0].spans.is_empty() && runs[1].spans.len() == 60);
}

/// A name of thousands of dots has as many suffixes, each nearly as long as the name.
#[test]
fn names_of_many_parts_cost_no_square() {
    let name = |end: &str| "a.".repeat(1 << 18) + end;
    let (one, other) = (name("b"), name("c"));
    let short = short_names([one.as_str(), other.as_str(), "x.y"].into_iter());
    assert_eq!((short[one.as_str()], short[other.as_str()], short["x.y"]), ("b", "c", "y"));
}

fn memory(trace: &str, processes: Keep) -> u64 {
    let options = ProfileOptions { processes, ..ProfileOptions::default() };
    measure(|| drop(fold(|| Ok(Reader::new(trace.as_bytes(), "t.dat")), &options).expect("a trace")))
        .bytes_max
}

/// `plot` took 2.5 MiB for each run of a joined file. 1.2 MB of text asked for more than 4 GiB.
#[test]
fn many_short_runs_take_little_memory() {
    let mut trace = String::new();
    for run in 0..4096_u64 {
        trace.push_str("CMDLINE x\n");
        for time in [0, 1] {
            let at = 1_795_380_798 + run * 100 + time;
            (1..=8).for_each(|child| _ = writeln!(trace, "CHLD {child} 1.5 {at}.0"));
            let _ = writeln!(trace, "MEM 12.0 {at}.0");
        }
    }
    let bytes = memory(&trace, Keep::Largest(8));
    assert!(bytes < 100 << 20, "{bytes}");
}

/// Long runs share the space of a figure.
#[test]
fn many_long_runs_take_the_memory_of_one() {
    let mut trace = String::new();
    for run in 0..400_u64 {
        trace.push_str("CMDLINE x\n");
        for tick in 0..2000 {
            let _ = writeln!(trace, "MEM 12.0 {}.{tick:04}", 1_795_380_798 + run * 100);
        }
    }
    let bytes = memory(&trace, Keep::None);
    assert!(bytes < 60 << 20, "{bytes}");
}

/// A million process ids took 749 MiB.
#[test]
fn a_million_process_ids_take_little_memory() {
    const COUNT: u64 = 500_000;
    let trace = text(|text| {
        (1..=COUNT).for_each(|pid| _ = writeln!(text, "CHLD {pid}:a {} 1795380798.0 4", pid % 1000));
    });
    let options = ProfileOptions { processes: Keep::Peaks, ..ProfileOptions::default() };
    let mut read = None;
    let bytes = measure(|| {
        read = fold(|| Ok(Reader::new(trace.as_bytes(), "t.dat")), &options).ok();
    })
    .bytes_max;
    assert!(bytes < 120 << 20, "{bytes}");
    let (runs, warnings) = read.expect("a trace");
    assert_eq!(warnings.of(WarningKind::ManyProcesses).map(|warning| warning.count), Some(1));
    // All of the largest processes are kept.
    let largest = runs[0].processes.iter().filter(|process| process.peak.mib() > 998.5).count();
    assert_eq!((largest, runs[0].process_count), (500, COUNT));
}

/// The texts of marks and the names of spans are kept up to 64 MiB of each.
#[test]
fn long_texts_take_bounded_memory() {
    let long = "x".repeat(1 << 20);
    let mut trace = HEAD.to_owned();
    for n in 0..80 {
        let _ = write!(trace, "MARK 1795380798.5 {long}\nNOTE k {long}\n");
        let _ = writeln!(trace, "FUNC f{n}{long} 1.0 1795380798.0 1.0 1795380799.0 0");
        let _ = writeln!(trace, "SPAN begin 7.7.{n} 1795380798.0 {long}");
    }
    let bytes = memory(&trace, Keep::None);
    assert!(bytes < 400 << 20, "{bytes}");
    let (runs, warnings) = profiles(trace.as_bytes());
    assert!(warnings.of(WarningKind::ManySpans).is_some() && warnings.of(WarningKind::ManyMarks).is_some());
    assert_eq!(runs[0].marks.len() + runs[0].notes.len(), 63);
}

/// A spreadsheet ran a process id, a mark or a note that began with `=`.
#[test]
fn no_cell_of_text_is_a_formula() {
    let dat = format!(
        "{HEAD}CHLD =cmd|x 1.0 1795380798.0 4\nMARK 1795380798.0 =1+1\nMARK 1795380798.0 '=1\nMARK 1795380798.0 'x\n\
         NOTE -k v\nSPAN begin @s 1795380798.0 f\nSPAN end @s 1795380798.5\n"
    );
    let csv = convert(dat.as_bytes(), Format::Csv);
    let text = String::from_utf8(csv.clone()).expect("text");
    for row in text.lines().skip(2) {
        for cell in row.split(',').map(|cell| cell.trim_start_matches('"')) {
            assert!(!cell.starts_with(['=', '+', '-', '@']), "{row}");
        }
    }
    assert!(text.contains(",'=1+1\n") && text.contains(",''=1\n") && text.contains(",'x\n"), "{text}");
    assert_eq!(read(&csv).expect("a trace").0, read(dat.as_bytes()).expect("a trace").0);
}

/// A value above 2^63 in a `.csv` became a line that our own reader refused.
#[test]
fn a_csv_has_no_size_that_a_dat_cannot_hold() {
    let most = u64::MAX >> 1;
    let row = |bytes: u64| format!("tree,1.0,{bytes}\n");
    let csv = format!(
        "record,time_s,value_bytes,from_s,to_s,detail\n{}{}{}tree,1.0,1.8e19\n\
         function,1.0,,1.0,2.0,\"{{\"\"name\"\":\"\"f\"\",\"\"enter_bytes\"\":{},\"\"leave_bytes\"\":1}}\"\n",
        row(most),
        row(most + 1),
        row(u64::MAX),
        u64::MAX,
    );
    let (records, warnings) = read(csv.as_bytes()).expect("a trace");
    assert_eq!(
        (records.len(), warnings.of(WarningKind::Malformed).map(|warning| warning.count)),
        (1, Some(4))
    );
    let (mut reader, mut dat) = (Reader::new(csv.as_bytes(), "t.csv"), Vec::new());
    rprof_trace::convert(&mut reader, Format::Dat, &mut dat).expect("a trace");
    assert_eq!(read(&dat).expect("a trace").0, records);
}

/// Each conversion of a trace of mprof added a backslash before `$`.
#[test]
fn a_command_of_mprof_is_copied_as_it_is() {
    let dat = "CMDLINE sh -c 'echo $HOME \\$x'\nMEM 1.0 1795380798.146213\n";
    assert_eq!(String::from_utf8_lossy(&convert(dat.as_bytes(), Format::Dat)), dat);
    let csv = convert(dat.as_bytes(), Format::Csv);
    assert_eq!(String::from_utf8_lossy(&convert(&csv, Format::Dat)), dat);
}

/// Found by fuzzing: a header or a `.csv` with a time beyond the year 2255 was converted to lines that our own reader
/// refused.
#[test]
fn a_time_that_a_dat_cannot_hold_is_refused() {
    let dat = HEAD.replace("1795380798.0", "17953807980798.0");
    let (_, warnings) = read(dat.as_bytes()).expect("a trace");
    assert!(warnings.of(WarningKind::Malformed).is_some());
    let run = r#"run,,"{""format"":1,""start_s"":1795380798.0,""columns"":[]}""#;
    let csv = format!("record,time_s,detail,value_bytes\n{run}\ntree,8999999999,,5\ntree,1.5,,5\n");
    let (records, warnings) = read(csv.as_bytes()).expect("a trace");
    assert_eq!(
        (records.len(), warnings.of(WarningKind::OffClock).map(|warning| warning.count)),
        (2, Some(1))
    );
}
