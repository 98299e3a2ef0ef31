//! A section of a long trace, read through the index, has the same content as in the whole trace.

use std::fs;
use std::path::{Path, PathBuf};

use rprof_trace::{
    Bytes, DatWriter, End, Indexer, Keep, PeakParts, Profile, ProfileOptions, Proven, Record, Seconds, Tick,
    Warnings, fold, read_profiles,
};
use tempfile::TempDir;

use crate::support::{header, memory, recorded, sample, tick};

const TICKS: u64 = 60_000;

/// A long run of two processes with a spike in each tenth of it. `others` are lines of other writers, each with the
/// tick before which it is written.
fn write(others: &[(u64, &str)]) -> Vec<u8> {
    write_of(2, others)
}

fn write_of(processes: u64, others: &[(u64, &str)]) -> Vec<u8> {
    let (mut writer, mut index, mut file) = (DatWriter::new(), Indexer::default(), Vec::new());
    let mut put = |record: &Record<'_>, file: &mut Vec<u8>| {
        let before = file.len();
        index.add(record);
        writer.write(record, file);
        if index.wrote((file.len() - before) as u64) {
            index.cut(file.len() as u64);
            writer.forget();
        }
    };
    put(&Record::Header(Box::new(header(&[b"x"]))), &mut file);
    // With one process there are half as many lines.
    let ticks = if processes > 1 { TICKS } else { 2 * TICKS };
    for number in 0..ticks {
        for (_, line) in others.iter().filter(|(at, _)| *at == number) {
            file.extend_from_slice(line.as_bytes());
        }
        let time = number as f64 / 1e3;
        let spike = if number % (TICKS / 10) == 777 { (1 << 30) + (number << 10) } else { 0 };
        let rss = (1 << 20) + number % 1000 * 4096 + spike;
        if number == 8_077 {
            let within = (Seconds(time - 1e-3), Seconds(time));
            put(&Record::Proven(Proven { time: Seconds(time), within, value: Bytes(1 << 40) }), &mut file);
        }
        if processes > 1 {
            put(&sample("7:still", time, 1 << 20), &mut file);
            put(&sample("8:busy", time, rss), &mut file);
        }
        put(&tick(time, rss + (1 << 20)), &mut file);
    }
    let length = file.len() as u64;
    let index = index.finish(length).expect("long enough");
    let end = End {
        elapsed_s: Seconds(ticks as f64 / 1e3),
        ticks,
        processes,
        hwm_bytes: Some(Bytes(1 << 40)),
        upper_bytes: Some(Bytes(1 << 41)),
        parts: Some(PeakParts {
            time_s: Seconds(8.077),
            largest: memory(1 << 30, 4096),
            ..PeakParts::default()
        }),
        ..End::default()
    };
    writer.write(&Record::Index(Box::new(index)), &mut file);
    writer.write(&Record::End(Box::new(end)), &mut file);
    file
}

fn options(from: f64, to: f64) -> ProfileOptions {
    let window = Some((Seconds(from), Seconds(to)));
    ProfileOptions { window, processes: Keep::Largest(9), ..ProfileOptions::default() }
}

struct Trace(TempDir);

impl Trace {
    fn new(content: &[u8]) -> Self {
        let place = tempfile::tempdir().expect("a place");
        fs::write(place.path().join("t.dat"), content).expect("room");
        Self(place)
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("t.dat")
    }
}

fn part(path: &Path, options: &ProfileOptions) -> (Vec<Profile>, Warnings) {
    read_profiles(path, options).expect("a trace")
}

fn whole(content: &[u8], options: &ProfileOptions) -> (Vec<Profile>, Warnings) {
    fold(|| Ok(rprof_trace::Reader::new(content, "t.dat")), options).expect("a trace")
}

/// The content of a figure of the window: beyond its edges, only the direction of the lines counts. The peak of a
/// process is that of the sections that were read.
fn shown(mut profile: Profile, (from, to): (f64, f64)) -> Profile {
    for process in &mut profile.processes {
        (process.peak, process.peak_time) = Default::default();
        process.curve.iter_mut().for_each(|point| point.time.0 = point.time.0.clamp(from - 1e-3, to + 1e-3));
    }
    profile
}

