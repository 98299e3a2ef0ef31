//! The curves of a run, packed: the ticks as a table, then PSS, the control group and processes. All in full if they fit
//! into their share of the page; else in slices of time as wide as needed, and the page states how wide.

use std::borrow::Cow;

use rprof_trace::{Column, Curve, Detail, Metric, Part, Point, Profile, Slices, TickColumn, TickTable};
use serde_json::{Value, json};

use crate::page::PageTrace;
use crate::page::pack::{deflated, unit_of, varint, zigzag};

/// The unit of times in seconds where every microsecond counts.
const MICROSECOND: f64 = 1e-6;
/// Rounded times have this many units in an interval between two ticks.
const UNITS_IN_INTERVAL: f64 = 32.0;
/// The slices with which thinning begins, and those at which it ends.
const MOST_SLICES: usize = 1 << 20;
const LEAST_SLICES: usize = 16;
/// The share of the room that single processes may take before the tree is thinned, in percent.
const PROCESS_PERCENT: usize = 40;

/// The curves of a run in at most `budget` bytes: a zlib stream of the length of a JSON text, that text, and numbers. The
/// text lists what follows.
pub fn pack(trace: &PageTrace<'_>, budget: usize) -> Vec<u8> {
    let mut curves = Curves::new(trace);
    let interval = trace.profile.header.as_ref().map(|header| header.interval_s.0);
    let mut packed = curves.packed();
    if packed.len() > budget {
        // The last digits of times cost most, because they are random.
        curves.time_unit = interval.map_or(1e-4, |interval| interval / UNITS_IN_INTERVAL).max(MICROSECOND);
        packed = curves.packed();
    }
    if packed.len() > budget {
        curves.has_upper = false;
        packed = curves.packed();
    }
    if packed.len() > budget {
        curves.thin(trace, budget);
        packed = curves.packed();
    }
    while packed.len() > budget && !curves.processes.is_empty() {
        let half = curves.processes.len() / 2;
        curves.drop_smallest(trace.profile, half);
        packed = curves.packed();
    }
    packed
}

/// The curves of a run as they will be packed.
struct Curves<'a> {
    metric: Metric,
    ticks: Cow<'a, TickTable>,
    /// True if the upper bounds are packed.
    has_upper: bool,
    pss: Cow<'a, [Point]>,
    cgroup: Cow<'a, [Point]>,
    /// The curves of processes, each with the place of the process in the list of lives.
    processes: Vec<(usize, Cow<'a, [Point]>)>,
    process_slice: Option<Slices>,
    /// The unit of times in seconds.
    time_unit: f64,
}

impl<'a> Curves<'a> {
    fn new(trace: &PageTrace<'a>) -> Self {
        let Detail { ticks, pss, cgroup, processes } = trace.detail;
        // The curve of the only process is that of the tree, and would take as much room again.
        let own = if trace.profile.lives.len() > 1 { &processes[..] } else { &[] };
        Self {
            metric: trace.profile.metric,
            ticks: Cow::Borrowed(ticks),
            has_upper: true,
            pss: Cow::Borrowed(pss),
            cgroup: Cow::Borrowed(cgroup),
            processes: own.iter().map(|process| (process.life, Cow::Borrowed(&process.curve[..]))).collect(),
            process_slice: None,
            time_unit: MICROSECOND,
        }
    }

    /// Widens the slices of time until the curves fit: first those of single processes, then those of the tree.
    fn thin(&mut self, trace: &PageTrace<'_>, budget: usize) {
        let elapsed = trace.profile.elapsed;
        let of_processes = budget * PROCESS_PERCENT / 100;
        let first = Slices::covering(elapsed, MOST_SLICES);
        let least = Slices::covering(elapsed, LEAST_SLICES).width();
        let (mut slices, mut size) = (first, self.packed_processes());
        while size > of_processes && slices.width() < least {
            let goal = goal(self.points_of_processes(), size, of_processes);
            while slices.width() < least && self.points_of_processes() > goal {
                slices = slices.widened();
                self.processes.iter_mut().for_each(|(_, curve)| *curve = thinned(curve, slices));
            }
            self.process_slice = Some(slices);
            size = self.packed_processes();
        }
        let (mut slices, mut size) = (first, self.packed().len());
        while size > budget && slices.width() < least {
            let goal = goal(self.ticks.times.len(), size, budget);
            while slices.width() < least && self.ticks.times.len() > goal {
                slices = slices.widened();
                self.ticks = Cow::Owned(self.ticks.thinned(slices));
            }
            self.pss = thinned(&self.pss, slices);
            self.cgroup = thinned(&self.cgroup, slices);
            size = self.packed().len();
        }
    }

