//! What the two workloads in memory do, whatever the type of their values: zeros first, then slice after slice.

use crate::array::Array;
use crate::options::ArrayOptions;
use crate::random::Random;
use crate::report::Report;
use crate::{Error, room};
use std::hint::black_box;
use std::time::Instant;

/// Allocates an array of zeros and fills it, slice by slice, with what `draw` makes: so many values of the stream.
/// The allocation and the loop are a span each.
///
/// # Errors
/// When the array cannot be counted, or memory would not hold it; nothing is allocated then.
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
    // Nobody reads the array; an optimiser may not conclude that nobody needs it.
    black_box(array.values());
    Ok(Report { elapsed: start.elapsed(), calculated: shape.bytes::<T>(), file: None })
}
