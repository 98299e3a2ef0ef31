//! The members of the tree while a run is being read: its processes, and its programs. Each is kept only on request.

use std::collections::HashSet;

use crate::profile::ProcessProfile;
use crate::profile::curve::{Point, Track};
use crate::profile::options::{Keep, ProfileOptions};
use crate::profile::processes::Processes;
use crate::profile::programs::{ProgramProfile, Programs};
use crate::units::Seconds;

/// The members whose curves are needed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chosen {
    /// Processes by their order of appearance.
    pub processes: HashSet<usize>,
    /// Programs by their names.
    pub programs: HashSet<String>,
}

/// The members seen so far.
#[derive(Debug)]
pub(crate) struct Members {
    processes: Option<Processes>,
    programs: Option<Programs>,
}

impl Members {
    /// Members without curves.
    pub fn new(options: &ProfileOptions) -> Self {
        Self {
            processes: (options.processes != Keep::None).then(Processes::default),
            programs: (options.programs > 0).then(Programs::default),
        }
    }

    /// Members with the curves of the chosen ones. `empty` is a curve without points.
    pub fn with_curves(options: &ProfileOptions, chosen: Chosen, empty: &Track) -> Self {
        let Chosen { processes, programs } = chosen;
        let with_processes = || Processes::with_curves(processes, empty.clone());
        let with_programs = || Programs::with_curves(programs, empty.clone());
        Self {
            processes: (options.processes != Keep::None).then(with_processes),
            programs: (options.programs > 0).then(with_programs),
        }
    }

    /// The members whose curves are wanted: those with the largest peaks.
    pub fn largest(&mut self, options: &ProfileOptions) -> Chosen {
        let count = if let Keep::Largest(count) = options.processes { count } else { 0 };
        Chosen {
            processes: self.processes.as_ref().map_or_else(HashSet::new, |all| all.largest(count)),
            programs: self.programs.as_mut().map_or_else(HashSet::new, |all| all.largest(options.programs)),
        }
    }

    /// Adds a sample. `held` is the last tick before, in a trace where a missing sample means "as before".
    pub fn sample(&mut self, id: &str, point: Point, held: Option<Seconds>) {
        if let Some(processes) = &mut self.processes {
            processes.sample(id, point, held);
        }
        if let Some(programs) = &mut self.programs {
            programs.sample(id, point, held);
        }
    }

    /// A process was seen, or continues under a new id.
    pub fn born(&mut self, id: &str, time: Seconds, was: Option<&str>, held: Option<Seconds>) {
        if let Some(processes) = &mut self.processes {
            processes.born(id, was);
        }
        if let Some(programs) = &mut self.programs {
            programs.born(id, time, was, held);
        }
    }

    /// A process has ended.
    pub fn exit(&mut self, id: &str, time: Seconds, held: Option<Seconds>) {
        if let Some(processes) = &mut self.processes {
            processes.exit(id, time, held);
        }
        if let Some(programs) = &mut self.programs {
            programs.exit(id, time, held);
        }
    }

    /// The number of processes that were seen.
    pub fn seen(&self) -> usize {
        self.processes.as_ref().map_or(0, Processes::seen)
    }

    /// `true` if there were too many processes to keep all.
    pub fn has_dropped(&self) -> bool {
        self.processes.as_ref().is_some_and(|processes| processes.dropped() > 0)
    }

    /// `true` if a process has samples of its own.
    pub fn has_samples(&self) -> bool {
        self.processes.as_ref().is_some_and(Processes::has_samples)
            || self.programs.as_ref().is_some_and(Programs::has_samples)
    }

    /// The curves that are kept.
    pub fn tracks(&mut self) -> impl Iterator<Item = &mut Track> {
        let processes = self.processes.iter_mut().flat_map(Processes::tracks);
        processes.chain(self.programs.iter_mut().flat_map(Programs::tracks))
    }

    /// The profiles of all members, with times counted from `zero`. `held` is the last tick.
    pub fn finish(self, held: Option<Seconds>, zero: f64) -> (Vec<ProcessProfile>, Vec<ProgramProfile>) {
        let processes = self.processes.map_or_else(Vec::new, |processes| processes.finish(held, zero));
        let programs = self.programs.map_or_else(Vec::new, |programs| programs.finish(held, zero));
        (processes, programs)
    }
}
