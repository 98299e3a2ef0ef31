//! Annotations of GitHub Actions: workflow commands, one line each, escaped by the rules of its toolkit.

use rprof_findings::budget::Verdict;
use rprof_trace::visible;

use super::{Line, Report, plain};

/// One command for each verdict that needs attention.
pub fn render(report: &Report) -> String {
    report.lines(plain).iter().filter_map(command).collect()
}

fn command(line: &Line) -> Option<String> {
    let (level, title) = match line.verdict {
        _ if line.fails => ("error", "memory limit exceeded"),
        Verdict::Unproven => ("warning", "memory limit not proven"),
        Verdict::Undecided => ("warning", "memory limit not decided"),
        _ if line.fell => ("notice", "memory fell: update the baseline"),
        _ => return None,
    };
    let message = format!("{} ({}): {}", plain(&line.name), plain(&line.file), line.sentence);
    Some(format!("::{level} title={}::{}\n", property(&format!("rprof: {title}")), data(&message)))
}

fn data(text: &str) -> String {
    visible(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check_report::tests::hostile;

    #[test]
    fn a_name_cannot_add_a_command() {
        let text = render(&hostile());
        let levels: Vec<&str> = text.lines().map(|line| line.split(' ').next().unwrap_or("")).collect();
        assert_eq!(levels, ["::error", "::warning", "::warning", "::error"], "{text}");
        let first = text.lines().next().unwrap_or("");
        assert!(first.starts_with("::error title=rprof%3A memory limit exceeded::`::error::a%25"), "{first}");
    }
}
