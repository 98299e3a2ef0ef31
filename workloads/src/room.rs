//! The check, before the first slice, that memory and disk have room for the array. A refusal with numbers and with a
//! depth that fits is better than a kill half-way. The submodules read the memory limits.

mod cgroup;
mod memory;

use crate::Error;
use crate::options::Shape;
use crate::report::gigabytes;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Bytes reserved for the program itself, its page tables, and the growth of other programs.
const MEMORY_MARGIN: u64 = 32_000_000;
/// Bytes reserved for the metadata of the file and of the file system.
const DISK_MARGIN: u64 = 1_000_000;
/// The block size of nearly all file systems in bytes. A file is rounded up to blocks; a directory takes one.
const DISK_BLOCK: u64 = 4096;

/// A limit in bytes, and its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Limit {
    bytes: u64,
    source: String,
}

/// The need of a workload in bytes: a fixed part, and a part for each slice of the array.
#[derive(Debug, Clone, Copy)]
struct Need {
    fixed: u64,
    per_slice: u64,
}

/// Checks that memory has room for all slices of `T`, and for the slice that is being generated.
///
/// # Errors
/// [`Error::NoRoom`] with the depth that would fit.
pub fn for_array<T>(shape: Shape) -> Result<(), Error> {
    let slice = shape.slice_bytes::<T>();
    let need = Need { fixed: slice + MEMORY_MARGIN, per_slice: slice };
    memory::limit().map_or(Ok(()), |limit| check("memory", need, shape.depth, limit))
}

/// Checks that memory has room for one slice of `T`, and the disk of the file for all slices.
/// The space of an existing file counts as free, because the file will be replaced.
///
/// # Errors
/// [`Error::NoRoom`] with the depth that would fit; [`Error::NoPlace`] if the free space cannot be read.
pub fn for_file<T>(shape: Shape, file: &Path) -> Result<(), Error> {
    let slice = shape.slice_bytes::<T>();
    one_slice(shape, slice)?;
    on_disk(shape, slice, file)
}

/// Makes the check of [`for_file`] for a store with one file per slice, each below two directories.
/// A slice is in memory twice while it is converted to the bytes of a chunk.
///
/// # Errors
/// The errors of [`for_file`].
pub fn for_chunks<T>(shape: Shape, directory: &Path) -> Result<(), Error> {
    let slice = shape.slice_bytes::<T>();
    one_slice(shape, slice.saturating_mul(2))?;
    on_disk(shape, slice.next_multiple_of(DISK_BLOCK) + 2 * DISK_BLOCK, directory)
}

/// Returns the length of a file, or of all files in a directory, in bytes.
///
/// # Errors
/// If a file or directory cannot be read.
pub fn length(path: &Path) -> std::io::Result<u64> {
    sum(path, &|file| file.len())
}

/// Checks that memory has room for the bytes that one slice takes.
fn one_slice(shape: Shape, bytes: u64) -> Result<(), Error> {
    let need = Need { fixed: bytes.saturating_add(MEMORY_MARGIN), per_slice: 0 };
    memory::limit().map_or(Ok(()), |limit| check("memory", need, shape.depth, limit))
}

/// Checks that the disk has room for all slices.
fn on_disk(shape: Shape, per_slice: u64, file: &Path) -> Result<(), Error> {
    let need = Need { fixed: DISK_MARGIN, per_slice };
    let resource = format!("disk for `{}`", file.display());
    check(&resource, need, shape.depth, disk_limit(file)?)
}

/// Returns the sum of `of` over a file, or over all files in a directory.
fn sum(path: &Path, of: &impl Fn(&Metadata) -> u64) -> std::io::Result<u64> {
    let file = path.symlink_metadata()?;
    if !file.is_dir() {
        return Ok(of(&file));
    }
    path.read_dir()?.try_fold(0, |total: u64, entry| Ok(total.saturating_add(sum(&entry?.path(), of)?)))
}

