//! The records of a stacks file: frames, stacks, page faults, and the pages that were present at some moments.
//! Ids of modules, frames and stack nodes are their positions in the file.

/// The largest page size that a fault may report; more is damage.
pub const LARGEST_PAGE: u64 = 1 << 40;

/// The settings of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The program and version that wrote the file.
    pub writer: String,
    /// One fault in this many is recorded, for each thread and processor.
    pub period: u64,
    /// True if faults inside the kernel are recorded, too.
    pub kernel: bool,
    /// Bytes of a small page.
    pub page_size: u64,
    /// Bytes of a transparent huge page.
    pub huge_size: u64,
}

/// A place in the code: an offset in a file, or an address of code that a process generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Frame {
    /// The id of the module.
    pub module: u32,
    /// The offset in the module's file; in a module of generated code the address.
    pub offset: u64,
}

/// A stack, as its innermost frame and the stack of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Node {
    /// The id of the caller's node; 0 is the empty stack.
    pub parent: u32,
    /// The id of the frame.
    pub frame: u32,
}

/// One function at a frame. A frame has several if functions were inlined.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Symbol {
    /// The name, demangled.
    pub name: String,
    /// The source file; empty if unknown.
    pub file: String,
    /// The line; 0 if unknown.
    pub line: u32,
}

/// Something that happened to a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Nanoseconds since the start of the run.
    pub time: u64,
    /// The process id.
    pub pid: u32,
    /// The event.
    pub kind: EventKind,
}

/// The kinds of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventKind {
    /// The process was forked from `parent`.
    Fork {
        /// The process id of the parent.
        parent: u32,
    },
    /// The process has a new name, and after an exec a new address space.
    Name {
        /// The name.
        name: String,
        /// True after an exec.
        exec: bool,
    },
    /// The process has ended.
    Exit,
    /// Addresses were mapped, or the access to a mapping has changed.
    Map(Mapped),
    /// A page fault with its stack.
    Fault(Fault),
    /// The pages that were present.
    Scan(Box<Scan>),
    /// The sum of the tree; each of its processes was scanned just before.
    Moment(Moment),
}

/// A mapping that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mapped {
    /// The thread that made it.
    pub tid: u32,
    /// The first address.
    pub start: u64,
    /// The address behind the last.
    pub end: u64,
}

/// A page fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// The thread.
    pub tid: u32,
    /// The address that was accessed.
    pub address: u64,
    /// The size of the page that was mapped; 0 if unknown.
    pub size: u64,
    /// The id of the stack; 0 if there is none.
    pub node: u32,
    /// The number of faults that it stands for.
    pub weight: u32,
    /// False if its stack was lost: `node` is then that of a fault before or after it at the same place of the code, or 0.
    pub has_stack: bool,
}

/// The present pages of a process at one time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scan {
    /// The RSS in bytes; of those during the scan the one next to what it found.
    pub rss: u64,
    /// The areas of the address space with present pages, and those of anonymous memory without any, in order.
    pub areas: Vec<Area>,
    /// The runs of present pages, in order.
    pub runs: Vec<Run>,
}

/// An area of an address space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// The first address.
    pub start: u64,
    /// The address behind the last.
    pub end: u64,
    /// The file or the kernel's name, such as `[heap]`; empty for anonymous memory.
    pub name: String,
}

/// A run of present pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// The first address.
    pub start: u64,
    /// The address behind the last.
    pub end: u64,
    /// True for huge pages.
    pub huge: bool,
    /// True for pages of a file or of shared memory.
    pub file: bool,
}

/// The memory of the tree at one time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Moment {
    /// Each process and its RSS in bytes.
    pub processes: Vec<(u32, u64)>,
}

impl Moment {
    /// The RSS of the tree in bytes.
    pub fn rss(&self) -> u64 {
        self.processes.iter().map(|(_, rss)| rss).fold(0, |sum, rss| sum.saturating_add(*rss))
    }
}

/// One record of a stacks file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// The settings; the first record.
    Header(Header),
    /// The path of a file with code, or `[pid]` for the code that a process generated.
    Module(String),
    /// A frame.
    Frame(Frame),
    /// A stack.
    Node(Node),
    /// An event.
    Event(Event),
    /// The functions at a frame, the innermost first.
    Symbols {
        /// The id of the frame.
        frame: u32,
        /// The functions.
        symbols: Vec<Symbol>,
    },
    /// Recorded faults that were lost, with address and stack.
    Lost(u64),
    /// Births, names, mappings and ends of processes that were lost.
    LostEvents(u64),
    /// The recording is complete.
    End,
}
