//! The input of a figure: traces, and the options that say how to draw them.

use std::sync::Arc;

use rprof_trace::{Bytes, Curve, Profile, Seconds, SizeUnit, Sizes};

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
    /// The view of a single trace, and of each trace of small multiples.
    pub view: View,
    /// Small multiples, a panel for each trace; `None` for all curves in one plot area.
    pub facet: Option<Facet>,
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
    /// The memory of the largest functions over time, each with its name, for their view.
    pub functions: Vec<(String, Curve)>,
    /// The form of the texts in the SVG.
    pub text: SvgText,
    /// The colours.
    pub theme: Theme,
    /// True if the sheet has no ground.
    pub transparent: bool,
    /// The upper end of the memory axis; `None` if it fits the curves.
    pub highest: Option<Bytes>,
    /// The scale of the memory axis; `None` for the one that suits the view.
    pub scale_of_memory: Option<Scale>,
    /// The unit of all sizes; `None` for the one that fits each.
    pub unit: Option<SizeUnit>,
    /// A font for the characters that the embedded one lacks.
    pub font: Option<FontFile>,
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
            view: View::Overview,
            facet: None,
            peak: true,
            spans: SpanView::Lanes,
            all_spans: false,
            slope: false,
            processes: 8,
            functions: Vec::new(),
            text: SvgText::Font,
            theme: Theme::Light,
            transparent: false,
            highest: None,
            scale_of_memory: None,
            unit: None,
            font: None,
            width: 960,
            height: 540,
            scale: 1.0,
        }
    }
}

impl Options {
    /// The form of all sizes.
    pub fn sizes(&self) -> Sizes {
        Sizes(self.unit)
    }
}

/// The view of one trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    /// The whole tree with its largest processes, PSS, swap and spans.
    #[default]
    Overview,
    /// The whole tree, and the bound of what lay between ticks.
    Line,
    /// The kinds of memory, stacked.
    Kinds,
    /// The largest processes, stacked.
    Processes,
    /// The largest programs, each with all its processes, stacked.
    Programs,
    /// RSS beside PSS.
    Pss,
    /// The address space beside the memory in use.
    Requested,
    /// The whole tree above all its spans.
    Spans,
    /// The functions that hold most, stacked. They come from the stacks of a run, in [`Options::functions`].
    Functions,
}

impl View {
    /// All views, in the order of the documentation.
    pub const ALL: [Self; 9] = [
        Self::Overview,
        Self::Line,
        Self::Kinds,
        Self::Processes,
        Self::Programs,
        Self::Pss,
        Self::Requested,
        Self::Spans,
        Self::Functions,
    ];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Line => "line",
            Self::Kinds => "kinds",
            Self::Processes => "processes",
            Self::Programs => "programs",
            Self::Pss => "pss",
            Self::Requested => "requested",
            Self::Spans => "spans",
            Self::Functions => "where",
        }
    }

    /// True if layers lie above one another, so that heights add up.
    pub const fn is_stacked(self) -> bool {
        matches!(self, Self::Kinds | Self::Processes | Self::Programs | Self::Functions)
    }
}

/// The axes of small multiples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Facet {
    /// All panels have the same axes, so that they can be compared.
    Shared,
    /// The axes of each panel fit its curve.
    Own,
}

/// The scale of the memory axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Equal distances are equal differences.
    Linear,
    /// Equal distances are equal ratios.
    Log,
}

/// The bytes of a TrueType or OpenType font, or of a collection, whose first font counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FontFile(pub Arc<[u8]>);

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
