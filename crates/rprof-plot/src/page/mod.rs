//! The page: profiles and their curves in detail become one HTML file that makes no request. Its size is bounded.
//! Everything from a trace is data in it: JSON and packed curves, which the scripts of the page show as text.

mod assets;
mod csp;
mod curves;
mod functions;
mod html;
mod overview;
mod pack;
mod run;
mod tables;
mod words;

use rprof_trace::{Detail, Profile, Seconds, SizeUnit, visible};
use serde_json::{Value, json};

use crate::data::time_range::TimeRange;
use crate::error::Error;
use crate::options::{Options, Scale, SpanView, Theme, Trace};
pub use functions::{FunctionBounds, FunctionBytes, FunctionLevels, FunctionMoment};

/// The largest size of a page in bytes.
pub const MOST_BYTES: usize = 2_000_000;
/// The most runs of a page; the page counts the rest.
const MOST_RUNS: usize = 100;
/// Bytes of the page that stay free, for a remark at its end.
const RESERVE: usize = 1_000;
/// The share of the room that texts and spans may take, in percent; and that of functions.
const TEXT_PERCENT: usize = 35;
const FUNCTION_PERCENT: usize = 12;
/// A packed byte is this many characters of base64: four for three.
const CHARACTERS: (usize, usize) = (4, 3);

/// One trace of a page.
#[derive(Debug, Clone, Copy)]
pub struct PageTrace<'a> {
    /// The name, as in a figure of several traces.
    pub label: &'a str,
    /// The measurements.
    pub profile: &'a Profile,
    /// The curves of the same run.
    pub detail: &'a Detail,
    /// The functions that held memory, if the stacks of the run were recorded.
    pub functions: Option<&'a FunctionLevels>,
}

/// Makes the page of some traces: one HTML file of at most [`MOST_BYTES`] bytes.
///
/// Of the options it uses the title, and what the page shows first: the window, the view, the unit, the scale, the view of
/// spans, and the dark theme; a page with another theme follows the system of its reader. The same input gives the same bytes on every machine.
///
/// # Errors
/// [`Error::Empty`] without a trace, [`Error::Window`] and [`Error::EmptyWindow`] as for a figure.
pub fn page(options: &Options, traces: &[PageTrace<'_>]) -> Result<String, Error> {
    if traces.is_empty() {
        return Err(Error::Empty("no trace was given".to_owned()));
    }
    let plain: Vec<Trace<'_>> =
        traces.iter().map(|trace| Trace { label: trace.label, profile: trace.profile }).collect();
    let range = TimeRange::new(options.window, &plain)?;
    if options.window.is_some() && range.from >= range.end {
        let (from, to, elapsed) = (Seconds(range.from), Seconds(range.to), Seconds(range.end));
        return Err(Error::EmptyWindow { from, to, elapsed });
    }
    let shown = &traces[..traces.len().min(MOST_RUNS)];
    let title = title(options, traces);
    let heads: Vec<Value> = shown.iter().map(|trace| run::head(trace, shown.len())).collect();
    let head = json!({
        "title": title,
        "runs": heads,
        "more": traces.len() - shown.len(),
        "window": options.window.map(|_| [range.from, range.to.min(range.end)]),
        "spans": match options.spans {
            SpanView::Hidden => "hidden",
            SpanView::Lanes => "lanes",
            SpanView::Flame => "flame",
        },
        "dark": options.theme == Theme::Dark,
        "view": options.view.name(),
        "unit": options.unit.map(SizeUnit::name),
        "log": options.scale_of_memory == Some(Scale::Log),
    });
    let summary = words::sentence(&title, traces);
    let mut blocks: Vec<Blocks> = shown.iter().map(Blocks::empty).collect();
    let mut room = (MOST_BYTES - RESERVE).saturating_sub(html::page(&title, &summary, &head, &blocks).len());
    for (at, trace) in shown.iter().enumerate() {
        blocks[at] = Blocks::pack(trace, room / (shown.len() - at));
        room = room.saturating_sub(blocks[at].len());
    }
    Ok(html::page(&title, &summary, &head, &blocks))
}

/// The packed data of a run, as base64.
struct Blocks {
    text: String,
    curves: String,
    functions: Option<String>,
}

impl Blocks {
    /// Blocks without data, to measure the page around them.
    fn empty(trace: &PageTrace<'_>) -> Self {
        let functions = trace.functions.map(|_| String::new());
        Self { text: String::new(), curves: String::new(), functions }
    }

    /// The data of a run in at most so many characters.
    fn pack(trace: &PageTrace<'_>, room: usize) -> Self {
        let text = pack::base64(&tables::pack(trace, packed(room) * TEXT_PERCENT / 100));
        let functions =
            trace.functions.and_then(|levels| functions::pack(levels, packed(room) * FUNCTION_PERCENT / 100));
        let functions = functions.map(|packed| pack::base64(&packed));
        let taken = text.len() + functions.as_ref().map_or(0, String::len);
        let curves = pack::base64(&curves::pack(trace, packed(room.saturating_sub(taken))));
        Self { text, curves, functions }
    }

    fn len(&self) -> usize {
        self.text.len() + self.curves.len() + self.functions.as_ref().map_or(0, String::len)
    }

    /// Each block with its kind.
    fn each(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let functions = self.functions.as_deref().map(|functions| ("functions", functions));
        [("text", &*self.text), ("curves", &*self.curves)].into_iter().chain(functions)
    }
}

/// The number of packed bytes that give so many characters of base64.
fn packed(characters: usize) -> usize {
    characters / CHARACTERS.0 * CHARACTERS.1
}

/// The title that was given, or the command if all traces have the same.
fn title(options: &Options, traces: &[PageTrace<'_>]) -> String {
    let command = || match traces {
        [only] if !only.profile.command.is_empty() => only.profile.command.clone(),
        [only] => only.label.to_owned(),
        [first, rest @ ..]
            if !first.profile.command.is_empty()
                && rest.iter().all(|trace| trace.profile.command == first.profile.command) =>
        {
            first.profile.command.clone()
        }
        _ => format!("{} traces", traces.len()),
    };
    words::clipped(&visible(&options.title.clone().unwrap_or_else(command)), 500)
}
