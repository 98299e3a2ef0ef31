//! The file that the memmap workload fills, read back by ndarray-npy and by NumPy: shape, type, order, every value.

mod common;

use assert_cmd::cargo::cargo_bin;
use common::{SHAPE, ask_python, bits, raw, slices, write};
use ndarray::Array3;

const CHECK: &str = r#"
import sys
import numpy
path, raw, *shape = sys.argv[1:]
shape = tuple(int(length) for length in shape)
expected = numpy.fromfile(raw, "<u4").reshape(shape)
for mode in (None, "r"):
    data = numpy.load(path, mmap_mode=mode)
    assert data.shape == shape, data.shape
    assert data.dtype == numpy.dtype("<f4"), data.dtype
    assert data.flags.c_contiguous
    assert numpy.array_equal(data.view("<u4"), expected), "values differ"
"#;

#[test]
fn ndarray_npy_reads_what_was_generated() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("small.npy");
    write(cargo_bin!("memmap"), &path);
    let data: Array3<f32> = ndarray_npy::read_npy(&path).expect("a .npy file");
    assert_eq!(data.shape(), SHAPE);
    let (values, offset) = data.into_raw_vec_and_offset();
    assert_eq!((bits(&values), offset), (bits(&slices().concat()), Some(0)));
    let file = std::fs::read(&path).expect("the file");
    assert!(file.ends_with(&raw()), "the values are not the end of the file");
}

#[test]
fn numpy_reads_what_was_generated() {
    ask_python("numpy_reads_what_was_generated", "numpy", CHECK, cargo_bin!("memmap"));
}

/// A program that has the older file mapped must keep it: cut short under its feet, it would be killed.
#[test]
fn an_older_file_is_replaced_and_left_to_who_has_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("small.npy");
    std::fs::write(&path, "not a .npy file").expect("an older file");
    let older = std::fs::File::open(&path).expect("the older file");
    write(cargo_bin!("memmap"), &path);
    assert!(ndarray_npy::read_npy::<_, Array3<f32>>(&path).is_ok());
    assert_eq!(older.metadata().expect("still there").len(), 15);
}
