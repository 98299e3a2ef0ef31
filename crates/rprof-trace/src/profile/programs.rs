//! The programs of a run while it is being read: for each name the sum over its processes, and the curves of the chosen
//! ones. A process that calls exec leaves one program and joins another.

use std::collections::{HashMap, HashSet};

use crate::profile::curve::{Curve, Point, Track};
use crate::profile::largest::by_size;
use crate::units::{Bytes, Seconds};

/// The largest number of names and of living processes that are kept. What is beyond counts for no program.
const MOST: usize = 1 << 16;

/// All processes of one name.
#[derive(Debug, Clone, PartialEq)]
pub struct ProgramProfile {
    /// The name that the processes have in the trace.
    pub name: String,
    /// The number of processes that ran it.
    pub processes: u64,
    /// The largest sum over its processes at one tick.
    pub peak: Bytes,
    /// The time of that tick.
    pub peak_time: Seconds,
    /// The curve of the sum; empty if it is not one of the chosen programs.
    pub curve: Curve,
}

#[derive(Debug, Clone)]
struct Program {
    name: String,
    processes: u64,
    sum: Bytes,
    peak: Option<Point>,
    last: Option<Point>,
    track: Option<Box<Track>>,
    /// `true` if the sum has changed since `last`.
    has_changed: bool,
}

/// A tick, and the one before it, up to which all sums still held.
type TickTimes = (Seconds, Option<Seconds>);

/// The programs seen so far, in order of appearance.
#[derive(Debug, Clone, Default)]
pub(crate) struct Programs {
    list: Vec<Program>,
    places: HashMap<String, usize>,
    /// The program and the last sample of each living process, by its id.
    alive: HashMap<String, (usize, Bytes)>,
    /// The tick that is not complete yet. Its samples change several processes of a program, one after the other.
    open: Option<TickTimes>,
    /// Names of the programs whose curves are needed, and an empty curve.
    wanted: Option<(HashSet<String>, Track)>,
}

impl Programs {
    /// Keeps the curves of the programs of these names.
    pub fn with_curves(names: HashSet<String>, empty: Track) -> Self {
        Self { wanted: Some((names, empty)), ..Self::default() }
    }

    pub fn has_samples(&self) -> bool {
        self.open.is_some() || self.list.iter().any(|program| program.peak.is_some())
    }

    /// The names of the programs with the largest peaks.
    pub fn largest(&mut self, count: usize) -> HashSet<String> {
        self.close();
        let order = by_size(&self.list, |program| program.peak.map(|peak| peak.value));
        order.into_iter().take(count).map(|at| self.list[at].name.clone()).collect()
    }

    /// The curves that are kept.
    pub fn tracks(&mut self) -> impl Iterator<Item = &mut Track> {
        self.list.iter_mut().filter_map(|program| program.track.as_deref_mut())
    }

    /// The program of an id, `pid:name`; `None` beyond the limit.
    fn place(&mut self, id: &str) -> Option<usize> {
        let name = id.split_once(':').map_or(id, |(_, name)| name);
        if let Some(at) = self.places.get(name) {
            return Some(*at);
        }
        if self.list.len() >= MOST {
            return None;
        }
        let wanted = self.wanted.as_ref().filter(|(names, _)| names.contains(name));
        let track = wanted.map(|(_, empty)| Box::new(empty.clone()));
        let name = name.to_owned();
        self.places.insert(name.clone(), self.list.len());
        let (processes, sum) = (0, Bytes(0));
        self.list.push(Program { name, processes, sum, peak: None, last: None, track, has_changed: false });
        Some(self.list.len() - 1)
    }

    /// The program of a process; a new process joins it with no memory.
    fn join(&mut self, id: &str) -> Option<usize> {
        if let Some((at, _)) = self.alive.get(id) {
            return Some(*at);
        }
        let at = self.place(id).filter(|_| self.alive.len() < MOST)?;
        self.list[at].processes += 1;
        self.alive.insert(id.to_owned(), (at, Bytes(0)));
        Some(at)
    }

    /// A process was seen, or continues under a new id.
    pub fn born(&mut self, id: &str, time: Seconds, was: Option<&str>, held: Option<Seconds>) {
        let before = was.filter(|was| *was != id).and_then(|was| self.alive.remove(was));
        let joined = self.join(id);
        let Some((from, value)) = before else { return };
        self.open(time, held);
        self.list[from].change(Bytes(0), value);
        if let Some(to) = joined {
            self.list[to].change(value, Bytes(0));
            self.alive.insert(id.to_owned(), (to, value));
        }
    }

    /// Adds a sample. `held` is the tick before, at which all earlier sums still held.
    pub fn sample(&mut self, id: &str, point: Point, held: Option<Seconds>) {
        let Some(at) = self.join(id) else { return };
        self.open(point.time, held);
        let old = self.alive.get_mut(id).map(|(_, value)| std::mem::replace(value, point.value));
        self.list[at].change(point.value, old.unwrap_or_default());
    }

    /// A process has ended: its program falls in a step.
    pub fn exit(&mut self, id: &str, time: Seconds, held: Option<Seconds>) {
        let Some((at, value)) = self.alive.remove(id) else { return };
        self.close();
        let program = &mut self.list[at];
        program.hold(held);
        if value > Bytes(0) {
            program.hold(Some(time));
            program.change(Bytes(0), value);
            program.set(time);
        }
    }

