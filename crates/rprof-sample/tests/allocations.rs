//! Allocations at a tick in steady state: none while measuring, encoding the records and updating the summary.

#![cfg(any(target_os = "linux", target_os = "macos"))]

use std::time::Duration;

use rprof_sample::{COLUMNS, Clock, Launch, Options, Session, Target};
use rprof_trace::{DatWriter, Header, Metric, ProfileBuilder, ProfileOptions, Record, columns};

/// The number of ticks at which a command had this many processes, and that of all allocations, in a run at 1 kHz with this
/// duration, recorded like `rprof run` does it.
fn ticks_and_allocations((command, processes, exact): (&[&str], u32, bool), milliseconds: u64) -> (u64, u64) {
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
    let (mut writer, mut lines, mut ticks) = (DatWriter::new(), Vec::with_capacity(4096), 0);
    let columns = columns(Metric::Rss, COLUMNS);
    let header = Header { format: 1, start_s: clock.epoch_s(), columns, ..Header::default() };
    writer.write(&Record::Header(Box::new(header)), &mut lines);
    let allocated = allocation_counter::measure(|| {
        let session = Session::begin(&Target::Launch(launch.clone()), options.clone(), clock);
        let count = &mut |record: &Record<'_>| {
            summary.add(record);
            writer.write(record, &mut lines);
            if let Record::Tick(tick) = record {
                ticks += u64::from(tick.processes == Some(processes));
                lines.clear();
            }
        };
        session.expect("started").watch(count, &mut |warning| panic!("{warning}"));
    });
    (ticks, allocated.count_total)
}

/// The runs share one test, because a session reaps every child of its process.
#[test]
fn a_tick_in_steady_state_allocates_nothing() {
    let alone = &["sleep", "99"][..];
    let tree = &["sh", "-c", "sleep 99 & sleep 99 & sleep 99 & wait"][..];
    for case in [(alone, 1, false), (tree, 4, false), (tree, 4, true)] {
        // A start allocates some hundred times, on a machine under load some dozens more or less, and so does a birth. Such a
        // machine starts processes late and makes fewer ticks.
        let with_ticks = |fewest: u64, mut milliseconds: u64| loop {
            let (ticks, allocations) = ticks_and_allocations(case, milliseconds);
            if ticks >= fewest {
                break (ticks, allocations);
            }
            assert!(milliseconds < 50_000, "only {ticks} ticks in {milliseconds} ms");
            milliseconds *= 2;
        };
        let (few, at_first) = with_ticks(100, 300);
        let (many, in_all) = with_ticks(few + 1000, 1800);
        let (ticks, allocations) = (many - few, in_all.saturating_sub(at_first));
        // Buffers that grow by doubling allocate now and then.
        assert!(allocations < ticks / 20, "{allocations} allocations in {ticks} ticks of {case:?}");
    }
}
