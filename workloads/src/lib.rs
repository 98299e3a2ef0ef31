//! The programs of the article "Memory usage of large NumPy array", as workloads to profile: each fills an array
//! slice by slice, in memory or in a file. What they share stands here; the programs are in `src/bin`.

pub mod array;
pub mod random;
