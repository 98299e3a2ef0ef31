//! `rprof export`: write a trace in a format of other tools.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail};
use rprof_exchange::{Compression, Compressor, Error, ExportFormat, HeldMemory, Source, export as write};
use rprof_trace::{Profile, shown};

use crate::cli::ExportArgs;
use crate::trace_file::{Choices, TraceFile};
use crate::trace_input::TraceInput;
use crate::{load, message, output, stacks, trace_names};

/// Exports one trace.
pub fn export(arguments: &ExportArgs) -> anyhow::Result<()> {
    let names: Vec<_> = arguments.trace.iter().cloned().collect();
    let path = trace_names::resolve(&names)?.pop().context("no trace")?;
    let file = arguments.output.as_deref().filter(|path| *path != Path::new("-"));
    let format = match (arguments.format, file) {
        (Some(name), _) => name.0,
        (None, Some(file)) => ExportFormat::from_path(file)?,
        (None, None) => {
            bail!("no format for stdout: add --format chrome, firefox, openmetrics, jsonl or csv")
        }
    };
    let input = TraceInput::open(&path)?;
    let profiles = load::profiles(&input, &format.profile_options())?;
    let has_more = |limit: &usize| {
        let measured =
            |profile: &Profile| profile.processes.iter().filter(|process| process.peak.0 > 0).count();
        profiles.iter().any(|profile| measured(profile) > *limit)
    };
    if let Some(limit) = format.process_limit().filter(has_more) {
        message::about(
            &path,
            format!(
                "{format} has the curves of the {limit} largest processes of a run; jsonl and csv have all"
            ),
        );
    }
    let held = if format.has_stacks() { held(&input) } else { None };
    let export = Export { input: &input, profiles: &profiles, held: held.as_ref(), format };
    match file {
        None => export.write_to(output::data(), None, "stdout").map(drop),
        Some(file) => to_file(&export, file, arguments.force),
    }
}

/// The memory of the call stacks of a trace at its peak, if they were recorded. Stacks that cannot be read are reported.
fn held(input: &TraceInput) -> Option<HeldMemory> {
    if input.is_stream() {
        return None;
    }
    stacks::held_at_peak(&input.path).unwrap_or_else(|error| {
        message::print(&format!("{error:#}; the export has no stacks"));
        None
    })
}

/// A trace and the format in which it is written.
struct Export<'a> {
    input: &'a TraceInput,
    profiles: &'a [Profile],
    held: Option<&'a HeldMemory>,
    format: ExportFormat,
}

impl Export<'_> {
    /// Writes the trace to an output of this name, compressed if wished.
    fn write_to<W: Write>(
        &self,
        output: W,
        compression: Option<Compression>,
        name: &str,
    ) -> anyhow::Result<W> {
        let failed = || format!("cannot write {name}");
        let mut output = Compressor::new(compression, output);
        let mut open = || self.input.reader();
        let mut source = Source { open: &mut open, profiles: self.profiles, held: self.held };
        match write(self.format, &mut source, &mut output) {
            Ok(()) => output.finish().with_context(failed),
            Err(Error::Write(error)) => Err(error).with_context(failed),
            Err(other) => Err(other.into()),
        }
    }
}

/// Writes a file. A file that is replaced stays until the new one is complete.
fn to_file(export: &Export<'_>, path: &Path, force: bool) -> anyhow::Result<()> {
    let (from, name) = (&export.input.path, format!("`{}`", shown(path)));
    if path.canonicalize().is_ok_and(|to| from.canonicalize().is_ok_and(|from| from == to)) {
        bail!("{name} is the trace itself; use another name with -o");
    }
    let compression = Compression::of_path(path).map(|(compression, _)| compression);
    // A device or a FIFO has nothing to lose.
    if std::fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
        let device = OpenOptions::new().write(true).open(path);
        let device = device.with_context(|| format!("cannot write {name}"))?;
        return export.write_to(device, compression, &name).map(drop);
    }
    let (mut created, file) = TraceFile::create_named(path, Choices { force, ..Choices::default() })?;
    let written = export.write_to(file, compression, &name);
    if written.is_ok() {
        created.keep();
    } else {
        created.abandon();
    }
    written.map(drop)
}
