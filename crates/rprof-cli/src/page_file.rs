//! The page of traces: profiles and curves in detail are read, and become one HTML file.

use anyhow::bail;
use rprof_plot::{FunctionLevels, Options, PageTrace, View, page};
use rprof_trace::{Detail, DetailOptions, Profile, ProfileOptions, read_details, shown};

use crate::trace_input::TraceInput;
use crate::trace_labels::{self, Labelled};
use crate::{load, message, stacks};

/// One run of a page.
struct Run<'a> {
    labelled: Labelled<'a>,
    profile: &'a Profile,
    detail: Detail,
    functions: Option<FunctionLevels>,
}

/// Reads the traces and makes their page. `names` are those that the user gave to some of them.
///
/// # Errors
/// When a trace cannot be read, a name is given for a trace that is not there, or functions are to be shown first and no
/// trace has stacks.
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
    let mut runs: Vec<Run<'_>> = Vec::new();
    for (input, profiles) in inputs.iter().zip(&files) {
        let details = read_details(input.reader()?, profiles, &limits)?;
        let several = profiles.len() > 1;
        for ((profile, detail), number) in profiles.iter().zip(details).zip(1..) {
            let run = several.then_some(number);
            let labelled = Labelled { path: &input.path, run, command: &profile.command };
            let functions = if several { None } else { functions(input, options.view)? };
            runs.push(Run { labelled, profile, detail, functions });
        }
    }
    if options.view == View::Functions && runs.iter().all(|run| run.functions.is_none()) {
        let path = inputs.first().map(|input| shown(&input.path).to_string()).unwrap_or_default();
        bail!("`{path}` has no stacks; record them with `rprof run --where`");
    }
    let labelled: Vec<Labelled<'_>> = runs.iter().map(|run| run.labelled).collect();
    let labels = trace_labels::labels(&labelled, names)?;
    let traces: Vec<PageTrace<'_>> = (runs.iter().zip(&labels))
        .map(|(run, label)| {
            let (detail, functions) = (&run.detail, run.functions.as_ref());
            PageTrace { label, profile: run.profile, detail, functions }
        })
        .collect();
    Ok(page(options, &traces)?.into_bytes())
}

/// The functions of the run of a trace. Stacks that cannot be read are reported, unless the page is to show them first.
///
/// # Errors
/// When the page is to show them first, and they cannot be read.
fn functions(input: &TraceInput, view: View) -> anyhow::Result<Option<FunctionLevels>> {
    if input.is_stream() {
        return Ok(None);
    }
    match stacks::levels(&input.path) {
        Err(error) if view != View::Functions => {
            message::print(&format!("{error:#}; the page shows no functions"));
            Ok(None)
        }
        found => found,
    }
}
