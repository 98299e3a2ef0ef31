//! The evidence for the peak of a run: ticks, proven peaks, and memory that the measured programs wrote themselves.

use crate::model::{End, Header, Metric, Part, PeakParts, PeakPartsRecorder, Proven, SpanRecord, Tick};
use crate::profile::Peak;
use crate::profile::curve::Point;
use crate::profile::span_memory::RunBounds;
use crate::units::{Bytes, Seconds};

/// The evidence so far, on the clock of the records.
#[derive(Debug)]
pub(crate) struct Evidence {
    is_exact: bool,
    peak: Option<Peak>,
    /// Largest upper bound of the ticks; `None` if a tick had none.
    upper: Option<Bytes>,
    hwm: Option<Bytes>,
    /// The largest RSS that a program measured of itself at the begin or end of a span.
    own: Option<Point>,
    parts: PeakPartsRecorder,
    /// The value and the mark of the last tick.
    last: Option<(Bytes, Option<Bytes>)>,
}

impl Evidence {
    /// No evidence. `is_exact` is `true` if the run is known to be one process with an exact peak.
    pub fn new(is_exact: bool) -> Self {
        Self {
            is_exact,
            peak: None,
            upper: Some(Bytes(0)),
            hwm: None,
            own: None,
            parts: PeakPartsRecorder::default(),
            last: None,
        }
    }

    /// The largest value so far; `None` before the first tick.
    pub fn peak(&self) -> Option<Peak> {
        self.peak
    }

    /// Adds a tick. `was_reset` is `true` if the high-water mark was reset at the tick before. Returns the bound of the time
    /// since then; `None` if it is unknown.
    ///
    /// The mark of a process is such a bound only if no child can have lived beside it.
    pub fn tick(&mut self, tick: &Tick, was_reset: bool) -> Option<Bytes> {
        self.upper = self.upper.zip(tick.upper).map(|(a, b)| a.max(b));
        let mark = tick.memory.get(Part::Hwm);
        self.hwm = self.hwm.max(mark);
        self.candidate(Point { time: tick.time, value: tick.value }, None);
        self.parts.tick(tick);
        let before = self.last.replace((tick.value, mark));
        // After an exec the mark covers the new program only, and the old mark the program before.
        let old = before.map_or(Some(Bytes(0)), |(value, mark)| if was_reset { Some(value) } else { mark });
        let alone = mark.zip(old).map(|(mark, old)| mark.max(old)).filter(|_| self.is_exact);
        tick.upper.or(alone).map(|bound| bound.max(tick.value))
    }

    /// Adds a proven peak.
    pub fn proven(&mut self, proven: &Proven) {
        let point = Point { time: proven.time, value: proven.value };
        self.candidate(point, Some(proven.within));
        self.parts.proven(proven);
    }

    /// Adds the high-water mark of a process that has ended.
    pub fn exit(&mut self, hwm: Option<Bytes>) {
        self.hwm = self.hwm.max(hwm);
    }

    /// Adds the memory at the ends of a span in mprof's form.
    pub fn span(&mut self, span: &SpanRecord<&str>) {
        for (time, value) in [(span.enter, span.enter_value), (span.leave, span.leave_value)] {
            if self.own.is_none_or(|own| value > own.value) {
                self.own = Some(Point { time, value });
            }
        }
    }

    /// The largest high-water mark.
    pub fn hwm(&self, end: Option<&End>) -> Option<Bytes> {
        self.hwm.max(end.and_then(|end| end.hwm_bytes))
    }

    /// The parts of memory at the peak. Those of the end record come first: of a long trace not all ticks may be read.
    pub fn parts(&self, end: Option<&End>, zero: f64) -> Option<PeakParts> {
        let since = |parts: PeakParts| PeakParts {
            time_s: Seconds(parts.time_s.0 - zero),
            rss_swap_s: parts.rss_swap_s.map(|time| Seconds(time.0 - zero)),
            ..parts
        };
        end.and_then(|end| end.parts).or_else(|| self.parts.parts().map(since))
    }

    /// The bounds for the spans, at the end of the run.
    ///
    /// After the last tick the kernel reports one more maximum, which is recorded only if it is larger than all before.
    pub fn run_bounds(&self, end: Option<&End>) -> RunBounds {
        let largest = self.peak.map(|peak| peak.value).filter(|_| self.is_exact);
        RunBounds {
            upper: end.and_then(|end| end.upper_bytes).map(|upper| upper.max(largest.unwrap_or_default())),
            after_last_tick: largest,
        }
    }

