//! Names of spans: their shortest unambiguous form, and the lookup of a name that a user typed.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::error::Error;
use crate::visible::visible;

/// Each dotted name with its short form: the shortest suffix of whole parts that no other name ends in.
pub fn short_names<'a>(names: impl Iterator<Item = &'a str>) -> HashMap<&'a str, &'a str> {
    let names: HashSet<&str> = names.collect();
    let mut owners: BTreeMap<&str, usize> = BTreeMap::new();
    for suffix in names.iter().flat_map(|name| suffixes(name)) {
        *owners.entry(suffix).or_default() += 1;
    }
    let unique = |suffix: &&str| owners.get(suffix) == Some(&1);
    names.into_iter().map(|name| (name, suffixes(name).find(unique).unwrap_or(name))).collect()
}

/// The name that a user means: `wanted` itself, else the only name that ends in it after a dot.
///
/// # Errors
/// [`Error::NoSuchSpan`] or [`Error::NoSpans`] if there is none, [`Error::AmbiguousSpan`] if there are several.
pub fn find_name<'a>(names: impl IntoIterator<Item = &'a str>, wanted: &str) -> Result<&'a str, Error> {
    let (mut seen, mut known, mut ending) = (HashSet::new(), Vec::new(), Vec::new());
    for name in names {
        if name == wanted {
            return Ok(name);
        }
        if seen.insert(name) {
            known.push(name);
            if name.strip_suffix(wanted).is_some_and(|before| before.ends_with('.')) {
                ending.push(name);
            }
        }
    }
    let wanted = wanted.to_owned();
    match ending[..] {
        [only] => Ok(only),
        [] if known.is_empty() => Err(Error::NoSpans { wanted }),
        [] => Err(Error::NoSuchSpan { wanted, known: list(&known) }),
        _ => Err(Error::AmbiguousSpan { wanted, known: list(&ending) }),
    }
}

/// The most parts of a short form. A name of thousands of dots has as many suffixes, each nearly as long as the name.
const MAX_PARTS: usize = 16;

/// `c`, `b.c`, `a.b.c`.
fn suffixes(name: &str) -> impl Iterator<Item = &str> {
    let dots = name.rmatch_indices('.').take(MAX_PARTS).map(|(at, _)| &name[at + 1..]);
    let dots = dots.filter(|suffix| !suffix.is_empty());
    dots.chain(std::iter::once(name))
}

/// The start of a name that is too long for a message.
fn cut(name: &str) -> String {
    const LONGEST: usize = 100;
    let mut chars = name.chars();
    let start: String = chars.by_ref().take(LONGEST).collect();
    if chars.next().is_some() { start + "…" } else { start }
}

/// The first names for a message, and the number of the others.
fn list(names: &[&str]) -> String {
    const SHOWN: usize = 40;
    let mut shown: Vec<String> =
        names.iter().take(SHOWN).map(|name| format!("`{}`", visible(&cut(name)))).collect();
    if names.len() > SHOWN {
        shown.push(format!("and {} more", names.len() - SHOWN));
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_are_unambiguous() {
        let names = ["__main__.load", "a.f", "b.f", "f", "x.y.z", "w.y.z", "<module>", "odd.", ""];
        let short = short_names(names.into_iter());
        let shown: Vec<&str> = names.iter().map(|n| short[n]).collect();
        assert_eq!(shown, ["load", "a.f", "b.f", "f", "x.y.z", "w.y.z", "<module>", "odd.", ""]);
    }

    #[test]
    fn a_name_is_found_in_full_or_by_its_last_parts() {
        let find = |wanted| find_name(["__main__.load", "a.f", "b.f", "f", "a.f"], wanted);
        assert_eq!(find("load").ok(), Some("__main__.load"));
        assert_eq!(find("a.f").ok(), Some("a.f"));
        assert_eq!(find("f").ok(), Some("f"));
        assert!(find("oad").is_err() && find("").is_err());
        let none = find("main").expect_err("no such name").to_string();
        assert_eq!(none, "no span named `main`: the trace has `__main__.load`, `a.f`, `b.f`, `f`");
        let several = find_name(["a.f", "b.f"], "f").expect_err("two of them").to_string();
        assert_eq!(several, "several span names end in `.f`; give one in full: `a.f`, `b.f`");
        assert!(find_name([], "x").expect_err("nothing").to_string().ends_with("this trace has no spans"));
    }
}
