//! Functions, inlined ones too, source files and lines, by blazesym. It finds separate debug files by itself.

use std::path::PathBuf;

use blazesym::symbolize::source::{Elf, Source};
use blazesym::symbolize::{CodeInfo, Input, Sym, Symbolizer};

use crate::model::Symbol;

/// The names in files.
pub struct Files {
    symbolizer: Symbolizer,
}

impl Files {
    pub fn new() -> Self {
        Self { symbolizer: Symbolizer::builder().enable_auto_reload(false).build() }
    }

    /// The functions at offsets of a file, the innermost first; an empty list if there is no name.
    pub fn symbols(&self, path: &str, offsets: &[u64]) -> Vec<Vec<Symbol>> {
        let source = Source::Elf(Elf::new(PathBuf::from(path)));
        let found = self.symbolizer.symbolize(&source, Input::FileOffset(offsets));
        let Ok(found) = found else { return vec![Vec::new(); offsets.len()] };
        found.iter().map(|symbol| symbol.as_sym().map(symbols).unwrap_or_default()).collect()
    }
}

fn symbols(found: &Sym<'_>) -> Vec<Symbol> {
    let mut calls = vec![symbol(&found.name, found.code_info.as_deref())];
    // The outermost of the inlined functions comes first.
    calls.extend(found.inlined.iter().map(|inlined| symbol(&inlined.name, inlined.code_info.as_ref())));
    calls.reverse();
    calls
}

fn symbol(name: &str, place: Option<&CodeInfo<'_>>) -> Symbol {
    Symbol {
        name: name.to_owned(),
        file: place.map(|place| place.to_path().to_string_lossy().into_owned()).unwrap_or_default(),
        line: place.and_then(|place| place.line).unwrap_or(0),
    }
}
