//! `rprof plot -o FILE.html`: the page as a file. `make test-page` opens it in a browser.

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
