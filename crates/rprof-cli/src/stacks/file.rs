//! The stacks file of a trace: its name, and how it is read.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use rprof_trace::{Bytes, Curve, Point, shown};
use rprof_where::Log;
use rprof_where::attribution::{Band, Names, View, over_time};

use crate::message;

/// The extension, after that of the trace.
const EXTENSION: &str = ".stacks";

/// The stacks file of a trace.
pub fn beside(trace: &Path) -> PathBuf {
    let mut name = trace.as_os_str().to_owned();
    name.push(EXTENSION);
    PathBuf::from(name)
}

/// The trace of a stacks file; any other name is that of the trace itself.
pub fn trace_of(path: &Path) -> PathBuf {
    let name = path.as_os_str().as_bytes();
    match name.strip_suffix(EXTENSION.as_bytes()) {
        Some(trace) => PathBuf::from(OsStr::from_bytes(trace)),
        None => path.to_owned(),
    }
}

/// Reads the stacks of a trace, or a stacks file.
///
/// # Errors
/// When there is none, or it cannot be read.
pub fn read(trace: &Path) -> anyhow::Result<Log> {
    let path = beside(&trace_of(trace));
    let bytes = match std::fs::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => bail!(
            "`{}` has no stacks (`{}`); record them with `rprof run --where`",
            shown(trace),
            shown(&path)
        ),
        bytes => bytes.with_context(|| format!("cannot read `{}`", shown(&path)))?,
    };
    let log = Log::read(&bytes).with_context(|| format!("cannot read `{}`", shown(&path)))?;
    if !log.complete {
        message::about(
            &path,
            "the file was cut, because rprof was killed or the disk was full; it is read up to there",
        );
    }
    Ok(log)
}

/// The memory of the functions that ever held most, over time: their shares of the total.
///
/// # Errors
/// When the trace has no stacks.
pub fn curves(trace: &Path, total: &Curve, most: usize) -> anyhow::Result<Vec<(String, Curve)>> {
    let log = read(trace)?;
    let part = |band: &Band, point: &Point| {
        let share = band.share_at((point.time.0.max(0.0) * 1e9) as u64, point.value.0);
        Point { time: point.time, value: Bytes((point.value.0 as f64 * share) as u64) }
    };
    let curve = |band: Band| {
        let points = total.iter().map(|point| part(&band, point)).collect();
        (band.name, points)
    };
    Ok(over_time(&log, &Names::new(&log), most).into_iter().map(curve).collect())
}

/// `at 3.20 s, 208.2 MiB RSS`
pub fn moment_words(view: &View) -> String {
    let time = rprof_trace::Seconds(view.time as f64 / 1e9);
    format!("at {time}, {} RSS", rprof_trace::Bytes(view.rss))
}

/// `12.3 %`
pub fn percent(part: u64, whole: u64) -> String {
    if whole == 0 { "-".to_owned() } else { format!("{:.1} %", part as f64 / whole as f64 * 100.0) }
}
