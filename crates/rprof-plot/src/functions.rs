//! Function spans gathered by name: how often, how long in total, and under which short name.

use std::collections::{BTreeMap, HashMap, HashSet};

use rprof_trace::Seconds;
use rprof_trace::profile::Span;

use crate::text::visible;

/// All calls of one function.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    /// The shortest dotted suffix that no other function ends in.
    pub name: String,
    /// Calls in view.
    pub calls: usize,
    /// Their total time in seconds, nested ones counted each; up to the end of the run for one that never ended.
    pub total: f64,
    /// Calls that never ended.
    pub open: usize,
    /// The calls, in order of the trace: from, to.
    pub spans: Vec<(f64, f64)>,
}

impl Function {
    /// `2 calls, 1.02 s`.
    pub fn detail(&self) -> String {
        let calls = if self.calls == 1 { "1 call".to_owned() } else { format!("{} calls", self.calls) };
        let open = match self.open {
            0 => String::new(),
            _ if self.calls == 1 => ", not ended".to_owned(),
            open => format!(", {open} not ended"),
        };
        format!("{calls}, {}{open}", Seconds(self.total))
    }
}

/// The functions with a call between two times, in order of their first call.
pub fn gather(spans: &[Span], from: f64, to: f64, end: f64) -> Vec<Function> {
    let short = short_names(spans.iter().map(|s| s.name.as_str()));
    let mut place: HashMap<&str, usize> = HashMap::new();
    let mut functions: Vec<Function> = Vec::new();
    for span in spans {
        let (enter, leave) = (span.enter.0.0, span.leave.map_or(end.max(span.enter.0.0), |leave| leave.0.0));
        if leave < from || enter > to {
            continue;
        }
        let at = *place.entry(&span.name).or_insert_with(|| {
            let name = visible(short.get(span.name.as_str()).copied().unwrap_or(&span.name));
            functions.push(Function { name, calls: 0, total: 0.0, open: 0, spans: Vec::new() });
            functions.len() - 1
        });
        let function = &mut functions[at];
        function.calls += 1;
        function.total += leave - enter;
        function.open += usize::from(span.leave.is_none());
        function.spans.push((enter, leave));
    }
    let first = |f: &Function| f.spans.iter().map(|s| s.0).fold(f64::INFINITY, f64::min);
    functions.sort_by(|a, b| first(a).total_cmp(&first(b)));
    functions
}

/// Each dotted name with its shortest suffix of whole parts that is no other name's suffix.
pub fn short_names<'a>(names: impl Iterator<Item = &'a str>) -> HashMap<&'a str, &'a str> {
    let names: HashSet<&str> = names.collect();
    let mut owners: BTreeMap<&str, usize> = BTreeMap::new();
    for suffix in names.iter().flat_map(|name| suffixes(name)) {
        *owners.entry(suffix).or_default() += 1;
    }
    let unique = |suffix: &&str| owners.get(suffix) == Some(&1);
    names.into_iter().map(|name| (name, suffixes(name).find(unique).unwrap_or(name))).collect()
}

/// `c`, `b.c`, `a.b.c`.
fn suffixes(name: &str) -> impl Iterator<Item = &str> {
    let dots = name.rmatch_indices('.').map(|(at, _)| &name[at + 1..]).filter(|suffix| !suffix.is_empty());
    dots.chain(std::iter::once(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rprof_trace::Bytes;

    fn span(name: &str, enter: f64, leave: Option<f64>) -> Span {
        let at = |t| (Seconds(t), Bytes(0));
        Span { name: name.into(), enter: at(enter), leave: leave.map(at), ..Span::default() }
    }

    #[test]
    fn names_are_as_short_as_is_unambiguous() {
        let names = ["__main__.load", "a.f", "b.f", "f", "x.y.z", "w.y.z", "<module>", "odd.", ""];
        let short = short_names(names.into_iter());
        let shown: Vec<&str> = names.iter().map(|n| short[n]).collect();
        assert_eq!(shown, ["load", "a.f", "b.f", "f", "x.y.z", "w.y.z", "<module>", "odd.", ""]);
    }

    #[test]
    fn calls_are_summed_by_name_in_order_of_the_first() {
        let spans = [
            span("m.late", 5.0, Some(6.0)),
            span("m.early", 1.0, Some(2.0)),
            span("m.early", 3.0, Some(3.5)),
            span("m.never", 8.0, None),
            span("m.outside", 20.0, Some(21.0)),
        ];
        let functions = gather(&spans, 0.0, 10.0, 10.0);
        let shown: Vec<String> = functions.iter().map(|f| format!("{}: {}", f.name, f.detail())).collect();
        assert_eq!(
            shown,
            ["early: 2 calls, 1.50 s", "late: 1 call, 1.00 s", "never: 1 call, 2.00 s, not ended"]
        );
        assert_eq!(functions[2].spans, [(8.0, 10.0)]);
    }
}
