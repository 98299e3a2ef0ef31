//! What is asked of a figure.

use rprof_trace::{Profile, Seconds};

/// One trace of a figure.
#[derive(Debug, Clone, Copy)]
pub struct Trace<'a> {
    /// What the legend calls it when there are several: a file's name.
    pub label: &'a str,
    /// What was measured.
    pub profile: &'a Profile,
}

/// What is asked of a figure; the default is what `rprof plot` draws without flags.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// The title; `None`: the command of the only trace, none for several.
    /// A line break in it is kept, other control characters are shown by their escapes.
    pub title: Option<String>,
    /// Only what lies between these two times is shown, and both axes fit it; `None`: the whole run from 0.
    /// An infinite end stands for the end of the run.
    pub window: Option<(Seconds, Seconds)>,
    /// Whether the peak is marked and labelled.
    pub peak: bool,
    /// How function spans are drawn, for a single trace.
    pub spans: SpanView,
    /// Whether a least-squares line is drawn through each curve, its slope in the legend.
    pub slope: bool,
    /// How many processes get a curve of their own, for a single trace, the largest first.
    pub processes: usize,
    /// Width of the figure in CSS pixels (1/96 inch), 400 to 8192.
    pub width: u32,
    /// Height of the figure in CSS pixels, 240 to 8192.
    pub height: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            title: None,
            window: None,
            peak: true,
            spans: SpanView::Lanes,
            slope: false,
            processes: 8,
            width: 960,
            height: 540,
        }
    }
}

/// How function spans are drawn under the curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanView {
    /// Not at all.
    Hidden,
    /// One lane per function with all its calls, their number and their total time.
    Lanes,
    /// One box per call, nested as the calls were, with the name in it where it fits.
    Flame,
}
