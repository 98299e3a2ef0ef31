//! The article's example 3: a float32 dataset in a new HDF5 file, written slice by slice with standard normal random
//! numbers. Only one slice is in memory at any time.

use anyhow::Context;
use clap::Parser;
use ndarray::{ArrayView2, s};
use rprof_workloads::options::{ArrayOptions, Shape};
use rprof_workloads::random::Random;
use rprof_workloads::report::{Report, conclude};
use rprof_workloads::room;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// Write a float32 dataset to a new HDF5 file, slice by slice, with standard normal random numbers
#[derive(Parser)]
#[command(version)]
struct Options {
    #[command(flatten)]
    array: ArrayOptions,
    /// File to write, replaced if it exists; its dataset is named `data`
    #[arg(long, value_name = "PATH", default_value = "data.hdf5")]
    file: PathBuf,
}

fn main() -> ExitCode {
    conclude("hdf5", run(&Options::parse()))
}

fn run(options: &Options) -> anyhow::Result<Report> {
    let shape = options.array.shape()?;
    room::for_file::<f32>(shape, &options.file)?;
    let start = Instant::now();
    write(&options.file, shape, Random::new(options.array.seed))?;
    let elapsed = start.elapsed();
    let file = options
        .file
        .metadata()
        .with_context(|| format!("cannot read the size of `{}`", options.file.display()))?;
    Ok(Report { elapsed, calculated: shape.bytes::<f32>(), file: Some(file.len()) })
}

/// Writes a contiguous dataset without chunks and filters, the default of HDF5 and h5py.
fn write(path: &Path, shape: Shape, mut random: Random) -> anyhow::Result<()> {
    let place = path.display();
    let create = rprof_mark::span!("create file");
    let file = hdf5::File::create(path).with_context(|| {
        format!(
            "cannot create `{place}`; check that its directory is writable and no other program uses the file"
        )
    })?;
    let dataset = file
        .new_dataset::<f32>()
        .shape((shape.depth, shape.rows, shape.cols))
        .create("data")
        .with_context(|| format!("cannot create dataset `data` in `{place}`"))?;
    create.end();
    let fill = rprof_mark::span!("fill");
    for index in 0..shape.depth {
        let slice = random.normal(shape.slice_len());
        let slice = ArrayView2::from_shape((shape.rows, shape.cols), &slice)?;
        dataset.write_slice(slice, s![index, .., ..]).with_context(|| {
            format!("cannot write slice {index} to `{place}`; check that the disk is not full")
        })?;
    }
    fill.end();
    drop(dataset);
    file.close().with_context(|| format!("cannot close `{place}`; check that the disk is not full"))
}
