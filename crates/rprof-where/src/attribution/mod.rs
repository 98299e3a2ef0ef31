//! The attribution of present pages to the code that touched them first: events become spaces, spaces become shares.
//! It is a function of the stacks file: no system calls, no clock.

mod assign;
mod bounds;
mod calls;
mod diff;
mod levels;
mod moves;
mod names;
mod objects;
mod over_time;
mod owner;
mod replay;
mod space;
mod stale;
mod table;

pub use bounds::Bounds;
pub use calls::{Total, total_of};
pub use diff::{Change, diff};
pub use levels::{Held, Level, Levels, levels};
pub use names::{Call, Names, is_named};
pub use over_time::{Band, Point, over_time};
pub use owner::{serves_callers, without_interpreter};
pub use replay::{Process, Share, View, Which, moments, series, view};
pub use table::{By, Entry, Table, unseen_label};

/// The certainty of an attribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// The fault of this page was recorded.
    Exact,
    /// A fault of this huge page was recorded.
    Huge,
    /// The nearest recorded fault of the same mapping.
    Estimated,
    /// No fault was recorded near: the kernel filled the memory, it was moved, or it was mapped without a fault.
    Unseen,
}

/// The reason for which the stack of a fault is not certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Doubt {
    /// It was recorded.
    #[default]
    None,
    /// Pages were moved by `mremap`, and the stack is that of code at the end of their buffer.
    Moved,
    /// The page is huge and its fault was that of a small page: the kernel joined small pages, or an earlier mapping had the
    /// same address.
    Joined,
    /// It was lost, and is that of another fault at the same place of the code, or that place alone.
    Lost,
}
