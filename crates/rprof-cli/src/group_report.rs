//! The control group in words for the summary, and as JSON for `rprof peak`.

use rprof_trace::{Bytes, CgroupProfile, OomKill};
use serde_json::{Value, json};

/// The lines of the summary: the memory of a group that the command has to itself, and the processes that the kernel
/// killed. The memory of a shared group is not the command's and is not shown.
pub fn lines(group: &CgroupProfile) -> Vec<String> {
    let mut lines: Vec<String> = memory_line(group).into_iter().collect();
    lines.extend(group.killed.iter().map(kill_line));
    lines
}

/// `control group: peak 211.3 MiB, with page cache, unmapped shared memory and kernel memory; at 0.52 s: 8.1 MiB anonymous, …`
fn memory_line(group: &CgroupProfile) -> Option<String> {
    let peak = group.peak.filter(|_| group.own)?;
    let at_least = if group.is_kernel_peak { "" } else { "at least " };
    let mut line = format!(
        "control group: peak {at_least}{peak}, with page cache, unmapped shared memory and kernel memory"
    );
    // A reading far below the peak shows other memory than that of the peak.
    let is_near = |current: Option<Bytes>| current.is_some_and(|current| current.0 >= peak.0 / 10 * 9);
    if let Some((time, reading)) =
        group.largest.as_ref().filter(|(_, reading)| is_near(reading.current_bytes))
    {
        let named = [
            ("anonymous", reading.anon_bytes),
            ("page cache", reading.file_bytes),
            // The kernel counts shared memory as a part of the page cache.
            ("of it shared memory", reading.shmem_bytes),
            ("kernel", reading.kernel_bytes),
        ];
        let parts: Vec<_> =
            named.iter().filter_map(|(name, size)| size.map(|size| format!("{size} {name}"))).collect();
        if !parts.is_empty() {
            line += &format!("; at {time}: {}", parts.join(", "));
        }
    }
    if let Some(limit) = group.limit {
        line += &format!("; limit {limit}");
    }
    Some(line)
}

/// `out of memory: the kernel killed 813:python3 at 1.32 s, with 145.6 MiB RSS; limit of its control group 150.0 MiB`
fn kill_line(kill: &OomKill) -> String {
    let process = kill.process.as_deref().unwrap_or("a process");
    let mut line = if kill.certain {
        format!("out of memory: the kernel killed {process} at {}", kill.time_s)
    } else {
        format!("possibly out of memory: the kernel may have killed {process} at {}", kill.time_s)
    };
    if let Some(rss) = kill.rss_bytes {
        let at_least = if kill.logged { "" } else { "at least " };
        line += &format!(", with {at_least}{rss} RSS");
    }
    if let Some(limit) = kill.limit_bytes {
        line += &format!("; limit of its control group {limit}");
    }
    line
}

/// The group as JSON; null if the trace has none.
pub fn object(group: Option<&CgroupProfile>) -> Value {
    let Some(group) = group else { return Value::Null };
    let largest = group.largest.as_ref();
    json!({
        "path": group.path,
        "version": (group.version > 0).then_some(group.version),
        "own": group.own,
        "peak_bytes": group.peak,
        "peak_by_kernel": group.is_kernel_peak,
        "limit_bytes": group.limit,
        "largest_reading": largest.map(|(time, reading)| json!({
            "time_s": time,
            "current_bytes": reading.current_bytes,
            "anon_bytes": reading.anon_bytes,
            "file_bytes": reading.file_bytes,
            "shmem_bytes": reading.shmem_bytes,
            "kernel_bytes": reading.kernel_bytes,
        })),
        "killed": group.killed.iter().map(|kill| json!({
            "process": kill.process,
            "certain": kill.certain,
            "logged": kill.logged,
            "time_s": kill.time_s,
            "rss_bytes": kill.rss_bytes,
            "limit_bytes": kill.limit_bytes,
        })).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use rprof_trace::{Cgroup, Seconds};

    use super::*;

    #[test]
    fn a_group_of_its_own_has_its_memory_and_its_parts() {
        let mib = |n: u64| Some(Bytes(n << 20));
        let reading = Cgroup {
            current_bytes: mib(209),
            anon_bytes: mib(8),
            shmem_bytes: mib(200),
            ..Cgroup::default()
        };
        let group = CgroupProfile {
            own: true,
            peak: mib(211),
            is_kernel_peak: true,
            largest: Some((Seconds(0.5), reading)),
            limit: mib(300),
            ..CgroupProfile::default()
        };
        let [line] = &lines(&group)[..] else { panic!() };
        for part in
            ["peak 211.0 MiB, with", "8.0 MiB anonymous", "200.0 MiB of it shared memory", "limit 300.0 MiB"]
        {
            assert!(line.contains(part), "{line}");
        }
        let far = Cgroup { current_bytes: mib(2), anon_bytes: mib(1), ..Cgroup::default() };
        let line = lines(&CgroupProfile { largest: Some((Seconds(0.5), far)), ..group }).remove(0);
        assert!(!line.contains("anonymous"), "{line}");
    }

    /// Values of a shared group are never shown as the command's.
    #[test]
    fn a_shared_group_has_no_line_but_its_kills() {
        let kill = OomKill {
            process: Some("7:worker".to_owned()),
            certain: true,
            logged: true,
            time_s: Seconds(1.5),
            rss_bytes: Some(Bytes(140 << 20)),
            limit_bytes: Some(Bytes(150 << 20)),
        };
        let possible = OomKill { certain: false, logged: false, limit_bytes: None, ..kill.clone() };
        let killed = vec![kill, possible];
        let group = CgroupProfile { limit: Some(Bytes(150 << 20)), killed, ..CgroupProfile::default() };
        assert_eq!(
            lines(&group),
            [
                "out of memory: the kernel killed 7:worker at 1.50 s, with 140.0 MiB RSS; limit of its control group 150.0 MiB",
                "possibly out of memory: the kernel may have killed 7:worker at 1.50 s, with at least 140.0 MiB RSS",
            ]
        );
    }
}
