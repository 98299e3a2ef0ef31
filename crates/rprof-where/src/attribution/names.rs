//! The names of frames as a person reads them: functions of C, C++, Rust, Python and JavaScript, with library and line.

use crate::file::Log;
use crate::model::Symbol;

/// The language of a call, as far as the attribution needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Compiled code.
    Native,
    /// A function of Python or JavaScript.
    Script,
}

/// A function call of a stack.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Call {
    /// The function, without parameters; an address if it has no name.
    pub name: String,
    /// The name of the library, program or script.
    pub library: String,
    /// The path of the library or program.
    pub path: String,
    /// The source file; empty if unknown.
    pub file: String,
    /// The line; 0 if unknown.
    pub line: u32,
    /// The language.
    pub kind: Kind,
}

/// The calls of each frame of a stacks file.
#[derive(Debug, Clone)]
pub struct Names {
    calls: Vec<Vec<Call>>,
}

impl Names {
    /// Names all frames.
    pub fn new(log: &Log) -> Self {
        let of_frame = |(id, frame): (u32, &crate::model::Frame)| {
            let path = log.modules.get(frame.module as usize).map_or("", String::as_str);
            match log.symbols.get(&id).filter(|symbols| !symbols.is_empty()) {
                Some(symbols) => symbols.iter().map(|symbol| call(symbol, path)).collect(),
                None => vec![unknown(path, frame.offset)],
            }
        };
        Self { calls: (0..).zip(&log.frames).map(of_frame).collect() }
    }

    /// True if a call has this name.
    pub fn has(&self, wanted: &str) -> bool {
        self.calls.iter().flatten().any(|call| is_named(call, wanted))
    }

    /// The calls of a stack, the innermost first.
    pub fn stack<'a>(&'a self, log: &'a Log, node: u32) -> Vec<&'a Call> {
        log.stack(node).filter_map(|frame| self.calls.get(frame as usize)).flatten().collect()
    }
}

/// True if a call has this name, whole or its part after a `::`.
pub fn is_named(call: &Call, wanted: &str) -> bool {
    call.name == wanted || call.name.strip_suffix(wanted).is_some_and(|before| before.ends_with("::"))
}

/// The last part of a path.
pub fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn unknown(path: &str, offset: u64) -> Call {
    let library = library(path).to_owned();
    let name = if path.starts_with('[') { library.clone() } else { format!("{library}+{offset:#x}") };
    Call { name, library, path: path.to_owned(), file: String::new(), line: 0, kind: Kind::Native }
}

/// The name of a module; generated code has none.
fn library(path: &str) -> &str {
    match path {
        "[unknown]" => path,
        _ if path.starts_with('[') => "[generated code]",
        _ => file_name(path),
    }
}

fn call(symbol: &Symbol, path: &str) -> Call {
    if path.starts_with('[')
        && let Some(call) = python(&symbol.name).or_else(|| javascript(&symbol.name))
    {
        return Call { path: path.to_owned(), ..call };
    }
    Call {
        name: without_parameters(without_clone(&symbol.name)),
        library: library(path).to_owned(),
        path: path.to_owned(),
        file: symbol.file.clone(),
        line: symbol.line,
        kind: Kind::Native,
    }
}

fn script(name: &str, file: &str, line: u32) -> Call {
    Call {
        name: name.to_owned(),
        library: file_name(file).to_owned(),
        path: String::new(),
        file: file.to_owned(),
        line,
        kind: Kind::Script,
    }
}

/// `py::fill:/home/me/load.py`, as Python writes it with -X perf.
fn python(name: &str) -> Option<Call> {
    let (function, file) = name.strip_prefix("py::")?.rsplit_once(':')?;
    Some(script(function, file, 0))
}

/// `JS:^fill /home/me/load.js:3:14`, as V8 writes it with --perf-basic-prof; the mark is that of its compiler.
fn javascript(name: &str) -> Option<Call> {
    let rest = ["JS:", "LazyCompile:", "Function:", "Script:", "Eval:"]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))?;
    let rest = rest.trim_start_matches(['~', '*', '^', '+', '\'']);
    let (function, place) = rest.split_once(' ').unwrap_or((rest, ""));
    let mut parts = place.rsplitn(3, ':');
    let (_, line, file) = (parts.next(), parts.next(), parts.next());
    let function = if function.is_empty() { "(anonymous)" } else { function };
    let line = line.and_then(|line| line.parse().ok()).unwrap_or(0);
    Some(script(function, file.unwrap_or(place), line))
}

/// The name of a function without the marks of copies that the compiler made of it, as `hold.constprop.0`.
fn without_clone(name: &str) -> &str {
    let name = name.split(" [clone ").next().unwrap_or(name).trim_end();
    let marks = [".constprop.", ".isra.", ".part.", ".cold", ".lto_priv."];
    marks.iter().filter_map(|mark| name.find(mark)).filter(|at| *at > 0).min().map_or(name, |at| &name[..at])
}

/// `app::Pool::grow` of `app::Pool::grow(unsigned long) const`. Template arguments stay, and so does `operator()`.
fn without_parameters(name: &str) -> String {
    let Some(close) = name.rfind(')') else { return name.to_owned() };
    let after = name[close + 1..].trim();
    let is_end = after.is_empty()
        || after.split_whitespace().all(|word| matches!(word, "const" | "volatile" | "&" | "&&"));
    if !is_end {
        return name.to_owned();
    }
    let mut depth = 0;
    for (at, letter) in name[..=close].char_indices().rev() {
        match letter {
            ')' => depth += 1,
            '(' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let head = name[..at].trim_end();
            let is_operator = head.ends_with("operator") || head.is_empty();
            return if is_operator { name.to_owned() } else { head.to_owned() };
        }
    }
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_dropped_and_nothing_else() {
        for (name, short) in [
            ("main", "main"),
            ("grow(unsigned long)", "grow"),
            ("app::Pool<int (*)(int)>::grow(int (*)(char), int) const", "app::Pool<int (*)(int)>::grow"),
            ("f()::{lambda(int)#1}::operator()(int) const", "f()::{lambda(int)#1}::operator()"),
            ("(anonymous namespace)::hold()", "(anonymous namespace)::hold"),
            ("(anonymous namespace)::x", "(anonymous namespace)::x"),
            ("app::grow::{{closure}}", "app::grow::{{closure}}"),
            ("hold(int) [clone .constprop.0]", "hold"),
            ("hold.constprop.0.cold", "hold"),
            (".cold", ".cold"),
            ("", ""),
            ("()", "()"),
            (")", ")"),
        ] {
            assert_eq!(without_parameters(without_clone(name)), short, "{name}");
        }
    }

    #[test]
    fn scripts_are_named_by_their_functions() {
        let call = python("py::Pool.fill:/home/me/load.py").expect("Python");
        assert_eq!((call.name.as_str(), call.library.as_str()), ("Pool.fill", "load.py"));
        let call = javascript("JS:^fill file:///home/me/n.js:3:14").expect("JavaScript");
        assert_eq!((call.name.as_str(), call.library.as_str(), call.line), ("fill", "n.js", 3));
        assert_eq!(javascript("Builtin:memset"), None);
    }
}
