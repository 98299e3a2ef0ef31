//! The texts of a run, packed: processes, spans, marks, gaps and notes. Of too many, the largest and longest are kept, and
//! the page counts the others.

use std::collections::HashMap;

use rprof_trace::{Arg, ProcessLife, Profile, Span, shell_quote, span_totals, visible};
use serde_json::{Value, json};

use crate::data::endings;
use crate::data::process_names::{self, Named};
use crate::data::span_ranks::rank;
use crate::data::span_stack::stack;
use crate::data::time_range::TimeRange;
use crate::page::PageTrace;
use crate::page::pack::deflated;
use crate::page::words::clipped;

/// The most processes, spans, names of spans, marks, gaps and notes before anything is dropped to fit.
const MOST: Most = Most { processes: 4000, spans: 40_000, names: 1000, marks: 4000, gaps: 1000, notes: 200 };
/// The longest command line, name of a process, name with an argument, name of a span, text of a mark and text of a note, in characters.
const COMMAND: usize = 400;
const NAME: usize = 64;
const LABEL: usize = 80;
const SPAN: usize = 160;
const MARK: usize = 200;
const NOTE: usize = 1000;
/// The most processes that an argument tells apart, the largest first: each is compared with all others.
const TOLD_APART: usize = 300;

/// The fewest packed bytes of a process.
const LEAST_BYTES: usize = 8;

/// How many of each are kept.
#[derive(Debug, Clone, Copy)]
struct Most {
    processes: usize,
    spans: usize,
    names: usize,
    marks: usize,
    gaps: usize,
    notes: usize,
}

impl Most {
    const fn halved(self) -> Self {
        Self {
            processes: self.processes / 2,
            spans: self.spans / 2,
            names: self.names / 2,
            marks: self.marks / 2,
            gaps: self.gaps / 2,
            notes: self.notes / 2,
        }
    }
}

/// The texts of a run as a zlib stream of JSON, in at most `budget` bytes if half of everything, or half of that, fits.
pub fn pack(trace: &PageTrace<'_>, budget: usize) -> Vec<u8> {
    let mut most = MOST;
    // No process takes less room than this, so more of them need not be tried.
    while most.processes > budget / LEAST_BYTES {
        most = most.halved();
    }
    loop {
        let packed = deflated(tables(trace, most).to_string().as_bytes());
        if packed.len() <= budget || (most.processes == 0 && most.spans == 0) {
            return packed;
        }
        most = most.halved();
    }
}

fn tables(trace: &PageTrace<'_>, most: Most) -> Value {
    let profile = trace.profile;
    let marks: Vec<Value> = (profile.marks.iter().take(most.marks))
        .map(|mark| json!([time(mark.time.0), clipped(&visible(&mark.label), MARK)]))
        .collect();
    let gaps: Vec<[f64; 2]> =
        profile.gaps.iter().take(most.gaps).map(|(from, to)| [time(from.0), time(to.0)]).collect();
    let notes: Vec<[String; 2]> = (profile.notes.iter().take(most.notes))
        .map(|note| [clipped(&visible(&note.key), NAME), clipped(&visible(&note.value), NOTE)])
        .collect();
    let endings: Vec<Value> = (endings::endings(profile).into_iter().take(most.notes))
        .map(|ending| json!([time(ending.time.0), clipped(&visible(&ending.words), MARK)]))
        .collect();
    json!({
        "marks": marks,
        "more_marks": profile.marks.len() - marks.len(),
        "gaps": gaps,
        "notes": notes,
        "endings": endings,
        "processes": processes(profile, most.processes),
        "spans": spans(profile, most),
    })
}

/// A time to the microsecond.
fn time(seconds: f64) -> f64 {
    (seconds * 1e6).round() / 1e6
}

