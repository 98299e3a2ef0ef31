//! The command-line options that all workloads share, and the shape of the array.

use crate::Error;
use std::num::NonZeroUsize;

/// The options of every workload.
#[derive(Debug, Clone, clap::Args)]
pub struct ArrayOptions {
    /// Number of slices
    #[arg(long, value_name = "N", default_value = "500")]
    depth: NonZeroUsize,
    /// Rows of a slice
    #[arg(long, value_name = "N", default_value = "2000")]
    rows: NonZeroUsize,
    /// Columns of a slice
    #[arg(long, value_name = "N", default_value = "2000")]
    cols: NonZeroUsize,
    /// Seed of the random numbers; the same seed gives the same array
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
}

impl ArrayOptions {
    /// Returns the requested shape.
    ///
    /// # Errors
    /// [`Error::PastAddressSpace`] if an array with eight bytes per value has more bytes than an `isize` counts.
    pub fn shape(&self) -> Result<Shape, Error> {
        let [depth, rows, cols] = [self.depth, self.rows, self.cols].map(NonZeroUsize::get);
        // One slice more than the array: the slice that is being generated.
        let largest = (size_of::<f64>())
            .checked_mul(rows)
            .and_then(|bytes| bytes.checked_mul(cols))
            .and_then(|bytes| bytes.checked_mul(depth.checked_add(1)?));
        match largest {
            Some(bytes) if isize::try_from(bytes).is_ok() => Ok(Shape { depth, rows, cols }),
            _ => Err(Error::PastAddressSpace { depth, rows, cols }),
        }
    }
}

/// The shape of an array whose size in bytes fits an `isize`, for every type of value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Number of slices, at least 1.
    pub depth: usize,
    /// Rows of a slice, at least 1.
    pub rows: usize,
    /// Columns of a slice, at least 1.
    pub cols: usize,
}

impl Shape {
    /// Returns the number of values in one slice.
    pub fn slice_len(&self) -> usize {
        self.rows * self.cols
    }

    /// Returns the size of one slice of values of type `T` in bytes.
    pub fn slice_bytes<T>(&self) -> u64 {
        (self.slice_len() * size_of::<T>()) as u64
    }

    /// Returns the size of all slices of values of type `T` in bytes: the article's "calculated storage".
    pub fn bytes<T>(&self) -> u64 {
        self.depth as u64 * self.slice_bytes::<T>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(clap::Parser)]
    struct Program {
        #[command(flatten)]
        array: ArrayOptions,
    }

    fn shape(arguments: &[&str]) -> Result<Shape, Error> {
        let program = ["program"].iter().chain(arguments);
        Program::try_parse_from(program).expect("arguments that clap takes").array.shape()
    }

    #[test]
    fn the_default_shape_is_that_of_the_article() {
        let shape = shape(&[]).expect("a shape that fits");
        assert_eq!(shape, Shape { depth: 500, rows: 2000, cols: 2000 });
        assert_eq!(shape.bytes::<f64>(), 16_000_000_000);
        assert_eq!(shape.bytes::<f32>(), 8_000_000_000);
        assert_eq!(shape.slice_bytes::<f32>(), 16_000_000);
    }

    #[test]
    fn a_shape_beyond_the_address_space_is_refused() {
        for arguments in [["--depth", "18446744073709551615"], ["--rows", "9000000000000000"]] {
            assert!(matches!(shape(&arguments), Err(Error::PastAddressSpace { .. })), "{arguments:?}");
        }
    }

    #[test]
    fn a_length_of_zero_is_refused() {
        for flag in ["--depth", "--rows", "--cols"] {
            assert!(Program::try_parse_from(["program", flag, "0"]).is_err(), "{flag} 0");
        }
    }
}
