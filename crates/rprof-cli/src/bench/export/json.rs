//! Results as JSON: hyperfine's schema 2, with the metrics of rprof beside its own. Scripts rely on every key.

use rprof_findings::stats::Description;
use serde_json::{Map, Value, json};

use super::super::measurement::{Measurement, Metric};
use super::super::runs::CommandRuns;
use super::super::verdict::compare;
use super::Results;

/// The version of hyperfine's schema.
const SCHEMA: u32 = 2;

/// The results as JSON.
///
/// # Errors
/// When a text cannot be encoded.
pub fn text(results: &Results<'_>) -> anyhow::Result<String> {
    let reference = results.commands.get(results.reference);
    let each = results.commands.iter().enumerate().map(|(at, result)| {
        let mut object = command(result);
        if let Some(reference) = reference.filter(|_| at != results.reference) {
            object.insert("difference".to_owned(), difference(reference, result));
        }
        Value::Object(object)
    });
    let all = json!({
        "schema_version": SCHEMA,
        "primary_metric": Metric::Wall.name(),
        "metadata": {
            "rprof_version": env!("CARGO_PKG_VERSION"),
            "start_time": results.start,
            "platform": { "os": rprof_sample::os(), "architecture": std::env::consts::ARCH },
        },
        "results": each.collect::<Vec<_>>(),
    });
    Ok(serde_json::to_string_pretty(&all)? + "\n")
}

fn command(result: &CommandRuns) -> Map<String, Value> {
    let mut object = Map::new();
    let mut set = |key: &str, value: Value| object.insert(key.to_owned(), value);
    set("command", json!(result.command.line));
    if let Some(name) = &result.command.name {
        set("name", json!(name));
    }
    if !result.command.parameters.is_empty() {
        let values =
            result.command.parameters.iter().map(|one| (one.name.clone(), json!({ "value": one.value })));
        set("parameters", Value::Object(values.collect()));
    }
    if !result.command.environment.is_empty() {
        let values = result.command.environment.iter().map(|(name, value)| (name.clone(), json!(value)));
        set("environment", Value::Object(values.collect()));
    }
    set("measurements", result.runs.iter().map(run).collect());
    let summaries = Metric::ALL.into_iter().filter_map(|metric| {
        let found = metric.summary(&result.runs)?;
        Some((metric.name().to_owned(), summary(metric, &found)))
    });
    set("summary", Value::Object(summaries.collect()));
    object
}

fn run(run: &Measurement) -> Value {
    let mut object = Map::new();
    for metric in Metric::ALL {
        if let Some(value) = metric.value(run) {
            object.insert(metric.name().to_owned(), with_unit(json!({ "value": value }), metric));
        }
    }
    object.insert("exit_code".to_owned(), json!(run.exit_code));
    object.insert("signal".to_owned(), json!(run.signal));
    object.insert("processes".to_owned(), json!(run.processes));
    object.insert("exact".to_owned(), json!(run.exact));
    if let Some(parts) = &run.parts {
        object.insert("parts".to_owned(), json!(parts));
    }
    if let Some(trace) = &run.trace {
        object.insert("trace".to_owned(), json!(trace));
    }
    Value::Object(object)
}

fn summary(metric: Metric, found: &Description) -> Value {
    let Description { count, mean, stddev, median, min, max } = found;
    let value = json!({
        "count": count, "mean": mean, "stddev": stddev, "median": median, "min": min, "max": max,
    });
    with_unit(value, metric)
}

fn with_unit(mut value: Value, metric: Metric) -> Value {
    if let Some(unit) = metric.unit().name() {
        value["unit"] = json!(unit);
    }
    value
}

/// The verdict on each metric; numbers that are not finite are `null`.
fn difference(reference: &CommandRuns, other: &CommandRuns) -> Value {
    let each = compare(reference, other).into_iter().map(|compared| {
        let found = compared.difference;
        let value = json!({
            "change": found.change,
            "low": found.low,
            "high": found.high,
            "p": found.p,
            "detectable": found.detectable,
            "verdict": compared.name(),
        });
        (compared.metric.name().to_owned(), value)
    });
    let mut object: Map<String, Value> = each.collect();
    object.insert("reference".to_owned(), json!(reference.command.name()));
    Value::Object(object)
}

#[cfg(test)]
mod tests {
    use super::super::samples::two;
    use super::*;

    fn exported() -> Value {
        let commands = two();
        let results = Results { commands: &commands, reference: 0, start: "2026-11-27T00:00:00Z" };
        serde_json::from_str(&text(&results).expect("text")).expect("JSON")
    }

    #[test]
    fn the_schema_is_that_of_hyperfine() {
        let all = exported();
        assert_eq!((&all["schema_version"], &all["primary_metric"]), (&json!(2), &json!("time_wall_clock")));
        assert_eq!(all["metadata"]["start_time"], "2026-11-27T00:00:00Z");
        let [one, two] = &all["results"].as_array().expect("results")[..] else { panic!("{all}") };
        assert_eq!((&one["command"], one.get("name")), (&json!("a|b `c`"), None));
        assert_eq!((&two["command"], &two["name"]), (&json!("x, \"y\""), &json!("fast")));
        assert_eq!(one["parameters"], json!({ "n": { "value": "1" } }));
        assert_eq!(one["environment"], json!({ "A": "1 2" }));
        let first = &one["measurements"][0];
        assert_eq!(first["time_wall_clock"], json!({ "value": 1.0, "unit": "second" }));
        assert_eq!(first["memory_peak_resident"], json!({ "value": f64::from(50 << 20), "unit": "byte" }));
        assert_eq!(first["exit_code"], 0);
        let summary = &one["summary"]["time_wall_clock"];
        assert_eq!(
            (&summary["count"], &summary["max"], &summary["unit"]),
            (&json!(4), &json!(1.03), &json!("second"))
        );
        for key in ["mean", "stddev", "median", "min"] {
            assert!(summary[key].is_number(), "{summary}");
        }
    }

    #[test]
    fn the_metrics_of_rprof_stand_beside_them_and_what_is_unknown_is_missing() {
        let all = exported();
        let (one, two) = (&all["results"][0], &all["results"][1]);
        assert_eq!(
            two["measurements"][0]["memory_peak_tree"],
            json!({ "value": f64::from(150 << 20), "unit": "byte" })
        );
        assert_eq!(two["summary"]["memory_peak_pss"]["median"], f64::from(90 << 20));
        assert!(
            one["summary"].get("memory_peak_pss").is_none()
                && one["measurements"][0].get("memory_peak_pss").is_none()
        );
        assert_eq!(two["measurements"][3]["page_faults_minor"], json!({ "value": 150.0 }));
        assert_eq!(two["measurements"][3]["processes"], 2);
        assert!(one.get("difference").is_none());
        let difference = &two["difference"];
        assert_eq!(difference["reference"], "a|b `c`");
        assert_eq!(difference["time_wall_clock"]["verdict"], "smaller");
        assert_eq!(difference["memory_peak_tree"]["verdict"], "larger");
        assert_eq!(difference["memory_peak_tree"]["change"], 0.5);
        assert!(difference.get("memory_peak_pss").is_none());
    }
}
