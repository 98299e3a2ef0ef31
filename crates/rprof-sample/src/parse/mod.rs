//! Parsers of kernel answers, compiled and tested on every system. They make no system call.
//! Each platform uses one of them, so the other is unused outside its tests.

#[cfg_attr(
    any(rprof_unsupported, not(target_os = "linux")),
    allow(dead_code, reason = "used on Linux only, tested on every system")
)]
pub mod cgroup;
mod command_name;
#[cfg_attr(
    any(rprof_unsupported, not(target_os = "macos")),
    allow(dead_code, reason = "used on macOS only, tested on every system")
)]
pub mod macos;
#[cfg_attr(
    any(rprof_unsupported, not(target_os = "linux")),
    allow(dead_code, reason = "used on Linux only, tested on every system")
)]
pub mod oom_log;
#[cfg_attr(
    any(rprof_unsupported, not(target_os = "linux")),
    allow(dead_code, reason = "used on Linux only, tested on every system")
)]
pub mod proc;
#[cfg_attr(
    any(rprof_unsupported, not(target_os = "linux")),
    allow(dead_code, reason = "used on Linux only, tested on every system")
)]
pub mod rss_counters;
#[cfg_attr(
    any(rprof_unsupported, not(target_os = "linux")),
    allow(dead_code, reason = "used on Linux only, tested on every system")
)]
pub mod stat;

pub use command_name::CommandName;
