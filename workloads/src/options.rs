//! What every workload can be told on its command line, and the array's shape that comes of it.

use crate::Error;
use std::num::NonZeroUsize;

/// The options that all workloads have.
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
    /// The shape asked for.
    ///
    /// # Errors
    /// [`Error::PastAddressSpace`] when eight bytes for each value are more than an `isize` counts.
    pub fn shape(&self) -> Result<Shape, Error> {
        let [depth, rows, cols] = [self.depth, self.rows, self.cols].map(NonZeroUsize::get);
        // One slice more than the array: the one being made.
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

/// The shape of an array whose bytes can be counted, whatever its values are.
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
    /// Values of one slice.
    pub fn slice_len(&self) -> usize {
        self.rows * self.cols
    }

    /// Bytes of one slice of values of type `T`.
    pub fn slice_bytes<T>(&self) -> u64 {
        (self.slice_len() * size_of::<T>()) as u64
    }

    /// Bytes of all slices of values of type `T`: the article's "calculated storage".
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
    fn the_defaults_are_the_article_s() {
        let shape = shape(&[]).expect("a shape that fits");
        assert_eq!(shape, Shape { depth: 500, rows: 2000, cols: 2000 });
        assert_eq!(shape.bytes::<f64>(), 16_000_000_000);
        assert_eq!(shape.bytes::<f32>(), 8_000_000_000);
        assert_eq!(shape.slice_bytes::<f32>(), 16_000_000);
    }

    #[test]
    fn a_shape_past_the_address_space_is_refused() {
        for arguments in [["--depth", "18446744073709551615"], ["--rows", "9000000000000000"]] {
            assert!(matches!(shape(&arguments), Err(Error::PastAddressSpace { .. })), "{arguments:?}");
        }
    }

    #[test]
    fn nothing_can_be_zero() {
        for flag in ["--depth", "--rows", "--cols"] {
            assert!(Program::try_parse_from(["program", flag, "0"]).is_err(), "{flag} 0");
        }
    }
}
