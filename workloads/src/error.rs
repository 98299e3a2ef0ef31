//! The errors that keep a workload from starting. Each message has a remedy for the user.

use std::io;
use std::path::PathBuf;

/// The reason why a workload does not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The array has more bytes than an `isize` counts, so no allocation or file can hold it.
    #[error(
        "an array of {depth} x {rows} x {cols} values exceeds every address space; use a smaller `--depth`, `--rows` or `--cols`"
    )]
    PastAddressSpace {
        /// Number of slices.
        depth: usize,
        /// Rows of a slice.
        rows: usize,
        /// Columns of a slice.
        cols: usize,
    },
    /// The memory or the disk has too little room for all slices.
    #[error(
        "not enough {resource}: {needed:.3} GB needed, {available:.3} GB available ({source_of_limit}); {}",
        remedy(*.fitting)
    )]
    NoRoom {
        /// The resource that is too small: memory, or the disk of a file.
        resource: String,
        /// The needed size in GB, 10^9 bytes.
        needed: f64,
        /// The available size in GB, 10^9 bytes.
        available: f64,
        /// The origin of the limit.
        source_of_limit: String,
        /// The largest depth that fits; `None` if not even one slice fits.
        fitting: Option<usize>,
    },
    /// The free space in the directory of the file cannot be read.
    #[error("cannot read the free space of `{path}`: {cause}; choose another place with `--file`")]
    NoPlace {
        /// The directory of the file.
        path: PathBuf,
        /// The error of the system. The message has it, so it is not also the source.
        cause: io::Error,
    },
    /// A text is not the output of a finished workload.
    #[error("`{name} = N {unit}` is missing in the output of the workload: {text:?}; rebuild the workloads")]
    NotAReport {
        /// The name at the start of the missing line.
        name: &'static str,
        /// The unit at its end.
        unit: &'static str,
        /// The whole output.
        text: String,
    },
}

/// Returns the change of options that makes the array fit.
fn remedy(fitting: Option<usize>) -> String {
    match fitting {
        Some(depth) => format!("use `--depth {depth}` or less"),
        None => "not even `--depth 1` fits; use fewer `--rows` or `--cols`".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `memmap --file /no/such/x` printed "No such file or directory (os error 2)" before the remedy and again after it.
    #[test]
    fn the_error_of_the_system_is_printed_once() {
        let error = Error::NoPlace { path: "/no".into(), cause: io::Error::from_raw_os_error(2) };
        let shown = format!("{:#}", anyhow::Error::new(error));
        assert_eq!(shown.matches("(os error 2)").count(), 1, "{shown}");
    }
}
