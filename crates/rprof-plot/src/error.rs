//! Why a figure cannot be made, and what to do about it.

/// Why a figure cannot be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no sample to draw.
    #[error(
        "nothing to plot: {0}; a run shorter than one interval leaves no sample, so record again with a shorter interval"
    )]
    Empty(String),
    /// There is no sample within the window asked for.
    #[error(
        "nothing to plot: no sample between {from} and {to}; the trace lasts {elapsed}, choose a window within it"
    )]
    EmptyWindow {
        /// Start of the window.
        from: rprof_trace::Seconds,
        /// End of the window.
        to: rprof_trace::Seconds,
        /// Length of the longest trace.
        elapsed: rprof_trace::Seconds,
    },
    /// The window does not end after its start.
    #[error("the window from {0} to {1} has no width; its end must be later than its start")]
    Window(rprof_trace::Seconds, rprof_trace::Seconds),
    /// The figure's size in pixels is out of range.
    #[error("a figure of {0} x {1} px cannot be drawn; choose from 400 x 240 to 8192 x 8192")]
    Size(u32, u32),
    /// A PNG of this scale would be out of range.
    #[error("a scale of {0} cannot be drawn; choose one above 0 so that no side exceeds 16384 px")]
    Scale(f32),
    /// The SVG could not be read back.
    #[error("the SVG cannot be converted: {0}")]
    Svg(String),
    /// Drawing failed.
    #[error("the figure cannot be drawn: {0}")]
    Draw(String),
}
