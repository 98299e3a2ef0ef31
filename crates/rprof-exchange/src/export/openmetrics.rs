//! `OpenMetrics` text: the curves of a run as gauges with a time at each value. All values of a curve stand together, as
//! the format demands, so they come from profiles, which keep the extremes of a long curve.

use std::io::Write;

use rprof_trace::{Bytes, Curve, Metric, Point, Profile, Seconds};

use super::name_of;
use crate::buffered::Buffered;
use crate::error::Error;

pub(super) fn write(profiles: &[Profile], out: &mut dyn Write) -> Result<(), Error> {
    let mut text = Text { out: Buffered::new(out), profiles };
    text.run()?;
    text.curves("rprof_tree_memory_bytes", "Memory of the process tree by metric.", |profile| {
        vec![(labels_of(profile.metric), &profile.total)]
    })?;
    text.curves("rprof_tree_pss_bytes", "Proportional set size of the process tree.", |profile| {
        vec![(String::new(), &profile.pss)]
    })?;
    text.curves("rprof_tree_swap_bytes", "Swapped-out memory of the process tree.", |profile| {
        vec![(String::new(), &profile.swap)]
    })?;
    text.curves("rprof_process_memory_bytes", "Memory of one process by metric.", |profile| {
        let of = |id: &str| process_labels(profile.metric, id);
        profile.processes.iter().map(|process| (of(&process.id), &process.curve)).collect()
    })?;
    text.values("rprof_process_peak_bytes", "bytes", "Largest measured memory of one process.", |profile| {
        let of = |id: &str| process_labels(profile.metric, id);
        let known = profile.processes.iter().filter(|process| process.peak > Bytes(0));
        known.map(|process| (of(&process.id), process.peak.0.to_string())).collect()
    })?;
    text.values("rprof_peak_bytes", "bytes", "Peak of the process tree, by bound.", |profile| {
        let Some(peak) = profile.peak else { return Vec::new() };
        bounds(&labels_of(profile.metric), peak.value, peak.upper)
    })?;
    text.values("rprof_pss_peak_bytes", "bytes", "Peak of PSS of the process tree, by bound.", |profile| {
        profile.pss_peak.map_or_else(Vec::new, |peak| bounds("", peak.bytes, peak.upper_bytes))
    })?;
    text.values("rprof_elapsed_seconds", "seconds", "Length of the run.", |profile| {
        vec![(String::new(), format!("{:.6}", profile.elapsed.0.max(0.0)))]
    })?;
    text.values("rprof_exit_code", "", "Exit code of the command.", |profile| {
        let code = profile.end.as_ref().and_then(|end| end.exit_code);
        code.map_or_else(Vec::new, |code| vec![(String::new(), code.to_string())])
    })?;
    text.out.bytes.extend_from_slice(b"# EOF\n");
    text.out.finish()
}

struct Text<'a, 'w> {
    out: Buffered<'w>,
    profiles: &'a [Profile],
}

