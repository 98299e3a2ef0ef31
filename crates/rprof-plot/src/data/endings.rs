//! Kills and reached limits: processes that the kernel killed because memory ran out, and the limit at which rprof ended
//! the tree.

use rprof_trace::{OomKill, Profile, Seconds};

/// An end, and the words for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Ending {
    /// Its time.
    pub time: Seconds,
    /// The words: `out of memory: 813:cc1 killed`, `memory limit reached`.
    pub words: String,
}

/// The ends of a run in order of time. An end without a known time is missing.
pub fn endings(profile: &Profile) -> Vec<Ending> {
    let kills = profile.cgroup.iter().flat_map(|group| &group.killed).map(of_kill);
    let mut endings: Vec<Ending> = kills.chain(of_limit(profile)).collect();
    endings.sort_by(|a, b| a.time.0.total_cmp(&b.time.0));
    endings
}

fn of_kill(kill: &OomKill) -> Ending {
    let possibly = if kill.certain { "" } else { "possibly " };
    let process = kill.process.as_deref().unwrap_or("a process");
    Ending { time: kill.time_s, words: format!("{possibly}out of memory: {process} killed") }
}

/// The limit that ended the run. Words about processes that could not be ended follow its name in the trace.
fn of_limit(profile: &Profile) -> Option<Ending> {
    let end = profile.end.as_ref()?;
    let name = end.reason.as_deref()?.split(';').next()?;
    Some(Ending { time: end.limit_s?, words: format!("{name} reached") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rprof_trace::{CgroupProfile, End};

    fn shown(killed: Vec<OomKill>, reason: Option<&str>, limit_s: Option<f64>) -> Vec<String> {
        let cgroup = Some(CgroupProfile { killed, ..CgroupProfile::default() });
        let limit_s = limit_s.map(Seconds);
        let end = Some(End { reason: reason.map(str::to_owned), limit_s, ..End::default() });
        endings(&Profile { cgroup, end, ..Profile::default() }).into_iter().map(|end| end.words).collect()
    }

    #[test]
    fn kills_and_limits_are_named_in_order_of_time() {
        let kill = |process: &str, time: f64, certain| OomKill {
            process: Some(process.to_owned()),
            time_s: Seconds(time),
            certain,
            ..OomKill::default()
        };
        assert_eq!(
            shown(
                vec![kill("7:cc", 3.0, true), kill("8:ld", 1.0, false)],
                Some("memory limit; could not end 9:su"),
                Some(2.0)
            ),
            ["possibly out of memory: 8:ld killed", "memory limit reached", "out of memory: 7:cc killed"]
        );
        assert_eq!(shown(vec![OomKill::default()], None, None), ["possibly out of memory: a process killed"]);
    }

    /// A trace of an older rprof has no time of the limit.
    #[test]
    fn an_end_without_a_time_is_missing() {
        assert!(shown(Vec::new(), Some("time limit"), None).is_empty());
        assert!(shown(Vec::new(), Some("detached"), None).is_empty());
    }
}
