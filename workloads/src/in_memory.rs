//! The work of the two workloads in memory, for values of any type: an array of zeros, filled slice by slice.

use crate::array::Array;
use crate::options::ArrayOptions;
use crate::random::Random;
use crate::report::Report;
use crate::{Error, room};
use std::hint::black_box;
use std::time::Instant;

/// Allocates an array of zeros and fills it slice by slice. `draw` returns the given number of random values.
/// The allocation and the loop are recorded as one span each.
///
/// # Errors
/// If the array is too large for the address space or for the available memory. Nothing is allocated then.
pub fn fill<T: Copy + Default>(
    options: &ArrayOptions,
    draw: impl Fn(&mut Random, usize) -> Vec<T>,
) -> Result<Report, Error> {
    let shape = options.shape()?;
    room::for_array::<T>(shape)?;
    let start = Instant::now();
    let mut random = Random::new(options.seed);
    let allocate = rprof_mark::span!("allocate");
    let mut array = Array::zeros(shape.depth, shape.slice_len());
    allocate.end();
    let fill = rprof_mark::span!("fill");
    for index in 0..shape.depth {
        let slice: Vec<T> = draw(&mut random, shape.slice_len());
        array.store(index, &slice);
    }
    fill.end();
    // Nothing reads the array. Without `black_box` the compiler could remove the stores.
    black_box(array.values());
    Ok(Report { elapsed: start.elapsed(), calculated: shape.bytes::<T>(), file: None })
}
