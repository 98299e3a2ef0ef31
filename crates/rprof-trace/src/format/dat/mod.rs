//! The `.dat` format: lines of text that mprof reads too. The grammar is told in `docs/format.md`.

pub(crate) mod decode;
mod encode;

pub(crate) use encode::micros;

pub use encode::DatWriter;

/// The first word of every record this format has.
pub const KEYWORDS: [&str; 14] = [
    "RPROF", "CMDLINE", "MEM", "CHLD", "PSS", "PROC", "EXIT", "FUNC", "SPAN", "MARK", "GAP", "NOTE", "INDEX",
    "END",
];
