//! The options of a profile.

use crate::units::Seconds;

/// The data kept of each process of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Keep {
    /// Nothing.
    #[default]
    None,
    /// The peak of each.
    Peaks,
    /// The peak of each, and the curves of this many processes with the highest peaks. They are known only at the end, so
    /// [`read_profiles`](crate::read_profiles) reads the file twice. A builder in one pass keeps peaks only.
    Largest(usize),
}

/// The options of a profile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProfileOptions {
    /// Number of slices of time per curve. Each keeps the first, last, lowest and highest point and takes 72 bytes.
    pub slices: usize,
    /// Limits the curves to this interval, with one point on either side so that lines reach its edges.
    /// Peak and counts are those of the whole run.
    pub window: Option<(Seconds, Seconds)>,
    /// `true` if the curves are needed. Without them a long trace of one process is not read in full: its index has the
    /// peak.
    pub curves: bool,
    /// `true` if whole ticks are needed, with the parts of memory and the bounds of what lay between ticks.
    pub ticks: bool,
    /// The data kept of each process.
    pub processes: Keep,
    /// The number of programs whose curves are needed, those with the highest peaks. As with [`Keep::Largest`], the file is
    /// read twice.
    pub programs: usize,
    /// `true` if the life of each process is needed: its command line, its end, and its part of the tree's peak.
    pub lives: bool,
    /// Limit of the number of spans. Beyond it the longest ones are kept.
    pub spans: usize,
}

/// 4096 slices, more than a figure has pixels; the whole run with its curves; no processes; 65536 spans.
impl Default for ProfileOptions {
    fn default() -> Self {
        Self {
            slices: 4096,
            window: None,
            curves: true,
            ticks: false,
            processes: Keep::None,
            programs: 0,
            lives: false,
            spans: 1 << 16,
        }
    }
}
