//! `rprof bench`: run commands many times and compare them.

use rprof_sample::Error;

use crate::bench;
use crate::cli::BenchArgs;
use crate::message::one_line;

/// Runs the benchmark and returns the exit code.
pub fn bench(arguments: &BenchArgs) -> anyhow::Result<u8> {
    bench::bench(arguments).map_err(|error| match error.downcast_ref() {
        // 127 and 126 stand for a command that cannot be started; all else is a fault of the benchmark.
        Some(Error::NotFound { .. } | Error::NotExecutable { .. }) | None => error,
        Some(_) => anyhow::anyhow!(one_line(&error)),
    })
}
