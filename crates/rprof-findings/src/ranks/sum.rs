//! Sums of curves over time in bounded space: steps of equal length on the wall clock, longer ones for longer runs and for
//! more hosts. Each host has sums of its own, so that its clock can be corrected afterwards.

use std::collections::BTreeMap;

use rprof_trace::{Bytes, Curve, Point, Seconds};

/// The largest number of steps of a sum.
const MOST_STEPS: usize = 2048;
/// The smallest limit of that number, however many hosts there are.
const FEWEST_STEPS: usize = 64;
/// The steps of all hosts together. Each takes 16 bytes.
const ALL_STEPS: usize = 1 << 22;
/// The first length of a step in seconds, below any usual interval.
const FIRST_STEP: f64 = 1.0 / 1024.0;

/// A sum over time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SumCurve {
    /// The sum at the start of each step. Between two ticks, the memory of a rank is a straight line, as in a figure.
    pub at: Curve,
    /// For each step, at its start, the sum of the largest values that each rank had within the step. The sum of what was
    /// measured at any one time is not larger.
    pub most: Curve,
    /// Length of a step.
    pub step: Seconds,
}

impl SumCurve {
    /// The largest sum at the start of a step: between steps it may have been larger.
    pub fn peak(&self) -> Bytes {
        highest(&self.at).map_or(Bytes(0), |point| point.value)
    }

    /// The largest sum of the values of a step, and its time.
    pub fn most(&self) -> Option<Point> {
        highest(&self.most)
    }
}

fn highest(curve: &Curve) -> Option<Point> {
    // Of equal ones the first.
    curve.iter().rev().max_by_key(|point| point.value).copied()
}

/// The sums of all hosts.
#[derive(Debug)]
pub struct Sums {
    step: f64,
    hosts: BTreeMap<String, HostSums>,
}

impl Default for Sums {
    fn default() -> Self {
        Self { step: FIRST_STEP, hosts: BTreeMap::new() }
    }
}

/// The sums of a host.
#[derive(Debug, Default)]
struct HostSums {
    /// The number of the first step, counted from 1970.
    first: i64,
    /// At the start of each step, and the largest within it.
    steps: Vec<(u64, u64)>,
    /// The correction of its clock.
    shift: f64,
}

impl Sums {
    /// Adds a curve, whose times count from `start`. Before its first point and after `elapsed` it is 0.
    pub fn add(&mut self, host: &str, start: f64, elapsed: Seconds, curve: &Curve) {
        let end = start + elapsed.0.max(curve.last().map_or(0.0, |point| point.time.0));
        if !(start.is_finite() && end.is_finite()) {
            return;
        }
        self.hosts.entry(host.to_owned()).or_default();
        let limit = self.limit();
        while self.hosts.iter().any(|(name, sums)| {
            let added = (name == host).then(|| (self.number(start), self.number(end)));
            sums.length_with(added) > limit
        }) {
            self.double();
        }
        let (first, last, step) = (self.number(start), self.number(end), self.step);
        let Some(sums) = self.hosts.get_mut(host) else { return };
        sums.extend(first, last);
        let mut line = Line { curve, end: end - start, next: 0 };
        let mut at = line.value(first as f64 * step - start);
        for number in first..=last {
            let to = (number + 1) as f64 * step - start;
            let within = line.largest_before(to);
            let after = line.value(to);
            sums.add(number, at, within.max(at).max(after));
            at = after;
        }
    }

    /// Adds all sums of another.
    pub fn join(&mut self, mut other: Self) {
        while self.step < other.step {
            self.double();
        }
        while other.step < self.step {
            other.double();
        }
        for (name, sums) in other.hosts {
            let into = self.hosts.entry(name).or_default();
            if sums.steps.is_empty() {
                continue;
            }
            into.extend(sums.first, sums.last());
            for (number, (at, most)) in (sums.first..).zip(sums.steps) {
                into.add(number, at, most);
            }
        }
        let limit = self.limit();
        while self.hosts.values().any(|sums| sums.steps.len() > limit) {
            self.double();
        }
    }

    /// Corrects the clock of a host by this many seconds.
    pub fn shift(&mut self, host: &str, seconds: f64) {
        if let Some(sums) = self.hosts.get_mut(host) {
            sums.shift = seconds;
        }
    }

    /// The sum of each host, in the order of their names. Times count from `zero`.
    pub fn by_host(&self, zero: f64) -> Vec<SumCurve> {
        self.hosts.values().map(|sums| self.curve(std::iter::once(sums), zero)).collect()
    }

    /// The sum over all hosts.
    pub fn total(&self, zero: f64) -> SumCurve {
        self.curve(self.hosts.values(), zero)
    }

