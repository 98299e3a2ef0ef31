//! The builder of a [`Profile`]: it takes the records of one run one by one. Each record costs little, and space is
//! bounded.

use crate::model::{End, Header, Metric, Part, Proven, Record, Tick};
use crate::profile::annotations::Annotations;
use crate::profile::consistency::{Claims, Contradiction};
use crate::profile::counts::Counts;
use crate::profile::curve::{Point, Track};
use crate::profile::evidence::Evidence;
use crate::profile::extent::Extent;
use crate::profile::lives::Lives;
use crate::profile::members::{Chosen, Members};
use crate::profile::options::ProfileOptions;
use crate::profile::run_curves::{CurveOptions, RunCurves};
use crate::profile::span_memory::SpanMemory;
use crate::profile::{Mark, Peak, Profile, Span};
use crate::shell_quote::shell_quote;
use crate::units::{Bytes, Seconds};

/// Builds a profile from the records of one run.
#[derive(Debug)]
pub struct ProfileBuilder {
    options: ProfileOptions,
    header: Option<Header>,
    command: Option<String>,
    end: Option<End>,
    claims: Claims,
    evidence: Evidence,
    counts: Counts,
    extent: Extent,
    curves: RunCurves,
    cgroup: Option<super::cgroup::CgroupProfile>,
    pub(crate) annotations: Annotations,
    /// Measures the spans; `None` in a first pass, which only finds them.
    span_memory: Option<SpanMemory>,
    members: Members,
    /// `None` if the lives of the processes are not needed.
    lives: Option<Lives>,
}

/// The results of a first pass that the second one needs.
#[derive(Debug, Clone)]
pub(crate) struct FirstPass {
    /// The start of the run.
    pub zero: Seconds,
    /// The processes and programs to draw.
    pub chosen: Chosen,
    pub annotations: Annotations,
    /// `true` if the run was one process with an exact peak.
    pub is_exact: bool,
}

impl ProfileBuilder {
    /// A builder for a run.
    pub fn new(options: &ProfileOptions) -> Self {
        Self {
            options: *options,
            header: None,
            command: None,
            end: None,
            claims: Claims::default(),
            evidence: Evidence::new(false),
            counts: Counts::default(),
            extent: Extent::default(),
            curves: RunCurves::default(),
            cgroup: None,
            annotations: Annotations::new(options.spans),
            span_memory: None,
            members: Members::new(options),
            lives: options.lives.then(Lives::default),
        }
    }

    /// A builder for a second pass. The start of the run, the processes to draw and all annotations are known.
    pub(crate) fn second(options: &ProfileOptions, first: FirstPass) -> Self {
        let FirstPass { zero, chosen, annotations, is_exact } = first;
        let span_memory = Some(SpanMemory::new(annotations.spans.iter()));
        let evidence = Evidence::new(is_exact);
        let mut builder = Self { evidence, annotations, span_memory, ..Self::new(options) };
        builder.extent.zero = Some(zero);
        let empty = builder.curve_options().track(zero);
        builder.members = Members::with_curves(options, chosen, &empty);
        builder
    }

    /// Takes a record of the run.
    pub fn add(&mut self, record: &Record<'_>) {
        if let Some(lives) = &mut self.lives {
            lives.add(record);
        }
        match record {
            Record::Tick(tick) => self.tick(tick),
            Record::Sample(s) => {
                self.extent.reach(s.time);
                self.members.sample(s.id, Point { time: s.time, value: s.value }, self.held());
            }
            Record::Proven(proven) => self.proven(proven),
            Record::Header(header) => {
                self.header = Some((**header).clone());
                if let Some(spans) = self.span_memory.as_mut().filter(|_| header.metric == Metric::Rss) {
                    spans.set_rss();
                }
            }
            Record::Command(command) => self.command = Some((*command).to_owned()),
            Record::Pss(time, value) => {
                self.extent.reach(*time);
                let options = self.curve_options();
                self.curves.pss(Point { time: *time, value: *value }, &options);
            }
            Record::Born(id, time, born) => {
                self.extent.reach(*time);
                self.counts.born(born);
                self.members.born(id, *time, born.was.as_deref(), self.held());
            }
            Record::Exit(id, time, exit) => {
                self.extent.reach(*time);
                self.evidence.exit(exit.hwm_bytes);
                self.members.exit(id, *time, self.held());
            }
            Record::Cgroup(time, group) => self.cgroup.get_or_insert_default().add(*time, group),
            Record::Gap(from, to) => self.curves.gap(*from, *to),
            Record::Index(index) => self.claims.index(index),
            Record::End(end) => {
                self.claims.ends += 1;
                self.end = Some((**end).clone());
            }
            annotation => self.annotation(annotation),
        }
    }

