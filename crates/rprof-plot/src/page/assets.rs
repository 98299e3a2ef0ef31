//! The scripts and the style sheet of a page. They are files without a build step; the page carries them as they are.

/// The chart library, see `assets/vendor/README.md`.
pub const LIBRARY: &str = include_str!("assets/vendor/uPlot.iife.min.js");

/// Our own scripts in the order in which they run. Each adds one object to `rprof`, and uses only those before it.
pub const SCRIPTS: [&str; 24] = [
    include_str!("assets/units.js"),
    include_str!("assets/axis.js"),
    include_str!("assets/curve.js"),
    include_str!("assets/unpack.js"),
    include_str!("assets/model.js"),
    include_str!("assets/functions.js"),
    include_str!("assets/views.js"),
    include_str!("assets/paths.js"),
    include_str!("assets/dom.js"),
    include_str!("assets/theme.js"),
    include_str!("assets/painting.js"),
    include_str!("assets/chart.js"),
    include_str!("assets/minimap.js"),
    include_str!("assets/spans.js"),
    include_str!("assets/readout.js"),
    include_str!("assets/table.js"),
    include_str!("assets/tables.js"),
    include_str!("assets/function_panel.js"),
    include_str!("assets/figure.js"),
    include_str!("assets/downloads.js"),
    include_str!("assets/keys.js"),
    include_str!("assets/panels.js"),
    include_str!("assets/app.js"),
    include_str!("assets/main.js"),
];

/// The style sheets: that of the library, and ours.
pub const STYLES: [&str; 2] = [include_str!("assets/vendor/uPlot.min.css"), include_str!("assets/page.css")];

/// The elements of the page, without anything from a trace.
pub const BODY: &str = include_str!("assets/body.html");
