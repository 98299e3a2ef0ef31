//! Parsers of what the kernel of Linux reports in files and in its log.

pub mod cgroup;
pub mod oom_log;
pub mod proc;
pub mod rss_counters;
pub mod stat;
