//! Names that distinguish processes: `4711:chromium --type=renderer` beside `4712:chromium --type=gpu-process`.

use std::collections::{HashMap, HashSet};

/// A process: its id, `pid:name`, and its command line.
#[derive(Debug, Clone, PartialEq)]
pub struct Named<'a> {
    /// The id.
    pub id: &'a str,
    /// The command line, argument by argument; empty if it is not known.
    pub args: Vec<String>,
}

/// The name of each process: its id, and an argument if another process has the same name.
///
/// This is the option that most of them have with different values, as `--type=` of a browser; a process without it has
/// no argument in its name. If there is no such option, it is the first argument that not all of them have.
pub fn names(processes: &[Named]) -> Vec<String> {
    let mut families: HashMap<&str, Vec<Vec<&str>>> = HashMap::new();
    for process in processes {
        families.entry(name(process.id)).or_default().push(arguments(process));
    }
    let named = |process: &Named| {
        let members = families.get(name(process.id)).filter(|members| members.len() > 1);
        let own = arguments(process);
        match members.and_then(|members| telling(members, &own)) {
            Some(argument) => format!("{} {}", process.id, short(argument)),
            None => process.id.to_owned(),
        }
    };
    processes.iter().map(named).collect()
}

/// The name in an id.
fn name(id: &str) -> &str {
    id.split_once(':').map_or(id, |(_, name)| name)
}

/// The arguments after the program. A program that renames itself leaves its command line as one text.
fn arguments<'a>(process: &'a Named) -> Vec<&'a str> {
    match &process.args[..] {
        [only] => only.split_whitespace().skip(1).collect(),
        all => all.iter().skip(1).map(String::as_str).filter(|arg| !arg.trim().is_empty()).collect(),
    }
}

/// The argument of a process that no other process of the same name has.
fn telling<'a>(members: &[Vec<&str>], own: &[&'a str]) -> Option<&'a str> {
    if let Some(option) = differing_option(members) {
        return own.iter().copied().find(|arg| option_of(arg) == Some(option));
    }
    let in_all = |arg: &str| members.iter().all(|args| args.contains(&arg));
    own.iter().copied().find(|arg| !in_all(arg))
}

/// The first option with a value that at least half of the members have, and not all with the same value.
fn differing_option<'a>(members: &[Vec<&'a str>]) -> Option<&'a str> {
    let mut tried: HashSet<&str> = HashSet::new();
    let options = members.iter().flatten().filter_map(|arg| option_of(arg));
    options.filter(|option| tried.insert(option)).find(|option| {
        let of_option =
            |args: &Vec<&'a str>| args.iter().copied().find(|arg| option_of(arg) == Some(*option));
        let values: Vec<&str> = members.iter().filter_map(of_option).collect();
        2 * values.len() >= members.len() && values.iter().any(|value| *value != values[0])
    })
}

/// The name of an option with a value: `--type` of `--type=renderer`.
fn option_of(arg: &str) -> Option<&str> {
    arg.split_once('=').map(|(option, _)| option).filter(|option| option.starts_with("--"))
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

    fn shown(processes: &[(&str, &[&str])]) -> Vec<String> {
        let named = |(id, args): &(&'static str, &[&str])| Named {
            id,
            args: args.iter().map(|arg| (*arg).to_owned()).collect(),
        };
        let leaked: Vec<(&'static str, &[&str])> =
            processes.iter().map(|(id, args)| (&*Box::leak(Box::from(*id)), *args)).collect();
        names(&leaked.iter().map(named).collect::<Vec<_>>())
    }

    /// Ten curves of a browser were all called `chromium`. Its processes rename themselves, except for the first one.
    #[test]
    fn the_option_that_differs_tells_processes_apart() {
        let browser: [(&str, &[&str]); 4] = [
            ("7:chromium", &["chromium", "--headless", "--lang=en"]),
            ("8:chromium", &["chromium --lang=en --type=renderer"]),
            ("9:chromium", &["chromium --type=gpu-process --lang=en"]),
            ("10:sh", &["sh", "-c", "x"]),
        ];
        assert_eq!(
            shown(&browser),
            ["7:chromium", "8:chromium --type=renderer", "9:chromium --type=gpu-process", "10:sh"]
        );
    }

    #[test]
    fn without_such_an_option_the_first_argument_of_its_own_does() {
        let compilers: [(&str, &[&str]); 2] = [
            ("7:cc1", &["cc1", "-quiet", "src/a.c", "-O2"]),
            ("8:cc1", &["cc1", "-quiet", "src/b.c", "-O2"]),
        ];
        assert_eq!(shown(&compilers), ["7:cc1 a.c", "8:cc1 b.c"]);
    }

    #[test]
    fn alike_or_unknown_command_lines_leave_the_id() {
        assert_eq!(shown(&[("7:w", &["w", "-x"]), ("8:w", &["w", "-x"])]), ["7:w", "8:w"]);
        assert_eq!(shown(&[("7:w", &[]), ("8:w", &[])]), ["7:w", "8:w"]);
    }
}
