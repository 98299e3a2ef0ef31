//! A float32 array in a new .npy file, filled slice by slice with standard normal random numbers. As with
//! `numpy.lib.format.open_memmap`, the file is created at its full size and mapped into memory. The written pages stay
//! resident until the kernel needs the memory. Like the other workloads, this one does not wait for the disk.

use anyhow::Context;
use clap::Parser;
use memmap2::MmapMut;
use ndarray::{ArrayView2, ArrayViewMut3};
use ndarray_npy::{ViewMutNpyExt, write_zeroed_npy};
use rprof_workloads::options::{ArrayOptions, Shape};
use rprof_workloads::random::Random;
use rprof_workloads::report::{Report, conclude};
use rprof_workloads::room;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// Write a float32 array to a new, memory-mapped .npy file, slice by slice, with standard normal random numbers
#[derive(Parser)]
#[command(version)]
struct Options {
    #[command(flatten)]
    array: ArrayOptions,
    /// File to write, replaced if it exists
    #[arg(long, value_name = "PATH", default_value = "data.npy")]
    file: PathBuf,
}

fn main() -> ExitCode {
    conclude("memmap", run(&Options::parse()))
}

fn run(options: &Options) -> anyhow::Result<Report> {
    let shape = options.array.shape()?;
    room::for_file::<f32>(shape, &options.file)?;
    let start = Instant::now();
    let file = write(&options.file, shape, Random::new(options.array.seed))?;
    let elapsed = start.elapsed();
    let file =
        file.metadata().with_context(|| format!("cannot read the size of `{}`", options.file.display()))?;
    Ok(Report { elapsed, calculated: shape.bytes::<f32>(), file: Some(file.len()) })
}

/// Creates the file with zeros, maps it and fills it. An older file is removed first.
fn write(path: &Path, shape: Shape, mut random: Random) -> anyhow::Result<File> {
    let place = path.display();
    let create = rprof_mark::span!("create file");
    // The older file is unlinked, not truncated: a program that has it mapped would be killed by a truncation.
    let _ = std::fs::remove_file(path);
    let file = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(path)
        .with_context(|| format!("cannot create `{place}`; check that its directory is writable"))?;
    write_zeroed_npy::<f32, _>(&file, (shape.depth, shape.rows, shape.cols))
        .with_context(|| format!("cannot write zeros to `{place}`; check that the disk is not full"))?;
    #[expect(unsafe_code, reason = "no safe mapping of a file exists")]
    // SAFETY: the file is new. If another program truncates it meanwhile, the kernel kills this process with SIGBUS.
    let map = unsafe { MmapMut::map_mut(&file) };
    let mut map = map.with_context(|| format!("cannot map `{place}` into memory"))?;
    let mut array = ArrayViewMut3::<f32>::view_mut_npy(&mut map)
        .with_context(|| format!("`{place}` is not the array just created"))?;
    create.end();
    let fill = rprof_mark::span!("fill");
    for mut place in array.outer_iter_mut() {
        let slice = random.normal(shape.slice_len());
        place.assign(&ArrayView2::from_shape((shape.rows, shape.cols), &slice)?);
    }
    fill.end();
    Ok(file)
}
