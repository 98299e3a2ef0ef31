//! Allocations at a tick in steady state: none while measuring, encoding the records and updating the summary.

#![cfg(any(target_os = "linux", target_os = "macos"))]

use std::time::Duration;

use rprof_sample::{COLUMNS, Clock, Launch, Options, Session, Target};
use rprof_trace::{DatWriter, Header, Metric, ProfileBuilder, ProfileOptions, Record, columns};

/// The numbers of ticks and of allocations of a run at 1 kHz with this duration, recorded like `rprof run` does it.
fn ticks_and_allocations(command: &[&str], exact: bool, milliseconds: u64) -> (u64, u64) {
    let argv = command.iter().map(Into::into).collect();
    let launch = Launch { argv, ..Launch::default() };
    let options = Options {
        interval: Duration::from_millis(1),
        exact,
        duration: Some(Duration::from_millis(milliseconds)),
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
            if matches!(record, Record::Tick(_)) {
                ticks += 1;
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
    let alone = &["sleep", "8"][..];
    let tree = &["sh", "-c", "sleep 8 & sleep 8 & sleep 8 & wait"][..];
    for (command, exact) in [(alone, false), (tree, false), (tree, true)] {
        let (few, at_first) = ticks_and_allocations(command, exact, 300);
        // A start allocates some hundred times, on a machine under load some dozens more or less: the ticks must outnumber
        // them. Such a machine makes fewer ticks.
        let mut milliseconds = 1800;
        let (ticks, allocations) = loop {
            let (many, in_all) = ticks_and_allocations(command, exact, milliseconds);
            let ticks = many.saturating_sub(few);
            if ticks > 1000 {
                break (ticks, in_all.saturating_sub(at_first));
            }
            assert!(milliseconds < 7200, "only {ticks} ticks in {milliseconds} ms");
            milliseconds *= 2;
        };
        // Buffers that grow by doubling allocate now and then.
        assert!(allocations < ticks / 20, "{allocations} allocations in {ticks} ticks of {command:?}");
    }
}
