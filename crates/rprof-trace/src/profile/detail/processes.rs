//! The curves of chosen processes while a trace is read, in one limited number of points for all of them.

use std::collections::HashMap;

use crate::profile::curve::{Curve, Point};
use crate::profile::detail::slices::Slices;
use crate::units::{Bytes, Seconds};

/// The first word of an id, which an exec does not change, and the time at which the process was first seen.
pub(super) fn key(id: &str, start: Seconds) -> (String, u64) {
    (id.split(':').next().unwrap_or(id).to_owned(), start.0.to_bits())
}

/// A process with a curve.
#[derive(Debug)]
struct Process {
    /// Its place in the list of lives.
    life: usize,
    points: Curve,
    /// The last sample; `None` before the first one and after the end.
    last: Option<Point>,
}

/// The curves of the chosen processes.
#[derive(Debug)]
pub(super) struct ProcessCurves {
    /// The place in the list of lives of each chosen process.
    wanted: HashMap<(String, u64), usize>,
    list: Vec<Process>,
    /// The processes that are alive, by id; `None` for one without a curve.
    alive: HashMap<String, Option<usize>>,
    /// The number of points of all curves, and the number of processes that were seen.
    points: usize,
    seen: usize,
    /// The largest number of points of all curves.
    most: usize,
    slices: Slices,
    has_samples: bool,
    /// `true` in a trace of rprof, in which a missing sample means "as before".
    holds: bool,
    last_tick: Option<Seconds>,
}

impl ProcessCurves {
    /// No curves yet, and room for `most` points.
    pub fn new(wanted: HashMap<(String, u64), usize>, holds: bool, most: usize) -> Self {
        Self {
            wanted,
            list: Vec::new(),
            alive: HashMap::new(),
            points: 0,
            most: most.max(64),
            seen: 0,
            slices: Slices::NARROWEST,
            has_samples: false,
            holds,
            last_tick: None,
        }
    }

    /// The place of a living process; `None` if it has no curve.
    fn place(&mut self, id: &str, time: Seconds) -> Option<usize> {
        if let Some(at) = self.alive.get(id) {
            return *at;
        }
        self.seen += 1;
        let life = self.wanted.remove(&key(id, time));
        let at = life.map(|life| {
            self.list.push(Process { life, points: Curve::new(), last: None });
            self.list.len() - 1
        });
        self.alive.insert(id.to_owned(), at);
        at
    }

    /// A process was seen, or runs another program.
    pub fn born(&mut self, id: &str, was: Option<&str>, time: Seconds) {
        match was.and_then(|was| self.alive.remove(was)) {
            Some(at) => _ = self.alive.insert(id.to_owned(), at),
            None => _ = self.place(id, time),
        }
    }

    /// Adds a sample.
    pub fn sample(&mut self, id: &str, time: Seconds, value: Bytes) {
        self.has_samples = true;
        if let Some(at) = self.place(id, time) {
            self.measured(at, time, value);
        }
    }

    fn measured(&mut self, at: usize, time: Seconds, value: Bytes) {
        self.hold(at);
        let point = Point { time, value };
        match self.list[at].last.replace(point) {
            // It appeared in an instant; its curve must not slope.
            None if self.holds => self.push(at, Point { time, value: Bytes(0) }),
            // An idle time is two points, as it is in the table of ticks.
            Some(before) if before.value == value => {
                let points = &mut self.list[at].points;
                if let [.., one, two] = &mut points[..]
                    && one.value == value
                    && two.value == value
                {
                    two.time = time;
                    return;
                }
            }
            _ => {}
        }
        self.push(at, point);
    }

    /// Extends a curve at its last value up to the last tick.
    fn hold(&mut self, at: usize) {
        let held = self.list[at].last.zip(self.last_tick.filter(|_| self.holds));
        if let Some((last, tick)) = held.filter(|(last, tick)| *tick > last.time) {
            self.push(at, Point { time: tick, ..last });
        }
    }

    fn push(&mut self, at: usize, point: Point) {
        if !point.time.0.is_finite() {
            return;
        }
        self.list[at].points.push(point);
        self.points += 1;
        while self.points > self.most {
            self.slices = self.slices.widened();
            let mut sum = 0;
            for process in &mut self.list {
                process.points = self.slices.thin(&process.points);
                sum += process.points.len();
            }
            // Half of the room must be free again, or each further point would cost a pass over all.
            self.points =
                if sum > self.most / 2 && self.slices.width().0 < 1e9 { self.most + 1 } else { sum };
        }
    }

