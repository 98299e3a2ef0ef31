//! The store of the zarr workload, read back by zarrs, by hand and by zarr in Python: format, shape, chunks, type,
//! codecs and every value. A path that is not a store must stay unchanged.

use crate::common::{SHAPE, ZARR, ask_python, bits, raw, refused, slices, write};
use std::process::Command;
use std::sync::Arc;
use zarrs::array::Array;
use zarrs::filesystem::FilesystemStore;

const CHECK: &str = r#"
import sys
import numpy, zarr
path, raw, *shape = sys.argv[1:]
shape = tuple(int(length) for length in shape)
data = zarr.open_array(path, mode="r")
assert data.metadata.zarr_format == 3, data.metadata
assert data.shape == shape, data.shape
assert data.chunks == (1, *shape[1:]), data.chunks
assert data.dtype == numpy.dtype("<f4"), data.dtype
assert data.compressors == () and data.filters == (), data.info
expected = numpy.fromfile(raw, "<u4").reshape(shape)
assert numpy.array_equal(data[...].view("<u4"), expected), "values differ"
"#;

#[test]
fn zarrs_reads_the_generated_values() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("small.zarr");
    write(ZARR, &path);
    let store = Arc::new(FilesystemStore::new(&path).expect("a store"));
    let array = Array::open(store, "/").expect("an array");
    assert_eq!(array.shape(), SHAPE.map(|length| length as u64));
    for (index, expected) in slices().into_iter().enumerate() {
        let read: Vec<f32> = array.retrieve_chunk(&[index as u64, 0, 0]).expect("a chunk");
        assert_eq!(bits(&read), bits(&expected), "slice {index}");
    }
}

#[test]
fn a_chunk_holds_the_unchanged_bytes_of_a_slice() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("small.zarr");
    write(ZARR, &path);
    let chunks =
        (0..SHAPE[0]).map(|index| std::fs::read(path.join(format!("c/{index}/0/0"))).expect("a chunk"));
    assert_eq!(chunks.collect::<Vec<_>>().concat(), raw());
}

#[test]
fn zarr_in_python_reads_the_generated_values() {
    ask_python("zarr_in_python_reads_the_generated_values", "zarr, numpy", CHECK, ZARR);
}

#[test]
fn an_older_store_is_replaced_and_anything_else_is_not() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("small.zarr");
    write(ZARR, &path);
    let stale = path.join("c/99");
    std::fs::write(&stale, "a chunk of a larger array").expect("an older chunk");
    write(ZARR, &path);
    assert!(!stale.exists());
    assert!(path.join("c/4/0/0").exists());

    let papers = directory.path().join("papers");
    std::fs::create_dir(&papers).expect("a directory");
    let paper = papers.join("paper");
    std::fs::write(&paper, "years of work").expect("a paper");
    for place in [&papers, &paper] {
        let said = refused(Command::new(ZARR).args(["--depth", "1", "--file"]).arg(place));
        assert!(
            said.ends_with("exists and is not a zarr store; choose another directory with `--file`\n"),
            "{said}"
        );
    }
    assert_eq!(std::fs::read(&paper).expect("the paper"), b"years of work");
}
