//! `rprof plot -o FILE.html`: the page as a file. `make test-page` opens it in a browser.

use rprof_where::Writer;
use rprof_where::model::{Area, Event, EventKind, Header, Moment, Record, Run, Scan};

use crate::support::Place;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data");

fn page(place: &Place, arguments: &str) -> String {
    let done = place.run(&format!("plot {arguments} -o page.html"));
    assert_eq!(done.code, Some(0), "{arguments}: {}", done.stderr);
    std::fs::read_to_string(place.path("page.html")).unwrap()
}

/// The data that the page shows first.
fn head(page: &str) -> serde_json::Value {
    let data = page.split("id=\"data\">").nth(1).unwrap().split("</script>").next().unwrap();
    serde_json::from_str(data).unwrap()
}

#[test]
fn a_page_is_one_file_and_twice_the_same() {
    let place = Place::new();
    let one = page(&place, &format!("{DATA}/numpy_ex3.dat"));
    assert!(one.starts_with("<!doctype html>") && one.len() < 2_000_000, "{}", one.len());
    assert!(one.contains("default-src 'none'"));
    assert_eq!(
        page(&place, &format!("{DATA}/numpy_ex3.dat")),
        one,
        "the page of the same trace may replace it"
    );
    let other = place.run(&format!("plot {DATA}/numpy_ex1.dat -o page.html"));
    assert_eq!(other.code, Some(1));
    assert!(other.stderr.contains("is a figure of another trace"), "{}", other.stderr);
}

#[test]
fn options_of_a_figure_are_those_of_a_page() {
    let place = Place::new();
    let head = head(&page(&place, &format!("{DATA}/mprof_funcs.dat -w 1,2 --flame --theme dark -t x<y")));
    assert_eq!(head["window"], serde_json::json!([1.0, 2.0]));
    assert_eq!((head["spans"].as_str(), head["dark"].as_bool()), (Some("flame"), Some(true)));
    assert_eq!(head["title"], "x<y");
    let wrong = place.run(&format!("plot {DATA}/mprof_funcs.dat -w 5000,6000 -o page2.html"));
    assert_eq!(wrong.code, Some(1));
    assert!(wrong.stderr.contains("no samples between"), "{}", wrong.stderr);
}

#[test]
fn traces_are_compared_under_their_names() {
    let place = Place::new();
    let traces = format!("{DATA}/numpy_ex1.dat {DATA}/numpy_ex3.dat --label numpy_ex3=three");
    let head = head(&page(&place, &traces));
    let labels: Vec<_> = head["runs"].as_array().unwrap().iter().map(|run| run["label"].as_str()).collect();
    assert_eq!(labels.len(), 2);
    assert_eq!(labels[1], Some("three"));
    let error = place.run(&format!("compare {DATA}/numpy_ex1.dat {DATA}/numpy_ex3.dat -o x.html"));
    assert!(error.stderr.contains("use .svg, .pdf or .png"), "{}", error.stderr);
}

/// The stacks of a run with one look at its pages.
fn write_stacks(place: &Place, trace: &str) {
    let header =
        Header { writer: "test".into(), period: 1, kernel: true, page_size: 4096, huge_size: 2 << 20 };
    let mut writer = Writer::new(Vec::new(), &header);
    let (start, end) = (1 << 20, 3 << 20);
    let scan = Scan {
        rss: end - start,
        areas: vec![Area { start, end, name: "[heap]".into() }],
        runs: vec![Run { start, end, huge: false, file: false }],
    };
    let moment = Moment { processes: vec![(7, end - start)] };
    for kind in [EventKind::Scan(Box::new(scan)), EventKind::Moment(moment)] {
        writer.write(&Record::Event(Event { time: 1_500_000_000, pid: 7, kind }));
    }
    std::fs::write(place.path(&format!("{trace}.stacks")), writer.finish().unwrap()).unwrap();
}

#[test]
fn a_page_has_the_functions_of_a_run_with_stacks() {
    let place = Place::new();
    std::fs::copy(format!("{DATA}/numpy_ex3.dat"), place.path("t.dat")).unwrap();
    let block = "id=\"functions-0\">";
    assert!(!page(&place, "t.dat").contains(block));
    let missing = place.run("plot t.dat --view where -o x.html");
    assert_eq!(missing.code, Some(1));
    assert!(missing.stderr.contains("`rprof run --where`"), "{}", missing.stderr);
    write_stacks(&place, "t.dat");
    let with = page(&place, "t.dat --view where");
    assert!(with.contains(block));
    assert_eq!(head(&with)["view"], "where");
    // A file that is no stacks file is reported, and the rest of the page is made.
    std::fs::write(place.path("t.dat.stacks"), "no stacks").unwrap();
    let done = place.run("plot t.dat -o page.html");
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(done.stderr.contains("the page shows no functions"), "{}", done.stderr);
    let wrong = place.run("plot t.dat --view where -o page.html");
    assert_eq!(wrong.code, Some(1));
    assert!(wrong.stderr.contains("not a stacks file"), "{}", wrong.stderr);
}

/// `t.dat.stacks` of an older run was left beside a new `t.dat`, and its functions would be shown for the new run.
#[test]
fn the_stacks_of_a_replaced_trace_are_removed() {
    let place = Place::new();
    std::fs::copy(format!("{DATA}/numpy_ex3.dat"), place.path("t.dat")).unwrap();
    write_stacks(&place, "t.dat");
    let failed = place.run("run --force -o t.dat -- /nonexistent/program");
    assert_eq!(failed.code, Some(127), "{}", failed.stderr);
    assert!(place.path("t.dat.stacks").exists(), "the old trace is restored, with its stacks");
    let done = place.run("run --force -o t.dat -- true");
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(!place.path("t.dat.stacks").exists());
}
