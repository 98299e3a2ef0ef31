//! Profiles from trace files: read, with a message for each oddity of the file. Shared by the commands that read traces.

use std::path::Path;

use rprof_trace::{Header, Profile, ProfileOptions, Warnings};

use crate::message;
use crate::trace_input::TraceInput;

/// Reads the runs of a trace and prints its warnings.
///
/// # Errors
/// When the file cannot be read or is not a trace.
pub fn profiles(input: &TraceInput, options: &ProfileOptions) -> anyhow::Result<Vec<Profile>> {
    let path = &input.path;
    let (profiles, warnings) = input.profiles(options)?;
    warn(path, &warnings);
    for contradiction in profiles.iter().flat_map(|profile| &profile.contradictions) {
        message::about(path, contradiction);
    }
    for missing in profiles.iter().filter_map(missing_end) {
        message::about(path, missing);
    }
    Ok(profiles)
}

/// The sentence about a run whose end is missing; `None` if it has one.
///
/// Traces of mprof and of other tools have no end, so they say nothing of how a run ended.
pub fn missing_end(profile: &Profile) -> Option<&'static str> {
    let is_ours = profile.header.as_ref().is_some_and(Header::is_of_rprof);
    let is_missing = is_ours && profile.end.is_none();
    is_missing.then_some("the trace has no END record: rprof was killed or is still running")
}

/// Prints the faults of a trace.
pub fn warn(path: &Path, warnings: &Warnings) {
    for warning in warnings {
        message::about(path, warning);
    }
}
