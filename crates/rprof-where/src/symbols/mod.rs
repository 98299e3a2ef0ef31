//! The functions at frames: debug information and symbols of files, and the maps that interpreters write for their code.

mod files;
mod perf_map;

pub use files::Files;
pub use perf_map::{PerfMap, path_of};
