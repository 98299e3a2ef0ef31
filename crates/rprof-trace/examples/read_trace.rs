//! Prints the peak and the spans of each run of a trace: `read_trace FILE`.

use rprof_trace::{ProfileOptions, read_profiles, span_totals, visible};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: read_trace FILE")?;
    let (profiles, warnings) = read_profiles(&path, &ProfileOptions::default())?;
    for profile in &profiles {
        println!("{}", visible(&profile.command));
        if let Some(peak) = profile.peak {
            println!("peak {} at {}", peak.value, peak.time);
        }
        for span in span_totals(profile) {
            println!("span {}: {} calls, {}", visible(&span.name), span.calls, span.time);
        }
    }
    warnings.iter().for_each(|warning| eprintln!("{warning}"));
    Ok(())
}
