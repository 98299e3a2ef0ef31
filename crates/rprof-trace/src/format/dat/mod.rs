//! The `.dat` format: lines of text that mprof reads too. `docs/format.md` has the grammar.

pub(crate) mod decode;
mod encode;

pub(crate) use encode::micros;

pub use encode::DatWriter;

/// The first words of all lines of this format.
pub const KEYWORDS: [&str; 15] = [
    "RPROF", "CMDLINE", "MEM", "CHLD", "PSS", "CGROUP", "PROC", "EXIT", "FUNC", "SPAN", "MARK", "GAP",
    "NOTE", "INDEX", "END",
];
