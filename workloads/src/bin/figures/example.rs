//! The five examples: the article's three, and the two that it tried without giving figures. What each does, what it
//! needs, and what the article measured.

use rprof_workloads::options::Shape;
use rprof_workloads::{Error, room};
use std::path::Path;

/// The number of slices in the article.
pub const ARTICLE_DEPTH: u32 = 500;
/// Rows and columns of a slice, in the article and here.
pub const SIDE: usize = 2000;

/// How many of the examples, the first ones, have figures in the article.
pub const ARTICLE_EXAMPLES: usize = 3;

/// One of the examples; a workload of the same name does it.
#[derive(Debug)]
pub struct Example {
    /// The workload.
    pub name: &'static str,
    /// What the array is made of.
    pub value: &'static str,
    /// Where the array is.
    pub place: &'static str,
    /// The file the workload writes to the directory it runs in, if any.
    pub file: Option<&'static str>,
    /// What the article measured; `None` where it only says that it was tried.
    pub article: Option<Article>,
    room: fn(Shape, &Path) -> Result<(), Error>,
    bytes: fn(&Shape) -> u64,
}

/// A row of the article's table, as printed there; sizes count 1 GB = 1000 MB.
#[derive(Debug)]
pub struct Article {
    /// Time for filling the array.
    pub elapsed: &'static str,
    /// Size of the array's values.
    pub calculated: &'static str,
    /// Largest memory, in bytes, to be had in other units too.
    pub peak_bytes: u64,
    /// Size of the file; `None` for an array in memory.
    pub file: Option<&'static str>,
}

/// In the article's order, then those without figures.
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
        bytes: Shape::bytes::<f64>,
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
        bytes: Shape::bytes::<f32>,
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
        bytes: Shape::bytes::<f32>,
    },
    Example {
        name: "memmap",
        value: "float32",
        place: "in a memory-mapped .npy file",
        file: Some("data.npy"),
        article: None,
        room: |shape, file| room::for_file::<f32>(shape, file),
        bytes: Shape::bytes::<f32>,
    },
    Example {
        name: "zarr",
        value: "float32",
        place: "in a zarr store",
        file: Some("data.zarr"),
        article: None,
        room: |shape, file| room::for_chunks::<f32>(shape, file),
        bytes: Shape::bytes::<f32>,
    },
];

impl Example {
    /// Checks that an array so deep has room, its file in `directory`.
    ///
    /// # Errors
    /// As the checks in [`room`].
    pub fn check(&self, depth: usize, directory: &Path) -> Result<(), Error> {
        (self.room)(shape(depth), &directory.join(self.file.unwrap_or_default()))
    }

    /// Bytes of all values.
    pub fn bytes(&self, depth: usize) -> u64 {
        (self.bytes)(&shape(depth))
    }

    /// The title of its figure.
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
    fn the_sizes_are_the_article_s() {
        let bytes = EXAMPLES.map(|example| example.bytes(ARTICLE_DEPTH as usize));
        assert_eq!(bytes[..ARTICLE_EXAMPLES], [16_000_000_000, 8_000_000_000, 8_000_000_000]);
        assert_eq!(bytes[ARTICLE_EXAMPLES..], [8_000_000_000, 8_000_000_000]);
        let with_figures = EXAMPLES.map(|example| example.article.is_some());
        assert_eq!(with_figures, [true, true, true, false, false]);
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
    fn a_title_says_what_the_array_is() {
        let title = EXAMPLES[0].title(20);
        assert_eq!(title, "basic: 20 × 2000 × 2000 array of float64, in memory");
    }
}
