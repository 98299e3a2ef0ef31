//! The result of `rprof check` in the form of each consumer: one file and one match arm for each form.
//! Text from traces is escaped by the rules of that form. Writes no file.

mod action_benchmark;
mod annotations;
mod bencher;
mod json;
mod junit;
mod markdown;
mod words;

use std::collections::BTreeMap;

use rprof_findings::baseline::{Change, Comparison};
use rprof_findings::budget::{Finding, Quantity, Verdict};
use rprof_trace::{Bytes, Metric, Seconds, visible};

/// A form of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A line for each verdict.
    Text,
    /// Our own JSON.
    Json,
    /// JUnit XML.
    Junit,
    /// A Markdown table.
    Markdown,
    /// Workflow commands of GitHub Actions.
    Annotations,
    /// The custom JSON of github-action-benchmark.
    ActionBenchmark,
    /// The Bencher Metric Format.
    Bencher,
}

/// One run and the findings about it.
#[derive(Debug, Clone)]
pub struct CheckedRun {
    /// The file of its trace.
    pub file: String,
    /// The name of the run: given, or the command.
    pub name: String,
    pub metric: Metric,
    pub peak: Bytes,
    /// Upper bound of the peak.
    pub upper: Option<Bytes>,
    pub elapsed: Seconds,
    /// Start, in seconds since 1970.
    pub start_s: Option<f64>,
    pub host: Option<String>,
    pub findings: Vec<Finding>,
}

/// The runs of one name against a baseline.
#[derive(Debug, Clone)]
pub struct ComparedRuns {
    pub name: String,
    /// The file of the baseline.
    pub file: String,
    pub metric: Metric,
    pub comparison: Comparison,
}

/// All results of a check.
#[derive(Debug, Clone, Default)]
pub struct Report {
    pub runs: Vec<CheckedRun>,
    pub comparisons: Vec<ComparedRuns>,
    /// Unproven and undecided limits fail.
    pub strict: bool,
}

/// One verdict in words.
#[derive(Debug, Clone)]
struct Line {
    verdict: Verdict,
    fails: bool,
    /// True for a baseline that is far above the new runs.
    fell: bool,
    /// The name of the runs.
    name: String,
    /// The file of the run, or of the baseline.
    file: String,
    /// The limit: `max-peak 500MB`.
    limit: String,
    /// The verdict in a sentence, with names as `quote` shows them.
    sentence: String,
    elapsed: Seconds,
}

/// The peaks of all runs of one name, or of a span in them, in bytes.
#[derive(Debug)]
struct Measure {
    metric: Metric,
    peaks: Vec<f64>,
    /// The upper bound of each; `None` if it is not known.
    uppers: Vec<Option<f64>>,
}

impl Report {
    /// True if the check fails.
    pub fn fails(&self) -> bool {
        self.lines(plain).iter().any(|line| line.fails)
    }

    /// The report in a form, as complete text.
    pub fn render(&self, form: Form) -> String {
        match form {
            Form::Text => self.lines(plain).iter().map(text).collect(),
            Form::Json => json::render(self),
            Form::Junit => junit::render(self),
            Form::Markdown => markdown::render(self),
            Form::Annotations => annotations::render(self),
            Form::ActionBenchmark => action_benchmark::render(self),
            Form::Bencher => bencher::render(self),
        }
    }

    /// All verdicts in words. `quote` shows a name from outside.
    fn lines(&self, quote: fn(&str) -> String) -> Vec<Line> {
        let of_run = |run: &CheckedRun| -> Vec<Line> {
            let line = |finding: &Finding| Line {
                verdict: finding.verdict,
                fails: finding.verdict.fails(self.strict),
                fell: false,
                name: run.name.clone(),
                file: run.file.clone(),
                limit: words::limit(&finding.limit, quote),
                sentence: words::sentence(finding, run.metric, quote),
                elapsed: run.elapsed,
            };
            run.findings.iter().map(line).collect()
        };
        let of_baseline = |runs: &ComparedRuns| {
            let rose = runs.comparison.change == Change::Rose;
            Line {
                verdict: if rose { Verdict::Beyond } else { Verdict::Within },
                fails: rose,
                fell: runs.comparison.change == Change::Fell,
                name: runs.name.clone(),
                file: runs.file.clone(),
                limit: format!("baseline + {}", words::percent(runs.comparison.tolerance)),
                sentence: words::comparison(runs),
                elapsed: Seconds(0.0),
            }
        };
        let budgets = self.runs.iter().flat_map(of_run);
        budgets.chain(self.comparisons.iter().map(of_baseline)).collect()
    }

