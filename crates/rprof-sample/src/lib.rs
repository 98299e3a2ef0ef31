//! HOW memory is measured: start a command or join a running one, know its process tree, read its memory.
//! Gives records of the trace's model, one tick after the other; writes no file and prints nothing.

mod accompany;
mod bounds;
mod clock;
mod error;
mod limits;
pub mod mac_data;
mod member;
mod names;
mod options;
mod platform;
pub mod proc_text;
mod program;
mod schedule;
mod session;
mod shares;
mod tree;
mod zombies;

pub use accompany::accompany;
pub use clock::Clock;
pub use error::{Error, ReadError};
pub use options::{Options, Target};
pub use platform::{
    COLUMNS, Ending, Launch, METRICS, command_of, find_processes, host, os, page_size, prepare, signal_name,
};
pub use program::find_program;
pub use session::{Outcome, Session};
