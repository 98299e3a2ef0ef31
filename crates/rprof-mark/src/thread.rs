//! The thread number and nesting depth that make up the id and the level of a span.

use std::cell::OnceCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// The number of a thread and the count of its open spans. Each span shares the count, because it may end on another
/// thread.
#[derive(Clone)]
struct Thread {
    number: u64,
    depth: Arc<AtomicU32>,
}

thread_local! {
    static THREAD: OnceCell<Thread> = const { OnceCell::new() };
}

/// One level in the nesting of a thread. Dropping it leaves the level.
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

/// Enters the next level. Returns the id of a new span, `pid.thread.n`, which is unique in the run.
pub fn enter() -> (String, Level) {
    static SPANS: AtomicU64 = AtomicU64::new(0);
    let thread = current();
    let number = thread.depth.fetch_add(1, Ordering::Relaxed);
    let n = SPANS.fetch_add(1, Ordering::Relaxed) + 1;
    (format!("{}.{}.{n}", std::process::id(), thread.number), Level { number, depth: thread.depth })
}

fn current() -> Thread {
    let made = || Thread { number: number(), depth: Arc::default() };
    // `try_with` fails while the thread drops its locals. A span that begins then starts at level 0.
    THREAD.try_with(|thread| thread.get_or_init(made).clone()).unwrap_or_else(|_| made())
}

/// Returns the kernel's id of this thread, as other tools show it. Without `/proc` it is a number of our own, from 1.
fn number() -> u64 {
    static OWN: AtomicU64 = AtomicU64::new(0);
    let link = std::fs::read_link("/proc/thread-self").ok();
    let known = link.as_ref().and_then(|path| path.file_name()?.to_str()?.parse().ok());
    known.unwrap_or_else(|| OWN.fetch_add(1, Ordering::Relaxed) + 1)
}
