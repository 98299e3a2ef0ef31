//! HOW memory is measured: start a command or join a running one, know its process tree, read its memory.
//! Gives records of the trace's model, one tick after the other; writes no file and prints nothing.

mod error;
mod options;
pub mod parse;
mod path_lookup;
mod platform;
mod session;
mod tree;
mod wait_only;

pub use error::{Error, ReadError};
pub use options::{Options, Target};
pub use path_lookup::find_program;
pub use platform::{
    COLUMNS, Ending, Launch, METRICS, command_of, find_processes, host, os, page_size, prepare, signal_name,
};
pub use session::{Clock, Outcome, Session};
pub use wait_only::accompany;
