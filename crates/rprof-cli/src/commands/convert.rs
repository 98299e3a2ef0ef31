//! `rprof convert`: write a trace in the other format.

use anyhow::{Context, bail};
use rprof_trace::{Format, Reader};

use crate::cli::ConvertArgs;
use crate::{message, trace_file};

/// Writes all of a trace as `.dat` or `.csv`.
pub fn convert(arguments: &ConvertArgs) -> anyhow::Result<()> {
    let ConvertArgs { from, to, force } = arguments;
    let format = Format::from_path(to)?;
    // A first record proves that the input is a trace, before the output is created.
    Reader::open(from)?.next_record()?;
    let mut reader = Reader::open(from)?;
    if to.canonicalize().is_ok_and(|to| from.canonicalize().is_ok_and(|from| from == to)) {
        bail!("`{}` is the trace itself; use another name for the copy", to.display());
    }
    let mut file = trace_file::create_named(to, *force)?;
    rprof_trace::convert(&mut reader, format, &mut file).with_context(|| trace_file::cannot_write(to))?;
    for warning in reader.warnings() {
        message::about(from, warning);
    }
    Ok(())
}