    /// The peaks by the names of the runs, and of the spans that have a limit: for tools that keep a history.
    fn measures(&self) -> BTreeMap<String, Measure> {
        let mut measures: BTreeMap<String, Measure> = BTreeMap::new();
        let mut add = |name: String, metric: Metric, peak: f64, upper: Option<f64>| {
            let empty = || Measure { metric, peaks: Vec::new(), uppers: Vec::new() };
            let measure = measures.entry(name).or_insert_with(empty);
            measure.peaks.push(peak);
            measure.uppers.push(upper.map(|upper| upper.max(peak)));
        };
        for run in &self.runs {
            let upper = run.upper.map(|upper| upper.0 as f64);
            add(run.name.clone(), run.metric, run.peak.0 as f64, upper);
            for finding in &run.findings {
                if let (Quantity::Span(span), Some(peak)) = (&finding.limit.quantity, finding.low) {
                    add(format!("{}: span {span}", run.name), run.metric, peak, finding.high);
                }
            }
        }
        measures
    }
}

/// The findings about one run in words, each with the mark of failure: for the end of `rprof run`.
pub fn sentences(findings: &[Finding], metric: Metric, strict: bool) -> Vec<(bool, String)> {
    let line = |finding: &Finding| {
        let sentence = words::sentence(finding, metric, plain);
        (finding.verdict.fails(strict), format!("{}: {sentence}", words::verdict(finding.verdict)))
    };
    findings.iter().map(line).collect()
}

fn text(line: &Line) -> String {
    // A verdict first: a line must not begin with a name, which could be a command of the CI server.
    let subject = if line.limit.starts_with("baseline") { &line.name } else { &line.file };
    format!("{}: {}: {}\n", words::verdict(line.verdict), plain(subject), line.sentence)
}

/// A number for JSON: bytes are whole, and a rate is not.
fn number(value: f64) -> serde_json::Value {
    /// Beyond it a number of 64 bits has no room for every whole number.
    const WHOLE: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() < WHOLE { (value as i64).into() } else { value.into() }
}

/// A name in a message.
fn plain(name: &str) -> String {
    format!("`{}`", visible(name))
}

#[cfg(test)]
mod tests {
    use rprof_findings::baseline::Entry;
    use rprof_findings::budget::{Limit, Place};

    use super::*;

    const MIB: f64 = 1_048_576.0;

    fn finding(verdict: Verdict, quantity: Quantity, low: Option<f64>, high: Option<f64>) -> Finding {
        let limit = Limit { quantity, most: 100.0 * MIB, typed: "100MiB".to_owned() };
        let place = Place {
            time: Seconds(0.82),
            process: Some("812:]]>&\"<\u{1b}[31m|`x".to_owned()),
            process_peak: Some(Bytes(90 << 20)),
            ..Place::default()
        };
        Finding { limit, verdict, value: low, low, high, place: Some(place) }
    }

    /// Runs with names that are hostile to every form, and each verdict.
    pub fn hostile() -> Report {
        let name = "::error::a%|`b`\n\u{1b}[31m<img src=x>@team ##[x] ]]>&\"'\u{fffe}";
        let span = Quantity::Span("s|`@team`\n::stop".to_owned());
        let findings = vec![
            finding(Verdict::Beyond, Quantity::Peak, Some(128.0 * MIB), None),
            finding(Verdict::Unproven, span.clone(), Some(60.0 * MIB), Some(160.0 * MIB)),
            finding(Verdict::Undecided, Quantity::Growth, None, None),
            finding(Verdict::Within, span, Some(60.0 * MIB), Some(60.0 * MIB)),
        ];
        let run = CheckedRun {
            file: format!("{name}.dat"),
            name: name.to_owned(),
            metric: Metric::Rss,
            peak: Bytes(128 << 20),
            upper: None,
            elapsed: Seconds(1.25),
            start_s: Some(1_795_380_798.5),
            host: Some("a&b".to_owned()),
            findings,
        };
        let entry = Entry { metric: Metric::Rss, peak_bytes: vec![Bytes(100 << 20), Bytes(101 << 20)] };
        let comparison = entry.compare(&[Bytes(128 << 20)], 0.05).expect("runs");
        let compared = ComparedRuns {
            name: name.to_owned(),
            file: "mem.json".to_owned(),
            metric: Metric::Rss,
            comparison,
        };
        Report { runs: vec![run], comparisons: vec![compared], strict: false }
    }

    #[test]
    fn each_verdict_is_one_line_that_begins_with_the_verdict() {
        let text = hostile().render(Form::Text);
        let begins: Vec<&str> = text.lines().map(|line| line.split(':').next().unwrap_or("")).collect();
        assert_eq!(begins, ["beyond", "not proven", "undecided", "within", "beyond"], "{text}");
        assert!(text.chars().all(|c| c == '\n' || !rprof_trace::is_hidden(c)), "{text:?}");
    }

    #[test]
    fn strict_fails_where_nothing_is_proven() {
        let mut report = hostile();
        report.comparisons.clear();
        report.runs[0].findings.remove(0);
        assert!(!report.fails());
        report.strict = true;
        assert!(report.fails());
    }
}
