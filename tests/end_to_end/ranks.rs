//! The ranks of a job beside each other: `rprof plot --by`, `--sum` and `rprof compare --by`, on traces of known sums.

use rprof_trace::{
    Bytes, Column, DatWriter, End, Header, Job, Memory, Metric, Part, Record, Seconds, Tick, columns,
};
use serde_json::Value;

use crate::support::{MIB, Place};

const START: f64 = 1_795_374_798.0;

/// Writes the trace of a rank: ten seconds, of which `size` MiB are held from second 2 to second 8.
fn write(place: &Place, rank: u32, host: &str, start: f64, size: u64) {
    let job = Job { launcher: "Slurm".to_owned(), rank: Some(rank), ranks: Some(4), ..Job::default() };
    let header = Header {
        format: 1,
        writer: "rprof 0.1.0".to_owned(),
        start_s: START + start,
        host: host.to_owned(),
        interval_s: Seconds(0.1),
        tree: true,
        job: Some(job),
        columns: columns(Metric::Rss, &[Column::Processes]),
        ..Header::default()
    };
    let (mut writer, mut text) = (DatWriter::new(), Vec::new());
    writer.write(&Record::Header(Box::new(header)), &mut text);
    writer.write(&Record::Command("solve"), &mut text);
    for number in 0..100 {
        let value = Bytes(if (20..80).contains(&number) { size * MIB } else { MIB });
        let time = Seconds(f64::from(number) / 10.0);
        let memory = Memory::from([(Part::Rss, value)]);
        writer.write(
            &Record::Tick(&Tick { time, value, memory, processes: Some(1), ..Tick::default() }),
            &mut text,
        );
    }
    let end = End {
        elapsed_s: Seconds(10.0),
        exit_code: Some(0),
        upper_bytes: Some(Bytes(size * MIB)),
        hwm_bytes: Some(Bytes(size * MIB)),
        exact: true,
        ticks: 100,
        processes: 1,
        ..End::default()
    };
    writer.write(&Record::End(Box::new(end)), &mut text);
    std::fs::write(place.path(&format!("trace-{rank}.dat")), text).unwrap();
}

/// Four ranks on two hosts. The clock of `n2` is 100 s ahead.
fn job() -> Place {
    let place = Place::new();
    write(&place, 0, "n1", 0.0, 100);
    write(&place, 1, "n1", 0.1, 100);
    write(&place, 2, "n2", 100.0, 100);
    write(&place, 3, "n2", 100.1, 500);
    place
}

fn json(place: &Place, by: &str) -> Value {
    let done = place.run(&format!("compare --by {by} --json trace-*.dat"));
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    serde_json::from_str(&done.stdout).unwrap()
}

#[test]
fn the_heaviest_rank_and_the_imbalance_are_named() {
    let place = job();
    let done = place.run("compare --by rank trace-*.dat");
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let first = done.stdout.lines().nth(1).unwrap();
    assert!(first.trim_start().starts_with("3  n2    trace-3.dat  500.0 MiB"), "{}", done.stdout);
    for part in [
        "sum of 4 ranks on 2 hosts: peak 800.0 MiB",
        "heaviest: rank 3 on n2 with 500.0 MiB, 2.50 times the mean of 200.0 MiB",
        "heaviest host: n2 with 600.0 MiB, 1.50 times the mean of 2 hosts",
        "that of n2 is about 1 min 40 s ahead and is corrected; starts lie within 0.10 s",
    ] {
        assert!(done.stdout.contains(part), "{part}: {}", done.stdout);
    }
    let hosts = place.run("compare --by host trace-*.dat");
    assert!(
        hosts.stdout.lines().nth(1).unwrap().starts_with("n2        2        600.0 MiB"),
        "{}",
        hosts.stdout
    );
}

