//! Names that tell processes apart: `4711:chromium --type=renderer` beside `4712:chromium --type=gpu-process`.

use std::collections::{HashMap, HashSet};

/// A process: its id, `pid:name`, and its command line.
#[derive(Debug, Clone, PartialEq)]
pub struct Named<'a> {
    /// The id.
    pub id: &'a str,
    /// The command line, argument by argument; empty if it is not known.
    pub args: Vec<String>,
}

/// The name of each process: its id, and if another process has the same name, the first argument that not all
/// of them have.
pub fn names(processes: &[Named]) -> Vec<String> {
    let mut families: HashMap<&str, Vec<&Named>> = HashMap::new();
    for process in processes {
        families.entry(name(process.id)).or_default().push(process);
    }
    let shared: HashMap<&str, HashSet<&str>> =
        families.iter().map(|(name, members)| (*name, in_all(members))).collect();
    let named = |process: &Named| {
        let arguments = process.args.iter().skip(1).filter(|arg| !arg.trim().is_empty());
        let shared = shared.get(name(process.id));
        let own = arguments.map(String::as_str).find(|arg| shared.is_some_and(|all| !all.contains(arg)));
        let is_alone = families.get(name(process.id)).is_none_or(|members| members.len() < 2);
        match own.filter(|_| !is_alone) {
            Some(own) => format!("{} {}", process.id, short(own)),
            None => process.id.to_owned(),
        }
    };
    processes.iter().map(named).collect()
}

/// The name in an id.
fn name(id: &str) -> &str {
    id.split_once(':').map_or(id, |(_, name)| name)
}

/// The arguments that all processes have.
fn in_all<'a>(members: &[&'a Named]) -> HashSet<&'a str> {
    let mut all =
        members.iter().map(|process| process.args.iter().map(String::as_str).collect::<HashSet<_>>());
    let first = all.next().unwrap_or_default();
    all.fold(first, |shared, args| &shared & &args)
}

/// A path without its directories; any other argument as it is.
fn short(arg: &str) -> &str {
    match arg.rsplit_once('/') {
        Some((_, file)) if !arg.starts_with('-') && !file.is_empty() => file,
        _ => arg,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(processes: &[(&str, &str)]) -> Vec<String> {
        let named = |(id, args): &(&'static str, &str)| Named {
            id,
            args: args.split(' ').map(str::to_owned).collect(),
        };
        let leaked: Vec<(&'static str, &str)> =
            processes.iter().map(|(id, args)| (&*Box::leak(Box::from(*id)), *args)).collect();
        names(&leaked.iter().map(named).collect::<Vec<_>>())
    }

    /// Ten curves of a browser were all called `chromium`.
    #[test]
    fn the_argument_that_differs_tells_processes_apart() {
        let browser = [
            ("7:chromium", "chromium --headless --no-sandbox"),
            ("8:chromium", "chromium --type=renderer --no-sandbox"),
            ("9:chromium", "chromium --no-sandbox --type=gpu-process"),
            ("10:sh", "sh -c x"),
        ];
        assert_eq!(
            shown(&browser),
            ["7:chromium --headless", "8:chromium --type=renderer", "9:chromium --type=gpu-process", "10:sh"]
        );
        let compilers = [("7:cc1", "cc1 -quiet src/a.c -O2"), ("8:cc1", "cc1 -quiet src/b.c -O2")];
        assert_eq!(shown(&compilers), ["7:cc1 a.c", "8:cc1 b.c"]);
    }

    #[test]
    fn alike_or_unknown_command_lines_leave_the_id() {
        assert_eq!(shown(&[("7:w", "w -x"), ("8:w", "w -x")]), ["7:w", "8:w"]);
        let unknown = ["7:w", "8:w"].map(|id| Named { id, args: Vec::new() });
        assert_eq!(names(&unknown), ["7:w", "8:w"]);
    }
}
