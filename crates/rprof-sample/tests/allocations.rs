//! Allocations at a tick in steady state: none while measuring, encoding the records and updating the summary.

#![cfg(any(target_os = "linux", target_os = "macos"))]
#![allow(unsafe_code, reason = "an allocator")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::time::Duration;

use rprof_sample::{COLUMNS, Clock, Launch, Options, Session, Target};
use rprof_trace::{DatWriter, Header, Metric, ProfileBuilder, ProfileOptions, Record, columns};

/// The allocator of the system. It counts the allocations of each thread.
///
/// The test compares two ticks of one run. The crate allocation-counter has no count in the middle of a run, and the start and
/// the end of a run allocate hundreds of times.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

fn allocations() -> u64 {
    ALLOCATIONS.with(Cell::get)
}

fn count_one() {
    ALLOCATIONS.with(|count| count.set(count.get() + 1));
}

// SAFETY: every call is passed on as it is. The count neither allocates nor has a destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count_one();
        // SAFETY: the caller keeps the same contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count_one();
        // SAFETY: as above.
        unsafe { System.realloc(memory, layout, size) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The number of ticks after which buffers have their size.
const WARM: usize = 100;

/// The allocations so far at each tick with all processes of a command, recorded at 1 kHz for some time like `rprof run` does
/// it.
fn counts_at_ticks((command, processes, exact): (&[&str], u32, bool), milliseconds: u64) -> Vec<u64> {
    let argv = command.iter().map(Into::into).collect();
    let launch = Launch { argv, ..Launch::default() };
    let options = Options {
        interval: Duration::from_millis(1),
        exact,
        // Not `duration`, which leaves the command alone: the next run would adopt it.
        time_limit: Some(Duration::from_millis(milliseconds)),
        ..Options::default()
    };
    let clock = Clock::start();
    let mut summary = ProfileBuilder::new(&ProfileOptions { slices: 128, ..ProfileOptions::default() });
    let (mut writer, mut lines) = (DatWriter::new(), Vec::with_capacity(4096));
    let columns = columns(Metric::Rss, COLUMNS);
    let header = Header { format: 1, start_s: clock.epoch_s(), columns, ..Header::default() };
    writer.write(&Record::Header(Box::new(header)), &mut lines);
    let mut counts = Vec::with_capacity(2 * usize::try_from(milliseconds).expect("a size"));
    let session = Session::begin(&Target::Launch(launch), options, clock).expect("started");
    let count = &mut |record: &Record<'_>| {
        summary.add(record);
        writer.write(record, &mut lines);
        if let Record::Tick(tick) = record {
            if tick.processes == Some(processes) {
                counts.push(allocations());
            }
            lines.clear();
        }
    };
    session.watch(count, &mut |warning| panic!("{warning}"));
    counts
}

/// The runs share one test, because a session reaps every child of its process.
#[test]
fn a_tick_in_steady_state_allocates_nothing() {
    let alone = &["sleep", "99"][..];
    let tree = &["sh", "-c", "sleep 99 & sleep 99 & sleep 99 & wait"][..];
    for case in [(alone, 1, false), (tree, 4, false), (tree, 4, true)] {
        // A machine under load starts processes late and makes fewer ticks.
        let mut milliseconds = 1500;
        let counts = loop {
            let counts = counts_at_ticks(case, milliseconds);
            if counts.len() > 10 * WARM {
                break counts;
            }
            assert!(milliseconds < 50_000, "only {} ticks in {milliseconds} ms", counts.len());
            milliseconds *= 2;
        };
        let (ticks, allocations) = (counts.len() - WARM, counts[counts.len() - 1] - counts[WARM]);
        // Buffers that grow by doubling allocate now and then.
        assert!(allocations < ticks as u64 / 20, "{allocations} allocations in {ticks} ticks of {case:?}");
        println!("{case:?}: {allocations} allocations in {ticks} ticks");
    }
}
