//! The page of traces: profiles and curves in detail are read, and become one HTML file.

use rprof_plot::{Options, PageTrace, page};
use rprof_trace::{Detail, DetailOptions, Profile, ProfileOptions, read_details};

use crate::load;
use crate::trace_input::TraceInput;
use crate::trace_labels::{self, Labelled};

/// Reads the traces and makes their page. `names` are those that the user gave to some of them.
///
/// # Errors
/// When a trace cannot be read, or a name is given for a trace that is not there.
pub fn render(
    inputs: &[TraceInput],
    options: &Options,
    names: &[(String, String)],
) -> anyhow::Result<Vec<u8>> {
    // A page can be zoomed out, so it has the whole run; the window is what it shows first.
    let kept = ProfileOptions { lives: true, ..ProfileOptions::default() };
    let files =
        inputs.iter().map(|input| load::profiles(input, &kept)).collect::<anyhow::Result<Vec<_>>>()?;
    let count: usize = files.iter().map(Vec::len).sum();
    let usual = DetailOptions::default();
    // All runs share the room of one page, and so they share the memory.
    let limits = DetailOptions { points: usual.points / count.max(1), ..usual };
    let mut runs: Vec<(Labelled<'_>, &Profile, Detail)> = Vec::new();
    for (input, profiles) in inputs.iter().zip(&files) {
        let details = read_details(input.reader()?, profiles, &limits)?;
        let several = profiles.len() > 1;
        for ((profile, detail), number) in profiles.iter().zip(details).zip(1..) {
            let run = several.then_some(number);
            runs.push((Labelled { path: &input.path, run, command: &profile.command }, profile, detail));
        }
    }
    let labelled: Vec<Labelled<'_>> = runs.iter().map(|(labelled, ..)| *labelled).collect();
    let labels = trace_labels::labels(&labelled, names)?;
    let traces: Vec<PageTrace<'_>> = (runs.iter().zip(&labels))
        .map(|((_, profile, detail), label)| PageTrace { label, profile, detail })
        .collect();
    Ok(page(options, &traces)?.into_bytes())
}
