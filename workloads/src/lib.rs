//! The programs of the article "Memory usage of large NumPy array", as workloads to profile: each fills an array
//! slice by slice, in memory or in a file. What they share stands here; the programs are in `src/bin`.

pub mod array;
mod error;
pub mod in_memory;
pub mod options;
pub mod random;
pub mod report;
pub mod room;

pub use error::Error;
