//! Records of one run, folded one by one into a [`Profile`]. Cheap per record, bounded in space.

use std::collections::HashSet;

use crate::model::{End, Header, Metric, Part, Proven, Record, Tick};
use crate::profile::annotations::Stamps;
use crate::profile::curve::Point;
use crate::profile::options::{Keep, ProfileOptions};
use crate::profile::processes::Processes;
use crate::profile::span_memory::Probe;
use crate::profile::track::Track;
use crate::profile::{Mark, Peak, Profile, Span};
use crate::shell_quote::command_line;
use crate::units::{Bytes, Seconds};

/// Gaps kept at most; later ones are joined with the last.
const MAX_GAPS: usize = 4096;

/// Folds the records of one run.
#[derive(Debug)]
pub struct ProfileBuilder {
    options: ProfileOptions,
    header: Option<Header>,
    command: Option<String>,
    end: Option<End>,
    peak: Option<Peak>,
    /// Largest upper bound of the ticks; `None` once one had none.
    upper: Option<Bytes>,
    hwm: Option<Bytes>,
    ticks: u64,
    born: u64,
    most_at_once: u32,
    first_tick: Option<Seconds>,
    last_tick: Option<Point>,
    last: Seconds,
    /// Where time zero is, when it was found in a pass before.
    zero: Option<Seconds>,
    total: Option<Track>,
    pss: Option<Track>,
    swap: Option<Track>,
    last_swap: Option<Point>,
    gaps: Vec<(Seconds, Seconds)>,
    pub(crate) stamps: Stamps,
    /// Measures the spans, when they were found in a pass before.
    probe: Option<Probe>,
    processes: Option<Processes>,
}

impl ProfileBuilder {
    /// A builder that has seen no record.
    pub fn new(options: &ProfileOptions) -> Self {
        Self {
            options: *options,
            header: None,
            command: None,
            end: None,
            peak: None,
            upper: Some(Bytes(0)),
            hwm: None,
            ticks: 0,
            born: 0,
            most_at_once: 0,
            first_tick: None,
            last_tick: None,
            last: Seconds(f64::NEG_INFINITY),
            zero: None,
            total: None,
            pss: None,
            swap: None,
            last_swap: None,
            gaps: Vec::new(),
            stamps: Stamps::new(options.spans),
            probe: None,
            processes: (options.processes != Keep::None).then(Processes::default),
        }
    }

    /// A builder for a second pass: time zero is known, which processes are to be drawn, and all spans.
    pub(crate) fn second(
        options: &ProfileOptions,
        zero: Seconds,
        places: HashSet<usize>,
        stamps: Stamps,
    ) -> Self {
        let probe = Some(Probe::new(stamps.spans.iter()));
        let mut builder = Self { zero: Some(zero), stamps, probe, ..Self::new(options) };
        let empty = builder.track(zero);
        builder.processes = (options.processes != Keep::None).then(|| Processes::with_curves(places, empty));
        builder
    }

    /// Takes a record of the run.
    pub fn add(&mut self, record: &Record<'_>) {
        match record {
            Record::Tick(tick) => self.tick(tick),
            Record::Sample(s) => {
                self.reach(s.time);
                let held = self.held();
                if let Some(processes) = &mut self.processes {
                    processes.sample(s.id, Point { time: s.time, value: s.value }, held);
                }
            }
            Record::Proven(proven) => self.proven(proven),
            Record::Header(header) => {
                self.header = Some((**header).clone());
                if let Some(probe) = self.probe.as_mut().filter(|_| header.metric == Metric::Rss) {
                    probe.count_own();
                }
            }
            Record::Command(command) => self.command = Some((*command).to_owned()),
            Record::Pss(time, value) => {
                self.reach(*time);
                let pss = self.pss.take();
                let mut pss = pss.unwrap_or_else(|| self.track(*time));
                pss.add(Point { time: *time, value: *value });
                self.pss = Some(pss);
            }
            Record::Born(id, time, born) => {
                self.reach(*time);
                self.born += u64::from(born.was.is_none());
                if let Some(processes) = &mut self.processes {
                    processes.born(id, born.was.as_deref());
                }
            }
            Record::Exit(id, time, exit) => {
                self.reach(*time);
                self.hwm = self.hwm.max(exit.hwm_bytes);
                let held = self.held();
                if let Some(processes) = &mut self.processes {
                    processes.exit(id, *time, held);
                }
            }
            Record::Gap(from, to) => self.gap(*from, *to),
            Record::Index(_) => {}
            Record::End(end) => self.end = Some((**end).clone()),
            stamp => self.stamp(stamp),
        }
    }

