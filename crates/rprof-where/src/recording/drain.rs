//! The thread that empties the kernel's buffers before they are full. It copies and does nothing else.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, SyncSender};
use std::time::Duration;

use super::clock;
use super::density::Density;
use super::looker::Glimpse;
use super::threads;
use crate::events::{Events, Source, count_samples};

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
    /// One fault in a period, without stacks.
    pub places: Vec<u8>,
    /// One fault in a period.
    pub sparse: Vec<u8>,
    /// Every fault.
    pub dense: Vec<u8>,
    /// The faults without stacks that were lost in the whole run, at its end.
    pub lost_in_all: Option<u64>,
}

impl Batch {
    /// The bytes of all records.
    pub fn len(&self) -> usize {
        self.tasks.len() + self.places.len() + self.sparse.len() + self.dense.len()
    }
}

/// The receivers of the records.
pub struct Outlets<'a> {
    /// For the thread that unwinds.
    pub batches: &'a SyncSender<Batch>,
    /// The bytes that wait to be unwound.
    pub backlog: &'a AtomicUsize,
    /// For the thread that looks at pages.
    pub glimpses: &'a Sender<Glimpse>,
}

/// Drains until the end is asked for, and once more then.
pub fn run(mut events: Events, period: u64, stop: &AtomicBool, outlets: &Outlets<'_>) {
    threads::hurry();
    let huge_size = clock::huge_size();
    let mut density = Density::new(period, clock::now());
    loop {
        let last = stop.load(Ordering::Relaxed);
        if !last {
            events.wait(WAIT);
        }
        let mut batch = Batch { until: clock::now(), ..Batch::default() };
        // Members::take relies on processes before faults, and Twins on faults without stacks before those with them.
        events.drain(Source::Tasks, &mut batch.tasks);
        events.drain(Source::Places, &mut batch.places);
        events.drain(Source::Sparse, &mut batch.sparse);
        events.drain(Source::Dense, &mut batch.dense);
        let (sparse, dense) =
            (count_samples(&batch.places, huge_size), count_samples(&batch.dense, huge_size));
        let switch = density.step(batch.until, sparse, dense);
        if let Some(on) = switch {
            events.set_dense(on);
        }
        if outlets.backlog.load(Ordering::Relaxed) > MOST_BYTES {
            // The stacks of these faults are lost; the faults are not.
            (batch.sparse, batch.dense) = (Vec::new(), Vec::new());
        }
        if last {
            batch.lost_in_all = events.losses(Source::Places);
        }
        outlets.backlog.fetch_add(batch.len(), Ordering::Relaxed);
        let glimpse = Glimpse { tasks: batch.tasks.clone(), places: batch.places.clone() };
        let is_over = outlets.glimpses.send(glimpse).is_err() || outlets.batches.send(batch).is_err();
        if is_over || last {
            return;
        }
    }
}
