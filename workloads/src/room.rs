//! Whether the array has room, asked before the first slice is made: a refusal with numbers, and with the depth
//! that would fit, is worth more than being killed half-way. What the limits are is found in the files below.

mod cgroup;
mod memory;

use crate::Error;
use crate::options::Shape;
use crate::report::gigabytes;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Bytes left for the program itself, its page tables, and what others take meanwhile.
const MEMORY_MARGIN: u64 = 32_000_000;
/// Bytes left for the file's own records and the file system's.
const DISK_MARGIN: u64 = 1_000_000;
/// Bytes that a file system counts in, on nearly all of them: a file is rounded up to it, a directory takes one.
const DISK_BLOCK: u64 = 4096;

/// The tightest limit that is known, and where it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Limit {
    bytes: u64,
    source: String,
}

/// What a workload needs: bytes for each slice of the array, and bytes however deep it is.
#[derive(Debug, Clone, Copy)]
struct Need {
    fixed: u64,
    per_slice: u64,
}

/// Checks that memory has room for all slices of `T`, and for the one being made.
///
/// # Errors
/// [`Error::NoRoom`] with the depth that would fit.
pub fn for_array<T>(shape: Shape) -> Result<(), Error> {
    let slice = shape.slice_bytes::<T>();
    let need = Need { fixed: slice + MEMORY_MARGIN, per_slice: slice };
    memory::limit().map_or(Ok(()), |limit| check("memory", need, shape.depth, limit))
}

/// Checks that memory has room for the one slice of `T` being made, and the file's disk for all of them.
/// What a file of that name holds now counts as free, since it will be replaced.
///
/// # Errors
/// [`Error::NoRoom`] with the depth that would fit; [`Error::NoPlace`] when the directory cannot be looked at.
pub fn for_file<T>(shape: Shape, file: &Path) -> Result<(), Error> {
    let slice = shape.slice_bytes::<T>();
    one_slice(shape, slice)?;
    on_disk(shape, slice, file)
}

/// As [`for_file`], for a directory with a file for each slice, in two directories of its own.
/// A slice is in memory twice while it is turned into the bytes of a chunk.
///
/// # Errors
/// As [`for_file`].
pub fn for_chunks<T>(shape: Shape, directory: &Path) -> Result<(), Error> {
    let slice = shape.slice_bytes::<T>();
    one_slice(shape, slice.saturating_mul(2))?;
    on_disk(shape, slice.next_multiple_of(DISK_BLOCK) + 2 * DISK_BLOCK, directory)
}

/// Bytes of a file, or of all files in a directory, by their lengths.
///
/// # Errors
/// When something cannot be looked at.
pub fn length(path: &Path) -> std::io::Result<u64> {
    sum(path, &|file| file.len())
}

/// Checks that memory has room for what the making of a slice takes.
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

/// Adds up a file, or all files in a directory.
fn sum(path: &Path, of: &impl Fn(&Metadata) -> u64) -> std::io::Result<u64> {
    let file = path.symlink_metadata()?;
    if !file.is_dir() {
        return Ok(of(&file));
    }
    path.read_dir()?.try_fold(0, |total: u64, entry| Ok(total.saturating_add(sum(&entry?.path(), of)?)))
}

/// The disk that an unprivileged user may fill in the file's directory.
fn disk_limit(file: &Path) -> Result<Limit, Error> {
    let directory = match file.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let disk = nix::sys::statvfs::statvfs(directory)
        .map_err(|errno| Error::NoPlace { path: directory.to_owned(), source: errno.into() })?;
    // The types differ between systems: u32 and u64.
    let free = disk.blocks_available() as u64 * disk.fragment_size() as u64;
    let replaced = sum(file, &|file| file.blocks() * 512).unwrap_or(0);
    Ok(Limit { bytes: free.saturating_add(replaced), source: format!("free in `{}`", directory.display()) })
}

/// Compares a need with a limit.
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
    fn the_depth_named_fits_and_one_more_does_not() {
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
    fn where_no_depth_fits_the_slices_are_to_blame() {
        for need in [Need { fixed: 10, per_slice: 100 }, Need { fixed: 1000, per_slice: 0 }] {
            let said = message(need, 1, 50).expect("too little");
            assert!(said.ends_with("not even `--depth 1` fits: use fewer `--rows` or `--cols`"), "{said}");
        }
    }

    #[test]
    fn a_file_to_be_replaced_counts_as_free() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("data.hdf5");
        let empty = disk_limit(&file).expect("a limit").bytes;
        std::fs::write(&file, vec![1; 64 << 20]).expect("64 MiB of disk");
        let replaced = disk_limit(&file).expect("a limit").bytes;
        // Other programs use the same disk meanwhile; without the rule the limit would be 64 MiB lower.
        assert!(replaced.abs_diff(empty) < 32 << 20, "{empty} then {replaced}");
    }

    #[test]
    fn a_directory_is_as_long_as_its_files() {
        let directory = tempfile::tempdir().expect("a directory");
        std::fs::create_dir_all(directory.path().join("c/0")).expect("directories");
        std::fs::write(directory.path().join("c/0/0"), [1; 5000]).expect("a file");
        std::fs::write(directory.path().join("zarr.json"), "{}").expect("a file");
        assert_eq!(length(directory.path()).expect("a length"), 5002);
        assert!(length(&directory.path().join("none")).is_err());
    }

    #[test]
    fn a_directory_that_is_missing_is_said() {
        let error = disk_limit(Path::new("/no/such/directory/data.hdf5")).expect_err("no directory");
        assert!(
            error.to_string().starts_with("cannot ask how much room `/no/such/directory` has: "),
            "{error}"
        );
    }
}