    fn stamp(&mut self, record: &Record<'_>) {
        // In a second pass they are all known.
        if self.probe.is_some() {
            return;
        }
        let value = self.last_tick.map_or(Bytes(0), |last| last.value);
        match *record {
            Record::Span(ref span) => self.stamps.span(span),
            Record::SpanBegin(id, time, name) => self.stamps.begin(id, time, name, value),
            Record::SpanEnd(id, time) => self.stamps.end(id, time, value),
            Record::Mark(time, label) => self.stamps.mark(time, label),
            Record::Note(key, value) => self.stamps.note(key, value),
            _ => {}
        }
    }

    /// Whether any process has records of its own.
    pub(crate) fn has_samples(&self) -> bool {
        self.processes.as_ref().is_some_and(Processes::has_samples)
    }

    /// The largest value so far, its time as in the records; `None` before the first tick.
    pub fn peak(&self) -> Option<Peak> {
        self.peak
    }

    fn tick(&mut self, tick: &Tick) {
        let point = Point { time: tick.time, value: tick.value };
        self.ticks += 1;
        self.reach(tick.time);
        self.first_tick =
            Some(self.first_tick.map_or(tick.time, |t| if tick.time < t { tick.time } else { t }));
        self.last_tick = Some(point);
        self.upper = self.upper.zip(tick.upper).map(|(a, b)| a.max(b));
        self.hwm = self.hwm.max(tick.memory.get(Part::Hwm));
        self.most_at_once = self.most_at_once.max(tick.processes.unwrap_or(0));
        self.candidate(point, None);
        self.draw(point);
        if let Some(probe) = &mut self.probe {
            probe.tick(point);
        }
        if let Some(value) = tick.memory.get(Part::Swap) {
            self.swap(Point { time: tick.time, value });
        }
    }

    fn proven(&mut self, proven: &Proven) {
        let point = Point { time: proven.time, value: proven.value };
        self.reach(proven.time);
        self.candidate(point, Some(proven.within));
        self.draw(point);
        if let Some(probe) = &mut self.probe {
            probe.proven(point);
        }
    }

    fn candidate(&mut self, p: Point, within: Option<(Seconds, Seconds)>) {
        if self.peak.is_none_or(|peak| p.value > peak.value) {
            self.peak = Some(Peak { value: p.value, time: p.time, within, upper: None });
        }
    }

    fn draw(&mut self, point: Point) {
        if self.total.is_none() {
            self.total = Some(self.track(point.time));
        }
        if let Some(total) = &mut self.total {
            total.add(point);
        }
    }

    /// The curve begins with the last zero before it first is more than that.
    fn swap(&mut self, point: Point) {
        if self.swap.is_none() && point.value > Bytes(0) {
            let mut swap = self.track(self.first_tick.unwrap_or(point.time));
            let zeros = self.last_swap.map(|last| [self.first_tick.unwrap_or(last.time), last.time]);
            zeros.into_iter().flatten().for_each(|time| swap.add(Point { time, value: Bytes(0) }));
            self.swap = Some(swap);
        }
        if let Some(swap) = &mut self.swap {
            swap.add(point);
        }
        self.last_swap = Some(point);
    }

    fn gap(&mut self, from: Seconds, to: Seconds) {
        let full = self.gaps.len() >= MAX_GAPS;
        match self.gaps.last_mut() {
            Some(last) if full => last.1 = to,
            _ => self.gaps.push((from, to)),
        }
    }

    /// An empty curve that begins about `first`.
    fn track(&self, first: Seconds) -> Track {
        let shift = self.zero.map_or(0.0, |z| z.0);
        let origin = if self.header.is_some() { Seconds(0.0) } else { self.zero.unwrap_or(first) };
        let window = self.options.window.map(|(a, b)| (Seconds(a.0 + shift), Seconds(b.0 + shift)));
        Track::new(self.options.slices, origin, window)
    }

