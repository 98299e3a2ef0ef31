//! The key store for zarrs: files of a directory, each written once. The store that zarrs offers waits for the disk
//! after each chunk. This one never waits, like HDF5, the mapped file and zarr in Python, so the times are comparable.

use std::path::{Path, PathBuf};
use zarrs::storage::{
    Bytes, OffsetBytesIterator, StorageError, StoreKey, StorePrefix, WritableStorageTraits,
};

/// A directory that supports only the writing of whole chunks.
#[derive(Debug)]
pub struct Store {
    directory: PathBuf,
}

impl Store {
    /// Returns a store in an existing directory.
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
    StorageError::Other("this store only writes whole chunks".to_owned())
}