    /// The peak, with its times counted from `zero`.
    ///
    /// The mark of a single process is its maximum, and mprof's traces have no bounds at all. `is_plural` is `true` for a
    /// run of rprof with several processes, and for a run of a tool that reads no marks: without a bound its peak is a lower
    /// one.
    pub fn finish(
        &self,
        header: Option<&Header>,
        end: Option<&End>,
        zero: f64,
        is_plural: bool,
    ) -> Option<Peak> {
        let since = |t: Seconds| Seconds(t.0 - zero);
        let peak = self.own_peak(header, end).or(self.peak)?;
        let upper = end.map_or(self.upper, |end| end.upper_bytes);
        Some(Peak {
            value: peak.value,
            time: since(peak.time),
            within: peak.within.map(|(a, b)| (since(a), since(b))),
            upper: upper.map(|upper| upper.max(peak.value)).or((!is_plural).then_some(peak.value)),
        })
    }

    /// The largest RSS that a program measured of itself, if the kernel's maximum is smaller only because of its
    /// uncertainty. A value beyond that is no RSS, or not that of a process of the run.
    fn own_peak(&self, header: Option<&Header>, end: Option<&End>) -> Option<Peak> {
        let is_rss = header.is_some_and(|header| header.metric == Metric::Rss && header.tree);
        let own = self.own.filter(|_| is_rss)?;
        let peak = self.peak?.value;
        let highest = peak.plus(end?.uncertainty_bytes?);
        let is_possible = own.value > peak && own.value <= highest;
        is_possible.then_some(Peak { value: own.value, time: own.time, within: None, upper: None })
    }

    fn candidate(&mut self, point: Point, within: Option<(Seconds, Seconds)>) {
        if self.peak.is_none_or(|peak| point.value > peak.value) {
            self.peak = Some(Peak { value: point.value, time: point.time, within, upper: None });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Memory;

    fn tick(rss: u64, mark: Option<u64>, upper: Option<u64>) -> Tick {
        let mut memory = Memory::from([(Part::Rss, Bytes(rss))]);
        memory.set(Part::Hwm, mark.map(Bytes));
        Tick { value: Bytes(rss), memory, upper: upper.map(Bytes), processes: Some(1), ..Tick::default() }
    }

    /// The bound of the last of these ticks.
    fn bound(is_exact: bool, was_reset: bool, ticks: &[Tick]) -> Option<u64> {
        let mut evidence = Evidence::new(is_exact);
        ticks.iter().fold(None, |_, tick| evidence.tick(tick, was_reset)).map(|bound| bound.0)
    }

    #[test]
    fn the_mark_of_one_process_bounds_the_time_before_a_tick() {
        assert_eq!(bound(true, false, &[tick(5, Some(9), None)]), Some(9));
        // An exec began a new mark. The old one covers the program before it.
        assert_eq!(bound(true, false, &[tick(5, Some(90), None), tick(5, Some(9), None)]), Some(90));
        // A reset began a new mark, and the time starts with the value at the reset.
        assert_eq!(bound(true, true, &[tick(20, Some(90), None), tick(5, Some(9), None)]), Some(20));
        assert_eq!(bound(true, false, &[tick(5, None, None), tick(5, Some(9), None)]), None);
        // In a tree the mark of one process is no bound.
        assert_eq!(bound(false, false, &[tick(5, Some(9), None)]), None);
        assert_eq!(bound(false, false, &[tick(5, Some(9), Some(30))]), Some(30));
    }

    #[test]
    fn a_memory_that_a_program_measured_counts_within_the_uncertainty_of_the_mark() {
        let peak = |value: u64, metric: Metric, uncertainty: Option<u64>| {
            let mut evidence = Evidence::new(false);
            evidence.tick(&tick(100, None, None), false);
            let (enter, leave) = (Seconds(1.0), Seconds(2.0));
            let (name, level, enter_value, leave_value) = ("f", None, Bytes(1), Bytes(value));
            evidence.span(&SpanRecord { name, enter, enter_value, leave, leave_value, level });
            let header = Header { metric, tree: true, ..Header::default() };
            let end = End { uncertainty_bytes: uncertainty.map(Bytes), ..End::default() };
            let peak = evidence.finish(Some(&header), Some(&end), 0.5, false).expect("a tick");
            (peak.value.0, peak.time.0)
        };
        assert_eq!(peak(120, Metric::Rss, Some(20)), (120, 1.5));
        for (value, metric, uncertainty) in [
            (121, Metric::Rss, Some(20)),
            (99, Metric::Rss, Some(20)),
            (120, Metric::Rss, None),
            (120, Metric::Uss, Some(20)),
        ] {
            assert_eq!(peak(value, metric, uncertainty), (100, -0.5));
        }
    }
}
