//! `rprof where`: print or draw the code that the memory of a run came from.

use std::fs::OpenOptions;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use rprof_exchange::{ExportFormat, HeldMemory, Source, export};
use rprof_trace::shown;
use rprof_where::Log;
use rprof_where::attribution::{By, Names, Table, View, Which, diff, view};
use rprof_where::export::{flame_graph, folded, speedscope};

use crate::cli::{ByName, WhereArgs};
use crate::trace_input::TraceInput;
use crate::where_report::{json, table};
use crate::{load, output, stacks, trace_names};

/// Rows without `-n`.
const MOST_ROWS: usize = 20;

/// Prints or writes where the memory of a run came from.
pub fn origin(arguments: &WhereArgs) -> anyhow::Result<()> {
    let paths = resolve(&arguments.traces)?;
    if arguments.diff {
        return print_diff(arguments, &paths);
    }
    let ([path], at) = (paths.as_slice(), arguments.at.as_slice()) else {
        bail!("several traces are compared with --diff; name one");
    };
    let which = match at {
        _ if arguments.gross => Which::Gross,
        [] => Which::Peak,
        [time] => Which::At((time.0 * 1e9) as u64),
        _ => bail!("several times are compared with --diff; give one"),
    };
    let log = stacks::read(path)?;
    let seen = moment(&log, which, path)?;
    let names = Names::new(&log);
    if let Some(file) = &arguments.output {
        return write(file, arguments.force, path, &seen, &log, &names);
    }
    let by = by(arguments.by);
    let rows = Table::new(&seen, &log, &names, by);
    if arguments.json {
        return Ok(output::print_json(&json::of_table(&seen, &rows, &log, by, most(arguments)))?);
    }
    let text = table::of_table(path, (&seen, arguments.gross), &rows, &log, by, most(arguments));
    Ok(output::print(&text)?)
}

/// Traces by name or index. A stacks file may outlive its trace.
fn resolve(named: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    if let [path] = named
        && !path.exists()
        && stacks::beside(path).exists()
    {
        return Ok(vec![path.clone()]);
    }
    trace_names::resolve(named)
}

fn most(arguments: &WhereArgs) -> usize {
    match arguments.number {
        Some(0) => usize::MAX,
        Some(number) => number,
        None if arguments.json => usize::MAX,
        None => MOST_ROWS,
    }
}

fn by(name: ByName) -> By {
    match name {
        ByName::Function => By::Function,
        ByName::Line => By::Line,
        ByName::Library => By::Library,
        ByName::Process => By::Process,
    }
}

fn moment(log: &Log, which: Which, path: &Path) -> anyhow::Result<View> {
    view(log, which).with_context(|| {
        format!("the stacks of `{}` have no moment: the run was too short to look at its pages", shown(path))
    })
}

/// Prints what grew between two runs, or between two times of one.
fn print_diff(arguments: &WhereArgs, paths: &[PathBuf]) -> anyhow::Result<()> {
    let time = |seconds: &rprof_trace::Seconds| Which::At((seconds.0 * 1e9) as u64);
    let peak = if arguments.gross { Which::Gross } else { Which::Peak };
    let sides = match (paths, arguments.at.as_slice()) {
        ([before, after], []) => [(before, peak), (after, peak)],
        ([before, after], [at]) => [(before, time(at)), (after, time(at))],
        ([one], [before, after]) => [(one, time(before)), (one, time(after))],
        ([before, after], [first, second]) => [(before, time(first)), (after, time(second))],
        _ => bail!("--diff needs two traces, or one trace and two times: --at 1s --at 5s"),
    };
    let by = by(arguments.by);
    let mut found = Vec::new();
    for (path, which) in sides {
        let log = stacks::read(path)?;
        let seen = moment(&log, which, path)?;
        let rows = Table::new(&seen, &log, &Names::new(&log), by);
        found.push((seen, rows));
    }
    let [(before, old), (after, new)] = found.as_slice() else { bail!("--diff needs two moments") };
    let changes = diff(old, new);
    let views = (before, after);
    if arguments.json {
        return Ok(output::print_json(&json::of_changes(views, &changes, by, most(arguments)))?);
    }
    Ok(output::print(&table::of_changes(views, &changes, by, most(arguments)))?)
}

/// Writes a file in the format of its name.
fn write(
    file: &Path,
    force: bool,
    trace: &Path,
    seen: &View,
    log: &Log,
    names: &Names,
) -> anyhow::Result<()> {
    let name = file.to_string_lossy();
    let title = format!("{}: {}", shown(trace), stacks::moment_words(seen));
    let mut bytes = Vec::new();
    if name.ends_with(".svg") {
        let rows = Table::new(seen, log, names, By::Function);
        let subtitle =
            format!("functions that first touched the memory; {}", table::certainty(&rows).trim_end());
        flame_graph(seen, log, names, (&title, &subtitle), &mut bytes)
            .with_context(|| format!("cannot draw `{}`", shown(file)))?;
    } else if name.ends_with(".folded") {
        bytes = folded(seen, log, names, 1).join("\n").into_bytes();
        bytes.push(b'\n');
    } else if name.ends_with(".firefox.json") {
        firefox(trace, &stacks::held(seen, log, names), &mut bytes)
            .with_context(|| format!("cannot write `{}`", shown(file)))?;
    } else if name.ends_with(".json") {
        bytes = speedscope(seen, log, names, &title).to_string().into_bytes();
    } else {
        bail!("unknown format of `{}`; use .svg, .folded, .speedscope.json or .firefox.json", shown(file));
    }
    let failed = || format!("cannot write `{}`", shown(file));
    let mut options = OpenOptions::new();
    options.write(true).truncate(true);
    let is_device = std::fs::metadata(file).is_ok_and(|data| !data.is_file());
    let options = if force || is_device { options.create(true) } else { options.create_new(true) };
    let opened = match options.open(file) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            bail!("`{}` exists; use another name, or --force to overwrite it", shown(file))
        }
        opened => opened.with_context(failed)?,
    };
    let mut out = BufWriter::new(opened);
    out.write_all(&bytes).and_then(|()| out.flush()).with_context(failed)
}

/// Writes the profile that `rprof export` writes, with the memory of another moment than the peak. Without the trace it has
/// no curves.
fn firefox(path: &Path, held: &HeldMemory, out: &mut dyn Write) -> anyhow::Result<()> {
    let format = ExportFormat::Firefox;
    let trace = stacks::trace_of(path);
    let input = TraceInput::open(&trace)?;
    let profiles =
        if trace.exists() { load::profiles(&input, &format.profile_options())? } else { Vec::new() };
    let mut open = || input.reader();
    Ok(export(format, &mut Source { open: &mut open, profiles: &profiles, held: Some(held) }, out)?)
}
