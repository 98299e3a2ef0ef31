//! Rust source as this test reads it: the modules of a crate, and the paths and words of each file with their lines.
//! A reader of tokens, not a parser: comments and literals are skipped, and macros are read like other code.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Items with the line of each.
type Lines<T> = Vec<(usize, T)>;

/// A file of a crate.
pub struct File {
    /// The path from the root of the workspace.
    pub path: String,
    /// The module of the file: `[]` for `lib.rs`, `["format", "dat"]` for `format/dat/mod.rs`.
    pub module: Vec<String>,
    /// Every path in the file, resolved: one into the crate itself begins with `crate`.
    pub paths: Lines<Vec<String>>,
    /// Every other word, with `!` if it calls a macro.
    pub words: Lines<String>,
}

impl File {
    /// The room: the first module below the root of the crate; empty for the root itself.
    pub fn room(&self) -> &str {
        self.module.first().map_or("", String::as_str)
    }
}

/// All files under `crates/NAME/src`, in order of their paths.
pub fn read_crate(root: &Path, name: &str) -> Vec<File> {
    let source = root.join("crates").join(name).join("src");
    let mut paths = Vec::new();
    collect(&source, &mut paths);
    paths.sort();
    let modules: Vec<_> = paths.iter().map(|path| module_of(path.strip_prefix(&source).unwrap())).collect();
    let read = |(path, module): (&PathBuf, &Vec<String>)| {
        let text = std::fs::read_to_string(path).unwrap();
        let shown = path.strip_prefix(root).unwrap().display().to_string();
        let (paths, words) = Scanner::new(module, &modules, &text).scan();
        File { path: shown, module: module.clone(), paths, words }
    };
    let mut files: Vec<File> = paths.iter().zip(&modules).map(read).collect();
    resolve_reexports(&mut files);
    files
}

fn collect(directory: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

fn module_of(path: &Path) -> Vec<String> {
    let mut module: Vec<String> =
        path.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if module.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
        module.pop();
    }
    module
}

/// Replaces `crate::Name` by the path that the root of the crate re-exports under this name, so that no import escapes
/// the rules by way of the root.
fn resolve_reexports(files: &mut [File]) {
    let is_room = |name: &String| files.iter().any(|file| file.module.first() == Some(name));
    let mut exports: HashMap<String, Vec<String>> = HashMap::new();
    for (_, path) in files.iter().filter(|file| file.module.is_empty()).flat_map(|file| &file.paths) {
        if let [first, .., last] = &path[..]
            && path.len() > 2
            && first == "crate"
            && !is_room(last)
        {
            exports.insert(last.clone(), path.clone());
        }
    }
    for (_, path) in files.iter_mut().flat_map(|file| &mut file.paths) {
        if let [first, name, ..] = &path[..]
            && first == "crate"
            && let Some(target) = exports.get(name)
        {
            path.splice(..2, target.iter().cloned());
        }
    }
}

struct Scanner<'a> {
    tokens: Lines<&'a str>,
    at: usize,
    /// The module at `at`: that of the file, and inline modules with the depth of their braces.
    module: Vec<String>,
    inline: Vec<usize>,
    depth: usize,
    modules: &'a [Vec<String>],
    paths: Lines<Vec<String>>,
    words: Lines<String>,
}

impl<'a> Scanner<'a> {
    fn new(module: &[String], modules: &'a [Vec<String>], text: &'a str) -> Self {
        Self {
            tokens: tokens(text),
            at: 0,
            module: module.to_vec(),
            inline: Vec::new(),
            depth: 0,
            modules,
            paths: Vec::new(),
            words: Vec::new(),
        }
    }

