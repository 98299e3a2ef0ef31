//! The curves of a run in detail, for a page that can be zoomed: every tick with its parts, PSS, the control group, and
//! single processes. Space is bounded: above a limit, slices of time keep their first, last, lowest and highest values.

mod processes;
mod slices;
mod tick_builder;
mod ticks;

use std::collections::HashMap;

pub use slices::Slices;
pub use ticks::{TickColumn, TickTable};

use crate::error::Error;
use crate::model::Record;
use crate::profile::curve::{Curve, Point};
use crate::profile::{ProcessLife, Profile};
use crate::read::Reader;
use crate::units::Seconds;
use processes::ProcessCurves;
use slices::Capped;
use tick_builder::TickTableBuilder;

/// The limits of the curves of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DetailOptions {
    /// The number of processes whose curves are kept, those with the largest peaks.
    pub processes: usize,
    /// The number of ticks above which slices of time are thinned. Other curves have limits in proportion.
    pub points: usize,
}

/// 1000 processes; a million ticks, which take some 60 MiB.
impl Default for DetailOptions {
    fn default() -> Self {
        Self { processes: 1000, points: 1 << 20 }
    }
}

/// The curves of one run in detail. Their times count from the start of the run, like those of its [`Profile`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Detail {
    /// The ticks, and the peaks that were proven between them.
    pub ticks: TickTable,
    /// PSS of the tree, a point for each round.
    pub pss: Curve,
    /// Memory in use by the control group, a point for each reading; empty for a group shared with other processes.
    pub cgroup: Curve,
    /// The curves of the processes with the largest peaks, in order of appearance.
    pub processes: Vec<ProcessDetail>,
}

/// The curve of one process. It begins where the process was first measured, and falls to 0 at its end.
#[derive(Debug, Clone, PartialEq)]
pub struct ProcessDetail {
    /// The place of the process in [`Profile::lives`].
    pub life: usize,
    /// Its values. A value holds up to the next point; two points of one time are a step.
    pub curve: Curve,
}

/// Reads the curves of all runs of a trace, of which the profiles are known. A process has a curve only if its life is in
/// the profile.
///
/// # Errors
/// If the input cannot be read or is not a trace.
pub fn read_details(
    mut reader: Reader<'_>,
    profiles: &[Profile],
    options: &DetailOptions,
) -> Result<Vec<Detail>, Error> {
    let mut runs: Vec<DetailBuilder> =
        profiles.iter().map(|profile| DetailBuilder::new(profile, options)).collect();
    while reader.advance()? {
        let entry = reader.entry();
        let run = usize::try_from(entry.run).unwrap_or(usize::MAX);
        // The file may have grown since its profiles were read.
        if let Some(run) = runs.get_mut(run) {
            run.add(&entry.record);
        }
    }
    let details = runs.into_iter().zip(profiles).map(|(run, profile)| run.finish(profile));
    Ok(details.collect())
}

/// The curves of a run while it is being read. Its times are those of the records.
struct DetailBuilder {
    ticks: TickTableBuilder,
    pss: Capped,
    cgroup: Capped,
    processes: ProcessCurves,
}

impl DetailBuilder {
    fn new(profile: &Profile, options: &DetailOptions) -> Self {
        let wanted = largest(&profile.lives, options.processes);
        let rounds = options.points / 4;
        Self {
            ticks: TickTableBuilder::new(options.points),
            pss: Capped::new(rounds),
            cgroup: Capped::new(rounds),
            processes: ProcessCurves::new(wanted, profile.header.is_some(), 2 * options.points),
        }
    }

    fn add(&mut self, record: &Record<'_>) {
        match record {
            Record::Tick(tick) => {
                self.processes.tick(tick.time, tick.value);
                self.ticks.tick(tick);
            }
            Record::Proven(proven) => self.ticks.proven(proven.time, proven.value),
            Record::Gap(_, _) => self.ticks.gap(),
            Record::Pss(time, value) => self.pss.add(Point { time: *time, value: *value }),
            Record::Cgroup(time, group) => {
                if let Some(value) = group.current_bytes.filter(|_| group.own) {
                    self.cgroup.add(Point { time: *time, value });
                }
            }
            Record::Born(id, time, born) => self.processes.born(id, born.was.as_deref(), *time),
            Record::Sample(sample) => self.processes.sample(sample.id, sample.time, sample.value),
            Record::Exit(id, time, _) => self.processes.exit(id, *time),
            _ => {}
        }
    }

    fn finish(self, profile: &Profile) -> Detail {
        let mut ticks = self.ticks.finish();
        // The profile has the same first point, but counts its time from the start of the run.
        let first = ticks.times.first().copied().zip(profile.total.first());
        let zero = first.map_or(0.0, |(time, point)| time - point.time.0);
        ticks.times.iter_mut().for_each(|time| *time -= zero);
        let shifted = |curve: Curve| -> Curve {
            curve.into_iter().map(|point| Point { time: Seconds(point.time.0 - zero), ..point }).collect()
        };
        // A group that another process joins is no longer the command's.
        let is_own = profile.cgroup.as_ref().is_some_and(|group| group.own);
        let cgroup = if is_own { shifted(self.cgroup.finish()) } else { Curve::new() };
        // The curve of a tree of one process is that of the process.
        let processes = self.processes.finish().into_iter();
        let processes = processes.map(|(life, curve)| ProcessDetail { life, curve: shifted(curve) });
        Detail { ticks, pss: shifted(self.pss.finish()), cgroup, processes: processes.collect() }
    }
}

/// The processes with the largest peaks: the place of each in the list, by the first word of its id and its start.
fn largest(lives: &[ProcessLife], most: usize) -> HashMap<(String, u64), usize> {
    let mut places: Vec<usize> = (0..lives.len()).filter(|at| lives[*at].peak.is_some()).collect();
    places.sort_by_key(|at| std::cmp::Reverse(lives[*at].peak));
    places.truncate(most);
    places.into_iter().map(|at| (processes::key(&lives[at].id, lives[at].start), at)).collect()
}
