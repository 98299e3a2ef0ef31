//! Profiles from trace files: read, with a message for each oddity of the file. Shared by the commands that read traces.

use std::path::Path;

use rprof_trace::{Profile, ProfileOptions};

use crate::message;

/// Reads the runs of a trace and prints its warnings.
///
/// # Errors
/// When the file cannot be read or is not a trace.
pub fn profiles(path: &Path, options: &ProfileOptions) -> anyhow::Result<Vec<Profile>> {
    let (profiles, warnings) = rprof_trace::read_profiles(path, options)?;
    for warning in &warnings {
        message::about(path, warning);
    }
    // mprof's traces have neither header nor end, so they say nothing of how a run ended.
    for _ in profiles.iter().filter(|profile| profile.header.is_some() && profile.end.is_none()) {
        message::about(path, "the trace has no END record: rprof was killed or is still running");
    }
    Ok(profiles)
}
