//! The file of the hdf5 workload, read back by libhdf5 and by h5py: name, shape, type, HDF5 layout and every value.

use crate::common::{HDF5, SHAPE, ask_python, bits, raw, slices, write};
use hdf5::plist::dataset_create::Layout;
use ndarray::s;

const CHECK: &str = r#"
import sys
import h5py, numpy
path, raw, *shape = sys.argv[1:]
shape = tuple(int(length) for length in shape)
with h5py.File(path, "r") as file:
    assert list(file) == ["data"], list(file)
    data = file["data"]
    assert data.shape == shape, data.shape
    assert data.dtype == numpy.dtype("<f4"), data.dtype
    assert data.chunks is None and data.compression is None, (data.chunks, data.compression)
    assert data.id.get_create_plist().get_layout() == h5py.h5d.CONTIGUOUS
    expected = numpy.fromfile(raw, "<u4").reshape(shape)
    assert numpy.array_equal(data[...].view("<u4"), expected), "values differ"
"#;

#[test]
fn libhdf5_reads_the_generated_values() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("small.hdf5");
    write(HDF5, &path);
    let file = hdf5::File::open(&path).expect("an HDF5 file");
    assert_eq!(file.member_names().expect("names"), ["data"]);
    let data = file.dataset("data").expect("the dataset");
    assert_eq!(data.shape(), SHAPE);
    assert!(data.dtype().expect("a type").is::<f32>());
    assert_eq!(data.layout(), Layout::Contiguous);
    for (index, expected) in slices().into_iter().enumerate() {
        let slice = data.read_slice_2d::<f32, _>(s![index, .., ..]).expect("a slice");
        let (read, offset) = slice.into_raw_vec_and_offset();
        assert_eq!(offset, Some(0));
        assert_eq!(bits(&read), bits(&expected), "slice {index}");
    }
    // Without filters and chunks the file holds the values unchanged.
    let file = std::fs::read(&path).expect("the file");
    assert!(file.ends_with(&raw()), "the values are not the end of the file");
}

#[test]
fn h5py_reads_the_generated_values() {
    ask_python("h5py_reads_the_generated_values", "h5py, numpy", CHECK, HDF5);
}

#[test]
fn an_older_file_is_replaced() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("small.hdf5");
    std::fs::write(&path, "not an HDF5 file").expect("an older file");
    write(HDF5, &path);
    assert!(hdf5::File::open(&path).is_ok());
}
