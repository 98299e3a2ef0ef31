//! The article's example 1: float64 zeros in memory, filled slice by slice with uniform random numbers.

use clap::Parser;
use rprof_workloads::array::Array;
use rprof_workloads::options::ArrayOptions;
use rprof_workloads::random::Random;
use rprof_workloads::report::{Report, conclude};
use rprof_workloads::room;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

/// Fill a float64 array in memory, slice by slice, with uniform random numbers in [0, 1)
#[derive(Parser)]
#[command(version)]
struct Options {
    #[command(flatten)]
    array: ArrayOptions,
}

fn main() -> ExitCode {
    conclude("basic", run(&Options::parse()))
}

fn run(options: &Options) -> anyhow::Result<Report> {
    let shape = options.array.shape()?;
    room::for_array::<f64>(shape)?;
    let start = Instant::now();
    let mut random = Random::new(options.array.seed);
    let allocate = rprof_mark::span!("allocate");
    let mut array = Array::zeros(shape.depth, shape.slice_len());
    allocate.end();
    let fill = rprof_mark::span!("fill");
    for index in 0..shape.depth {
        let slice: Vec<f64> = random.uniform(shape.slice_len());
        array.store(index, &slice);
    }
    fill.end();
    // Nobody reads the array; an optimiser may not conclude that nobody needs it.
    black_box(array.values());
    Ok(Report { elapsed: start.elapsed(), calculated: shape.bytes::<f64>(), file: None })
}
