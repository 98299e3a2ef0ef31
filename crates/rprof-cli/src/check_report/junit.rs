//! JUnit XML: a test case for each limit. Valid by the schema of Apache Ant (windyroad/JUnit-Schema) and by that of the
//! Jenkins plugin xUnit (junit-10), which differ in the order of elements and in what is required.

use jiff::Timestamp;
use rprof_findings::budget::Verdict;
use rprof_trace::visible;

use super::{Line, Report, plain, text};

pub fn render(report: &Report) -> String {
    let lines = report.lines(plain);
    let failures = lines.iter().filter(|line| line.fails).count();
    let skipped = lines.iter().filter(|line| is_skipped(line)).count();
    let time: f64 = report.runs.iter().map(|run| run.elapsed.0).sum();
    let start = report.runs.iter().filter_map(|run| run.start_s).reduce(f64::min);
    let host = report.runs.iter().find_map(|run| run.host.as_deref().filter(|host| !host.is_empty()));
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    xml += &format!(
        "  <testsuite name=\"rprof check\" package=\"rprof\" id=\"0\" tests=\"{}\" failures=\"{failures}\" \
         errors=\"0\" skipped=\"{skipped}\" time=\"{}\" timestamp=\"{}\" hostname=\"{}\">\n    <properties/>\n",
        lines.len(),
        seconds(time),
        timestamp(start.unwrap_or(0.0)),
        escaped(host.unwrap_or("localhost")),
    );
    lines.iter().for_each(|line| xml += &case(line));
    let all: String = lines.iter().map(text).collect();
    xml += &format!("    <system-out>{}</system-out>\n    <system-err></system-err>\n", lines_escaped(&all));
    xml + "  </testsuite>\n</testsuites>\n"
}

fn case(line: &Line) -> String {
    let name = escaped(&format!("{}, {}", line.limit, line.file));
    let class = escaped(if line.name.trim().is_empty() { "rprof" } else { &line.name });
    let begin =
        format!("    <testcase name=\"{name}\" classname=\"{class}\" time=\"{}\"", seconds(line.elapsed.0));
    let message = escaped(&line.sentence);
    if line.fails {
        format!(
            "{begin}>\n      <failure message=\"{message}\" type=\"beyond\">{message}</failure>\n    </testcase>\n"
        )
    } else if is_skipped(line) {
        format!("{begin}>\n      <skipped message=\"{message}\"/>\n    </testcase>\n")
    } else {
        format!("{begin}/>\n")
    }
}

/// A limit without a verdict is a test that did not run.
fn is_skipped(line: &Line) -> bool {
    line.verdict == Verdict::Undecided && !line.fails
}

/// Seconds without an exponent and without a sign.
fn seconds(time: f64) -> String {
    format!("{:.3}", if time.is_finite() { time.max(0.0) } else { 0.0 })
}

/// Text of one line. XML 1.0 has no form for most control characters, so they are shown as escapes.
fn escaped(text: &str) -> String {
    let mut xml = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => xml += "&amp;",
            '<' => xml += "&lt;",
            // `]]>` must not stand in a text.
            '>' => xml += "&gt;",
            '"' => xml += "&quot;",
            c => xml.push(c),
        }
    }
    xml
}

fn lines_escaped(text: &str) -> String {
    text.lines().map(|line| escaped(line) + "\n").collect()
}

/// A time without a zone, as the schema of Ant demands.
fn timestamp(start_s: f64) -> String {
    let micros = (start_s * 1e6) as i64;
    let start = Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH);
    start.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check_report::tests::hostile;

    #[test]
    fn hostile_names_leave_the_xml_well_formed() {
        let xml = render(&hostile());
        assert!(xml.chars().all(|c| c == '\n' || !rprof_trace::is_hidden(c)), "{xml:?}");
        assert!(!xml.contains("<img") && !xml.contains("]]>"), "{xml}");
        assert_eq!((xml.matches("<testcase ").count(), xml.matches("<failure ").count()), (5, 2));
        assert!(
            xml.contains("tests=\"5\" failures=\"2\" errors=\"0\" skipped=\"1\" time=\"1.250\""),
            "{xml}"
        );
        assert!(xml.contains("timestamp=\"2026-11-22T20:53:18\" hostname=\"a&amp;b\""), "{xml}");
    }
}
