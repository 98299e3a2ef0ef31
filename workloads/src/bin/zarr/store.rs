//! Where zarrs puts its keys: files of a directory, written once. The crate's own file store waits for the disk after
//! each chunk; here nothing does, as with HDF5, the mapped file, and zarr in Python, so that times can be compared.

use std::path::{Path, PathBuf};
use zarrs::storage::{
    Bytes, OffsetBytesIterator, StorageError, StoreKey, StorePrefix, WritableStorageTraits,
};

/// A directory that chunks can be written to, and nothing else done with.
#[derive(Debug)]
pub struct Store {
    directory: PathBuf,
}

impl Store {
    /// A store in a directory that is there.
    pub fn new(directory: &Path) -> Self {
        Self { directory: directory.to_owned() }
    }
}

impl WritableStorageTraits for Store {
    fn set(&self, key: &StoreKey, value: Bytes) -> Result<(), StorageError> {
        let path = self.directory.join(key.as_str());
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        Ok(std::fs::write(path, value)?)
    }

    fn set_partial_many(&self, _: &StoreKey, _: OffsetBytesIterator) -> Result<(), StorageError> {
        Err(not_needed())
    }

    fn erase(&self, key: &StoreKey) -> Result<(), StorageError> {
        match std::fs::remove_file(self.directory.join(key.as_str())) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn erase_prefix(&self, _: &StorePrefix) -> Result<(), StorageError> {
        Err(not_needed())
    }

    fn supports_set_partial(&self) -> bool {
        false
    }
}

fn not_needed() -> StorageError {
    StorageError::Other("only whole chunks are written here".to_owned())
}
