//! The article's example 2: float32 zeros in memory, filled slice by slice with standard normal random numbers.

use clap::Parser;
use rprof_workloads::in_memory;
use rprof_workloads::options::ArrayOptions;
use rprof_workloads::random::Random;
use rprof_workloads::report::conclude;
use std::process::ExitCode;

/// Fill a float32 array in memory, slice by slice, with standard normal random numbers
#[derive(Parser)]
#[command(version)]
struct Options {
    #[command(flatten)]
    array: ArrayOptions,
}

fn main() -> ExitCode {
    let options = Options::parse();
    conclude("float32", in_memory::fill(&options.array, Random::normal).map_err(Into::into))
}
