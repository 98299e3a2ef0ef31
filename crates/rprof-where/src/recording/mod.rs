//! A recording: one thread empties the kernel's buffers, another one unwinds, scans and writes. Neither delays the sampler.

mod clock;
mod density;
mod drain;
mod environment;
mod keeper;
mod moments;
mod naming;
mod processes;
mod threads;

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;
use std::time::Duration;

pub use environment::environment;

use crate::error::Error;
use crate::events::Events;
use crate::file::Writer;
use crate::model::Header;

/// One fault in this many is recorded while there are many.
const PERIOD: u64 = 16;
/// Batches of records that may wait to be unwound.
const BATCHES: usize = 16;

/// A recording that has begun.
#[derive(Debug)]
pub struct Recording {
    stop: Arc<AtomicBool>,
    drain: JoinHandle<()>,
    keeper: JoinHandle<std::io::Result<()>>,
}

impl Recording {
    /// Begins to record the processes that the calling thread starts from now on. `elapsed` is the time since the start of
    /// the run, `writer` the program and version.
    ///
    /// # Errors
    /// When the kernel refuses the events; nothing is written then.
    pub fn begin<W: Write + Send + 'static>(
        out: impl FnOnce() -> std::io::Result<W>,
        elapsed: Duration,
        writer: &str,
    ) -> Result<Self, Error> {
        let page = clock::page_size();
        let start = clock::now().saturating_sub(u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX));
        let stop = Arc::new(AtomicBool::new(false));
        let (send, receive) = sync_channel(BATCHES);
        let (give, take) = sync_channel::<Events>(1);
        let drain = {
            let stop = Arc::clone(&stop);
            // The thread starts before the events are opened, so that it does not inherit them.
            let run = move || {
                if let Ok(events) = take.recv() {
                    drain::run(events, PERIOD, &stop, &send);
                }
            };
            threads::start("rprof-faults", run)?
        };
        let (begin, begun) = sync_channel::<(Header, W)>(1);
        let keep = move || match begun.recv() {
            Ok((header, out)) => keeper::run(&receive, Writer::new(out, &header), &header, start),
            Err(_) => Ok(()),
        };
        let keeper = threads::start("rprof-stacks", keep)?;
        let events = Events::open(PERIOD, page as usize)?;
        // The command inherits the state of the switch.
        events.set_dense(true);
        let header = Header {
            writer: writer.to_owned(),
            period: PERIOD,
            kernel: events.kernel,
            page_size: page,
            huge_size: clock::huge_size(),
        };
        let out = out()?;
        // Both threads wait for these and for nothing else.
        let _ = begin.send((header, out));
        let _ = give.send(events);
        Ok(Self { stop, drain, keeper })
    }

    /// Ends the recording, names the functions and completes the file.
    ///
    /// # Errors
    /// When the file could not be written.
    pub fn finish(self) -> Result<(), Error> {
        self.stop.store(true, Ordering::Relaxed);
        let failed = |_| std::io::Error::other("a thread of the recording has failed");
        self.drain.join().map_err(failed)?;
        self.keeper.join().map_err(failed)??;
        Ok(())
    }
}
