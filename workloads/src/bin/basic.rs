//! The article's example 1: float64 zeros in memory, filled slice by slice with uniform random numbers.

use clap::Parser;
use rprof_workloads::in_memory;
use rprof_workloads::options::ArrayOptions;
use rprof_workloads::random::Random;
use rprof_workloads::report::conclude;
use std::process::ExitCode;

/// Fill a float64 array in memory, slice by slice, with uniform random numbers in [0, 1)
#[derive(Parser)]
#[command(version)]
struct Options {
    #[command(flatten)]
    array: ArrayOptions,
}

fn main() -> ExitCode {
    let options = Options::parse();
    conclude("basic", in_memory::fill(&options.array, Random::uniform).map_err(Into::into))
}
