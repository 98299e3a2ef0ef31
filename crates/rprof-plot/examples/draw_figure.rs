//! Draws the numbers of another tool: lines `SECONDS BYTES` from stdin become an SVG on stdout.

use rprof_plot::{Options, Trace};
use rprof_trace::{Bytes, Peak, Point, Profile, Seconds};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut total = Vec::new();
    for line in std::io::stdin().lines() {
        let line = line?;
        let (seconds, bytes) = line.split_once(' ').ok_or("expected lines `SECONDS BYTES`")?;
        total.push(Point { time: Seconds(seconds.parse()?), value: Bytes(bytes.trim().parse()?) });
    }
    let highest = total.iter().max_by_key(|point| point.value);
    let peak = highest.map(|&Point { time, value }| Peak { value, time, within: None, upper: Some(value) });
    let profile = Profile { total, peak, ..Profile::default() };
    let options = Options { title: Some("memory of my tool".to_owned()), ..Options::default() };
    println!("{}", rprof_plot::svg(&options, &[Trace { label: "my tool", profile: &profile }])?);
    Ok(())
}
