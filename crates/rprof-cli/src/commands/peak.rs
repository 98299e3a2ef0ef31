//! `rprof peak`: the peak of traces, as mprof prints it or as JSON.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail};
use rprof_trace::{Bytes, Keep, Profile, ProfileOptions};
use serde_json::{Value, json};

use crate::cli::PeakArgs;
use crate::span_report;
use crate::summary::say;
use crate::trace_names;

/// Prints the peak of each run of each trace.
pub fn peak(arguments: &PeakArgs) -> anyhow::Result<()> {
    let paths = trace_names::resolve(&arguments.traces)?;
    let mut out = std::io::stdout().lock();
    if arguments.traces.is_empty() && !arguments.json {
        writeln!(out, "Using last profile data.")?;
    }
    let mut objects = Vec::new();
    let options =
        ProfileOptions { slices: 64, curves: false, processes: Keep::Peaks, ..ProfileOptions::default() };
    for path in paths {
        for profile in read(&path, &options)? {
            let func = arguments.func.as_deref().map(|name| span_report::peak_inside(&path, &profile, name));
            let func = func.transpose()?;
            if arguments.json {
                objects.push(object(&path, &profile, func.flatten()));
            } else if let Some(peak) = func {
                let peak = peak.with_context(|| format!("`{}` has no sample", path.display()))?;
                writeln!(out, "{}\t{:.3} MiB", path.display(), peak.mib())?;
            } else {
                write_text(&mut out, &path, &profile)?;
                if arguments.spans {
                    out.write_all(span_report::table(&profile).as_bytes())?;
                }
            }
        }
    }
    if arguments.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&objects)?)?;
    }
    Ok(())
}

/// Reads a trace; what is odd in it is said on stderr.
pub fn read(path: &Path, options: &ProfileOptions) -> anyhow::Result<Vec<Profile>> {
    let (profiles, warnings) = rprof_trace::read_profiles(path, options)?;
    for warning in &warnings {
        say(&format!("{}: {warning}", path.display()));
    }
    for profile in &profiles {
        if profile.header.is_some() && profile.end.is_none() {
            say(&format!(
                "{}: the end of the run is missing; rprof was killed or is still at it",
                path.display()
            ));
        }
    }
    Ok(profiles)
}

fn write_text(out: &mut impl Write, path: &Path, profile: &Profile) -> anyhow::Result<()> {
    let Some(peak) = &profile.peak else {
        bail!("`{}` has no sample: the command ended before the first one", path.display());
    };
    writeln!(out, "{}\t{:.3} MiB", path.display(), peak.value.mib()).context("cannot print")?;
    // A single process has no records of its own: it is the total.
    for process in profile.processes.iter().filter(|process| process.peak.0 > 0) {
        writeln!(out, "  Child {}\t\t\t{:.3} MiB", process.id, process.peak.mib())?;
    }
    Ok(())
}

fn object(path: &Path, profile: &Profile, func: Option<Bytes>) -> Value {
    let end = profile.end.as_ref();
    let mut object = json!({
        "file": path.to_string_lossy(),
        "command": profile.command,
        "metric": profile.metric,
        "peak_bytes": profile.peak.map(|p| p.value),
        "peak_time_s": profile.peak.map(|p| p.time),
        "peak_within_s": profile.peak.and_then(|p| p.within).map(|(from, to)| [from, to]),
        "peak_upper_bytes": end.and_then(|end| end.upper_bytes).or(profile.peak.and_then(|p| p.upper)),
        "exact": end.is_some_and(|end| end.exact),
        "pss_peak_bytes": profile.pss.iter().map(|p| p.value).max(),
        "hwm_bytes": profile.hwm,
        "elapsed_s": profile.elapsed,
        "exit_code": end.and_then(|end| end.exit_code),
        "signal": end.and_then(|end| end.signal),
        "reason": end.and_then(|end| end.reason.as_deref()),
        "samples": profile.samples,
        "processes": profile.process_count,
        "spans": span_report::spans(profile),
        "marks": span_report::marks(profile),
        "notes": span_report::notes(profile),
    });
    if let Some(peak) = func {
        object["func_peak_bytes"] = json!(peak);
    }
    object
}
