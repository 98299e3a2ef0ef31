//! The file of the memmap workload, read back by ndarray-npy and by NumPy: shape, type, order and every value.

use crate::common::{MEMMAP, SHAPE, ask_python, bits, raw, slices, write};
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
fn ndarray_npy_reads_the_generated_values() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("small.npy");
    write(MEMMAP, &path);
    let data: Array3<f32> = ndarray_npy::read_npy(&path).expect("a .npy file");
    assert_eq!(data.shape(), SHAPE);
    let (values, offset) = data.into_raw_vec_and_offset();
    assert_eq!((bits(&values), offset), (bits(&slices().concat()), Some(0)));
    let file = std::fs::read(&path).expect("the file");
    assert!(file.ends_with(&raw()), "the values are not the end of the file");
}

#[test]
fn numpy_reads_the_generated_values() {
    ask_python("numpy_reads_the_generated_values", "numpy", CHECK, MEMMAP);
}

/// A program that has the older file mapped would be killed if the file were truncated.
#[test]
fn an_older_file_is_replaced_and_stays_whole_for_its_readers() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("small.npy");
    std::fs::write(&path, "not a .npy file").expect("an older file");
    let older = std::fs::File::open(&path).expect("the older file");
    write(MEMMAP, &path);
    assert!(ndarray_npy::read_npy::<_, Array3<f32>>(&path).is_ok());
    assert_eq!(older.metadata().expect("still there").len(), 15);
}