    /// A tick has ended. As long as the tree is one process, its value is that of the process.
    pub fn tick(&mut self, time: Seconds, value: Bytes) {
        if self.holds && !self.has_samples && self.seen == 1 && self.list.len() == 1 {
            self.measured(0, time, value);
        }
        self.last_tick = Some(time);
    }

    /// A process has ended: its curve falls to 0.
    pub fn exit(&mut self, id: &str, time: Seconds) {
        let Some(at) = self.alive.remove(id).flatten() else { return };
        if let Some(last) = self.list[at].last.take() {
            self.push(at, Point { time, ..last });
            self.push(at, Point { time, value: Bytes(0) });
        }
    }

    /// The curves that have a point, each with the place of its process in the list of lives.
    pub fn finish(mut self) -> Vec<(usize, Curve)> {
        (0..self.list.len()).for_each(|at| self.hold(at));
        let mut curves: Vec<(usize, Curve)> =
            self.list.into_iter().map(|one| (one.life, one.points)).collect();
        curves.retain(|(_, curve)| !curve.is_empty());
        for (_, curve) in &mut curves {
            curve.sort_by(|a, b| a.time.0.total_cmp(&b.time.0));
        }
        curves.sort_by_key(|(life, _)| *life);
        curves
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curves(
        wanted: &[(&str, f64)],
        holds: bool,
        build: impl FnOnce(&mut ProcessCurves),
    ) -> Vec<(usize, Vec<(f64, u64)>)> {
        let wanted = wanted.iter().enumerate().map(|(at, (id, start))| (key(id, Seconds(*start)), at));
        let mut curves = ProcessCurves::new(wanted.collect(), holds, 1 << 20);
        build(&mut curves);
        let plain = |curve: Curve| curve.iter().map(|point| (point.time.0, point.value.0)).collect();
        curves.finish().into_iter().map(|(life, curve)| (life, plain(curve))).collect()
    }

    #[test]
    fn a_process_is_a_step_that_holds_from_sample_to_sample() {
        let found = curves(&[("7:cc", 1.0)], true, |curves| {
            curves.born("6:make", None, Seconds(0.0));
            curves.tick(Seconds(0.0), Bytes(5));
            curves.born("7:sh", None, Seconds(1.0));
            curves.sample("7:sh", Seconds(1.0), Bytes(10));
            curves.tick(Seconds(1.0), Bytes(15));
            curves.born("7:cc", Some("7:sh"), Seconds(2.0));
            curves.tick(Seconds(2.0), Bytes(15));
            curves.sample("7:cc", Seconds(3.0), Bytes(30));
            curves.tick(Seconds(3.0), Bytes(35));
            curves.exit("7:cc", Seconds(3.5));
        });
        let expected = vec![(1.0, 0), (1.0, 10), (2.0, 10), (3.0, 30), (3.5, 30), (3.5, 0)];
        assert_eq!(found, [(0, expected)]);
    }

    #[test]
    fn a_lone_process_has_the_curve_of_the_tree() {
        let found = curves(&[("7:x", 0.0)], true, |curves| {
            curves.born("7:x", None, Seconds(0.0));
            for (time, value) in [(0.0, 5), (1.0, 5), (2.0, 5), (3.0, 8)] {
                curves.tick(Seconds(time), Bytes(value));
            }
        });
        assert_eq!(found, [(0, vec![(0.0, 0), (0.0, 5), (2.0, 5), (3.0, 8)])]);
    }

    #[test]
    fn an_id_that_is_used_again_is_another_process() {
        let found = curves(&[("7:a", 0.0), ("7:a", 5.0)], true, |curves| {
            for start in [0.0, 5.0] {
                curves.born("7:a", None, Seconds(start));
                curves.born("8:b", None, Seconds(start));
                curves.sample("7:a", Seconds(start), Bytes(3));
                curves.exit("7:a", Seconds(start + 1.0));
            }
        });
        assert_eq!(found.len(), 2);
        assert_eq!((found[1].0, found[1].1[0]), (1, (5.0, 0)));
    }

    #[test]
    fn a_child_of_mprof_ends_with_its_last_sample() {
        let found = curves(&[("0", 1.0)], false, |curves| {
            for (time, value) in [(1.0, 4), (2.0, 6)] {
                curves.sample("0", Seconds(time), Bytes(value));
                curves.tick(Seconds(time), Bytes(9));
            }
            curves.tick(Seconds(3.0), Bytes(9));
        });
        assert_eq!(found, [(0, vec![(1.0, 4), (2.0, 6)])]);
    }
}