#[test]
fn a_window_shows_the_same_as_the_whole_trace() {
    let content = write(&[]);
    let trace = Trace::new(&content);
    for (from, to) in
        [(30.0, 31.0), (0.0, 0.5), (59.5, 80.0), (-5.0, -1.0), (13.3, 13.3), (8.0, 9.0), (1.0, 45.0)]
    {
        let (mut read, _) = part(&trace.path(), &options(from, to));
        let (mut wanted, _) = whole(&content, &options(from, to));
        assert_eq!(shown(read.remove(0), (from, to)), shown(wanted.remove(0), (from, to)), "{from} to {to}");
    }
}

/// Sections outside a window are not read: damage there causes no warning.
#[test]
fn a_window_is_read_without_the_rest_of_the_trace() {
    let mut content = write(&[]);
    let middle = content.len() / 2;
    content[middle..middle + 999].fill(b'x');
    let trace = Trace::new(&content);
    assert!(part(&trace.path(), &options(55.0, 56.0)).1.is_empty());
    assert!(
        !part(&trace.path(), &options(30.0, 31.0)).1.is_empty(),
        "damage inside the window causes a warning"
    );
}

/// A span may begin and end in any section. Its peak is the largest value in all of them.
#[test]
fn spans_marks_and_notes_of_other_writers_are_all_found() {
    let others = [
        (10_000, "SPAN begin 8.8.1 1795380808.146213 outer\n"),
        (20_000, "MARK 1795380818.146213 there\n"),
        (21_000, "NOTE key value\n"),
        (40_000, "SPAN end 8.8.1 1795380838.146213\n"),
    ];
    let content = write(&others);
    let trace = Trace::new(&content);
    for (from, to) in [(50.0, 51.0), (30.0, 31.0)] {
        let (mut read, _) = part(&trace.path(), &options(from, to));
        let (mut wanted, _) = whole(&content, &options(from, to));
        let (mut read, mut wanted) = (shown(read.remove(0), (from, to)), shown(wanted.remove(0), (from, to)));
        // The bounds of skipped ticks are unknown: the run's own bound remains.
        let upper = read.spans[0].peak_upper.take();
        let exact = wanted.spans[0].peak_upper.take();
        assert_eq!(upper, if from > 40.0 { Some(Bytes(1 << 41)) } else { exact });
        assert_eq!((&read.spans, &read.marks, &read.notes), (&wanted.spans, &wanted.marks, &wanted.notes));
        assert_eq!((read.spans.len(), read.marks.len(), read.notes.len()), (1, 1, 1));
        assert_eq!(read, wanted);
    }
}

/// An index is used only in the file that it was made for.
#[test]
fn an_index_of_another_file_is_not_used() {
    let content = write(&[]);
    let short = {
        let mut short = Vec::new();
        let mut writer = DatWriter::new();
        writer.write(&Record::Header(Box::new(header(&[b"y"]))), &mut short);
        writer.write(&recorded(Tick { value: Bytes(5), ..Tick::default() }), &mut short);
        short
    };
    let at_end = content.len() - 1 - content.iter().rev().skip(1).position(|b| *b == b'\n').expect("a line");
    for (joined, runs) in [
        ([&short[..], &content].concat(), 2),
        ([&content[..], &content].concat(), 2),
        ([&content[..], &short].concat(), 2),
        (content[..at_end].to_vec(), 1),
        (content[..content.len() / 2].to_vec(), 1),
    ] {
        let trace = Trace::new(&joined);
        let (read, _) = part(&trace.path(), &options(30.0, 31.0));
        assert_eq!(read.len(), runs);
        assert_eq!(read, whole(&joined, &options(30.0, 31.0)).0);
    }
}

/// The index has the peak of a run with one process. With several processes the whole trace is read.
#[test]
fn the_peak_of_one_process_is_read_from_the_index() {
    let span =
        [(8_000, "SPAN begin 8.8.1 1795380806.146213 f\n"), (8_500, "SPAN end 8.8.1 1795380806.646213\n")];
    let options = ProfileOptions { curves: false, processes: Keep::Peaks, ..ProfileOptions::default() };
    for (processes, reads_all) in [(1, false), (2, true)] {
        let mut content = write_of(processes, &span);
        let (mut wanted, _) = whole(&content, &options);
        let wanted = wanted.remove(0);
        let near_end = content.len() * 9 / 10;
        content[near_end..near_end + 99].fill(b'x');
        let trace = Trace::new(&content);
        let (mut read, warnings) = part(&trace.path(), &options);
        let read = read.remove(0);
        assert_eq!(!warnings.is_empty(), reads_all);
        assert_eq!(
            (read.peak, read.hwm, read.process_count),
            (wanted.peak, wanted.hwm, wanted.process_count)
        );
        assert_eq!((&read.spans, read.spans.len()), (&wanted.spans, 1));
        assert!(read.ends.is_some() && read.ends == wanted.ends);
        assert!(reads_all || read.samples == wanted.samples);
    }
}

