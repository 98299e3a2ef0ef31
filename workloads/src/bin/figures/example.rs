//! The five examples: the article's three, and two that it tried without giving figures. Each has its description, its
//! need of memory and disk, and the article's measurements.

use rprof_workloads::options::Shape;
use rprof_workloads::{Error, room};
use std::path::Path;

/// The number of slices in the article.
pub const ARTICLE_DEPTH: u32 = 500;
/// Rows and columns of a slice, in the article and here.
pub const SIDE: usize = 2000;

/// The number of examples with figures in the article. They come first.
pub const ARTICLE_EXAMPLES: usize = 3;

/// One of the examples. The workload of the same name runs it.
#[derive(Debug)]
pub struct Example {
    /// The name of the workload.
    pub name: &'static str,
    /// The type of the array's values.
    pub value: &'static str,
    /// The place of the array, as part of a title.
    pub place: &'static str,
    /// The file that the workload writes to its working directory, if any.
    pub file: Option<&'static str>,
    /// The article's measurements; `None` if the article only mentions the example.
    pub article: Option<Article>,
    room: fn(Shape, &Path) -> Result<(), Error>,
}

/// A row of the article's table, as printed there, with 1 GB = 1000 MB.
#[derive(Debug)]
pub struct Article {
    /// The time to fill the array.
    pub elapsed: &'static str,
    /// The size of the array's values.
    pub calculated: &'static str,
    /// The peak memory in bytes, for conversion to other units.
    pub peak_bytes: u64,
    /// The size of the file; `None` for an array in memory.
    pub file: Option<&'static str>,
}

/// The examples in the article's order, then those without figures.
pub const EXAMPLES: [Example; 5] = [
    Example {
        name: "basic",
        value: "float64",
        place: "in memory",
        file: None,
        article: Some(Article {
            elapsed: "16.56 s",
            calculated: "16.0 GB",
            peak_bytes: 16_050_000_000,
            file: None,
        }),
        room: |shape, _| room::for_array::<f64>(shape),
    },
    Example {
        name: "float32",
        value: "float32",
        place: "in memory",
        file: None,
        article: Some(Article {
            elapsed: "19.41 s",
            calculated: "8.0 GB",
            peak_bytes: 8_060_000_000,
            file: None,
        }),
        room: |shape, _| room::for_array::<f32>(shape),
    },
    Example {
        name: "hdf5",
        value: "float32",
        place: "in an HDF5 file",
        file: Some("data.hdf5"),
        article: Some(Article {
            elapsed: "21.34 s",
            calculated: "8.0 GB",
            peak_bytes: 104_000_000,
            file: Some("8.02 GB"),
        }),
        room: |shape, file| room::for_file::<f32>(shape, file),
    },
    Example {
        name: "memmap",
        value: "float32",
        place: "in a memory-mapped .npy file",
        file: Some("data.npy"),
        article: None,
        room: |shape, file| room::for_file::<f32>(shape, file),
    },
    Example {
        name: "zarr",
        value: "float32",
        place: "in a zarr store",
        file: Some("data.zarr"),
        article: None,
        room: |shape, file| room::for_chunks::<f32>(shape, file),
    },
];

impl Example {
    /// Checks that an array of this depth has room, with its file in `directory`.
    ///
    /// # Errors
    /// The errors of the checks in [`room`].
    pub fn check(&self, depth: usize, directory: &Path) -> Result<(), Error> {
        (self.room)(shape(depth), &directory.join(self.file.unwrap_or_default()))
    }

    /// Returns the title of the example's figure.
    pub fn title(&self, depth: usize) -> String {
        format!("{}: {depth} × {SIDE} × {SIDE} array of {}, {}", self.name, self.value, self.place)
    }
}

fn shape(depth: usize) -> Shape {
    Shape { depth, rows: SIDE, cols: SIDE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_with_figures_come_first() {
        let with_figures = EXAMPLES.map(|example| example.article.is_some());
        assert_eq!(with_figures, [true, true, true, false, false]);
        assert_eq!(with_figures.iter().filter(|has| **has).count(), ARTICLE_EXAMPLES);
    }

    #[test]
    fn one_slice_has_room_and_a_missing_directory_is_named() {
        let directory = tempfile::tempdir().expect("a directory");
        for example in &EXAMPLES {
            example.check(1, directory.path()).expect("room for 64 MB");
        }
        for example in &EXAMPLES[2..] {
            let error = example.check(1, Path::new("/no/such/directory")).expect_err("no directory");
            assert!(error.to_string().contains("`/no/such/directory`"), "{error}");
        }
    }

    #[test]
    fn a_title_describes_the_array() {
        let title = EXAMPLES[0].title(20);
        assert_eq!(title, "basic: 20 × 2000 × 2000 array of float64, in memory");
    }
}