    fn token(&self, ahead: usize) -> &'a str {
        self.tokens.get(self.at + ahead).map_or("", |token| token.1)
    }

    fn scan(mut self) -> (Lines<Vec<String>>, Lines<String>) {
        while self.at < self.tokens.len() {
            let (line, token) = self.tokens[self.at];
            match token {
                // Not the `use<'a>` of an `impl Trait`.
                "use" if self.token(1) != "<" => {
                    self.at += 1;
                    self.use_tree(&[]);
                }
                "mod" if self.token(2) == "{" => {
                    self.module.push(self.token(1).to_owned());
                    self.inline.push(self.depth);
                    self.at += 2;
                }
                "{" => {
                    self.depth += 1;
                    self.at += 1;
                }
                "}" => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.inline.last() == Some(&self.depth) {
                        self.inline.pop();
                        self.module.pop();
                    }
                    self.at += 1;
                }
                _ if is_word(token) && self.token(1) == "::" => {
                    let path = self.path();
                    self.add(line, path);
                }
                _ => {
                    if is_word(token) {
                        let call = if self.token(1) == "!" { "!" } else { "" };
                        self.words.push((line, format!("{token}{call}")));
                    }
                    self.at += 1;
                }
            }
        }
        (self.paths, self.words)
    }

    /// Reads `a::b::c`, up to what is no segment.
    fn path(&mut self) -> Vec<String> {
        let mut path = vec![self.token(0).to_owned()];
        self.at += 1;
        while self.token(0) == "::" && is_word(self.token(1)) {
            path.push(self.token(1).to_owned());
            self.at += 2;
        }
        path
    }

    /// Reads `a::{b, c::*} as d` and adds a path for each leaf: `a::b` and, for the glob, `a::c`.
    fn use_tree(&mut self, before: &[String]) {
        if self.token(0) == "::" {
            self.at += 1;
        }
        let (line, token) = self.tokens[self.at];
        let mut path = before.to_vec();
        if is_word(token) {
            path.extend(self.path());
            if self.token(0) == "::" {
                self.at += 1;
            } else {
                self.add(line, path);
                if self.token(0) == "as" {
                    self.at += 2;
                }
                return;
            }
        }
        match self.token(0) {
            "{" => {
                self.at += 1;
                while self.at < self.tokens.len() && self.token(0) != "}" {
                    self.use_tree(&path);
                    if self.token(0) == "," {
                        self.at += 1;
                    }
                }
            }
            // The `$crate` of a macro has no path before it.
            _ if path.is_empty() => {}
            _ => self.add(line, path),
        }
        self.at += 1;
    }

    /// Adds a path, resolved from the module at hand.
    fn add(&mut self, line: usize, path: Vec<String>) {
        let mut module = self.module.clone();
        let mut rest = &path[..];
        match path[0].as_str() {
            "crate" => module.clear(),
            "self" | "super" => {}
            first => {
                // A path without a keyword goes into a child module if there is one, otherwise to another crate.
                let child: Vec<String> = module.iter().cloned().chain([first.to_owned()]).collect();
                if !self.modules.contains(&child) {
                    self.paths.push((line, path));
                    return;
                }
            }
        }
        while let Some(first) =
            rest.first().filter(|first| ["crate", "self", "super"].contains(&first.as_str()))
        {
            if first == "super" {
                module.pop();
            }
            rest = &rest[1..];
        }
        let resolved = ["crate".to_owned()].into_iter().chain(module).chain(rest.iter().cloned());
        self.paths.push((line, resolved.collect()));
    }
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c == '_' || c.is_alphabetic())
}

/// Words, `::` and single characters, each with its line.
fn tokens(text: &str) -> Lines<&str> {
    let (mut tokens, mut rest, mut line) = (Vec::new(), text, 1);
    while let Some(first) = rest.chars().next() {
        let (length, is_token) = token_length(rest, first);
        if is_token {
            tokens.push((line, &rest[..length]));
        }
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    tokens
}

/// The bytes of the next token, and false if it is a comment, a literal or white space.
fn token_length(rest: &str, first: char) -> (usize, bool) {
    let until =
        |end: &str, from: usize| rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len());
    if rest.starts_with("//") {
        return (until("\n", 0), false);
    }
    if rest.starts_with("/*") {
        return (until("*/", 2), false);
    }
    if let Some(length) = raw_string_length(rest) {
        return (length, false);
    }
    match first {
        '"' => (quoted_length(rest, '"'), false),
        // A lifetime has no second quote right after its letter.
        '\'' if rest[1..].starts_with('\\') || rest.chars().nth(2) == Some('\'') => {
            (quoted_length(rest, '\''), false)
        }
        ':' if rest.starts_with("::") => (2, true),
        _ if is_word(rest) => {
            (rest.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(rest.len()), true)
        }
        _ => (first.len_utf8(), !first.is_whitespace()),
    }
}

/// `r"…"`, `r#"…"#` and the same with `b` or `c` before it.
fn raw_string_length(rest: &str) -> Option<usize> {
    let after = rest.trim_start_matches(['b', 'c']).strip_prefix('r')?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    let inner = after[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let at = inner.find(&end)?;
    Some(rest.len() - inner.len() + at + end.len())
}

fn quoted_length(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

#[test]
fn paths_are_resolved_and_have_their_lines() {
    let text = "use super::{member, read::{self, Reader as R}};\n// use crate::comment;\n\
                mod tests {\n    use super::*;\n    fn f<'a>() { crate::a::B::new(\"crate::text\", '\"'); }\n}\n\
                fn g() { libc::kill(1); println!(\"{}\", r#\"x\"#) } impl Trait + use<'a>;\n";
    let module = ["tree".to_owned(), "pss".to_owned()];
    let modules = [module.to_vec(), vec!["tree".to_owned()]];
    let (paths, words) = Scanner::new(&module, &modules, text).scan();
    let paths: Vec<_> = paths.iter().map(|(line, path)| (*line, path.join("::"))).collect();
    let expected = [
        (1, "crate::tree::member"),
        (1, "crate::tree::read::self"),
        (1, "crate::tree::read::Reader"),
        (4, "crate::tree::pss"),
        (5, "crate::a::B::new"),
        (7, "libc::kill"),
    ];
    assert_eq!(paths, expected.map(|(line, path)| (line, path.to_owned())));
    assert!(words.contains(&(7, "println!".to_owned())) && !words.iter().any(|(_, word)| word == "comment"));
}