impl<'a> Text<'a, '_> {
    /// The runs and what is known of them, as labels of a metric without a value of its own.
    fn run(&mut self) -> Result<(), Error> {
        self.head("rprof_run", "info", "", "The recorded runs.");
        let profiles = self.profiles;
        for (number, profile) in profiles.iter().enumerate() {
            let mut labels = label("command", &profile.command);
            if let Some(header) = &profile.header {
                for (key, value) in [("writer", &header.writer), ("host", &header.host), ("os", &header.os)] {
                    labels += ",";
                    labels += &label(key, value);
                }
            }
            self.sample("rprof_run_info", number, &labels, "1", end_of(profile));
        }
        self.out.spill()
    }

    /// A family of gauges with a sample for each point of each curve of each run.
    fn curves(
        &mut self,
        name: &str,
        help: &str,
        curves: impl Fn(&'a Profile) -> Vec<(String, &'a Curve)>,
    ) -> Result<(), Error> {
        let mut is_begun = false;
        let profiles = self.profiles;
        for (number, profile) in profiles.iter().enumerate() {
            let start = profile.start_s.unwrap_or(0.0);
            for (labels, curve) in curves(profile) {
                if !curve.is_empty() && !std::mem::replace(&mut is_begun, true) {
                    self.head(name, "gauge", "bytes", help);
                }
                for (time, value) in one_value_a_time(curve) {
                    self.sample(name, number, &labels, &value.0.to_string(), start + time.0);
                    self.out.spill()?;
                }
            }
        }
        Ok(())
    }

    /// A family of gauges with values of the whole run. They have the time of its end: a reader of history needs one.
    fn values(
        &mut self,
        name: &str,
        unit: &str,
        help: &str,
        values: impl Fn(&'a Profile) -> Vec<(String, String)>,
    ) -> Result<(), Error> {
        let mut is_begun = false;
        let profiles = self.profiles;
        for (number, profile) in profiles.iter().enumerate() {
            for (labels, value) in values(profile) {
                if !std::mem::replace(&mut is_begun, true) {
                    self.head(name, "gauge", unit, help);
                }
                self.sample(name, number, &labels, &value, end_of(profile));
                self.out.spill()?;
            }
        }
        Ok(())
    }

    fn head(&mut self, name: &str, kind: &str, unit: &str, help: &str) {
        let unit = if unit.is_empty() { String::new() } else { format!("# UNIT {name} {unit}\n") };
        let text = format!("# TYPE {name} {kind}\n{unit}# HELP {name} {help}\n");
        self.out.bytes.extend_from_slice(text.as_bytes());
    }

    /// A sample. The label of the run is there only if a file has several runs.
    fn sample(&mut self, name: &str, run: usize, labels: &str, value: &str, time: f64) {
        let mut all = labels.to_owned();
        if self.profiles.len() > 1 {
            all += if all.is_empty() { "" } else { "," };
            all += &label("run", &run.to_string());
        }
        let all = if all.is_empty() { all } else { format!("{{{all}}}") };
        self.out.bytes.extend_from_slice(format!("{name}{all} {value} {time:.6}\n").as_bytes());
    }
}

/// The wall-clock time of the end of a run.
fn end_of(profile: &Profile) -> f64 {
    profile.start_s.unwrap_or(0.0) + profile.elapsed.0.max(0.0)
}

fn labels_of(metric: Metric) -> String {
    label("metric", &metric.name().to_lowercase())
}

fn process_labels(metric: Metric, id: &str) -> String {
    format!("{},{},{}", label("process", id), label("name", name_of(id)), labels_of(metric))
}

fn bounds(labels: &str, lower: Bytes, upper: Option<Bytes>) -> Vec<(String, String)> {
    let comma = if labels.is_empty() { "" } else { "," };
    let bound = |name: &str, value: Bytes| (format!("{labels}{comma}bound=\"{name}\""), value.0.to_string());
    [Some(bound("lower", lower)), upper.map(|upper| bound("upper", upper))].into_iter().flatten().collect()
}

/// A label with its value escaped.
fn label(key: &str, value: &str) -> String {
    let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    // Other control characters, which the format does not escape, could act on a terminal or break a line.
    let value: String = value.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    format!("{key}=\"{value}\"")
}

/// The points of a curve with one value for each time, the largest: two samples of one time are an error of the format.
fn one_value_a_time(curve: &[Point]) -> impl Iterator<Item = (Seconds, Bytes)> + '_ {
    let micros = |point: &Point| (point.time.0 * 1e6).round() as i64;
    curve.chunk_by(move |a, b| micros(a) == micros(b)).filter_map(|points| {
        let largest = points.iter().map(|point| point.value).max()?;
        Some((points.first()?.time, largest))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped() {
        assert_eq!(label("a", "x\"\\\n\u{1b}y"), "a=\"x\\\"\\\\\\n\u{fffd}y\"");
    }

    #[test]
    fn a_time_has_one_value() {
        let at = |time, value| Point { time: Seconds(time), value: Bytes(value) };
        let curve = [at(0.0, 5), at(0.1, 7), at(0.1, 9), at(0.100_000_2, 8), at(0.2, 1)];
        let found: Vec<_> = one_value_a_time(&curve).map(|(time, value)| (time.0, value.0)).collect();
        assert_eq!(found, [(0.0, 5), (0.1, 9), (0.2, 1)]);
    }
}