/// The processes with the largest peaks, in order of appearance. The first number of each is its place in the list of
/// lives, which names its curve.
fn processes(profile: &Profile, most: usize) -> Value {
    let mut places: Vec<usize> = (0..profile.lives.len()).collect();
    places.sort_by_key(|at| std::cmp::Reverse(profile.lives[*at].peak));
    places.truncate(most);
    let labels = labels(profile, &places[..places.len().min(TOLD_APART)]);
    places.sort_unstable();
    let row = |at: &usize| {
        let life = &profile.lives[*at];
        json!([
            at,
            life.pid,
            life.parent,
            clipped(&visible(if life.name.is_empty() { &life.id } else { &life.name }), NAME),
            command(life),
            labels.get(at).cloned().unwrap_or_else(|| clipped(&visible(&life.id), LABEL)),
            time(life.start.0),
            life.end.map(|end| time(end.0)),
            life.exit_code,
            life.signal,
            life.peak,
            life.peak_is_exact,
            life.at_peak,
        ])
    };
    let rows: Vec<Value> = places.iter().map(row).collect();
    json!({ "rows": rows, "more": profile.lives.len() - rows.len() })
}

/// The names of some processes, with an argument where several have the same name.
fn labels(profile: &Profile, places: &[usize]) -> HashMap<usize, String> {
    let text = |arg: &Arg| String::from_utf8_lossy(arg.as_bytes()).into_owned();
    let named = |at: &usize| {
        let life = &profile.lives[*at];
        Named { id: &life.id, args: life.args.iter().map(text).collect() }
    };
    let named: Vec<Named<'_>> = places.iter().map(named).collect();
    let labels = process_names::names(&named).into_iter().map(|label| clipped(&visible(&label), LABEL));
    places.iter().copied().zip(labels).collect()
}

/// The command line of a process; empty if the trace does not have it.
fn command(life: &ProcessLife) -> String {
    let args: &[Arg] = &life.args;
    let mut text = clipped(&visible(&shell_quote(args)), COMMAND);
    if life.args_truncated && !text.contains('…') {
        text.push('…');
    }
    text
}

/// The longest spans in order of their begin, column by column; and the totals of all spans by name.
fn spans(profile: &Profile, most: Most) -> Value {
    let end = profile.elapsed.0;
    let ranks = rank(&profile.spans, end);
    let length = |span: &Span| span.leave.map_or(f64::INFINITY, |leave| leave.0.0 - span.enter.0.0);
    let mut places: Vec<usize> = (0..profile.spans.len()).collect();
    places.sort_by(|a, b| length(&profile.spans[*b]).total_cmp(&length(&profile.spans[*a])));
    places.truncate(most.spans);
    places.sort_unstable();
    let kept: Vec<Span> = places.iter().map(|at| profile.spans[*at].clone()).collect();
    let stacked = stack(&kept, &TimeRange { from: f64::NEG_INFINITY, to: f64::INFINITY, end });
    let mut names: Vec<String> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut columns: [Vec<Value>; 5] = Default::default();
    for span in &stacked {
        let at = *places.entry(span.name).or_insert_with(|| {
            names.push(clipped(&visible(span.name), SPAN));
            names.len() - 1
        });
        let to = if span.open { Value::Null } else { json!(time(span.to)) };
        let row = [json!(at), json!(time(span.from)), to, json!(span.level), json!(span.rank)];
        columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
    }
    let mut totals = span_totals(profile);
    let count = totals.len();
    totals.sort_by_cached_key(|total| ranks.get(total.name.as_str()).copied());
    totals.truncate(most.names);
    let total = |total: &rprof_trace::SpanTotal| {
        json!([
            clipped(&visible(&total.name), SPAN),
            ranks.get(total.name.as_str()),
            total.calls,
            time(total.time.0),
            total.peak,
            total.peak_upper,
            total.growth,
            total.open,
        ])
    };
    let [name, from, to, level, ranks] = columns;
    json!({
        "names": names,
        "name": name,
        "from": from,
        "to": to,
        "level": level,
        "rank": ranks,
        "more": profile.spans.len() - kept.len(),
        "totals": totals.iter().map(total).collect::<Vec<_>>(),
        "more_names": count - totals.len(),
    })
}