#[test]
fn the_json_has_all_ranks_and_sums() {
    let place = job();
    let all = json(&place, "rank");
    assert_eq!(all["ranks"].as_array().unwrap().len(), 4);
    assert_eq!(all["ranks"][3]["peak_bytes"], 500 * MIB);
    assert_eq!(all["sum"]["most_bytes"], 800 * MIB);
    assert_eq!(all["sum"]["upper_bytes"], 800 * MIB);
    assert_eq!(all["hosts"][1]["sum"]["peak_bytes"], 600 * MIB);
    assert_eq!(all["imbalance"]["ranks"]["heaviest"], "trace-3.dat");
    assert!((all["hosts"][1]["clock_ahead_s"].as_f64().unwrap() - 100.0).abs() < 0.2, "{all}");
    // Every key is documented.
    let page =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/clusters.md")).unwrap();
    let mut keys = Vec::new();
    collect(&all, &mut keys);
    for key in keys {
        assert!(page.contains(&format!("`{key}`")), "docs/clusters.md does not have `{key}`");
    }
}

fn collect(value: &Value, keys: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| {
            keys.push(key.clone());
            collect(value, keys);
        }),
        Value::Array(values) => values.iter().for_each(|value| collect(value, keys)),
        _ => {}
    }
}

#[test]
fn a_figure_shows_the_sum_and_the_heaviest() {
    let place = job();
    let done = place.run("plot trace-*.dat --by host --sum -o f.svg");
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(done.stderr.contains("heaviest: rank 3 on n2"), "{}", done.stderr);
    let svg = std::fs::read_to_string(place.path("f.svg")).unwrap();
    let document = roxmltree::Document::parse(&svg).unwrap();
    let texts: Vec<&str> = document.descendants().filter_map(|node| node.text()).collect();
    for text in ["4 ranks on 2 hosts", "sum of 4 ranks", "n2, 2 ranks", "n1, 2 ranks"] {
        assert!(texts.contains(&text), "{text}: {texts:?}");
    }
    let ranks = place.run("plot trace-*.dat --by rank -o r.svg");
    assert_eq!(ranks.code, Some(0), "{}", ranks.stderr);
    let svg = std::fs::read_to_string(place.path("r.svg")).unwrap();
    assert!(svg.contains("rank 3 on n2") && !svg.contains("sum of 4 ranks"));
    // On the clock of n1.
    assert!(svg.contains("500.0 MiB at 2.10 s"), "the clock of n2 is not corrected");
}

#[test]
fn a_rank_that_is_missing_is_named() {
    let place = job();
    std::fs::remove_file(place.path("trace-2.dat")).unwrap();
    let done = place.run("compare --by rank trace-*.dat");
    assert!(done.stdout.contains("3 of 4 ranks have a trace here"), "{}", done.stdout);
}

/// The shell does not expand a pattern in quotes, and neither do the words of this test.
#[test]
fn a_pattern_names_traces() {
    let place = job();
    let done = place.run("peak trace-[01].dat");
    assert_eq!(done.stdout.lines().filter(|line| line.starts_with("trace-")).count(), 2, "{}", done.stdout);
    let none = place.run("peak nothing-*.dat");
    assert_eq!(none.code, Some(1));
    assert!(none.stderr.contains("no file matches the pattern `nothing-*.dat`"), "{}", none.stderr);
}

#[test]
fn traces_without_ranks_are_added_too() {
    let place = Place::new();
    for name in ["a.dat", "b.dat"] {
        assert_eq!(place.run(&format!("run -q -o {name} sleep 0.2")).code, Some(0));
    }
    let done = place.run("compare --by rank a.dat b.dat");
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(done.stdout.contains("sum of 2 ranks on 1 host"), "{}", done.stdout);
    let empty = place.run("compare --by rank");
    assert_eq!(empty.code, Some(2), "{}", empty.stderr);
}

#[test]
fn a_trace_that_cannot_be_read_is_an_error() {
    let place = job();
    std::fs::write(place.path("trace-4.dat"), "no trace").unwrap();
    let done = place.run("compare --by rank trace-*.dat");
    assert_eq!(done.code, Some(1));
    assert!(done.stderr.contains("trace-4.dat"), "{}", done.stderr);
}
