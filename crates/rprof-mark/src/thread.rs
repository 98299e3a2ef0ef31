//! Which thread this is and how deep in spans: what an id and a level are made of.

use std::cell::OnceCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// A thread's number and the count of its open spans. The count is shared with each span, which may end elsewhere.
#[derive(Clone)]
struct Thread {
    number: u64,
    depth: Arc<AtomicU32>,
}

thread_local! {
    static THREAD: OnceCell<Thread> = const { OnceCell::new() };
}

/// A place in the nesting of a thread, free again when dropped.
pub struct Level {
    /// 0 for the outermost span.
    pub number: u32,
    depth: Arc<AtomicU32>,
}

impl Drop for Level {
    fn drop(&mut self) {
        self.depth.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Goes one level deeper. Gives an id that no other span of the run has: `pid.thread.n`.
pub fn enter() -> (String, Level) {
    static SPANS: AtomicU64 = AtomicU64::new(0);
    let thread = current();
    let number = thread.depth.fetch_add(1, Ordering::Relaxed);
    let n = SPANS.fetch_add(1, Ordering::Relaxed) + 1;
    (format!("{}.{}.{n}", std::process::id(), thread.number), Level { number, depth: thread.depth })
}

fn current() -> Thread {
    let made = || Thread { number: number(), depth: Arc::default() };
    // While a thread's locals are being dropped it has none any more.
    THREAD.try_with(|thread| thread.get_or_init(made).clone()).unwrap_or_else(|_| made())
}

/// The kernel's number of this thread, as other tools show it; else one of our own, from 1.
fn number() -> u64 {
    static OWN: AtomicU64 = AtomicU64::new(0);
    let link = std::fs::read_link("/proc/thread-self").ok();
    let known = link.as_ref().and_then(|path| path.file_name()?.to_str()?.parse().ok());
    known.unwrap_or_else(|| OWN.fetch_add(1, Ordering::Relaxed) + 1)
}
