//! The stacks file: a log of binary records, each with its length, so that a cut file is read up to its last whole record.

mod decode;
mod encode;
mod log;
mod varint;

pub use encode::Writer;
pub use log::Log;

/// The first bytes of every stacks file.
const MAGIC: &[u8] = b"rprof stacks\n";
/// The version of the format.
const FORMAT: u64 = 1;

/// The first byte of a record. A reader skips kinds that it does not know.
mod kind {
    pub const HEADER: u8 = 1;
    pub const MODULE: u8 = 2;
    pub const FRAME: u8 = 3;
    pub const NODE: u8 = 4;
    pub const FORK: u8 = 5;
    pub const NAME: u8 = 6;
    pub const EXIT: u8 = 7;
    pub const MAP: u8 = 8;
    pub const FAULT: u8 = 9;
    pub const SCAN: u8 = 10;
    pub const MOMENT: u8 = 11;
    pub const SYMBOLS: u8 = 12;
    pub const LOST: u8 = 13;
    pub const END: u8 = 14;
    /// The name of areas, which refer to it by its position among these records.
    pub const TEXT: u8 = 15;
    /// A fault without a stack of its own, with the fields of `FAULT`.
    pub const PLACE: u8 = 16;
    pub const LOST_EVENTS: u8 = 17;
}
