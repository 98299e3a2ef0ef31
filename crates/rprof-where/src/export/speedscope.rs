//! The file format of speedscope, an interactive viewer of profiles.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::folded::{Step, stacks};
use crate::attribution::{Names, View};
use crate::file::Log;

/// A view as JSON.
pub fn speedscope(view: &View, log: &Log, names: &Names, title: &str) -> Value {
    let mut ids: HashMap<Step, usize> = HashMap::new();
    let mut frames: Vec<Value> = Vec::new();
    let mut samples: Vec<Vec<usize>> = Vec::new();
    let mut weights: Vec<u64> = Vec::new();
    for (steps, bytes) in stacks(view, log, names) {
        let sample = steps.into_iter().map(|step| {
            *ids.entry(step).or_insert_with_key(|step| {
                frames.push(frame(step));
                frames.len() - 1
            })
        });
        samples.push(sample.collect());
        weights.push(bytes);
    }
    let sum: u64 = weights.iter().fold(0, |sum, bytes| sum.saturating_add(*bytes));
    json!({
        "$schema": "https://www.speedscope.app/file-format-schema.json",
        "exporter": log.header.writer,
        "name": title,
        "activeProfileIndex": 0,
        "shared": { "frames": frames },
        "profiles": [{
            "type": "sampled",
            "name": title,
            "unit": "bytes",
            "startValue": 0,
            "endValue": sum,
            "samples": samples,
            "weights": weights,
        }],
    })
}

fn frame(step: &Step) -> Value {
    let mut frame = json!({ "name": step.name });
    if !step.file.is_empty() {
        frame["file"] = json!(step.file);
    }
    if step.line > 0 {
        frame["line"] = json!(step.line);
    }
    frame
}
