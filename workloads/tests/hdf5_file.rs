//! The file that the hdf5 workload writes, read back by libhdf5 and by h5py: name, shape, type, layout, every value.

use hdf5::plist::dataset_create::Layout;
use ndarray::s;
use rprof_workloads::random::Random;
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;

const SEED: u64 = 20_230_204;
const SHAPE: [usize; 3] = [5, 70, 50];

/// What a Python with h5py is asked to find out; it gets the file, a file of the raw values, and the shape.
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

/// Runs the workload on a small shape.
fn write(file: &Path) {
    let [depth, rows, cols] = SHAPE.map(|length| length.to_string());
    let seed = SEED.to_string();
    assert_cmd::cargo::cargo_bin_cmd!("hdf5")
        .args(["--depth", &depth, "--rows", &rows, "--cols", &cols, "--seed", &seed, "--file"])
        .arg(file)
        .assert()
        .success();
}

/// The slices that the workload must have written.
fn slices() -> Vec<Vec<f32>> {
    let [depth, rows, cols] = SHAPE;
    let mut random = Random::new(SEED);
    (0..depth).map(|_| random.normal(rows * cols)).collect()
}

#[test]
fn libhdf5_reads_what_was_generated() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("small.hdf5");
    write(&path);
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
}

#[test]
fn h5py_reads_what_was_generated() {
    let python = std::env::var("RPROF_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    match Command::new(&python).args(["-c", "import h5py, numpy"]).output() {
        Ok(output) if output.status.success() => {}
        Ok(_) => {
            return skipped(&format!("`{python}` cannot import h5py"));
        }
        Err(error) => return skipped(&format!("cannot run `{python}`: {error}")),
    }
    let directory = tempfile::tempdir().expect("a directory");
    let (path, raw) = (directory.path().join("small.hdf5"), directory.path().join("expected.raw"));
    write(&path);
    let bytes: Vec<u8> = slices().concat().into_iter().flat_map(f32::to_le_bytes).collect();
    std::fs::write(&raw, bytes).expect("a file of raw values");
    let output = Command::new(&python)
        .args(["-c", CHECK])
        .args([&path, &raw])
        .args(SHAPE.map(|length| length.to_string()))
        .output()
        .expect("Python, which ran just now");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn an_older_file_is_replaced() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("small.hdf5");
    std::fs::write(&path, "not an HDF5 file").expect("an older file");
    write(&path);
    assert!(hdf5::File::open(&path).is_ok());
}

/// Says so past the test harness, which keeps what a passing test prints.
fn skipped(reason: &str) {
    writeln!(
        io::stderr(),
        "skipped: h5py_reads_what_was_generated: {reason}; name a Python that has h5py in RPROF_PYTHON"
    )
    .expect("stderr");
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}
