//! The memory limits of the traces: those near enough to the curves to be drawn, and the others.

use rprof_trace::{Bytes, Metric, Profile, Sizes};

/// A limit above this many times the highest value is not drawn: the curves would lose more than half of the height.
const NEAR: f64 = 2.0;
/// The most limits that are drawn, the lowest first.
const MOST_LINES: usize = 4;

/// A limit of one or several traces.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Limit {
    /// The kind of limit: `memory limit` or `cgroup limit`.
    kind: &'static str,
    /// The limit.
    pub bytes: Bytes,
    /// The traces that have it, by their place among all.
    traces: Vec<usize>,
    /// True if all traces have it.
    is_common: bool,
    /// True if a curve of RSS passes it, in which shared pages count more than once. They count once for a limit.
    is_passed_by_sum: bool,
}

/// The limits of a figure.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Limits {
    /// Limits to be drawn.
    pub near: Vec<Limit>,
    /// Limits that are too high to be drawn.
    pub far: Vec<Limit>,
}

impl Limits {
    /// The limits of these profiles, beside curves that reach up to `highest` bytes.
    pub fn new(profiles: &[&Profile], highest: f64) -> Self {
        let mut all: Vec<Limit> = Vec::new();
        for (at, profile) in profiles.iter().enumerate() {
            for (kind, bytes) in of_profile(profile) {
                let known = all.iter().position(|limit| limit.kind == kind && limit.bytes == bytes);
                let known = known.unwrap_or_else(|| {
                    all.push(Limit { kind, bytes, ..Limit::default() });
                    all.len() - 1
                });
                all[known].traces.push(at);
                all[known].is_passed_by_sum |= is_passed_by_sum(profile, bytes);
            }
        }
        all.iter_mut().for_each(|limit| limit.is_common = limit.traces.len() == profiles.len());
        all.sort_by_key(|limit| limit.bytes);
        let (near, far) = all.into_iter().partition(|limit| limit.bytes.0 as f64 <= highest * NEAR);
        let mut limits = Self { near, far };
        limits.near.truncate(MOST_LINES);
        limits
    }

    /// The highest limit to be drawn in bytes; 0 without one.
    pub fn highest(&self) -> f64 {
        self.near.iter().map(|limit| limit.bytes.0 as f64).fold(0.0, f64::max)
    }

    /// `off scale: memory limit 24.00 GiB`; empty if no limit lies there.
    pub fn far_words(&self, names: &[&str], sizes: Sizes) -> String {
        let far = self.far.iter().take(MOST_LINES);
        let words: Vec<String> = far.map(|limit| limit.words(names, sizes)).collect();
        if words.is_empty() { String::new() } else { format!("off scale: {}", words.join(", ")) }
    }
}

impl Limit {
    /// `memory limit 1.00 GiB`, with the trace, or the number of traces, if not all have it. `names` are those of all traces.
    pub fn words(&self, names: &[&str], sizes: Sizes) -> String {
        let once = if self.is_passed_by_sum { ", shared pages once" } else { "" };
        let words = format!("{} {}{once}", self.kind, sizes.text(self.bytes));
        match self.traces[..] {
            _ if self.is_common => words,
            [only] => format!("{words} ({})", names.get(only).unwrap_or(&"one trace")),
            _ => format!("{words} ({} of {} traces)", self.traces.len(), names.len()),
        }
    }
}

/// True if RSS added up over several processes passes the limit. This alone does not reach the limit.
fn is_passed_by_sum(profile: &Profile, limit: Bytes) -> bool {
    let is_sum = profile.metric == Metric::Rss && profile.process_count > 1;
    is_sum && profile.peak.is_some_and(|peak| peak.value > limit)
}

