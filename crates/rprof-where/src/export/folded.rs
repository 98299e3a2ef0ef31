//! Folded stacks: one line for each stack, `process;outer;inner bytes`.

use std::collections::BTreeMap;

use crate::attribution::{Call, Class, Names, Share, View, without_interpreter};
use crate::file::Log;

/// A call or a label of a stack, with its source if known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Step {
    /// The name.
    pub name: String,
    /// The library, program or script; empty for a label.
    pub library: String,
    /// The source file; empty if unknown.
    pub file: String,
    /// The line; 0 if unknown.
    pub line: u32,
}

impl Step {
    fn label(name: String) -> Self {
        Self { name, library: String::new(), file: String::new(), line: 0 }
    }
}

/// The stacks of a view, the outermost step first: the process, its calls, and a label for memory without a fault.
pub fn stacks(view: &View, log: &Log, names: &Names) -> BTreeMap<Vec<Step>, u64> {
    let mut sums: BTreeMap<Vec<Step>, u64> = BTreeMap::new();
    for share in &view.shares {
        let sum = sums.entry(steps(share, view, names.stack(log, share.node))).or_default();
        *sum = sum.saturating_add(share.bytes);
    }
    sums
}

fn steps(share: &Share, view: &View, stack: Vec<&Call>) -> Vec<Step> {
    let process = view.processes.get(share.process as usize);
    let process = process.map(|process| process.name.as_str()).filter(|name| !name.is_empty());
    let mut steps = vec![Step::label(process.unwrap_or("?").to_owned())];
    let is_empty = stack.is_empty();
    steps.extend(without_interpreter(stack).into_iter().rev().map(|call| Step {
        name: call.name.clone(),
        library: call.library.clone(),
        file: call.file.clone(),
        line: call.line,
    }));
    if share.class == Class::Unseen {
        steps.push(Step::label(crate::attribution::unseen_label(share)));
    } else if is_empty {
        steps.push(Step::label("[no stack]".to_owned()));
    }
    steps
}

/// The folded lines of a view. Semicolons and line ends in names become commas and spaces.
pub fn folded(view: &View, log: &Log, names: &Names, unit: u64) -> Vec<String> {
    let plain = |step: &Step| -> String {
        step.name
            .chars()
            .map(|c| {
                if c == ';' {
                    ','
                } else if c.is_control() {
                    ' '
                } else {
                    c
                }
            })
            .collect()
    };
    let mut lines: BTreeMap<String, u64> = BTreeMap::new();
    for (steps, bytes) in stacks(view, log, names) {
        let stack = steps.iter().map(plain).collect::<Vec<_>>().join(";");
        let sum = lines.entry(stack).or_default();
        *sum = sum.saturating_add(bytes);
    }
    let whole = |bytes: u64| (bytes.saturating_add(unit / 2)) / unit.max(1);
    lines
        .into_iter()
        .map(|(stack, bytes)| (stack, whole(bytes)))
        .filter(|(_, count)| *count > 0)
        .map(|(stack, count)| format!("{stack} {count}"))
        .collect()
}
