//! What can keep a workload from starting, in words its user can act on.

use std::io;
use std::path::PathBuf;

/// Why a workload does not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The array's bytes cannot even be counted in an `isize`, so no allocation or file can have them.
    #[error(
        "an array of {depth} x {rows} x {cols} values is past any address space; use a smaller `--depth`, `--rows` or `--cols`"
    )]
    PastAddressSpace {
        /// Slices.
        depth: usize,
        /// Rows of a slice.
        rows: usize,
        /// Columns of a slice.
        cols: usize,
    },
    /// Memory or disk would be full before the last slice.
    #[error(
        "not enough {resource}: {needed:.3} GB needed, {available:.3} GB available ({source_of_limit}); {}",
        remedy(*.fitting)
    )]
    NoRoom {
        /// What there is too little of, and where.
        resource: String,
        /// In GB, 10^9 bytes.
        needed: f64,
        /// In GB, 10^9 bytes.
        available: f64,
        /// Which limit says so.
        source_of_limit: String,
        /// The largest depth that fits, `None` when not even one slice does.
        fitting: Option<usize>,
    },
    /// The place for the file cannot be looked at.
    #[error("cannot ask how much room `{path}` has: {source}; give another place with `--file`")]
    NoPlace {
        /// The directory of the file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A text is not what a finished workload prints.
    #[error("`{name} = N {unit}` is missing in what the workload printed: {text:?}; rebuild the workloads")]
    NotAReport {
        /// What the missing line is of.
        name: &'static str,
        /// In which its number is.
        unit: &'static str,
        /// All that was printed.
        text: String,
    },
}

/// What to change so that the array has room.
fn remedy(fitting: Option<usize>) -> String {
    match fitting {
        Some(depth) => format!("use `--depth {depth}` or less"),
        None => "not even `--depth 1` fits: use fewer `--rows` or `--cols`".to_owned(),
    }
}
