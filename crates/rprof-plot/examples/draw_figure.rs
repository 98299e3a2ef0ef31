//! Draws the numbers of another tool: lines `SECONDS BYTES` from stdin become an SVG on stdout.

use rprof_plot::{Options, Trace};
use rprof_trace::{Bytes, Point, Profile, Seconds};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut total = Vec::new();
    for line in std::io::stdin().lines() {
        let line = line?;
        let (seconds, bytes) = line.split_once(' ').ok_or("expected lines `SECONDS BYTES`")?;
        total.push(Point { time: Seconds(seconds.parse()?), value: Bytes(bytes.trim().parse()?) });
    }
    let profile = Profile { total, ..Profile::default() };
    let options = Options { title: Some("memory of my tool".to_owned()), ..Options::default() };
    println!("{}", rprof_plot::svg(&options, &[Trace { label: "my tool", profile: &profile }])?);
    Ok(())
}
