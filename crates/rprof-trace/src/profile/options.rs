//! What a profile is to hold.

use crate::units::Seconds;

/// What is kept of the processes of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Keep {
    /// Nothing: no state per process.
    #[default]
    None,
    /// The peak of each.
    Peaks,
    /// The peak of each, and the curves of this many that reached the highest. They are known only at the end, so
    /// that [`read_profiles`](crate::read_profiles) reads the file twice; a builder in one pass keeps peaks.
    Largest(usize),
}

/// What a profile is to hold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProfileOptions {
    /// Slices of time in which the first, last, lowest and highest point of a curve are kept. 288 bytes each.
    pub slices: usize,
    /// Only this part of the curves, with one point on either side so that lines run on to its edge.
    /// Peak and counts are of the whole run all the same.
    pub window: Option<(Seconds, Seconds)>,
    /// Whether the curves are wanted. Without them a long trace of one process is not read through: its index tells the
    /// peak.
    pub curves: bool,
    /// What is kept of each process.
    pub processes: Keep,
    /// Function spans kept at most; the longest are.
    pub spans: usize,
}

/// 4096 slices, which is more than a figure has pixels; the whole run with its curves; no processes; 65536 spans.
impl Default for ProfileOptions {
    fn default() -> Self {
        Self { slices: 4096, window: None, curves: true, processes: Keep::None, spans: 1 << 16 }
    }
}
