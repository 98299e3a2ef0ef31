//! The curves of a run while it is being read: the total with its gaps and its integral, PSS and swap.

use crate::model::{End, Part, PssPeak, Tick};
use crate::profile::blocks::{Block, Blocks};
use crate::profile::curve::{Curve, Point, Track};
use crate::units::{Bytes, Seconds};

/// The largest number of gaps that are kept. Later gaps extend the last one.
const MAX_GAPS: usize = 4096;

/// The slices and the window of all curves of a run, on the clock of the records.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CurveOptions {
    /// Number of slices of a curve.
    pub slices: usize,
    /// The interval that the curves cover; `None` for the whole run.
    pub window: Option<(Seconds, Seconds)>,
    /// Start of the run; `None` if it is the first point of each curve.
    pub origin: Option<Seconds>,
    /// `true` if all ticks are read, so that their integral is that of the run or its window.
    pub has_all_ticks: bool,
}

impl CurveOptions {
    /// An empty curve. `first` is the time of its first point.
    pub fn track(&self, first: Seconds) -> Track {
        Track::new(self.slices, self.origin.unwrap_or(first), self.window)
    }
}

/// The curves of a run.
#[derive(Debug, Default)]
pub(crate) struct RunCurves {
    total: Option<Track>,
    pss: Option<Track>,
    swap: Option<Track>,
    /// Whole ticks, the bounds of what lay between them, and the address space. A spike of any of them must not get lost.
    ticks: Option<Track<Tick>>,
    upper: Option<Track>,
    requested: Option<Track>,
    blocks: Option<Blocks>,
    pub gaps: Vec<(Seconds, Seconds)>,
    /// The largest PSS.
    pss_peak: Option<Point>,
    /// Time of the last amount of swap.
    last_swap: Option<Seconds>,
}

impl RunCurves {
    /// Adds a tick. `since` is the start of the run if it is known.
    pub fn tick(&mut self, point: Point, since: Option<Seconds>, options: &CurveOptions) {
        self.total(point, options);
        if options.has_all_ticks {
            let origin = options.origin.unwrap_or(point.time);
            let blocks = self.blocks.get_or_insert_with(|| Blocks::new(origin, options.window));
            blocks.tick(point, since);
        }
    }

    /// Adds a gap.
    pub fn gap(&mut self, from: Seconds, to: Seconds) {
        if let Some(blocks) = &mut self.blocks {
            blocks.gap(from, to);
        }
        let full = self.gaps.len() >= MAX_GAPS;
        match self.gaps.last_mut() {
            Some(last) if full => last.1 = to,
            _ => self.gaps.push((from, to)),
        }
    }

    /// Adds a tick with all that it measured. `upper` is the bound of the time since the tick before.
    pub fn whole_tick(&mut self, tick: &Tick, upper: Option<Bytes>, options: &CurveOptions) {
        let track = || Track::new(options.slices, options.origin.unwrap_or(tick.time), options.window);
        self.ticks.get_or_insert_with(track).add(*tick);
        for (track, value) in [(&mut self.upper, upper), (&mut self.requested, tick.memory.get(Part::Vsz))] {
            if let Some(value) = value {
                add(track, Point { time: tick.time, value }, options);
            }
        }
    }

    /// Adds a value of the tree.
    pub fn total(&mut self, point: Point, options: &CurveOptions) {
        add(&mut self.total, point, options);
    }

    /// Adds a PSS of the tree.
    pub fn pss(&mut self, point: Point, options: &CurveOptions) {
        add(&mut self.pss, point, options);
        if self.pss_peak.is_none_or(|peak| point.value > peak.value) {
            self.pss_peak = Some(point);
        }
    }

    /// The peak of PSS, with a time counted from `zero`. Its bounds are in the end record.
    ///
    /// A trace that was cut short has no upper bound, and neither has a trace of an older version.
    pub fn pss_peak(&self, end: Option<&End>, zero: f64) -> Option<PssPeak> {
        end.and_then(|end| end.pss_peak).or_else(|| {
            let Point { time, value } = self.pss_peak?;
            Some(PssPeak { bytes: value, time_s: Seconds(time.0 - zero), upper_bytes: None })
        })
    }

    /// Adds an amount of swap; `first_tick` is the time of the run's first tick.
    ///
    /// The curve stays empty as long as all amounts are zero. The first other amount adds the zeros before it.
    pub fn swap(&mut self, point: Point, first_tick: Seconds, options: &CurveOptions) {
        let last = self.last_swap.replace(point.time);
        if self.swap.is_none() {
            if point.value == Bytes(0) {
                return;
            }
            let zeros = last.into_iter().flat_map(|last| [first_tick, last]);
            self.swap = Some(options.track(first_tick));
            for time in zeros {
                add(&mut self.swap, Point { time, value: Bytes(0) }, options);
            }
        }
        add(&mut self.swap, point, options);
    }

    /// All curves that have a point.
    pub fn tracks(&mut self) -> impl Iterator<Item = &mut Track> {
        [&mut self.total, &mut self.pss, &mut self.swap, &mut self.upper, &mut self.requested]
            .into_iter()
            .flatten()
    }

    /// The whole ticks, if they are kept.
    pub fn ticks(&mut self) -> Option<&mut Track<Tick>> {
        self.ticks.as_mut()
    }

    /// The blocks of the run or its window, with times counted from `zero`.
    pub fn blocks(&mut self, end: Option<&End>, zero: f64) -> Vec<Block> {
        self.blocks.take().map_or_else(Vec::new, |blocks| blocks.finish(end.map(|end| end.elapsed_s), zero))
    }

    /// The whole ticks, with times counted from `zero`.
    pub fn finish_ticks(&mut self, zero: f64) -> Vec<Tick> {
        self.ticks.take().map_or_else(Vec::new, |track| track.curve(zero))
    }

    /// The curves of the total, of PSS, of swap, of the upper bounds and of the address space, with times counted from
    /// `zero`.
    pub fn finish(self, zero: f64) -> [Curve; 5] {
        let Self { total, pss, swap, upper, requested, .. } = self;
        [total, pss, swap, upper, requested]
            .map(|track| track.map_or_else(Vec::new, |track| track.curve(zero)))
    }
}

fn add(track: &mut Option<Track>, point: Point, options: &CurveOptions) {
    track.get_or_insert_with(|| options.track(point.time)).add(point);
}
