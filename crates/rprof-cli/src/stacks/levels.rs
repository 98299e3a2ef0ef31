//! The functions of a run at some moments, for its page.

use std::path::Path;

use rprof_plot::{FunctionBytes, FunctionLevels, FunctionMoment};
use rprof_trace::{Bytes, Seconds};
use rprof_where::attribution::{Entry, Held, Level, Names, levels as attributed};

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
    let Held { entry, bytes } = held;
    let source = source(&entry);
    FunctionBytes {
        source,
        name: entry.name,
        library: entry.library,
        is_attributed: !entry.unseen,
        bytes: bytes.into_iter().map(Bytes).collect(),
    }
}

/// `grow.c:12`
fn source(entry: &Entry) -> String {
    if entry.line > 0 { format!("{}:{}", entry.file, entry.line) } else { entry.file.clone() }
}
