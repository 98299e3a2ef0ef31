//! The header of a trace: the command, the host, the clock and the options of a recording.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rprof_sample::{Clock, Options, Target};
use rprof_trace::{Arg, Column, Header, Part, Seconds};

/// The columns that this machine fills: one more with a GPU.
fn measured() -> Vec<Column> {
    let gpu = rprof_sample::has_gpu().then_some(Column::Part(Part::Gpu));
    rprof_sample::COLUMNS.iter().copied().chain(gpu).collect()
}

/// The header for a recording of `command` that starts now, without a job.
pub fn header(
    options: &Options,
    target: &Target,
    command: &[OsString],
    clock: Clock,
    start: Timestamp,
) -> Header {
    let zoned = start.to_zoned_datetime(TimeZone::system());
    Header {
        format: 1,
        writer: concat!("rprof ", env!("CARGO_PKG_VERSION")).to_owned(),
        command: command.iter().map(|word| Arg::new(word.as_bytes())).collect(),
        start: zoned.strftime("%Y-%m-%dT%H:%M:%S%.9f%:z").to_string(),
        start_s: clock.epoch_s(),
        host: rprof_sample::host(),
        os: rprof_sample::os(),
        page_size: rprof_sample::page_size(),
        interval_s: Seconds(options.interval.as_secs_f64()),
        metric: options.metric,
        tree: options.tree,
        exact: options.exact,
        attached: matches!(target, Target::Attach { .. }),
        memory_limit_bytes: options.memory_limit,
        job: None,
        columns: rprof_trace::columns(options.metric, &measured()),
    }
}