    fn annotation(&mut self, record: &Record<'_>) {
        if let Record::Span(span) = record {
            self.evidence.span(span);
        }
        // A second pass has all annotations from the first.
        if self.span_memory.is_some() {
            return;
        }
        let value = self.extent.last_tick.map_or(Bytes(0), |last| last.value);
        match *record {
            Record::Span(ref span) => self.annotations.span(span),
            Record::SpanBegin(id, time, name) => self.annotations.begin_span(id, time, name, value),
            Record::SpanEnd(id, time) => self.annotations.end_span(id, time, value),
            Record::Mark(time, label) => self.annotations.mark(time, label),
            Record::Note(key, value) => self.annotations.note(key, value),
            _ => {}
        }
    }

    /// `true` if the run was one process with an exact peak.
    pub(crate) fn is_exact(&self) -> bool {
        self.end.as_ref().is_some_and(|end| end.exact)
    }

    /// The processes and programs whose curves the options want.
    pub(crate) fn largest(&mut self) -> Chosen {
        self.members.largest(&self.options)
    }

    /// `true` if there were too many processes to keep all.
    pub(crate) fn has_dropped_processes(&self) -> bool {
        self.members.has_dropped() || self.lives.as_ref().is_some_and(Lives::has_dropped)
    }

    /// `true` if there were too many command lines to keep all.
    pub(crate) fn has_dropped_args(&self) -> bool {
        self.lives.as_ref().is_some_and(Lives::has_dropped_args)
    }

    /// Lowers the number of slices of all curves, and of later ones.
    pub(crate) fn coarsen(&mut self, slices: usize) {
        self.options.slices = self.options.slices.min(slices);
        self.tracks().for_each(|track| track.coarsen(slices));
        if let Some(ticks) = self.curves.ticks() {
            ticks.coarsen(slices);
        }
    }

    /// The number of slices in use.
    pub(crate) fn slices(&mut self) -> usize {
        let ticks = self.curves.ticks().map_or(0, |ticks| ticks.len());
        self.tracks().map(|track| track.len()).sum::<usize>() + ticks
    }

    fn tracks(&mut self) -> impl Iterator<Item = &mut Track> {
        self.curves.tracks().chain(self.members.tracks())
    }

    /// `true` if a process has samples of its own.
    pub(crate) fn has_samples(&self) -> bool {
        self.members.has_samples()
    }

    /// The largest value so far, with a time as in the records; `None` before the first tick.
    pub fn peak(&self) -> Option<Peak> {
        self.evidence.peak()
    }

    fn tick(&mut self, tick: &Tick) {
        let point = Point { time: tick.time, value: tick.value };
        self.counts.tick(tick);
        self.extent.tick(point);
        let was_reset = self.header.as_ref().is_some_and(|header| header.exact);
        let bound = self.evidence.tick(tick, was_reset);
        let options = self.curve_options();
        let since = self.header.is_some().then_some(Seconds(0.0));
        self.curves.tick(point, since, &options);
        if self.options.ticks {
            self.curves.whole_tick(tick, bound, &options);
        }
        if let Some(spans) = &mut self.span_memory {
            spans.tick(point, bound);
        }
        if let Some(value) = tick.memory.get(Part::Swap) {
            let first_tick = self.extent.first_tick.unwrap_or(tick.time);
            self.curves.swap(Point { time: tick.time, value }, first_tick, &options);
        }
    }

    fn proven(&mut self, proven: &Proven) {
        let point = Point { time: proven.time, value: proven.value };
        self.extent.reach(proven.time);
        self.evidence.proven(proven);
        let options = self.curve_options();
        self.curves.total(point, &options);
        if let Some(spans) = &mut self.span_memory {
            spans.proven(*proven);
        }
    }

    #[inline]
    fn curve_options(&self) -> CurveOptions {
        let shift = self.extent.zero.map_or(0.0, |z| z.0);
        CurveOptions {
            slices: self.options.slices,
            origin: if self.header.is_some() { Some(Seconds(0.0)) } else { self.extent.zero },
            window: self.options.window.map(|(a, b)| (Seconds(a.0 + shift), Seconds(b.0 + shift))),
            has_all_ticks: self.options.curves,
        }
    }

