//! The files of other tools: exports of a trace for viewers and tables, imports of what other profilers recorded, and
//! the compression of traces. Opens no file, reads no clock and prints nothing.

mod buffered;
mod compression;
mod error;
mod export;
mod import;
mod json;

pub use compression::{Compression, Compressor};
pub use error::Error;
pub use export::{ExportFormat, HeldFrame, HeldMemory, HeldStack, Source, export};
pub use import::{Peer, import};
