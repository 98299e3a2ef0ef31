//! Colours, dash patterns and markers. Curves have the colours of Okabe and Ito (2008), which differ for readers of
//! any colour vision. A dash pattern and a marker go with each, so that the figure also works in black and white. No
//! colour is transparent: every translucent stroke would become a group of its own in a PDF.

use plotters::style::RGBColor;

/// The curve of a single trace, and the first of several.
pub const BLUE: RGBColor = RGBColor(0x00, 0x72, 0xb2);
/// The marks of the peak.
pub const VERMILLION: RGBColor = RGBColor(0xd5, 0x5e, 0x00);
/// The curve of PSS.
pub const GREEN: RGBColor = RGBColor(0x00, 0x9e, 0x73);
/// The curve of a trace or a process.
pub const PURPLE: RGBColor = RGBColor(0xb8, 0x5c, 0x94);
/// The curve of a trace or a process.
pub const ORANGE: RGBColor = RGBColor(0xe6, 0x9f, 0x00);
/// The curve of a trace or a process.
pub const SKY: RGBColor = RGBColor(0x56, 0xb4, 0xe9);
/// The curve of a trace or a process.
pub const BROWN: RGBColor = RGBColor(0x7d, 0x53, 0x2d);
/// Titles and axis labels.
pub const INK: RGBColor = RGBColor(0x1a, 0x1a, 0x1a);
/// Axes, tick labels, names in the legend, and the curve of swap.
pub const DARK: RGBColor = RGBColor(0x40, 0x40, 0x40);
/// Details below a name, and notes on hidden contents.
pub const MUTED: RGBColor = RGBColor(0x60, 0x60, 0x60);
/// The grid, visible on white and on [`TINT`].
pub const GRID: RGBColor = RGBColor(0xd8, 0xdd, 0xe2);
/// The lines of marks.
pub const MARK: Stroke = Stroke { colour: RGBColor(0x80, 0x80, 0x80), width: 0.9, dash: "3 2" };
/// The lines of memory limits.
pub const LIMIT: Stroke = Stroke { colour: DARK, width: 1.3, dash: "10 3 2 3" };
/// The area below the curve.
pub const TINT: RGBColor = RGBColor(0xe3, 0xef, 0xf7);
/// The area below the curve of PSS.
pub const PSS_TINT: RGBColor = RGBColor(0xcf, 0xea, 0xdf);
/// The area up to the bound of what lay between ticks.
pub const BOUND_TINT: RGBColor = RGBColor(0xfb, 0xee, 0xe3);
/// The interval that contains the peak.
pub const PEAK_TINT: RGBColor = RGBColor(0xfb, 0xe1, 0xd2);
/// The band of a gap.
pub const GAP: RGBColor = RGBColor(0xf2, 0xf2, 0xf2);
/// The hatching of a gap, and merged blocks of several names.
pub const HATCH: RGBColor = RGBColor(0xcc, 0xcc, 0xcc);
/// The sheet.
pub const PAPER: RGBColor = RGBColor(0xff, 0xff, 0xff);

/// Texts in the blocks of spans, which keep their colours in every theme.
pub const BLOCK_INK: RGBColor = RGBColor(0x1b, 0x1b, 0x1b);

/// Spans, by the rank of their name, in lanes and in the flame: strong enough for a bar on white, and light enough for
/// dark text. The second half has the hues of the first again, darker.
const SPAN_COLOURS: [RGBColor; 16] = [
    RGBColor(0xf0, 0xb8, 0x49),
    RGBColor(0x8a, 0xc8, 0xee),
    RGBColor(0x69, 0xc2, 0xa5),
    RGBColor(0xd5, 0x9c, 0xc1),
    RGBColor(0xeb, 0x9c, 0x6b),
    RGBColor(0xa9, 0xa4, 0xe4),
    RGBColor(0xe0, 0xd4, 0x5c),
    RGBColor(0xc3, 0xa7, 0x7c),
    RGBColor(0xc9, 0x8f, 0x1f),
    RGBColor(0x4a, 0x9f, 0xd0),
    RGBColor(0x3d, 0x9c, 0x7f),
    RGBColor(0xb3, 0x73, 0x9c),
    RGBColor(0xc9, 0x73, 0x3c),
    RGBColor(0x7f, 0x79, 0xc9),
    RGBColor(0xb0, 0xa0, 0x2c),
    RGBColor(0x9a, 0x7f, 0x55),
];