    /// The last tick, up to which an unchanged sample still holds. Only in a trace of rprof does a missing sample mean
    /// "as before".
    fn held(&self) -> Option<Seconds> {
        self.extent.last_tick.map(|last| last.time).filter(|_| self.header.is_some())
    }

    /// The times of the first and the last record of a tick.
    pub(crate) fn range(&self) -> Option<(Seconds, Seconds)> {
        self.extent.range()
    }

    /// The start of the run on the clock of the records: 0 in a trace of rprof. In a trace of mprof it is the first time of
    /// a tick or a span, as in mprof's own plots.
    pub(crate) fn zero(&self) -> Seconds {
        if self.header.is_some() {
            return Seconds(0.0);
        }
        let spans = self.annotations.spans.iter().map(|s| s.enter.0);
        let times = self.extent.first_tick.into_iter().chain(spans);
        times.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or(Seconds(0.0))
    }

    /// The profile.
    pub fn finish(mut self) -> Profile {
        self.annotations.settle();
        if let Some(spans) = self.span_memory.take() {
            let bounds = self.evidence.run_bounds(self.end.as_ref());
            spans.finish(self.annotations.spans.iter_mut(), bounds);
        }
        let zero = self.extent.zero.unwrap_or_else(|| self.zero()).0;
        let since = |t: Seconds| Seconds(t.0 - zero);
        let (held, elapsed, process_count) = (self.held(), self.elapsed(zero), self.process_count());
        let is_plural = self.header.as_ref().is_some_and(|h| self.process_count() > 1 || !h.is_of_rprof());
        let metric = self.header.as_ref().map_or_else(Default::default, |h| h.metric);
        let lines = self.evidence.peak().map(|peak| peak.value);
        let contradictions = self.claims.check(metric, self.end.as_ref(), self.counts.ticks, lines);
        let is_contradicted = contradictions.iter().any(Contradiction::is_of_end);
        let mut peak = self.evidence.finish(self.header.as_ref(), self.end.as_ref(), zero, is_plural);
        if let Some(peak) = peak.as_mut().filter(|_| is_contradicted) {
            peak.upper = None;
        }
        let command = self.command.take();
        let command = command.or_else(|| self.header.as_ref().map(|h| shell_quote(&h.command)));
        let pss_peak = self.curves.pss_peak(self.end.as_ref(), zero);
        let blocks = self.curves.blocks(self.end.as_ref(), zero);
        let gaps = self.curves.gaps.iter().map(|(a, b)| (since(*a), since(*b))).collect();
        let ticks = self.curves.finish_ticks(zero);
        let (processes, programs) = self.members.finish(held, zero);
        let [total, pss, swap, upper, requested] = self.curves.finish(zero);
        let span = |s: Span| Span {
            enter: (since(s.enter.0), s.enter.1),
            leave: s.leave.map(|(t, v)| (since(t), v)),
            ..s
        };
        Profile {
            metric,
            start_s: self.header.as_ref().map(|h| h.start_s),
            header: self.header,
            command: command.unwrap_or_default(),
            elapsed,
            peak,
            parts: self.evidence.parts(self.end.as_ref(), zero),
            hwm: self.evidence.hwm(self.end.as_ref()),
            ends: self.extent.ends(),
            samples: self.end.as_ref().map_or(0, |end| end.ticks).max(self.counts.ticks),
            process_count,
            total,
            blocks,
            pss,
            pss_peak,
            swap,
            ticks,
            upper,
            requested,
            cgroup: self.cgroup,
            processes,
            programs,
            lives: self.lives.map_or_else(Vec::new, |lives| lives.finish(zero)),
            spans: self.annotations.spans.into_vec().into_iter().map(span).collect(),
            marks: (self.annotations.marks.into_iter())
                .map(|mark| Mark { time: since(mark.time), ..mark })
                .collect(),
            notes: self.annotations.notes,
            gaps,
            end: self.end,
            contradictions,
        }
    }

    fn elapsed(&self, zero: f64) -> Seconds {
        if let Some(end) = &self.end {
            return end.elapsed_s;
        }
        let leaves = self.annotations.spans.iter().filter_map(|s| s.leave).map(|(t, _)| t.0);
        Seconds((leaves.fold(self.extent.last.0, f64::max) - zero).max(0.0))
    }

    fn process_count(&self) -> u64 {
        self.counts.processes(self.end.as_ref(), self.header.is_some(), self.members.seen())
    }
}