    /// The tick up to which an unchanged sample was true; only in our traces "absent" means "as before".
    fn held(&self) -> Option<Seconds> {
        self.last_tick.map(|last| last.time).filter(|_| self.header.is_some())
    }

    fn reach(&mut self, time: Seconds) {
        if time > self.last {
            self.last = time;
        }
    }

    /// First and last tick.
    pub(crate) fn range(&self) -> Option<(Seconds, Seconds)> {
        let end = if self.last > Seconds(f64::NEG_INFINITY) { self.last } else { self.first_tick? };
        Some((self.first_tick?, end))
    }

    /// Where time zero is: the start in our traces, else the first time of a tick or a function, as in mprof's plots.
    pub(crate) fn zero(&self) -> Seconds {
        if self.header.is_some() {
            return Seconds(0.0);
        }
        let times = self.first_tick.into_iter().chain(self.stamps.spans.iter().map(|s| s.enter.0));
        times.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or(Seconds(0.0))
    }

    /// The run, reduced.
    pub fn finish(mut self) -> Profile {
        self.stamps.settle();
        if let Some(probe) = self.probe.take() {
            probe.finish(self.stamps.spans.iter_mut());
        }
        let zero = self.zero.unwrap_or_else(|| self.zero()).0;
        let held = self.held();
        let elapsed = self.elapsed(zero);
        let process_count = self.process_count();
        let peak = self.finished_peak(zero);
        let since = |t: Seconds| Seconds(t.0 - zero);
        let curve = |track: Option<Track>| track.map_or_else(Vec::new, |t| t.curve(zero));
        let command = self.command.take();
        let command = command.or_else(|| self.header.as_ref().map(|h| command_line(&h.command)));
        let spans = self.stamps.spans.into_vec().into_iter();
        Profile {
            metric: self.header.as_ref().map_or_else(Default::default, |h| h.metric),
            start_s: self.header.as_ref().map(|h| h.start_s),
            header: self.header,
            command: command.unwrap_or_default(),
            elapsed,
            peak,
            hwm: self.hwm.max(self.end.as_ref().and_then(|e| e.hwm_bytes)),
            samples: self.end.as_ref().map_or(0, |end| end.ticks).max(self.ticks),
            process_count,
            total: curve(self.total),
            pss: curve(self.pss),
            swap: curve(self.swap),
            processes: self.processes.map_or_else(Vec::new, |p| p.finish(held, zero)),
            spans: spans
                .map(|s| Span {
                    enter: (since(s.enter.0), s.enter.1),
                    leave: s.leave.map(|(t, v)| (since(t), v)),
                    ..s
                })
                .collect(),
            marks: (self.stamps.marks.into_iter())
                .map(|mark| Mark { time: since(mark.time), ..mark })
                .collect(),
            notes: self.stamps.notes,
            gaps: self.gaps.iter().map(|(a, b)| (since(*a), since(*b))).collect(),
            end: self.end,
        }
    }

    fn elapsed(&self, zero: f64) -> Seconds {
        if let Some(end) = &self.end {
            return end.elapsed_s;
        }
        let leaves = self.stamps.spans.iter().filter_map(|s| s.leave).map(|(t, _)| t.0);
        Seconds((leaves.fold(self.last.0, f64::max) - zero).max(0.0))
    }

    fn process_count(&self) -> u64 {
        if let Some(end) = self.end.as_ref().filter(|e| e.processes > 0) {
            return end.processes;
        }
        // mprof has no line for the process it started; its CHLD lines are of the others.
        let parent = u64::from(self.header.is_none() && self.ticks > 0);
        let listed = self.processes.as_ref().map_or(0, Processes::len) as u64;
        (listed + parent).max(self.born).max(u64::from(self.most_at_once)).max(u64::from(self.ticks > 0))
    }

    fn finished_peak(&self, zero: f64) -> Option<Peak> {
        let peak = self.peak?;
        let since = |t: Seconds| Seconds(t.0 - zero);
        let upper = self.end.as_ref().map_or(self.upper, |end| end.upper_bytes);
        Some(Peak {
            value: peak.value,
            time: since(peak.time),
            within: peak.within.map(|(a, b)| (since(a), since(b))),
            upper: upper.filter(|u| *u > peak.value),
        })
    }
}
