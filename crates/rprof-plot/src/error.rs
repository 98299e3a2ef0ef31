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
        "nothing to plot: no samples between {}; choose a window within the run of {elapsed}",
        interval(*from, *to)
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
    #[error("empty window: `{}` to `{}`; choose an end later than the start", plain(*.0), plain(*.1))]
    Window(Seconds, Seconds),
    /// A view needs something that the trace does not have, or that does not fit the other options.
    #[error("cannot draw the view `{view}`: {reason}; {remedy}")]
    View {
        /// The name of the view.
        view: &'static str,
        /// The reason why the view cannot be drawn.
        reason: String,
        /// The remedy for the user.
        remedy: &'static str,
    },
    /// The bytes of the font are none.
    #[error("the font cannot be read: {0}; use a .ttf, .otf or .ttc file")]
    Font(String),
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

/// Two times that differ: with their unit, or if they would be printed alike, in seconds with all digits.
fn interval(from: Seconds, to: Seconds) -> String {
    let texts = [from.to_string(), to.to_string()];
    let [from, to] = if texts[0] == texts[1] { [plain(from), plain(to)] } else { texts };
    format!("`{from}` and `{to}`")
}

/// A time in seconds with all digits.
fn plain(time: Seconds) -> String {
    format!("{} s", time.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The message was "no samples between `14.1 s` and `14.1 s`".
    #[test]
    fn the_ends_of_a_window_are_printed_apart() {
        let error = |from, to| {
            let (from, to) = (Seconds(from), Seconds(to));
            Error::EmptyWindow { from, to, elapsed: Seconds(20.0) }.to_string()
        };
        assert!(error(14.101, 14.102).contains("between `14.101 s` and `14.102 s`;"));
        assert!(error(14.0, 15.0).contains("between `14.0 s` and `15.0 s`;"));
        let message = Error::Window(Seconds(14.102), Seconds(14.101)).to_string();
        assert!(message.contains("`14.102 s` to `14.101 s`"), "{message}");
    }
}
