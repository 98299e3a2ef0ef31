//! `rprof convert`, also `rprof import`: write a trace, or the file of another tool, as `.dat` or `.csv`.

use std::path::Path;

use anyhow::{Context, bail};
use rprof_exchange::{Compression, Compressor};
use rprof_trace::{Error, Format, shown};

use crate::cli::ConvertArgs;
use crate::trace_file::{Choices, TraceFile};
use crate::trace_input::TraceInput;
use crate::{message, trace_file};

/// Writes all of a trace as `.dat` or `.csv`.
pub fn convert(arguments: &ConvertArgs) -> anyhow::Result<()> {
    let ConvertArgs { from, to, output, force } = arguments;
    let to = to.as_ref().or(output.as_ref()).context("no file to write")?;
    let compressed = Compression::of_path(to);
    let format = Format::from_path(compressed.as_ref().map_or(to, |(_, plain)| plain))?;
    let from = if from == Path::new("-") { Path::new("/dev/stdin") } else { from.as_path() };
    let input = TraceInput::open(from)?;
    // A first record proves that the input is a trace, before the output is created.
    input.reader()?.next_record()?;
    let mut reader = input.reader()?;
    if to.canonicalize().is_ok_and(|to| from.canonicalize().is_ok_and(|from| from == to)) {
        bail!("`{}` is the trace itself; use another name for the copy", shown(to));
    }
    let (mut trace, file) = TraceFile::create_named(to, Choices { force: *force, ..Choices::default() })?;
    let mut file = Compressor::new(compressed.map(|(compression, _)| compression), file);
    let written = rprof_trace::convert(&mut reader, format, &mut file)
        .and_then(|()| file.finish().map_err(Error::Write));
    if let Err(error) = written {
        trace.abandon();
        return Err(match error {
            Error::Write(source) => anyhow::Error::new(source).context(trace_file::cannot_write(to)),
            // The input could not be read to its end; the error names it.
            other => other.into(),
        });
    }
    trace.keep();
    for warning in input.warnings().iter().chain(reader.warnings()) {
        message::about(from, warning);
    }
    Ok(())
}