    /// Starts a tick, unless it is the one that is open.
    fn open(&mut self, time: Seconds, held: Option<Seconds>) {
        if self.open.is_none_or(|(open, _)| open != time) {
            self.close();
            self.open = Some((time, held));
        }
    }

    /// Completes the tick: adds the sums that it has changed.
    fn close(&mut self) {
        let Some((time, held)) = self.open.take() else { return };
        for program in self.list.iter_mut().filter(|program| program.has_changed) {
            program.hold(held);
            program.set(time);
        }
    }

    /// The profiles of all programs at the end of the run, with times counted from `zero`. `held` is the last tick.
    pub fn finish(mut self, held: Option<Seconds>, zero: f64) -> Vec<ProgramProfile> {
        self.close();
        self.list.iter_mut().for_each(|program| program.hold(held));
        let profile = |program: Program| {
            let peak = program.peak.unwrap_or(Point { time: Seconds(zero), value: Bytes(0) });
            ProgramProfile {
                name: program.name,
                processes: program.processes,
                peak: peak.value,
                peak_time: Seconds(peak.time.0 - zero),
                curve: program.track.map_or_else(Vec::new, |track| track.curve(zero)),
            }
        };
        self.list.into_iter().map(profile).collect()
    }
}

impl Program {
    fn change(&mut self, more: Bytes, less: Bytes) {
        self.sum = Bytes(self.sum.0.saturating_sub(less.0)).plus(more);
        self.has_changed = true;
    }

    /// Adds the sum at a time to the curve.
    fn set(&mut self, time: Seconds) {
        let point = Point { time, value: self.sum };
        if self.peak.is_none_or(|peak| point.value > peak.value) {
            self.peak = Some(point);
        }
        if let Some(track) = &mut self.track {
            track.add(point);
        }
        self.last = Some(point);
        self.has_changed = false;
    }

    /// Extends the curve at its last value up to a time.
    fn hold(&mut self, until: Option<Seconds>) {
        if let (Some(track), Some(last), Some(until)) = (&mut self.track, &mut self.last, until)
            && until > last.time
        {
            last.time = until;
            track.add(*last);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn programs(names: &[&str]) -> Programs {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Programs::with_curves(names, Track::new(64, Seconds(0.0), None))
    }

    fn sample(programs: &mut Programs, id: &str, time: f64, mib: u64) {
        let before = (time > 0.0).then_some(Seconds(time - 1.0));
        programs.sample(id, Point { time: Seconds(time), value: Bytes(mib * MIB) }, before);
    }

    fn curve(program: &ProgramProfile) -> Vec<(f64, u64)> {
        program.curve.iter().map(|point| (point.time.0, point.value.0 / MIB)).collect()
    }

    /// Two compilers that swap their sizes at one tick once made a spike of both together.
    #[test]
    fn a_program_is_the_sum_of_its_processes_at_each_tick() {
        let mut programs = programs(&["cc1"]);
        sample(&mut programs, "7:cc1", 0.0, 100);
        sample(&mut programs, "8:cc1", 0.0, 10);
        sample(&mut programs, "8:cc1", 1.0, 100);
        sample(&mut programs, "7:cc1", 1.0, 10);
        sample(&mut programs, "9:make", 1.0, 3);
        programs.exit("8:cc1", Seconds(1.5), Some(Seconds(1.0)));
        let found = programs.finish(Some(Seconds(2.0)), 0.0);
        let names: Vec<(&str, u64, u64)> =
            found.iter().map(|p| (p.name.as_str(), p.processes, p.peak.0 / MIB)).collect();
        assert_eq!(names, [("cc1", 2, 110), ("make", 1, 3)]);
        assert_eq!(curve(&found[0]), [(0.0, 110), (1.0, 110), (1.5, 110), (1.5, 10), (2.0, 10)]);
        assert!(found[1].curve.is_empty(), "not chosen");
    }

    #[test]
    fn a_process_that_calls_exec_moves_its_memory_to_the_new_program() {
        let mut programs = programs(&["sh", "cc1"]);
        sample(&mut programs, "7:sh", 0.0, 4);
        programs.born("7:cc1", Seconds(1.0), Some("7:sh"), Some(Seconds(0.0)));
        sample(&mut programs, "7:cc1", 1.0, 50);
        let found = programs.finish(Some(Seconds(1.0)), 0.0);
        assert_eq!(curve(&found[0]), [(0.0, 4), (1.0, 0)]);
        assert_eq!(curve(&found[1]), [(1.0, 50)]);
    }

    #[test]
    fn only_the_largest_programs_are_chosen() {
        let mut programs = Programs::default();
        for (id, mib) in [("1:a", 5), ("2:b", 9), ("3:c", 7), ("4:c", 7)] {
            sample(&mut programs, id, 0.0, mib);
        }
        let mut largest: Vec<String> = programs.largest(2).into_iter().collect();
        largest.sort();
        assert_eq!(largest, ["b", "c"]);
        // Without a limit a forged trace could take any space.
        for pid in 0..2 * MOST {
            sample(&mut programs, &format!("{pid}:p{pid}"), 1.0, 1);
        }
        assert!(programs.list.len() <= MOST && programs.alive.len() <= MOST);
    }
}
