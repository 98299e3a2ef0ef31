//! The thread that empties the kernel's buffers before they are full. It copies and does nothing else.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use super::clock;
use super::density::Density;
use crate::events::{Events, STACK_BYTES, Source};

/// The longest wait for records.
const WAIT: Duration = Duration::from_millis(10);

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
    /// True if every fault was recorded all the time since the batch before.
    pub all_dense: bool,
}

/// Drains until the end is asked for, and once more then.
pub fn run(mut events: Events, period: u64, stop: &AtomicBool, send: &SyncSender<Batch>) {
    let mut density = Density::new(period, clock::now());
    loop {
        let last = stop.load(Ordering::Relaxed);
        if !last {
            events.wait(WAIT);
        }
        let mut batch = Batch { until: clock::now(), all_dense: density.is_dense(), ..Batch::default() };
        events.drain(Source::Sparse, &mut batch.sparse);
        events.drain(Source::Dense, &mut batch.dense);
        events.drain(Source::Tasks, &mut batch.tasks);
        let count = |bytes: &[u8]| bytes.len() as u64 / u64::from(STACK_BYTES);
        let switch = density.step(batch.until, count(&batch.sparse), count(&batch.dense));
        if let Some(on) = switch {
            events.set_dense(on);
            batch.all_dense &= on;
        }
        if send.send(batch).is_err() || last {
            return;
        }
    }
}
