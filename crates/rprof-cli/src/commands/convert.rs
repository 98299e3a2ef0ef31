//! `rprof convert`: a trace in the other format.

use anyhow::{Context, bail};
use rprof_trace::{Format, Reader};

use crate::cli::ConvertArgs;
use crate::summary::say;
use crate::trace_file;

/// Writes all of a trace as `.dat` or `.csv`.
pub fn convert(arguments: &ConvertArgs) -> anyhow::Result<()> {
    let ConvertArgs { from, to, force } = arguments;
    let format = Format::from_path(to)?;
    // What is no trace is refused before the output is made.
    Reader::open(from)?.next_record()?;
    let mut reader = Reader::open(from)?;
    if to.canonicalize().is_ok_and(|to| from.canonicalize().is_ok_and(|from| from == to)) {
        bail!("`{}` is the trace itself; give the copy another name", to.display());
    }
    let mut file = trace_file::create_named(to, *force)?;
    rprof_trace::convert(&mut reader, format, &mut file).with_context(|| trace_file::cannot(to))?;
    for warning in reader.warnings() {
        say(&format!("{}: {warning}", from.display()));
    }
    Ok(())
}
