//! `rprof convert`: write a trace in the other format.

use std::path::Path;

use anyhow::bail;
use rprof_trace::{Error, Format, shown};

use crate::cli::ConvertArgs;
use crate::trace_file::{Choices, TraceFile};
use crate::trace_input::TraceInput;
use crate::{message, trace_file};

/// Writes all of a trace as `.dat` or `.csv`.
pub fn convert(arguments: &ConvertArgs) -> anyhow::Result<()> {
    let ConvertArgs { from, to, force } = arguments;
    let format = Format::from_path(to)?;
    let from = if from == Path::new("-") { Path::new("/dev/stdin") } else { from.as_path() };
    let input = TraceInput::open(from)?;
    // A first record proves that the input is a trace, before the output is created.
    input.reader()?.next_record()?;
    let mut reader = input.reader()?;
    if to.canonicalize().is_ok_and(|to| from.canonicalize().is_ok_and(|from| from == to)) {
        bail!("`{}` is the trace itself; use another name for the copy", shown(to));
    }
    let (mut trace, mut file) = TraceFile::create_named(to, Choices { force: *force, ..Choices::default() })?;
    if let Err(error) = rprof_trace::convert(&mut reader, format, &mut file) {
        trace.abandon();
        return Err(match error {
            Error::Write(source) => anyhow::Error::new(source).context(trace_file::cannot_write(to)),
            // The input could not be read to its end; the error names it.
            other => other.into(),
        });
    }
    trace.keep();
    for warning in reader.warnings() {
        message::about(from, warning);
    }
    Ok(())
}
