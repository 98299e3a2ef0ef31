//! A float32 array in a new zarr v3 store, written slice by slice with standard normal random numbers. Each slice is
//! one chunk without compression. Only one slice is in memory at any time.

mod store;

use crate::store::Store;
use anyhow::{Context, ensure};
use clap::Parser;
use rprof_workloads::options::{ArrayOptions, Shape};
use rprof_workloads::random::Random;
use rprof_workloads::report::{Report, conclude};
use rprof_workloads::room;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;
use zarrs::array::{ArrayBuilder, data_type};

/// Write a float32 array to a new zarr v3 store, one chunk per slice, with standard normal random numbers
#[derive(Parser)]
#[command(version)]
struct Options {
    #[command(flatten)]
    array: ArrayOptions,
    /// Directory to write; a zarr store there is replaced
    #[arg(long, value_name = "PATH", default_value = "data.zarr")]
    file: PathBuf,
}

fn main() -> ExitCode {
    conclude("zarr", run(&Options::parse()))
}

fn run(options: &Options) -> anyhow::Result<Report> {
    let shape = options.array.shape()?;
    room::for_chunks::<f32>(shape, &options.file)?;
    let start = Instant::now();
    write(&options.file, shape, Random::new(options.array.seed))?;
    let elapsed = start.elapsed();
    let file = room::length(&options.file)
        .with_context(|| format!("cannot read the size of `{}`", options.file.display()))?;
    Ok(Report { elapsed, calculated: shape.bytes::<f32>(), file: Some(file) })
}

/// Creates an empty directory. An existing zarr store is removed; anything else there is kept and reported as an error.
fn replace(path: &Path) -> anyhow::Result<()> {
    let place = path.display();
    if path.symlink_metadata().is_ok() {
        let empty = || path.read_dir().is_ok_and(|mut entries| entries.next().is_none());
        ensure!(
            path.join("zarr.json").is_file() || empty(),
            "`{place}` exists and is not a zarr store; choose another directory with `--file`"
        );
        std::fs::remove_dir_all(path).with_context(|| format!("cannot remove the old store `{place}`"))?;
    }
    std::fs::create_dir(path)
        .with_context(|| format!("cannot create `{place}`; check that its parent is writable"))
}

/// Creates the store and fills it. The array is the root of the store, so `zarr.open_array(path)` opens it.
fn write(path: &Path, shape: Shape, mut random: Random) -> anyhow::Result<()> {
    let place = path.display();
    let create = rprof_mark::span!("create store");
    replace(path)?;
    let [depth, rows, cols] = [shape.depth, shape.rows, shape.cols].map(|length| length as u64);
    let array =
        ArrayBuilder::new(vec![depth, rows, cols], vec![1, rows, cols], data_type::float32(), 0.0_f32)
            .build(Arc::new(Store::new(path)), "/")
            .context("cannot describe the array")?;
    array.store_metadata().with_context(|| format!("cannot write `zarr.json` in `{place}`"))?;
    create.end();
    let fill = rprof_mark::span!("fill");
    for index in 0..depth {
        let slice = random.normal(shape.slice_len());
        array.store_chunk(&[index, 0, 0], slice).with_context(|| {
            format!("cannot write slice {index} to `{place}`; check that the disk is not full")
        })?;
    }
    fill.end();
    Ok(())
}
