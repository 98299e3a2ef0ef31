//! The input of a figure: traces, and the options that say how to draw them.

use rprof_trace::{Bytes, Profile, Seconds};

/// One trace of a figure.
#[derive(Debug, Clone, Copy)]
pub struct Trace<'a> {
    /// The name in a figure with several traces, for example the command or that of the file.
    pub label: &'a str,
    /// The measurements.
    pub profile: &'a Profile,
}

/// The options of a figure. The default is a figure as `rprof plot` draws it without flags.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct Options {
    /// The title; `None` for the command of a single trace, and for no title above several.
    /// Line breaks are kept, other control characters are shown as escapes.
    pub title: Option<String>,
    /// Start and end of the part that is shown, and that both axes fit; `None` for the whole run from 0.
    /// An infinite end stands for the end of the run.
    pub window: Option<(Seconds, Seconds)>,
    /// True if the peak is marked and labelled.
    pub peak: bool,
    /// The view of the spans of a single trace.
    pub spans: SpanView,
    /// True if every span name has a lane, and every level of a flame is drawn. The sheet grows in height as needed.
    pub all_spans: bool,
    /// True if a least-squares line is drawn through each curve, with its slope in the legend.
    pub slope: bool,
    /// The number of processes of a single trace that get a curve of their own, the largest first.
    pub processes: usize,
    /// The form of the texts in the SVG.
    pub text: SvgText,
    /// The colours.
    pub theme: Theme,
    /// True if the sheet has no ground.
    pub transparent: bool,
    /// The upper end of the memory axis; `None` if it fits the curves.
    pub highest: Option<Bytes>,
    /// Width of the figure in CSS pixels (1/96 inch), 400 to 8192.
    pub width: u32,
    /// Height of the figure in CSS pixels, 240 to 8192.
    pub height: u32,
    /// The size of the finished figure, as a multiple of `width` and `height`, 0.1 to 10. Texts and lines grow with it.
    pub scale: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            title: None,
            window: None,
            peak: true,
            spans: SpanView::Lanes,
            all_spans: false,
            slope: false,
            processes: 8,
            text: SvgText::Font,
            theme: Theme::Light,
            transparent: false,
            highest: None,
            width: 960,
            height: 540,
            scale: 1.0,
        }
    }
}

/// The colours of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// Dark on white.
    #[default]
    Light,
    /// Light on nearly black, for slides.
    Dark,
    /// Black and greys on white: curves differ by dash patterns and markers.
    Print,
}

/// The form of the texts in an SVG.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SvgText {
    /// Text in the fonts of the reader's machine. It may be wider or narrower than the place it has.
    Plain,
    /// Text, and the glyphs it needs as embedded fonts: browsers show it alike everywhere.
    #[default]
    Font,
    /// Outlines: every program shows them alike, but the text can be neither selected nor searched.
    Outlines,
}

/// The view of spans below the curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanView {
    /// No spans.
    Hidden,
    /// One lane for each name, with all its spans, their number and their total time.
    Lanes,
    /// One block for each span, nested as the spans were, with the name in it where it fits.
    Flame,
}