    fn curve<'a>(&self, hosts: impl Iterator<Item = &'a HostSums>, zero: f64) -> SumCurve {
        let mut sum = HostSums::default();
        for host in hosts.filter(|host| !host.steps.is_empty()) {
            let first = host.first + (host.shift / self.step).round() as i64;
            sum.extend(first, first + host.last() - host.first);
            for (number, (at, most)) in (first..).zip(&host.steps) {
                sum.add(number, *at, *most);
            }
        }
        let point = |number: i64, value| {
            // The first step began before the first rank.
            let time = Seconds((number as f64 * self.step - zero).max(0.0));
            Point { time, value: Bytes(value) }
        };
        let numbered = || (sum.first..).zip(&sum.steps);
        SumCurve {
            at: numbered().map(|(number, (at, _))| point(number, *at)).collect(),
            most: numbered().map(|(number, (_, most))| point(number, *most)).collect(),
            step: Seconds(self.step),
        }
    }

    fn number(&self, time: f64) -> i64 {
        (time / self.step).floor() as i64
    }

    fn limit(&self) -> usize {
        (ALL_STEPS / self.hosts.len().max(1)).clamp(FEWEST_STEPS, MOST_STEPS)
    }

    fn double(&mut self) {
        self.step *= 2.0;
        self.hosts.values_mut().for_each(HostSums::double);
    }
}

/// A curve as a figure draws it: a straight line between two points.
struct Line<'a> {
    curve: &'a Curve,
    /// The end of the run. The last value holds until then.
    end: f64,
    /// The first point that is still ahead.
    next: usize,
}

impl Line<'_> {
    /// The largest point before this time, of those that are still ahead.
    fn largest_before(&mut self, time: f64) -> u64 {
        let mut largest = 0;
        while let Some(point) = self.curve.get(self.next).filter(|point| point.time.0 < time) {
            largest = largest.max(point.value.0);
            self.next += 1;
        }
        largest
    }

    /// The value at this time, before which no point is ahead; 0 outside the run.
    fn value(&self, time: f64) -> u64 {
        let before = self.next.checked_sub(1).and_then(|at| self.curve.get(at));
        match (before, self.curve.get(self.next)) {
            (Some(before), Some(after)) => {
                let length = after.time.0 - before.time.0;
                let share = if length > 0.0 { (time - before.time.0) / length } else { 1.0 };
                let (from, to) = (before.value.0 as f64, after.value.0 as f64);
                (from + (to - from) * share.clamp(0.0, 1.0)) as u64
            }
            (Some(last), None) if time <= self.end => last.value.0,
            _ => 0,
        }
    }
}

impl HostSums {
    /// The number of the last step; that before the first if there is none.
    fn last(&self) -> i64 {
        self.first + i64::try_from(self.steps.len()).unwrap_or(0) - 1
    }

    /// The number of steps with these added.
    fn length_with(&self, added: Option<(i64, i64)>) -> usize {
        let own = (!self.steps.is_empty()).then(|| (self.first, self.last()));
        let span = match (own, added) {
            (Some(one), Some(two)) => (one.0.min(two.0), one.1.max(two.1)),
            (one, two) => match one.or(two) {
                Some(span) => span,
                None => return 0,
            },
        };
        usize::try_from(span.1.saturating_sub(span.0).saturating_add(1)).unwrap_or(usize::MAX)
    }

    /// Makes room for these steps.
    fn extend(&mut self, first: i64, last: i64) {
        if self.steps.is_empty() {
            self.first = first;
        }
        let before = usize::try_from(self.first - first).unwrap_or(0);
        if before > 0 {
            self.steps.splice(..0, std::iter::repeat_n((0, 0), before));
            self.first = first;
        }
        let length = usize::try_from(last - self.first + 1).unwrap_or(0);
        if length > self.steps.len() {
            self.steps.resize(length, (0, 0));
        }
    }

    fn add(&mut self, number: i64, at: u64, most: u64) {
        let place = usize::try_from(number - self.first).ok();
        if let Some(step) = place.and_then(|place| self.steps.get_mut(place)) {
            *step = (step.0.saturating_add(at), step.1.saturating_add(most));
        }
    }

    fn double(&mut self) {
        if self.steps.is_empty() {
            return;
        }
        if self.first.rem_euclid(2) == 1 {
            self.steps.insert(0, (0, 0));
            self.first -= 1;
        }
        self.first /= 2;
        // The sum at the start of the pair, and the larger one within it.
        let pairs = self.steps.chunks(2).map(|pair| {
            let most = pair.iter().map(|step| step.1).max().unwrap_or(0);
            (pair[0].0, most)
        });
        self.steps = pairs.collect();
    }
}
