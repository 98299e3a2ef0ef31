//! `rprof peak`: print the peak of each run of each trace, in mprof's format or as JSON.

use std::cmp::Reverse;
use std::path::Path;

use anyhow::{Context, bail};
use rprof_trace::{
    Bytes, Keep, Metric, Peak, PeakRemarks, ProcessProfile, Profile, ProfileOptions, shown, visible,
};
use serde_json::{Value, json};

use crate::cli::PeakArgs;
use crate::parts_report;
use crate::span_report::PeakInside;
use crate::trace_input::TraceInput;
use crate::{group_report, load, natural_order, output, request_report, span_report, trace_names};

/// Children to print without `--all`.
const LARGEST: usize = 10;

/// Prints the peak of each run of each trace.
pub fn peak(arguments: &PeakArgs) -> anyhow::Result<()> {
    let mut paths = trace_names::resolve(&arguments.traces)?;
    natural_order::sort(&mut paths);
    if let Some(system) = arguments.request.system() {
        return request_report::print(&paths, system, arguments.request.margin());
    }
    if arguments.traces.is_empty() && !arguments.json {
        output::print("Using last profile data.\n")?;
    }
    let mut objects = Vec::new();
    let options =
        ProfileOptions { slices: 64, curves: false, processes: Keep::Peaks, ..ProfileOptions::default() };
    for path in paths {
        for profile in load::profiles(&TraceInput::open(&path)?, &options)? {
            let inside =
                arguments.func.as_deref().map(|name| span_report::peak_inside(&path, &profile, name));
            let inside = inside.transpose()?;
            if arguments.json {
                objects.push(object(&path, &profile, inside.flatten()));
            } else if let Some(peak) = inside {
                let (peak, upper) = peak.with_context(|| no_sample(&path))?;
                let mut lines = format!("{}\t{:.3} MiB\n", shown(&path), peak.mib());
                if let Some(upper) = upper.filter(|upper| *upper > peak) {
                    lines += &format!("  at most\t\t\t{:.3} MiB\n", upper.mib());
                }
                output::print(&lines)?;
            } else {
                output::print(&text(&path, &profile, arguments)?)?;
            }
        }
    }
    if arguments.json {
        output::print_json(&objects.into())?;
    }
    Ok(())
}

fn no_sample(path: &Path) -> String {
    format!("`{}` has no sample", shown(path))
}

fn text(path: &Path, profile: &Profile, arguments: &PeakArgs) -> anyhow::Result<String> {
    let Some(peak) = &profile.peak else {
        bail!("{}: the command ended before the first tick", no_sample(path));
    };
    let mut lines = format!("{}\t{:.3} MiB\n", shown(path), peak.value.mib());
    // A single process has no samples of its own in the trace: it is the total.
    let children: Vec<_> = profile.processes.iter().filter(|process| process.peak.0 > 0).collect();
    if arguments.all || children.len() <= LARGEST {
        children.iter().for_each(|child| lines += &(child_line(child) + "\n"));
    } else {
        lines += &largest(children, peak);
    }
    parts_report::lines(&PeakRemarks::of(profile)).iter().for_each(|line| lines += &format!("{line}\n"));
    if arguments.spans {
        lines += &span_report::table(profile);
    }
    Ok(lines)
}

/// A child as mprof prints it.
fn child_line(child: &ProcessProfile) -> String {
    format!("  Child {}\t\t\t{:.3} MiB", visible(&child.id), child.peak.mib())
}

/// The largest children, each with its share of the peak, and the number of the rest.
///
/// The share stands after mprof's own fields. Children peak at different times, so shares may add up to more than 100 %.
fn largest(mut children: Vec<&ProcessProfile>, peak: &Peak) -> String {
    // The sort is stable: equal peaks stay in order of appearance.
    children.sort_by_key(|child| Reverse(child.peak));
    let (largest, rest) = children.split_at(LARGEST);
    let mut lines = String::new();
    for child in largest {
        let share = 100.0 * child.peak.0 as f64 / peak.value.0 as f64;
        lines += &format!("{}\t{share:.0} %\n", child_line(child));
    }
    lines + &format!("  and {} more (--all)\n", rest.len())
}

/// The upper bound in a trace without end.
fn upper_of_ticks(profile: &Profile) -> Option<Bytes> {
    let peak = profile.peak?;
    peak.upper.filter(|upper| *upper > peak.value)
}

fn object(path: &Path, profile: &Profile, inside: Option<PeakInside>) -> Value {
    let end = profile.end.as_ref();
    let exact = profile.is_exact();
    let trusted = profile.trusted_end();
    // The kernel's maximum, from which the end has its bound, may be below what a program measured of itself.
    let upper = trusted
        .and_then(|end| end.upper_bytes)
        .map(|upper| upper.max(profile.peak.map_or(upper, |p| p.value)));
    let mut object = json!({
        "file": path.to_string_lossy(),
        "command": profile.command,
        "metric": profile.metric,
        "peak_bytes": profile.peak.map(|p| p.value),
        "peak_time_s": profile.peak.map(|p| p.time),
        "peak_within_s": profile.peak.and_then(|p| p.within).map(|(from, to)| [from, to]),
        "peak_upper_bytes": end.map_or_else(|| upper_of_ticks(profile), |_| upper),
        "peak_upper_once_bytes": trusted.and_then(|end| end.upper_once_bytes).or(upper),
        "peak_uncertainty_bytes": trusted.and_then(|end| end.uncertainty_bytes),
        "exact": exact,
        "exact_scope": exact.then_some(Metric::Rss),
        "pss_peak_bytes": profile.pss_peak.map(|p| p.bytes),
        "pss_peak_upper_bytes": profile.pss_peak.and_then(|p| p.upper_bytes),
        "pss_peak_time_s": profile.pss_peak.map(|p| p.time_s),
        "first_bytes": profile.ends.map(|(first, _)| first),
        "last_bytes": profile.ends.map(|(_, last)| last),
        "hwm_bytes": profile.hwm,
        "hwm_exact": end.is_some_and(|end| end.hwm_exact),
        "cgroup": group_report::object(profile.cgroup.as_ref()),
        "memory_limit_bytes": profile.header.as_ref().and_then(|header| header.memory_limit_bytes),
        "elapsed_s": profile.elapsed,
        "exit_code": end.and_then(|end| end.exit_code),
        "signal": end.and_then(|end| end.signal),
        "reason": end.and_then(|end| end.reason.as_deref()),
        "limit_time_s": end.and_then(|end| end.limit_s),
        "samples": profile.samples,
        "processes": profile.process_count,
        "spans": span_report::spans(profile),
        "marks": span_report::marks(profile),
        "notes": span_report::notes(profile),
    });
    parts_report::add_json(&mut object, profile);
    if let Some((peak, upper)) = inside {
        object["func_peak_bytes"] = json!(peak);
        object["func_peak_upper_bytes"] = json!(upper);
    }
    object
}
