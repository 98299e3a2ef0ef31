//! Compresses the scripts and style sheets of the page for the binary, where they would take 200 kB.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "page")]
    page::pack();
}

#[cfg(feature = "page")]
mod page {
    use std::io::Write;
    use std::path::Path;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    const PLACE: &str = "src/page/assets";

    /// The chart library, see `assets/vendor/README.md`.
    const LIBRARY: &[&str] = &["vendor/uPlot.iife.min.js"];

    /// Our own scripts in the order in which they run. Each adds one object to `rprof`, and uses only those before it.
    const SCRIPTS: &[&str] = &[
        "units.js",
        "axis.js",
        "curve.js",
        "unpack.js",
        "model.js",
        "functions.js",
        "views.js",
        "paths.js",
        "dom.js",
        "theme.js",
        "painting.js",
        "chart.js",
        "minimap.js",
        "spans.js",
        "readout.js",
        "table.js",
        "tables.js",
        "function_panel.js",
        "figure.js",
        "downloads.js",
        "keys.js",
        "panels.js",
        "app.js",
        "main.js",
    ];

    /// The style sheets: that of the library, and ours.
    const STYLES: &[&str] = &["vendor/uPlot.min.css", "page.css"];

    /// The elements of the page, without anything from a trace.
    const BODY: &[&str] = &["body.html"];

    /// Writes the four texts, a zero byte between them, as one zlib stream. `src/page/assets.rs` reads it.
    pub fn pack() {
        println!("cargo::rerun-if-changed={PLACE}");
        let texts = [text(LIBRARY, ""), text(SCRIPTS, ""), text(STYLES, "\n"), text(BODY, "")];
        let directory = std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
        let file =
            std::fs::File::create(Path::new(&directory).join("page.zlib")).expect("a writable OUT_DIR");
        let mut packed = ZlibEncoder::new(file, Compression::best());
        packed.write_all(texts.join("\0").as_bytes()).expect("written");
        packed.finish().expect("written");
    }

    fn text(names: &[&str], between: &str) -> String {
        let read = |name: &&str| {
            let path = Path::new(PLACE).join(name);
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        };
        names.iter().map(read).collect::<Vec<_>>().join(between)
    }
}
