//! Draws the gallery into a directory, for a look at every kind of figure:
//! `cargo run -p rprof-plot --example gallery -- DIR [NAME...]`.
#![allow(clippy::unwrap_used)]

#[path = "../tests/support/mod.rs"]
mod support;

fn main() {
    let mut words = std::env::args().skip(1);
    let directory = std::path::PathBuf::from(words.next().expect("the first argument must be a directory"));
    let names: Vec<String> = words.collect();
    std::fs::create_dir_all(&directory).unwrap();
    for (name, options, traces) in support::gallery::gallery() {
        if !names.is_empty() && !names.iter().any(|n| n == name) {
            continue;
        }
        let start = std::time::Instant::now();
        let svg = support::draw(&options, &traces).unwrap();
        let drawn = start.elapsed();
        let (png, pdf) = (rprof_plot::png(&svg, 2.0).unwrap(), rprof_plot::pdf(&svg).unwrap());
        let kilo = |bytes: usize| bytes.div_ceil(1000);
        println!(
            "{name}: svg {} kB in {drawn:.1?}, png {} kB, pdf {} kB; all in {:.1?}",
            kilo(svg.len()),
            kilo(png.len()),
            kilo(pdf.len()),
            start.elapsed()
        );
        for (suffix, bytes) in [("svg", svg.as_bytes()), ("png", &png), ("pdf", &pdf)] {
            std::fs::write(directory.join(format!("{name}.{suffix}")), bytes).unwrap();
        }
    }
}