    fn points_of_processes(&self) -> usize {
        self.processes.iter().map(|(_, curve)| curve.len()).sum()
    }

    /// Keeps the curves of so many processes with the largest peaks.
    fn drop_smallest(&mut self, profile: &Profile, most: usize) {
        let peak = |life: usize| profile.lives.get(life).and_then(|life| life.peak);
        self.processes.sort_by_key(|(life, _)| (std::cmp::Reverse(peak(*life)), *life));
        self.processes.truncate(most);
        self.processes.sort_by_key(|(life, _)| *life);
    }

    fn packed_processes(&self) -> usize {
        let mut out = Vec::new();
        self.processes.iter().for_each(|(_, curve)| _ = self.curve(&mut out, curve));
        deflated(&out).len()
    }

    fn packed(&self) -> Vec<u8> {
        let mut numbers = Vec::new();
        let layout = self.layout(&mut numbers).to_string();
        let mut bytes = Vec::with_capacity(numbers.len() + layout.len() + 4);
        bytes.extend_from_slice(&(layout.len() as u32).to_le_bytes());
        bytes.extend_from_slice(layout.as_bytes());
        bytes.append(&mut numbers);
        deflated(&bytes)
    }

    /// Appends all numbers and returns their description, in the same order.
    fn layout(&self, out: &mut Vec<u8>) -> Value {
        let unit = unit_of(self.ticks.values.iter().copied());
        self.times(out, self.ticks.times.iter().copied());
        differences(out, self.ticks.values.iter().map(|value| value / unit));
        let shown = self.ticks.columns.iter().filter(|column| self.is_shown(column));
        let columns: Vec<Value> = shown.map(|column| self.column(out, column)).collect();
        let [pss, cgroup] = [&self.pss, &self.cgroup].map(|curve| self.curve(out, curve));
        let processes: Vec<Value> = (self.processes.iter())
            .map(|(life, curve)| json!([life, curve.len(), self.curve(out, curve)[1]]))
            .collect();
        json!({
            "time_unit": self.time_unit,
            "rows": self.ticks.times.len(),
            "unit": unit,
            "slice": self.ticks.slice.map(|width| width.0),
            "columns": columns,
            "pss": pss,
            "cgroup": cgroup,
            "processes": processes,
            "process_slice": self.process_slice.map(|slices| slices.width().0),
        })
    }

    /// Appends times as differences.
    fn times(&self, out: &mut Vec<u8>, times: impl Iterator<Item = f64>) {
        let mut last = 0_i64;
        for time in times {
            let time = (time / self.time_unit).round() as i64;
            varint(out, zigzag(time.saturating_sub(last)));
            last = time;
        }
    }

    /// Appends a curve and returns its number of points and its unit.
    fn curve(&self, out: &mut Vec<u8>, curve: &[Point]) -> Value {
        let unit = unit_of(curve.iter().map(|point| point.value.0));
        self.times(out, curve.iter().map(|point| point.time.0));
        differences(out, curve.iter().map(|point| point.value.0 / unit));
        json!([curve.len(), unit])
    }

