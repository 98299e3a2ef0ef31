//! The programs of the article "Memory usage of large NumPy array", as workloads to profile. Each program fills an
//! array slice by slice, in memory or in a file. This library holds the parts that the programs in `src/bin` share.

pub mod array;
mod error;
pub mod in_memory;
pub mod options;
pub mod random;
pub mod report;
pub mod room;

pub use error::Error;
