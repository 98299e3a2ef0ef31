//! The errors of this crate: each names the cause and the remedy.

use rprof_trace::Seconds;

/// The cause that prevents a figure.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No trace has a sample.
    #[error(
        "nothing to plot: {0}; a run shorter than one interval has no samples, record it again with a shorter interval"
    )]
    Empty(String),
    /// No sample lies in the window.
    #[error(
        "nothing to plot: no samples between `{from}` and `{to}`; choose a window within the run of {elapsed}"
    )]
    EmptyWindow {
        /// Start of the window.
        from: Seconds,
        /// End of the window.
        to: Seconds,
        /// Length of the longest trace.
        elapsed: Seconds,
    },
    /// The window does not end after its start.
    #[error("empty window from `{0}` to `{1}`; choose an end later than the start")]
    Window(Seconds, Seconds),
    /// The size of the figure is out of range; width and height in CSS pixels.
    #[error("figure size `{0} x {1}` px is out of range; choose one from 400 x 240 to 8192 x 8192")]
    Size(u32, u32),
    /// The scale of a PNG is out of range.
    #[error(
        "scale `{0}` is out of range; choose one above 0 that keeps each side of the PNG within 16384 px"
    )]
    Scale(f32),
    /// The SVG is not one of [`svg()`](crate::svg), or another crate failed to convert it.
    #[error("cannot convert the SVG: {0}")]
    Svg(String),
    /// plotters failed to draw.
    #[error("cannot draw the figure: {0}")]
    Draw(String),
}
