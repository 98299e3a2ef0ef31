//! The processes of a run while it is being read: the peak of each, and the curves of the chosen ones.

use std::collections::{HashMap, HashSet};

use crate::profile::ProcessProfile;
use crate::profile::curve::Point;
use crate::profile::curve::Track;
use crate::profile::largest::{by_size, keep_largest};
use crate::units::{Bytes, Seconds};

/// The number of processes that are kept at least. With twice as many, those with the smallest peaks are dropped.
const KEPT: usize = 1 << 16;

#[derive(Debug, Clone)]
struct Process {
    id: String,
    /// Its number in the order of appearance.
    number: usize,
    peak: Option<Point>,
    last: Option<Point>,
    track: Option<Box<Track>>,
}

/// The processes seen so far, in order of appearance.
#[derive(Debug, Clone, Default)]
pub(crate) struct Processes {
    list: Vec<Process>,
    /// The processes that are alive, by id. After an end the same id means another process.
    alive: HashMap<String, usize>,
    /// The number of processes that were seen.
    seen: usize,
    /// Numbers of the processes whose curves are needed, and an empty curve.
    wanted: Option<(HashSet<usize>, Track)>,
}

impl Processes {
    /// Keeps the curves of the processes of these numbers in the order of appearance.
    pub fn with_curves(places: HashSet<usize>, empty: Track) -> Self {
        Self { wanted: Some((places, empty)), ..Self::default() }
    }

    pub fn has_samples(&self) -> bool {
        self.list.iter().any(|process| process.peak.is_some())
    }

    /// The number of processes that were seen.
    pub fn seen(&self) -> usize {
        self.seen
    }

    /// The number of processes that were dropped above the limit.
    pub fn dropped(&self) -> usize {
        self.seen - self.list.len()
    }

    /// The numbers of the processes with the largest peaks.
    pub fn largest(&self, count: usize) -> HashSet<usize> {
        self.by_peak().into_iter().take(count).map(|at| self.list[at].number).collect()
    }

    /// The curves that are kept.
    pub fn tracks(&mut self) -> impl Iterator<Item = &mut Track> {
        self.list.iter_mut().filter_map(|process| process.track.as_deref_mut())
    }

    fn place(&mut self, id: &str) -> usize {
        if let Some(at) = self.alive.get(id) {
            return *at;
        }
        if self.list.len() >= 2 * KEPT {
            self.trim();
        }
        let number = self.seen;
        self.seen += 1;
        let wanted = self.wanted.as_ref().filter(|(places, _)| places.contains(&number));
        let track = wanted.map(|(_, empty)| Box::new(empty.clone()));
        let at = self.list.len();
        self.list.push(Process { id: id.to_owned(), number, peak: None, last: None, track });
        self.alive.insert(id.to_owned(), at);
        at
    }

    /// The places in the list, by falling peak. Of equal peaks the first to appear comes first.
    fn by_peak(&self) -> Vec<usize> {
        by_size(&self.list, Process::peak)
    }

    /// Drops the processes with the smallest peaks. One that is measured again counts as another process.
    fn trim(&mut self) {
        keep_largest(&mut self.list, &mut self.alive, KEPT, Process::peak);
    }

    /// A process was seen, or continues under a new id.
    pub fn born(&mut self, id: &str, was: Option<&str>) {
        match was.and_then(|was| self.alive.remove(was)) {
            Some(at) => {
                id.clone_into(&mut self.list[at].id);
                self.alive.insert(id.to_owned(), at);
            }
            None => _ = self.place(id),
        }
    }

    /// Adds a sample. `held` is the last tick at which the previous sample still held; `None` in a trace of mprof, where
    /// a process without a sample is gone.
    pub fn sample(&mut self, id: &str, point: Point, held: Option<Seconds>) {
        let at = self.place(id);
        let process = &mut self.list[at];
        if process.peak.is_none_or(|p| point.value > p.value) {
            process.peak = Some(point);
        }
        process.hold(held);
        if let Some(track) = &mut process.track {
            track.add(point);
        }
        process.last = Some(point);
    }

    /// A process has ended: its curve falls to 0.
    pub fn exit(&mut self, id: &str, time: Seconds, held: Option<Seconds>) {
        let Some(at) = self.alive.remove(id) else { return };
        let process = &mut self.list[at];
        process.hold(held);
        if process.last.take().is_some()
            && let Some(track) = &mut process.track
        {
            track.add(Point { time, value: Bytes(0) });
        }
    }

    /// The profiles of all processes at the end of the run, with times counted from `zero`. `held` as for a sample.
    pub fn finish(mut self, held: Option<Seconds>, zero: f64) -> Vec<ProcessProfile> {
        self.list.iter_mut().for_each(|p| p.hold(held));
        let profile = |p: Process| {
            let peak = p.peak.unwrap_or(Point { time: Seconds(zero), value: Bytes(0) });
            ProcessProfile {
                id: p.id,
                peak: peak.value,
                peak_time: Seconds(peak.time.0 - zero),
                curve: p.track.map_or_else(Vec::new, |t| t.curve(zero)),
            }
        };
        self.list.into_iter().map(profile).collect()
    }
}

impl Process {
    fn peak(&self) -> Bytes {
        self.peak.map_or(Bytes(0), |peak| peak.value)
    }

    /// Extends the curve at its last value up to a tick.
    fn hold(&mut self, until: Option<Seconds>) {
        if let (Some(track), Some(last), Some(until)) = (&mut self.track, self.last, until)
            && until > last.time
        {
            track.add(Point { time: until, ..last });
        }
    }
}
