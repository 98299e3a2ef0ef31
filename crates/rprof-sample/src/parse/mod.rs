//! Parsers of kernel answers, compiled and tested on every system. They make no system call.
//! Each platform uses one of them, so the other is unused outside its tests.

#[cfg_attr(
    any(rprof_unsupported, not(any(target_os = "linux", target_os = "macos"))),
    allow(dead_code, reason = "used where there is a sampler, tested on every system")
)]
pub mod command_line;
mod command_name;
#[cfg_attr(
    any(rprof_unsupported, not(target_os = "linux")),
    allow(dead_code, reason = "used on Linux only, tested on every system")
)]
pub mod linux;
#[cfg_attr(
    any(rprof_unsupported, not(target_os = "macos")),
    allow(dead_code, reason = "used on macOS only, tested on every system")
)]
pub mod macos;

pub use command_line::CommandLine;
pub use command_name::CommandName;