/// The layers of a stack, from the lowest: like those of spans light enough for dark text, and neighbours differ in
/// lightness too. They are the same in every theme but print, and none is the colour of a span.
const BANDS: [RGBColor; 8] = [
    RGBColor(0x6f, 0xb4, 0xe0),
    RGBColor(0xf2, 0xc7, 0x62),
    RGBColor(0x64, 0xbf, 0xa1),
    RGBColor(0xe3, 0xb5, 0xd4),
    RGBColor(0xe3, 0x8c, 0x58),
    RGBColor(0xb9, 0xb4, 0xec),
    RGBColor(0xc9, 0xbc, 0x3f),
    RGBColor(0xdc, 0xc3, 0x9d),
];
/// The layer of all that has no layer of its own.
pub const BAND_REST: RGBColor = RGBColor(0xcb, 0xcf, 0xd4);

/// The colour of the layer at this place from the lowest.
pub fn band(at: usize) -> RGBColor {
    BANDS[at % BANDS.len()]
}

/// The upper edge of a layer: its colour, darker.
pub fn band_edge(RGBColor(r, g, b): RGBColor) -> RGBColor {
    let darker = |part: u8| (f64::from(part) * 0.6) as u8;
    RGBColor(darker(r), darker(g), darker(b))
}

/// The colour of the name of this rank. After the last colour the first comes again.
pub fn span(rank: usize) -> RGBColor {
    SPAN_COLOURS[rank % SPAN_COLOURS.len()]
}

/// The colour of a text that names a curve of this colour: the same hue, dark enough to be read on white.
pub const fn ink(colour: RGBColor) -> RGBColor {
    match colour {
        VERMILLION => RGBColor(0xb5, 0x4b, 0x00),
        GREEN => RGBColor(0x00, 0x7a, 0x58),
        PURPLE => RGBColor(0x9c, 0x44, 0x78),
        ORANGE => RGBColor(0x96, 0x68, 0x00),
        SKY => RGBColor(0x1f, 0x7d, 0xb4),
        _ => colour,
    }
}

/// The look of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stroke {
    /// The colour.
    pub colour: RGBColor,
    /// The width in px.
    pub width: f64,
    /// Lengths of dashes and spaces in px, as in `stroke-dasharray`; empty for a solid line.
    pub dash: &'static str,
}

impl Stroke {
    /// A line without dashes.
    pub const fn solid(colour: RGBColor, width: f64) -> Self {
        Self { colour, width, dash: "" }
    }
}

/// The shape at the peak of one of several traces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    /// ●
    Circle,
    /// ■
    Square,
    /// ▲
    Up,
    /// ◆
    Diamond,
    /// ▼
    Down,
}

/// The look of the `i`-th of several traces. Seven colours and five patterns make 35 pairs before one repeats.
pub fn trace(i: usize) -> (Stroke, Marker) {
    const COLOURS: [RGBColor; 7] = [BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, INK];
    const DASHES: [&str; 5] = ["", "7 2.5", "2 2", "9 2.5 2 2.5", "5 2 1.5 2 1.5 2"];
    const MARKERS: [Marker; 5] = [Marker::Circle, Marker::Square, Marker::Up, Marker::Diamond, Marker::Down];
    let stroke = Stroke { colour: COLOURS[i % 7], width: 1.8, dash: DASHES[i % 5] };
    (stroke, MARKERS[i % 5])
}

/// The look of the `i`-th process of a trace: thinner than the whole, and not in the colours of the whole and the
/// peak.
pub fn process(i: usize) -> Stroke {
    const COLOURS: [RGBColor; 4] = [ORANGE, PURPLE, SKY, BROWN];
    const DASHES: [&str; 5] = ["", "5 2", "1.5 1.5", "7 2 1.5 2", "4 1.5 1.5 1.5 1.5 1.5"];
    Stroke { colour: COLOURS[i % 4], width: 1.3, dash: DASHES[i % 5] }
}
