//! A sampler of the memory of a command or a running process, with all its descendants, on Linux and macOS.
//! It starts the command or attaches to the process, tracks the process tree, and passes what it reads to a callback
//! as records of the trace model. It writes no file and prints nothing.
#![doc = include_str!("../README.md")]

mod error;
mod interrupts;
mod job_control;
mod options;
mod parse;
mod path_lookup;
mod platform;
mod session;
mod tree;
mod wait_only;
mod wakeups;

use rprof_trace::Record;

pub use error::{Error, ReadError};
pub use interrupts::Interrupts;
pub use options::{Options, Target};
pub use path_lookup::find_program;
#[cfg(unix)]
pub use platform::FullScreen;
pub use platform::{
    COLUMNS, ExitStatus, Launch, METRICS, PageFaults, command_of, find_processes, host, os, page_size,
    prepare, signal_name,
};
pub use session::{Clock, Outcome, Session, TerminationCause};
pub use wait_only::{Unmeasured, run_unmeasured};

/// True if a GPU of this machine reports the memory of processes; then the part `gpu` is measured too. The first call loads
/// the library of the driver, so it should come before a session.
pub fn has_gpu() -> bool {
    platform::Gpu::is_present()
}

/// Gives bytes to all parsers of kernel text. Only for fuzzing.
#[cfg(fuzzing)]
pub fn fuzz_parsers(text: &[u8]) {
    parse::linux::parse_any(text);
    let _ = parse::CommandLine::new(text);
    let _ = parse::macos::arguments(text);
}

/// The receiver of the records of a run, in trace order. It is called between two readings, so it should be fast.
pub type Sink<'a> = &'a mut dyn FnMut(&Record<'_>);
