//! The exports of a trace, a file and a match arm for each format. Formats that list records in order are written while
//! the trace is read; those that list curves are written from profiles, whose size has a limit.

mod chrome;
mod csv;
mod firefox;
mod held;
mod jsonl;
mod openmetrics;

use std::fmt;
use std::io::Write;
use std::path::Path;

use rprof_trace::{Keep, Profile, ProfileOptions, Reader, Seconds};

use crate::compression::Compression;
use crate::error::Error;
pub use held::{HeldFrame, HeldMemory, HeldStack};

/// Processes whose curves are exported by a format that lists curves.
const PROCESSES: usize = 100;

/// A format of exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// Chrome's JSON of trace events, for Perfetto and `chrome://tracing`.
    Chrome,
    /// A processed profile of the Firefox Profiler.
    Firefox,
    /// `OpenMetrics` text, for Prometheus and its relatives.
    OpenMetrics,
    /// One JSON object for each record.
    Jsonl,
    /// A table with one value in each row.
    Csv,
}

impl ExportFormat {
    /// All formats.
    pub const ALL: [Self; 5] = [Self::Chrome, Self::Firefox, Self::OpenMetrics, Self::Jsonl, Self::Csv];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chrome => "chrome",
            Self::Firefox => "firefox",
            Self::OpenMetrics => "openmetrics",
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
        }
    }

    /// The format that the name of a new file selects, with or without an extension of a compression.
    ///
    /// # Errors
    /// [`Error::NoFormat`]. A name that ends in `.json` selects one only in `.chrome.json` and `.firefox.json`.
    pub fn from_path(path: &Path) -> Result<Self, Error> {
        let stem = Compression::of_path(path).map_or_else(|| path.to_owned(), |(_, stem)| stem);
        let name = stem.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        if ends(&[".csv"]) {
            Ok(Self::Csv)
        } else if ends(&[".jsonl", ".ndjson"]) {
            Ok(Self::Jsonl)
        } else if ends(&[".openmetrics", ".om", ".prom"]) {
            Ok(Self::OpenMetrics)
        } else if ends(&[".chrome.json"]) {
            Ok(Self::Chrome)
        } else if ends(&[".firefox.json"]) {
            Ok(Self::Firefox)
        } else {
            Err(Error::NoFormat { path: path.to_owned() })
        }
    }

    /// The number of processes whose curves an export in this format has; `None` if it has all.
    pub fn process_limit(self) -> Option<usize> {
        match self.profile_options().processes {
            Keep::Largest(count) => Some(count),
            Keep::None | Keep::Peaks => None,
        }
    }

    /// True if the format has the memory of call stacks.
    pub const fn has_stacks(self) -> bool {
        matches!(self, Self::Firefox)
    }

    /// The options of the profiles that the format needs.
    pub fn profile_options(self) -> ProfileOptions {
        match self {
            Self::Chrome | Self::Csv | Self::Jsonl => {
                ProfileOptions { slices: 2, curves: false, ..ProfileOptions::default() }
            }
            Self::Firefox | Self::OpenMetrics => {
                ProfileOptions { processes: Keep::Largest(PROCESSES), ..ProfileOptions::default() }
            }
        }
    }
}

/// The name on the command line.
impl fmt::Display for ExportFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A trace to export.
pub struct Source<'a> {
    /// Opens the trace at its start.
    pub open: &'a mut dyn FnMut() -> Result<Reader<'static>, rprof_trace::Error>,
    /// Its runs, with the [options](ExportFormat::profile_options) of the format.
    pub profiles: &'a [Profile],
    /// The memory of its call stacks at one moment, for a format that [has stacks](ExportFormat::has_stacks).
    pub held: Option<&'a HeldMemory>,
}

impl fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("profiles", &self.profiles).finish_non_exhaustive()
    }
}

/// Writes a trace in a format.
///
/// # Errors
/// If the trace cannot be read or the output cannot be written.
pub fn export(format: ExportFormat, source: &mut Source<'_>, out: &mut dyn Write) -> Result<(), Error> {
    match format {
        ExportFormat::Chrome => chrome::write(source, out),
        ExportFormat::Firefox => firefox::write(source.profiles, source.held, out),
        ExportFormat::OpenMetrics => openmetrics::write(source.profiles, out),
        ExportFormat::Jsonl => jsonl::write(source, out),
        ExportFormat::Csv => csv::write(source, out),
    }
}

/// The name of a process in its id `pid:name`; the id itself if it has another form.
fn name_of(id: &str) -> &str {
    id.split_once(':').map_or(id, |(_, name)| name)
}

/// The pid in an id `pid:name`, or in one that is a pid; `None` for an id of another form, and for 0.
fn pid_of(id: &str) -> Option<u32> {
    let digits = id.split_once(':').map_or(id, |(pid, _)| pid);
    digits.parse().ok().filter(|pid| *pid > 0)
}

/// The pid and the thread in `pid.thread`.
fn thread_of(thread: Option<&str>) -> Option<(u32, u64)> {
    let (pid, thread) = thread?.split_once('.')?;
    Some((pid.parse().ok().filter(|pid| *pid > 0)?, thread.parse().ok()?))
}

/// The time from the start of the first run to that of another, so that the runs of a file stand in one time.
fn offset(profiles: &[Profile], run: usize) -> Seconds {
    let start = |run: usize| profiles.get(run).and_then(|profile| profile.start_s);
    Seconds(start(run).zip(start(0)).map_or(0.0, |(own, first)| (own - first).max(0.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_selects_the_format_unless_it_is_ambiguous() {
        let of = |name: &str| ExportFormat::from_path(Path::new(name)).ok();
        assert_eq!(of("t.csv.gz"), Some(ExportFormat::Csv));
        assert_eq!(of("T.JSONL"), Some(ExportFormat::Jsonl));
        assert_eq!(of("a/t.prom"), Some(ExportFormat::OpenMetrics));
        assert_eq!(of("t.chrome.json"), Some(ExportFormat::Chrome));
        assert_eq!(of("t.firefox.json.gz"), Some(ExportFormat::Firefox));
        for ambiguous in ["t.json", "t.json.gz", "t", "t.dat"] {
            let error = ExportFormat::from_path(Path::new(ambiguous)).expect_err("no format").to_string();
            assert!(error.contains("--format") && error.contains(ambiguous), "{error}");
        }
    }

    #[test]
    fn ids_give_names_pids_and_threads() {
        assert_eq!((name_of("812:sh"), pid_of("812:sh")), ("sh", Some(812)));
        assert_eq!((name_of("3"), pid_of("3"), pid_of("0"), pid_of("x:y")), ("3", Some(3), None, None));
        assert_eq!(thread_of(Some("812.813")), Some((812, 813)));
        assert_eq!((thread_of(Some("812")), thread_of(None), thread_of(Some("0.1"))), (None, None, None));
    }
}
