//! The scale of the memory axis: linear or logarithmic, with room above the highest value for the labels.

use rprof_trace::Sizes;

use crate::layers::{limits, peak};
use crate::options::{Options, Scale, View};
use crate::series::SeriesSet;
use crate::sheet::axis::{self, Axis};

/// Space above the highest value in px, where no label of a peak needs more.
const HEADROOM: f64 = 14.0;
/// The label of a limit below this many times the peak may meet the label of the peak.
const NEAR_PEAK: f64 = 1.2;
/// The memory axis of a run in which every value is 0: one MiB.
const LEAST_TOP: f64 = 1_048_576.0;
/// An address space of more than this many times the memory in use would press its curve on the time axis.
const DISTANT: f64 = 20.0;

/// The lowest value above 0 in bytes, if the axis is to be logarithmic.
///
/// Without a wish it is so where an address space is much larger than the memory in use.
pub fn lowest(options: &Options, curves: &SeriesSet) -> Option<f64> {
    let is_log = match options.scale_of_memory {
        Some(scale) => scale == Scale::Log,
        None => options.view == View::Requested && curves.highest() > DISTANT * curves.highest_whole(),
    };
    curves.lowest().filter(|_| is_log)
}

/// The values that the memory axis must reach.
#[derive(Debug, Clone, Copy)]
pub struct Reached {
    /// The highest value in bytes.
    pub highest: f64,
    /// True if the label of a peak stands above it.
    pub has_peak: bool,
    /// The highest limit in bytes; 0 without one.
    pub limit: f64,
    /// The form of sizes.
    pub sizes: Sizes,
}

impl Reached {
    /// The axis of a plot area of this height in px, with room for the labels. It ends at `top`, if there is one, and is
    /// logarithmic with a `lowest` value.
    pub fn axis(&self, top: Option<f64>, lowest: Option<f64>, height: f64) -> Axis {
        let Self { highest, limit, sizes, .. } = *self;
        let end = |from: Option<f64>| {
            let wanted = top.unwrap_or_else(|| Self::above(from, highest, self.headroom(), height));
            let limit = if top.is_none() { Self::above(from, limit, limits::HEADROOM, height) } else { 0.0 };
            let end = wanted.max(limit);
            if end > 0.0 { end } else { LEAST_TOP }
        };
        let written = top.map_or(highest, |top| highest.min(top));
        match lowest {
            Some(lowest) => {
                let from = axis::begin_of_log(sizes, lowest, written);
                axis::memory_log(sizes, from, end(Some(from)), height)
            }
            None => axis::memory_in(sizes, end(None), written, height),
        }
    }

    fn headroom(&self) -> f64 {
        match self.has_peak {
            // Both labels may have to stand above each other.
            true if self.limit > 0.0 && self.limit < self.highest * NEAR_PEAK => {
                peak::HEADROOM + limits::HEADROOM / 2.0
            }
            true => peak::HEADROOM,
            false => HEADROOM,
        }
    }

    /// The end of an axis that leaves `headroom` px above a value; of a logarithmic one that begins at `from`.
    fn above(from: Option<f64>, value: f64, headroom: f64, height: f64) -> f64 {
        // On a low figure the headroom is half of the plot area at most.
        let share = (headroom / height).min(0.5);
        match from {
            Some(from) if value > from => from * (value / from).powf(1.0 / (1.0 - share)),
            Some(_) => value,
            None => value / (1.0 - share),
        }
    }
}