type Forgery = Box<dyn Fn(&mut serde_json::Value)>;

/// Replaces the index at the end of a trace by a forged one.
fn forged(content: &[u8], forge: impl Fn(&mut serde_json::Value)) -> Vec<u8> {
    let text = std::str::from_utf8(content).expect("text");
    let (before, rest) = text.split_once("\nINDEX ").expect("an index");
    let (index, end) = rest.split_once('\n').expect("an end");
    let mut index = serde_json::from_str(index).expect("JSON");
    forge(&mut index);
    format!("{before}\nINDEX {index}\n{end}").into_bytes()
}

/// A child appended an index of its own. `peak` printed its 0 or 1 PiB beside `"exact":true`.
#[test]
fn a_forged_index_is_noticed_and_the_trace_read_in_full() {
    let content = write_of(1, &[]);
    let options = ProfileOptions { curves: false, processes: Keep::Peaks, ..ProfileOptions::default() };
    let (wanted, _) = whole(&content, &options);
    assert!(wanted[0].contradictions.is_empty());
    let set = |key: &'static str, value: serde_json::Value| {
        move |index: &mut serde_json::Value| {
            index["parts"]
                .as_array_mut()
                .expect("sections")
                .iter_mut()
                .for_each(|part| part[key] = value.clone());
        }
    };
    let forgeries: [Forgery; 3] = [
        Box::new(set("peak_bytes", 1.into())),
        Box::new(set("peak_bytes", u64::MAX.into())),
        Box::new(|index| index["parts"][1]["at"] = (1_u64 << 60).into()),
    ];
    for forge in &forgeries {
        let trace = Trace::new(&forged(&content, forge));
        let (read, _) = part(&trace.path(), &options);
        assert_eq!(read[0].peak, wanted[0].peak);
    }
    let trace = Trace::new(&forged(&content, &forgeries[0]));
    let (read, _) = part(&trace.path(), &options);
    let [contradiction] = read[0].contradictions[..] else { panic!("{:?}", read[0].contradictions) };
    assert!(contradiction.to_string().starts_with("the INDEX record names a peak of 1 B"), "{contradiction}");
    // The index is not used, and nothing else contradicts the end.
    assert!(read[0].trusted_end().is_some());
    // Times outside the run, and another end behind the index.
    let times = Trace::new(&forged(&content, set("peak_s", 1e300.into())));
    assert_eq!(part(&times.path(), &options).0[0].peak, wanted[0].peak);
    let last = content[..content.len() - 1].iter().rposition(|b| *b == b'\n').expect("lines") + 1;
    let twice = [&forged(&content, &forgeries[1])[..], &content[last..]].concat();
    let (read, _) = part(&Trace::new(&twice).path(), &options);
    assert_eq!(read[0].peak.map(|peak| peak.value), wanted[0].peak.map(|peak| peak.value));
    assert!(read[0].trusted_end().is_none());
}

/// A child appended ticks of its own.
#[test]
fn forged_ticks_contradict_the_end() {
    let options = ProfileOptions { curves: false, processes: Keep::Peaks, ..ProfileOptions::default() };
    for (line, says) in [
        ("MEM 5.0 1795380799.0\n", "counts 120000"),
        ("MEM 1073741824.0 1795380799.0 ^ 0.1 0.2\n", "above the bound of 2.00 TiB"),
    ] {
        let content = write_of(1, &[(900, line)]);
        let (read, _) = part(&Trace::new(&content).path(), &options);
        assert_eq!(read, whole(&content, &options).0);
        let found: Vec<String> = read[0].contradictions.iter().map(ToString::to_string).collect();
        assert!(found.iter().any(|found| found.contains(says)), "{found:?}");
        assert!(!read[0].is_exact() && read[0].peak.expect("ticks").upper.is_none());
    }
}
