//! Our own JSON: an object with the verdict, and an array of findings. `docs/ci.md` lists the keys.

use rprof_findings::baseline::Change;
use rprof_findings::budget::{Finding, Quantity, Verdict};
use serde_json::{Value, json};

use super::{CheckedRun, ComparedRuns, Report, number, plain, words};
use crate::output;

pub fn render(report: &Report) -> String {
    let findings = report.runs.iter().flat_map(|run| run.findings.iter().map(move |finding| (run, finding)));
    let findings = findings.map(|(run, finding)| of_run(run, finding, report.strict));
    let all: Vec<Value> = findings.chain(report.comparisons.iter().map(of_baseline)).collect();
    output::json_text(&json!({ "fails": report.fails(), "strict": report.strict, "findings": all }))
}

fn of_run(run: &CheckedRun, finding: &Finding, strict: bool) -> Value {
    let (limit, unit) = match &finding.limit.quantity {
        Quantity::Peak => ("max-peak", "bytes"),
        Quantity::Growth => ("max-growth", "bytes_per_second"),
        Quantity::Span(_) => ("max-span", "bytes"),
        Quantity::Function(_) => ("max-function", "bytes"),
    };
    let (span, function) = match &finding.limit.quantity {
        Quantity::Span(name) => (Some(name), None),
        Quantity::Function(name) => (None, Some(name)),
        Quantity::Peak | Quantity::Growth => (None, None),
    };
    let place = finding.place.as_ref();
    json!({
        "file": run.file,
        "name": run.name,
        "limit": limit,
        "span": span,
        "function": function,
        "metric": run.metric,
        "verdict": word(finding.verdict),
        "fails": finding.verdict.fails(strict),
        "unit": unit,
        "most": number(finding.limit.most),
        "value": finding.value.map(number),
        "low": finding.low.map(number),
        "high": finding.high.map(number),
        "excess": finding.excess().map(number),
        "time_s": place.map(|place| place.time),
        "within_s": place.and_then(|place| place.within).map(|(from, to)| [from, to]),
        "process": place.and_then(|place| place.process.as_deref()),
        "process_peak_bytes": place.and_then(|place| place.process_peak),
        "message": words::sentence(finding, run.metric, plain),
    })
}

fn of_baseline(runs: &ComparedRuns) -> Value {
    let found = &runs.comparison;
    let rose = found.change == Change::Rose;
    let most = found.reference * (1.0 + found.tolerance);
    json!({
        "file": runs.file,
        "name": runs.name,
        "limit": "baseline",
        "metric": runs.metric,
        "verdict": word(if rose { Verdict::Beyond } else { Verdict::Within }),
        "fails": rose,
        "unit": "bytes",
        "most": number(most),
        "value": number(found.value),
        "excess": rose.then(|| number(found.value - most)),
        "runs": found.runs,
        "change": found.fraction,
        "tolerance": found.tolerance,
        "fell": found.change == Change::Fell,
        "baseline_runs": found.reference_runs,
        "baseline_median_bytes": number(found.reference),
        "baseline_min_bytes": found.spread.0,
        "baseline_max_bytes": found.spread.1,
        "message": words::comparison(runs),
    })
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Within => "within",
        Verdict::Unproven => "unproven",
        Verdict::Undecided => "undecided",
        Verdict::Beyond => "beyond",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check_report::tests::hostile;

    #[test]
    fn the_json_has_a_finding_for_each_verdict() {
        let report = hostile();
        let value: Value = serde_json::from_str(&render(&report)).expect("JSON");
        let verdicts: Vec<_> = value["findings"].as_array().into_iter().flatten().collect();
        let words: Vec<_> =
            verdicts.iter().map(|finding| finding["verdict"].as_str().unwrap_or("")).collect();
        assert_eq!(words, ["beyond", "unproven", "undecided", "within", "beyond"]);
        assert_eq!(verdicts[0]["name"], report.runs[0].name.as_str());
        assert_eq!((&value["fails"], &value["strict"]), (&json!(true), &json!(false)));
    }
}