/// Returns the disk space that an unprivileged user may fill in the directory of the file.
fn disk_limit(file: &Path) -> Result<Limit, Error> {
    let directory = match file.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let disk = nix::sys::statvfs::statvfs(directory)
        .map_err(|errno| Error::NoPlace { path: directory.to_owned(), cause: errno.into() })?;
    // The types differ between systems: u32 and u64.
    let free = disk.blocks_available() as u64 * disk.fragment_size() as u64;
    Ok(Limit { bytes: free_without(file, free), source: format!("free in `{}`", directory.display()) })
}

/// Returns the disk space, in bytes, that is free once the file or directory is removed, of which `free` is free now.
fn free_without(file: &Path, free: u64) -> u64 {
    free.saturating_add(sum(file, &|file| file.blocks() * 512).unwrap_or(0))
}

/// Compares a need with a limit. The error has the largest depth that fits.
fn check(resource: &str, need: Need, depth: usize, limit: Limit) -> Result<(), Error> {
    let needed = need.fixed.saturating_add(need.per_slice.saturating_mul(depth as u64));
    if needed <= limit.bytes {
        return Ok(());
    }
    let fitting = limit.bytes.saturating_sub(need.fixed).checked_div(need.per_slice);
    let fitting = fitting.filter(|&depth| depth > 0).and_then(|depth| usize::try_from(depth).ok());
    Err(Error::NoRoom {
        resource: resource.to_owned(),
        needed: gigabytes(needed),
        available: gigabytes(limit.bytes),
        source_of_limit: limit.source,
        fitting,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(need: Need, depth: usize, bytes: u64) -> Option<String> {
        let limit = Limit { bytes, source: "a test".to_owned() };
        check("memory", need, depth, limit).err().map(|error| error.to_string())
    }

    #[test]
    fn the_suggested_depth_fits_and_one_more_slice_does_not() {
        let need = Need { fixed: 48_000_000, per_slice: 16_000_000 };
        let said = message(need, 500, 4_000_000_000).expect("too little");
        assert_eq!(
            said,
            "not enough memory: 8.048 GB needed, 4.000 GB available (a test); use `--depth 247` or less"
        );
        assert_eq!(message(need, 247, 4_000_000_000), None);
        assert!(message(need, 248, 4_000_000_000).is_some());
    }

    #[test]
    fn smaller_slices_are_suggested_if_no_depth_fits() {
        for need in [Need { fixed: 10, per_slice: 100 }, Need { fixed: 1000, per_slice: 0 }] {
            let said = message(need, 1, 50).expect("too little");
            assert!(said.ends_with("not even `--depth 1` fits; use fewer `--rows` or `--cols`"), "{said}");
        }
    }

    #[test]
    fn a_file_to_be_replaced_counts_as_free() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("data.hdf5");
        assert_eq!(free_without(&file, 1000), 1000, "no file yet");
        std::fs::write(&file, vec![1; 1 << 20]).expect("1 MiB of disk");
        // Some file systems count blocks only once they are written.
        std::fs::File::open(&file).and_then(|file| file.sync_all()).expect("the file on the disk");
        let blocks = file.metadata().expect("a file").blocks();
        assert!(blocks > 0);
        assert_eq!(free_without(&file, 1000), 1000 + blocks * 512);
    }

    #[test]
    fn the_length_of_a_directory_is_the_sum_of_its_files() {
        let directory = tempfile::tempdir().expect("a directory");
        std::fs::create_dir_all(directory.path().join("c/0")).expect("directories");
        std::fs::write(directory.path().join("c/0/0"), [1; 5000]).expect("a file");
        std::fs::write(directory.path().join("zarr.json"), "{}").expect("a file");
        assert_eq!(length(directory.path()).expect("a length"), 5002);
        assert!(length(&directory.path().join("none")).is_err());
    }

    #[test]
    fn a_missing_directory_is_reported() {
        let error = disk_limit(Path::new("/no/such/directory/data.hdf5")).expect_err("no directory");
        assert!(
            error.to_string().starts_with("cannot read the free space of `/no/such/directory`: "),
            "{error}"
        );
    }
}
