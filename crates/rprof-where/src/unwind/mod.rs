//! Stacks from registers and a copy of the stack, by `.eh_frame`, without frame pointers.

mod arch;
mod image;
mod interner;
mod space;

pub use arch::place;
pub use interner::Interner;
pub use space::{CodeMap, CodeSpace, Images};