    /// Appends a column where it changes, and returns its name, the number of changes, its unit, and the signs with which
    /// others enter its prediction.
    ///
    /// Anonymous memory is what files and shared memory leave of RSS, and the upper bound is near the value. Only the
    /// difference to this prediction is written, which seldom changes.
    fn column(&self, out: &mut Vec<u8>, column: &TickColumn) -> Value {
        let is_rss = self.metric == Metric::Rss;
        let (value, parts): (bool, &[Part]) = match column.column {
            Column::Part(Part::Anon) if is_rss => (true, &[Part::File, Part::Shmem]),
            Column::Upper => (true, &[]),
            _ => (false, &[]),
        };
        let changes = if value {
            self.residuals(column, parts)
        } else {
            column.changes().map(|(row, value)| (row, value.map(u64::cast_signed))).collect()
        };
        let unit = unit_of(changes.iter().filter_map(|(_, value)| *value).map(i64::unsigned_abs));
        let mut last_row = 0;
        for (row, _) in &changes {
            varint(out, (row - last_row) as u64);
            last_row = *row;
        }
        let mut last = 0;
        for (_, value) in &changes {
            match value.map(|value| value / unit.cast_signed()) {
                Some(value) => {
                    // 0 stands for an unknown value.
                    varint(out, zigzag(value.wrapping_sub(last)).saturating_add(1));
                    last = value;
                }
                None => varint(out, 0),
            }
        }
        let minus: Vec<&str> = parts.iter().map(|part| part.name()).collect();
        json!([column.column.name(), changes.len(), unit, value.then_some(minus)])
    }

    /// True if a column is packed. One of zeros says nothing.
    fn is_shown(&self, column: &TickColumn) -> bool {
        (column.column != Column::Upper || self.has_upper)
            && column.changes().any(|(_, value)| value.unwrap_or(0) > 0)
    }

    /// A column minus its prediction, the value of the tree without some parts, where that changes.
    fn residuals(&self, column: &TickColumn, minus: &[Part]) -> Vec<(usize, Option<i64>)> {
        let of = |part: &Part| self.ticks.columns.iter().find(|other| other.column == Column::Part(*part));
        let mut others: Vec<Values<'_>> = minus.iter().filter_map(of).map(Values::new).collect();
        let mut own = Values::new(column);
        let mut changes: Vec<(usize, Option<i64>)> = Vec::new();
        for (row, value) in self.ticks.values.iter().enumerate() {
            let predicted = others.iter_mut().fold(value.cast_signed(), |rest, other| {
                rest.wrapping_sub(other.at(row).unwrap_or(0).cast_signed())
            });
            let residual = own.at(row).map(|value| value.cast_signed().wrapping_sub(predicted));
            if changes.last().map_or(residual.is_some(), |(_, last)| *last != residual) {
                changes.push((row, residual));
            }
        }
        changes
    }
}

/// The values of a column, row by row.
struct Values<'a> {
    changes: std::iter::Peekable<Box<dyn Iterator<Item = (usize, Option<u64>)> + 'a>>,
    now: Option<u64>,
}

impl<'a> Values<'a> {
    fn new(column: &'a TickColumn) -> Self {
        let changes: Box<dyn Iterator<Item = (usize, Option<u64>)> + 'a> = Box::new(column.changes());
        Self { changes: changes.peekable(), now: None }
    }

    /// The value in a row. Rows must be asked for in order.
    fn at(&mut self, row: usize) -> Option<u64> {
        while let Some((_, value)) = self.changes.next_if(|(from, _)| *from <= row) {
            self.now = value;
        }
        self.now
    }
}

fn thinned<'a>(curve: &[Point], slices: Slices) -> Cow<'a, [Point]> {
    let curve: Curve = slices.thin(curve);
    Cow::Owned(curve)
}

/// The number of points to thin to before packing again, which costs more: so many of these that they may fit.
fn goal(points: usize, size: usize, budget: usize) -> usize {
    let goal = points as f64 * budget as f64 / size.max(1) as f64;
    // A point of a thinner curve differs more from the one before and takes more room. At least one must go.
    (goal as usize).min(points.saturating_sub(1))
}

/// Appends values as differences.
fn differences(out: &mut Vec<u8>, values: impl Iterator<Item = u64>) {
    let mut last = 0_i64;
    for value in values {
        varint(out, zigzag(value.cast_signed().wrapping_sub(last)));
        last = value.cast_signed();
    }
}
