//! One measured run in numbers, and the metrics: a name, a unit and a value of each run.

use rprof_findings::stats::Description;
use rprof_trace::{Bytes, Curve, PeakParts};

/// The numbers of one run. What the system does not report is `None`.
#[derive(Debug, Clone, Default)]
pub struct Measurement {
    /// Time from right before the exec to the end of the command, in seconds.
    pub wall: f64,
    /// CPU time in user mode, in seconds.
    pub user: Option<f64>,
    /// CPU time in kernel mode, in seconds.
    pub system: Option<f64>,
    /// Largest RSS of one process.
    pub resident: Option<Bytes>,
    /// Peak of the RSS, summed over the tree: a lower bound.
    pub tree: Option<Bytes>,
    /// Upper bound of that peak.
    pub tree_upper: Option<Bytes>,
    /// True if the peak is exact.
    pub exact: bool,
    /// Peak of the PSS of the tree: a lower bound. For a single process it is the peak of its RSS, because it shares nothing
    /// with the rest of the tree.
    pub pss: Option<Bytes>,
    /// Upper bound of that peak.
    pub pss_upper: Option<Bytes>,
    /// Growth after the warm-up, in bytes per second.
    pub growth: Option<f64>,
    /// Page faults without reading from a disk.
    pub minor_faults: Option<u64>,
    /// Page faults with reading from a disk.
    pub major_faults: Option<u64>,
    /// Number of processes.
    pub processes: u64,
    /// The parts of memory at the peak.
    pub parts: Option<PeakParts>,
    /// Exit code; `None` after a signal.
    pub exit_code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// The name of its trace; `None` if it is not kept.
    pub trace: Option<String>,
    /// Memory of the tree over time; empty unless a figure needs it.
    pub curve: Curve,
}

/// A unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Seconds.
    Second,
    /// Bytes.
    Byte,
    /// Bytes per second.
    BytePerSecond,
    /// No unit.
    Count,
}

impl Unit {
    /// The name in JSON, as hyperfine has it; `None` for a count.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Second => Some("second"),
            Self::Byte => Some("byte"),
            Self::BytePerSecond => Some("byte per second"),
            Self::Count => None,
        }
    }

    /// The symbol in CSV, as hyperfine has it.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Second => "s",
            Self::Byte => "B",
            Self::BytePerSecond => "B/s",
            Self::Count => "count",
        }
    }
}

/// A metric of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// Time from exec to end.
    Wall,
    /// CPU time in user and kernel mode.
    Cpu,
    /// CPU time in user mode.
    User,
    /// CPU time in kernel mode.
    System,
    /// Largest RSS of one process.
    Resident,
    /// Peak of the tree's RSS.
    Tree,
    /// Upper bound of that.
    TreeUpper,
    /// Peak of the tree's PSS.
    Pss,
    /// Upper bound of that.
    PssUpper,
    /// Growth after the warm-up.
    Growth,
    /// Page faults without reading from a disk.
    MinorFaults,
    /// Page faults with reading from a disk.
    MajorFaults,
}

impl Metric {
    /// All metrics, those of hyperfine first.
    pub const ALL: [Self; 12] = [
        Self::Wall,
        Self::Cpu,
        Self::User,
        Self::System,
        Self::Resident,
        Self::Tree,
        Self::TreeUpper,
        Self::Pss,
        Self::PssUpper,
        Self::Growth,
        Self::MinorFaults,
        Self::MajorFaults,
    ];

    /// The name in JSON and CSV. Scripts rely on it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wall => "time_wall_clock",
            Self::Cpu => "time_cpu",
            Self::User => "time_user",
            Self::System => "time_system",
            Self::Resident => "memory_peak_resident",
            Self::Tree => "memory_peak_tree",
            Self::TreeUpper => "memory_peak_tree_upper",
            Self::Pss => "memory_peak_pss",
            Self::PssUpper => "memory_peak_pss_upper",
            Self::Growth => "memory_growth",
            Self::MinorFaults => "page_faults_minor",
            Self::MajorFaults => "page_faults_major",
        }
    }

    /// The unit of its values.
    pub fn unit(self) -> Unit {
        match self {
            Self::Wall | Self::Cpu | Self::User | Self::System => Unit::Second,
            Self::Resident | Self::Tree | Self::TreeUpper | Self::Pss | Self::PssUpper => Unit::Byte,
            Self::Growth => Unit::BytePerSecond,
            Self::MinorFaults | Self::MajorFaults => Unit::Count,
        }
    }

    /// The value of a run; `None` if it is not known.
    pub fn value(self, run: &Measurement) -> Option<f64> {
        let bytes = |size: Option<Bytes>| size.map(|size| size.0 as f64);
        match self {
            Self::Wall => Some(run.wall),
            Self::Cpu => Some(run.user? + run.system?),
            Self::User => run.user,
            Self::System => run.system,
            Self::Resident => bytes(run.resident),
            Self::Tree => bytes(run.tree),
            Self::TreeUpper => bytes(run.tree_upper),
            Self::Pss => bytes(run.pss),
            Self::PssUpper => bytes(run.pss_upper),
            Self::Growth => run.growth,
            Self::MinorFaults => run.minor_faults.map(|count| count as f64),
            Self::MajorFaults => run.major_faults.map(|count| count as f64),
        }
    }

    /// The values of all runs that have one.
    pub fn values(self, runs: &[Measurement]) -> Vec<f64> {
        runs.iter().filter_map(|run| self.value(run)).collect()
    }

    /// The statistics of all runs that have a value; `None` if none has.
    pub fn summary(self, runs: &[Measurement]) -> Option<Description> {
        Description::of(&self.values(runs))
    }

    /// The values of all runs; `None` unless each has one.
    pub fn complete(self, runs: &[Measurement]) -> Option<Vec<f64>> {
        runs.iter().map(|run| self.value(run)).collect::<Option<Vec<_>>>().filter(|values| !values.is_empty())
    }
}
