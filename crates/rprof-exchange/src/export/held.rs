//! The memory that call stacks held at one moment of a run, for formats that have stacks.

use rprof_trace::{Bytes, Seconds};

/// The memory of a process tree at one moment, by call stack.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HeldMemory {
    /// The moment, since the start of its run, which is the last one of the trace.
    pub time: Seconds,
    /// The stacks, whose bytes add up to the memory of the tree.
    pub stacks: Vec<HeldStack>,
}

/// The memory of one call stack.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeldStack {
    /// The calls, the outermost first.
    pub frames: Vec<HeldFrame>,
    /// The memory that the innermost call touched.
    pub bytes: Bytes,
}

/// A call of a stack, or a label: a process, or memory without a call.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HeldFrame {
    /// The function, or the label.
    pub name: String,
    /// The library, program or script; empty for a label.
    pub library: String,
}