/// The limits of one run, each with its kind.
fn of_profile(profile: &Profile) -> impl Iterator<Item = (&'static str, Bytes)> {
    let own = profile.header.as_ref().and_then(|header| header.memory_limit_bytes);
    let group = profile.cgroup.as_ref().and_then(|group| group.limit);
    let limits = [own.map(|bytes| ("memory limit", bytes)), group.map(|bytes| ("cgroup limit", bytes))];
    limits.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rprof_trace::{CgroupProfile, Header, Peak, Seconds};

    fn profile(own: Option<u64>, group: Option<u64>) -> Profile {
        Profile {
            header: Some(Header { memory_limit_bytes: own.map(Bytes), ..Header::default() }),
            cgroup: group
                .map(|limit| CgroupProfile { limit: Some(Bytes(limit)), ..CgroupProfile::default() }),
            ..Profile::default()
        }
    }

    fn words(limits: &[Limit], names: &[&str]) -> Vec<String> {
        limits.iter().map(|limit| limit.words(names, Sizes::default())).collect()
    }

    /// A limit of 24 GiB over a curve of 50 MiB would leave nothing of the curve.
    #[test]
    fn a_limit_far_above_the_curve_is_words_only() {
        let one = profile(Some(1 << 30), Some(24 << 30));
        let limits = Limits::new(&[&one], 600.0 * 1_048_576.0);
        assert_eq!(words(&limits.near, &["a"]), ["memory limit 1.00 GiB"]);
        assert_eq!(limits.far_words(&["a"], Sizes::default()), "off scale: cgroup limit 24.00 GiB");
        let low = Limits::new(&[&one], 50.0 * 1_048_576.0);
        assert!(low.near.is_empty() && low.highest() <= 0.0);
        assert_eq!(
            low.far_words(&["a"], Sizes::default()),
            "off scale: memory limit 1.00 GiB, cgroup limit 24.00 GiB"
        );
        assert_eq!(Limits::new(&[&one], 0.0).near, []);
    }

    #[test]
    fn a_limit_at_twice_the_highest_value_is_still_drawn() {
        let one = profile(Some(200), None);
        assert_eq!(Limits::new(&[&one], 100.0).near.len(), 1);
        assert_eq!(Limits::new(&[&one], 99.0).near.len(), 0);
        // A limit that was passed lies below the highest value.
        assert_eq!(Limits::new(&[&one], 900.0).near.len(), 1);
    }

    #[test]
    fn a_limit_of_several_traces_names_those_that_have_it() {
        let [a, b, c] = [profile(Some(100), Some(90)), profile(Some(100), Some(90)), profile(None, Some(90))];
        let names = ["a.dat", "b.dat", "c.dat"];
        let limits = Limits::new(&[&a, &b, &c], 100.0);
        assert_eq!(words(&limits.near, &names), ["cgroup limit 90 B", "memory limit 100 B (2 of 3 traces)"]);
        let limits = Limits::new(&[&a, &profile(None, Some(90))], 100.0);
        assert_eq!(words(&limits.near, &names), ["cgroup limit 90 B", "memory limit 100 B (a.dat)"]);
    }

    /// Four forked children share 100 MiB with their parent. The curve passes a limit of 300 MiB, and nothing happens.
    #[test]
    fn a_limit_that_only_the_sum_of_rss_passes_says_how_it_counts() {
        let peak = |value| Some(Peak { value: Bytes(value), time: Seconds(1.0), within: None, upper: None });
        let tree = Profile { peak: peak(552), process_count: 5, ..profile(Some(300), Some(900)) };
        let shown = |profile: &Profile| words(&Limits::new(&[profile], 552.0).near, &["a"]);
        assert_eq!(shown(&tree), ["memory limit 300 B, shared pages once", "cgroup limit 900 B"]);
        assert_eq!(shown(&Profile { process_count: 1, ..tree.clone() })[0], "memory limit 300 B");
        assert_eq!(shown(&Profile { metric: Metric::Pss, ..tree })[0], "memory limit 300 B");
    }

    #[test]
    fn many_traces_with_limits_of_their_own_have_few_lines() {
        let profiles: Vec<Profile> = (0..30).map(|i| profile(Some(100 + i), None)).collect();
        let limits = Limits::new(&profiles.iter().collect::<Vec<_>>(), 100.0);
        assert_eq!(limits.near.len(), MOST_LINES);
    }
}
