//! The functions of a run at some moments, for its page.

use std::path::Path;

use rprof_plot::{FunctionBounds, FunctionBytes, FunctionLevels, FunctionMoment};
use rprof_trace::{Bytes, Seconds};
use rprof_where::attribution::{Bounds, Entry, Held, Level, Names, levels as attributed};

use super::file::{beside, read};

/// The most moments of a page.
const MOMENTS: usize = 200;

/// The functions that held memory in a run; `None` if its stacks were not recorded.
///
/// # Errors
/// When the stacks cannot be read.
pub fn levels(trace: &Path) -> anyhow::Result<Option<FunctionLevels>> {
    if !beside(trace).exists() {
        return Ok(None);
    }
    let log = read(trace)?;
    let found = attributed(&log, &Names::new(&log), MOMENTS);
    let levels = FunctionLevels {
        moments: found.moments.into_iter().map(moment).collect(),
        functions: found.held.into_iter().map(function).collect(),
    };
    Ok(Some(levels).filter(|levels| !levels.moments.is_empty()))
}

fn moment(level: Level) -> FunctionMoment {
    let Level { time, rss, bytes } = level;
    FunctionMoment { time: Seconds(time as f64 / 1e9), rss: Bytes(rss), sum: Bytes(bytes) }
}

fn function(held: Held) -> FunctionBytes {
    let Held { entry, bytes, totals, bounds } = held;
    let source = source(&entry);
    let pair = |bounds: Bounds| (Bytes(bounds.lower), Bytes(bounds.upper));
    let bounds = bounds.map(|(own, total)| FunctionBounds { own: pair(own), total: pair(total) });
    FunctionBytes {
        source,
        name: entry.name,
        library: entry.library,
        is_attributed: !entry.unseen,
        bytes: bytes.into_iter().map(Bytes).collect(),
        totals: totals.into_iter().map(Bytes).collect(),
        // Memory without a function is what the bounds of the functions allow for.
        bounds: bounds.filter(|_| !entry.unseen),
    }
}

/// `grow.c:12`
fn source(entry: &Entry) -> String {
    if entry.line > 0 { format!("{}:{}", entry.file, entry.line) } else { entry.file.clone() }
}
