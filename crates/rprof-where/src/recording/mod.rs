//! A recording in three threads: one empties the kernel's buffers, one looks at pages, and one unwinds and writes. None
//! delays the sampler.

mod clock;
mod density;
mod drain;
mod environment;
mod keeper;
mod looker;
mod members;
mod moments;
mod naming;
mod places;
mod processes;
mod threads;
mod twins;

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{channel, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

pub use environment::environment;

use crate::error::Error;
use crate::events::Events;
use crate::file::Writer;
use crate::model::Header;

/// One fault in this many is recorded while there are many.
const PERIOD: u64 = 16;
/// Batches of records that may wait to be unwound: more than the bytes of them allow.
const BATCHES: usize = 1 << 14;

/// A recording that has begun.
#[derive(Debug)]
pub struct Recording {
    stop: Arc<AtomicBool>,
    drain: JoinHandle<()>,
    looker: JoinHandle<()>,
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
        let backlog = Arc::new(AtomicUsize::new(0));
        let (show, see) = channel();
        let drain = {
            let (stop, filling) = (Arc::clone(&stop), Arc::clone(&backlog));
            // The threads start before the events are opened, so that they do not inherit them.
            let run = move || {
                if let Ok(events) = take.recv() {
                    let outlets = drain::Outlets { batches: &send, backlog: &filling, glimpses: &show };
                    drain::run(events, PERIOD, &stop, &outlets);
                }
            };
            threads::start("rprof-faults", run)?
        };
        let (found, looks) = channel();
        let looker = threads::start("rprof-pages", move || looker::run(&see, &found, start, page))?;
        let (begin, begun) = sync_channel::<(Header, W)>(1);
        let keep = move || match begun.recv() {
            Ok((header, out)) => {
                let inlets = keeper::Inlets { batches: &receive, backlog: &backlog, looks: &looks };
                keeper::run(&inlets, Writer::new(out, &header), &header, start)
            }
            Err(_) => Ok(()),
        };
        let keeper = threads::start("rprof-stacks", keep)?;
        let events = Events::open(PERIOD, page as usize)?;
        // The command inherits the state of the switch.
        events.set_dense(true);
        let header = Header {
            writer: writer.to_owned(),
            period: PERIOD,
            kernel: events.has_kernel(),
            page_size: page,
            huge_size: clock::huge_size(),
        };
        let out = out()?;
        // The threads wait for these and for nothing else.
        let _ = begin.send((header, out));
        let _ = give.send(events);
        Ok(Self { stop, drain, looker, keeper })
    }

    /// Ends the recording, names the functions and completes the file.
    ///
    /// # Errors
    /// When the file could not be written.
    pub fn finish(self) -> Result<(), Error> {
        self.stop.store(true, Ordering::Relaxed);
        let failed = |_| std::io::Error::other("a thread of the recording has failed");
        self.drain.join().map_err(failed)?;
        self.looker.join().map_err(failed)?;
        self.keeper.join().map_err(failed)??;
        Ok(())
    }
}
