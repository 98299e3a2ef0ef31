//! Parsers of what the kernel of Linux reports in files and in its log.

pub mod cgroup;
pub mod drm;
pub mod oom_log;
pub mod proc;
pub mod rss_counters;
pub mod stat;

/// Gives a text to every parser. A parser must accept any bytes without a panic.
#[cfg(fuzzing)]
pub fn parse_any(text: &[u8]) {
    let status = proc::Status::parse(text);
    let _ = status.is_dead();
    let _ = (
        proc::SmapsRollup::parse(text),
        proc::last_pid(text),
        proc::number(text),
        proc::counter(text, "ctxt"),
    );
    let _ = (stat::Stat::parse(text), stat::has_schedule(text));
    let mut group = rprof_trace::Cgroup::default();
    cgroup::parse_events(text, &mut group);
    let _ = cgroup::size(text);
    let text = String::from_utf8_lossy(text);
    let _ = oom_log::parse_kill(&text);
    let _ = drm::parse(&text);
    let _ = rss_counters::count_cpus(&text);
    let _ = rss_counters::mark_error(&text, 4, 4096);
}
