//! The contract of `docs/format.md`: its examples are what the code writes and reads, and it lists every
//! record and key.

use rprof_trace::{
    Bytes, Cgroup, Column, End, Format, Header, OomKill, PeakParts, PssPeak, Record, Seconds, csv, dat,
};

use crate::support::{convert, every_record, job, read, write};

fn document() -> String {
    let path = format!("{}/../../docs/format.md", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).expect("docs/format.md")
}

/// The example of a format in the document.
fn example(format: &str) -> String {
    let document = document();
    let start = document.split_once(&format!("```{format}\n")).expect("an example").1;
    start.split_once("```").expect("its end").0.to_owned()
}

/// The names in backquotes in the first cell of each row of a table under a heading.
fn documented(heading: &str) -> Vec<String> {
    let document = document();
    let section = document.split(&format!("\n{heading}\n")).nth(1).expect(heading);
    let section = section.split("\n#").next().unwrap_or(section);
    let rows = section.lines().filter(|l| l.starts_with("| `"));
    let cells = rows.filter_map(|row| row.split('|').nth(1));
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[test]
fn the_dat_example_is_what_the_writer_writes() {
    let text = String::from_utf8(write(Format::Dat, &every_record())).expect("UTF-8");
    assert!(example("dat") == text, "the dat example of docs/format.md must read:\n{text}");
}

#[test]
fn the_examples_are_read_without_a_warning() {
    for format in ["dat", "csv"] {
        let (records, warnings) = read(example(format).as_bytes()).expect("a trace");
        assert!(warnings.is_empty(), "{warnings:?}");
        assert!(records.len() >= 11, "{format}");
    }
}

#[test]
fn the_csv_example_is_what_the_writer_writes() {
    let text = example("csv");
    let dat = convert(text.as_bytes(), Format::Dat);
    let written = String::from_utf8(convert(&dat, Format::Csv)).expect("UTF-8");
    assert!(text == written, "the csv example of docs/format.md must read:\n{written}");
}

#[test]
fn every_record_is_documented_and_in_the_examples() {
    let (dat_example, csv_example) = (example("dat"), example("csv"));
    let (in_dat, in_csv) = (documented("## `.dat`"), documented("## `.csv`"));
    for keyword in dat::KEYWORDS {
        assert!(in_dat.iter().any(|name| name == keyword), "{keyword} is not documented");
        assert!(
            dat_example.lines().any(|l| l.starts_with(&format!("{keyword} "))),
            "{keyword} has no example"
        );
    }
    for record in csv::RECORDS {
        assert!(in_csv.iter().any(|name| name == record), "{record} is not documented");
        assert!(csv_example.lines().any(|l| l.starts_with(&format!("{record},"))), "{record} has no example");
    }
}

#[test]
fn every_column_is_documented_with_its_unit() {
    let columns: Vec<String> = Column::ALL.map(|c| c.name().to_owned()).into();
    assert_eq!(documented("### Columns"), columns);
    let in_csv = documented("## `.csv`");
    for column in csv::columns() {
        assert!(in_csv.contains(&column), "{column} is not documented");
    }
}

#[test]
fn every_key_of_a_control_group_is_documented() {
    let records = every_record();
    let group = records.iter().find_map(|record| match record {
        Record::Cgroup(_, group) => Some(Cgroup::clone(group)),
        _ => None,
    });
    let group = group.expect("a group with all keys");
    let kill: OomKill = group.killed[0].clone();
    let mut names = documented("### Control group");
    for json in [serde_json::to_value(group), serde_json::to_value(kill)] {
        for key in json.expect("JSON").as_object().expect("an object").keys() {
            let at = names.iter().position(|name| name == key).unwrap_or_else(|| panic!("{key} is missing"));
            names.remove(at);
        }
    }
    assert!(names.is_empty(), "unknown keys: {names:?}");
}

#[test]
fn every_key_of_the_header_and_the_end_is_documented() {
    let all =
        PeakParts { rss_swap_bytes: Some(Bytes(1)), rss_swap_s: Some(Seconds(1.0)), ..PeakParts::default() };
    let header = Header { memory_limit_bytes: Some(Bytes(1)), job: Some(job()), ..Header::default() };
    let end = End {
        reason: Some(String::new()),
        limit_s: Some(Seconds(1.0)),
        hwm_exact: true,
        upper_once_bytes: Some(Bytes(0)),
        pss_peak: Some(PssPeak::default()),
        uncertainty_bytes: Some(Bytes(1)),
        parts: Some(all),
        unseen_processes: Some(0),
        ..End::default()
    };
    for (heading, json) in [
        ("### Header", serde_json::to_value(header)),
        ("### End", serde_json::to_value(end)),
        ("### Parts of the peak", serde_json::to_value(all)),
        ("### Job", serde_json::to_value(job())),
    ] {
        let json = json.expect("JSON");
        let mut keys: Vec<String> = json.as_object().expect("an object").keys().cloned().collect();
        let mut names = documented(heading);
        keys.sort();
        names.sort();
        assert_eq!(names, keys, "{heading}");
    }
}

/// Every keyword and record that the writer produces is in the lists.
#[test]
fn the_lists_of_records_are_complete() {
    let text = String::from_utf8(write(Format::Dat, &every_record())).expect("UTF-8");
    let mut keywords: Vec<&str> = text.lines().filter_map(|l| l.split(' ').next()).collect();
    keywords.sort_unstable();
    keywords.dedup();
    let mut listed = dat::KEYWORDS.to_vec();
    listed.sort_unstable();
    assert_eq!(keywords, listed);
    let text = String::from_utf8(write(Format::Csv, &every_record())).expect("UTF-8");
    for record in text.lines().skip(1).filter_map(|l| l.split(',').next()) {
        assert!(csv::RECORDS.contains(&record), "{record}");
    }
}
