//! The thread that looks at the pages of the tree. Unwinding may fall behind on a busy machine; the pages of a moment cannot
//! wait, because they are gone later.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use super::members::Members;
use super::moments::Moments;
use super::threads;
use crate::model::Record;

/// The longest time between two looks.
const WAIT: Duration = Duration::from_millis(10);

/// A part of the records that were drained together.
#[derive(Debug)]
pub struct Glimpse {
    /// Births, names, mappings, ends.
    pub tasks: Vec<u8>,
    /// Faults without stacks, drained after them.
    pub places: Vec<u8>,
}

/// Looks until the sender is gone, and passes scans and moments on.
pub fn run(receive: &Receiver<Glimpse>, send: &Sender<Record>, start: u64, page: u64) {
    threads::take_short_turns();
    let mut members = Members::new(std::process::id());
    let mut moments = Moments::default();
    loop {
        match receive.recv_timeout(WAIT) {
            Ok(glimpse) => members.take(&glimpse.tasks, &glimpse.places),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        receive.try_iter().for_each(|glimpse| members.take(&glimpse.tasks, &glimpse.places));
        moments.look(&mut members, (start, page), &mut |record| _ = send.send(record));
    }
}
