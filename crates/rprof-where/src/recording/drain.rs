//! The thread that empties the kernel's buffers before they are full. It copies and does nothing else.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use super::clock;
use super::density::Density;
use super::threads;
use crate::events::{Events, STACK_BYTES, Source};

/// The longest wait for records.
const WAIT: Duration = Duration::from_millis(10);

/// Bytes that may wait to be unwound.
const MOST_BYTES: usize = 128 << 20;

/// Records that were drained together.
#[derive(Debug, Default)]
pub struct Batch {
    /// Everything up to this time has arrived.
    pub until: u64,
    /// Births, names, mappings, ends.
    pub tasks: Vec<u8>,
    /// One fault in a period.
    pub sparse: Vec<u8>,
    /// Every fault.
    pub dense: Vec<u8>,
}

impl Batch {
    /// The bytes of all records.
    pub fn len(&self) -> usize {
        self.tasks.len() + self.sparse.len() + self.dense.len()
    }
}

/// Drains until the end is asked for, and once more then.
///
/// `backlog` counts the bytes that wait to be unwound. While they are too many, the kernel's buffers fill up, and it counts
/// what it loses.
pub fn run(
    mut events: Events,
    period: u64,
    stop: &AtomicBool,
    (send, backlog): (&SyncSender<Batch>, &AtomicUsize),
) {
    threads::hurry();
    let mut density = Density::new(period, clock::now());
    loop {
        let last = stop.load(Ordering::Relaxed);
        if !last {
            events.wait(WAIT);
        }
        while backlog.load(Ordering::Relaxed) > MOST_BYTES {
            std::thread::sleep(WAIT);
        }
        let mut batch = Batch { until: clock::now(), ..Batch::default() };
        events.drain(Source::Sparse, &mut batch.sparse);
        events.drain(Source::Dense, &mut batch.dense);
        events.drain(Source::Tasks, &mut batch.tasks);
        let count = |bytes: &[u8]| bytes.len() as u64 / u64::from(STACK_BYTES);
        let switch = density.step(batch.until, count(&batch.sparse), count(&batch.dense));
        if let Some(on) = switch {
            events.set_dense(on);
        }
        backlog.fetch_add(batch.len(), Ordering::Relaxed);
        if send.send(batch).is_err() || last {
            return;
        }
    }
}
