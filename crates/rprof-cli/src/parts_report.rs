//! The kinds of memory at the peak, as lines of `rprof peak` and as JSON.

use rprof_trace::{Bytes, Memory, Part, PeakParts, PeakRemarks, Profile, rss_and_swap};
use serde_json::{Map, Value, json};

/// The lines of `rprof peak`, in the form of its lines about children.
pub fn lines(remarks: &PeakRemarks) -> Vec<String> {
    let line = |name: &str, size: Bytes| format!("  {name}\t\t\t{:.3} MiB", size.mib());
    let beside = remarks.beside.iter().map(|(name, size)| line(&format!("+ {name}"), *size));
    let others =
        remarks.at_other_times.iter().map(|(name, size)| line(&format!("{name} at another time"), *size));
    let file = remarks.file.iter().map(|size| line("of it file-backed, reclaimable", *size));
    let swap = remarks.rss_and_swap.iter().map(|(sum, _)| line("RSS + swap", *sum));
    beside.chain(others).chain(file).chain(swap).collect()
}

/// Adds the parts to the JSON of a run.
pub fn add_json(object: &mut Value, profile: &Profile) {
    let parts = profile.parts.as_ref();
    object["peak_parts"] = parts.map_or(Value::Null, |parts| {
        let mut at_peak = sizes(&parts.at_peak);
        at_peak.insert("time_s".to_owned(), json!(parts.time_s));
        at_peak.into()
    });
    object["largest_parts"] = parts.map_or(Value::Null, |parts| sizes(&parts.largest).into());
    let sum = rss_and_swap(profile);
    object["rss_swap_peak_bytes"] = json!(sum.map(|sum| sum.0));
    object["rss_swap_peak_time_s"] = json!(sum.map(|sum| sum.1));
}

/// Every part by name; null if the system does not report it.
fn sizes(memory: &Memory) -> Map<String, Value> {
    let size = |part: Part| (format!("{}_bytes", part.name()), json!(memory.get(part)));
    PeakParts::PARTS.into_iter().map(size).collect()
}

#[cfg(test)]
mod tests {
    use rprof_trace::Seconds;

    use super::*;

    #[test]
    fn each_remark_has_a_line() {
        let mib = |size: u64| Bytes(size << 20);
        let remarks = PeakRemarks {
            peak: mib(900),
            beside: vec![("huge pages", mib(844))],
            at_other_times: vec![("page tables", mib(90))],
            file: Some(mib(300)),
            rss_and_swap: Some((mib(1003), Seconds(1.2))),
            ..PeakRemarks::default()
        };
        assert_eq!(
            lines(&remarks),
            [
                "  + huge pages\t\t\t844.000 MiB",
                "  page tables at another time\t\t\t90.000 MiB",
                "  of it file-backed, reclaimable\t\t\t300.000 MiB",
                "  RSS + swap\t\t\t1003.000 MiB",
            ]
        );
    }
}
