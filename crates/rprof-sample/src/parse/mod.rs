//! Parsers of kernel answers, compiled and tested on every system. No system call here.

pub mod macos;
pub mod proc;
