//! The cache of the Python module: a copy on disk of the files in this binary, for an interpreter to import.
//! It lies in the user's cache directory, where Python also keeps it compiled, since compiling takes longer than the
//! module's whole work. Without a directory that only the user can write to, it is a temporary one, deleted at the end.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use anyhow::bail;

macro_rules! files {
    ($($name:literal: $path:literal),* $(,)?) => {
        [$(($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/python/", $path)))),*]
    };
}

const FILES: [(&str, &str); 19] = files![
    "sitecustomize.py": "bootstrap/sitecustomize.py",
    "rprof/__init__.py": "rprof/__init__.py",
    "rprof/_attach.py": "rprof/_attach.py",
    "rprof/_binary.py": "rprof/_binary.py",
    "rprof/_decorate.py": "rprof/_decorate.py",
    "rprof/_ipython.py": "rprof/_ipython.py",
    "rprof/_measure.py": "rprof/_measure.py",
    "rprof/_memory_profiler.py": "rprof/_memory_profiler.py",
    "rprof/_peak.py": "rprof/_peak.py",
    "rprof/_profile.py": "rprof/_profile.py",
    "rprof/_read.py": "rprof/_read.py",
    "rprof/_run.py": "rprof/_run.py",
    "rprof/_span.py": "rprof/_span.py",
    "rprof/_startup.py": "rprof/_startup.py",
    "rprof/_table.py": "rprof/_table.py",
    "rprof/_tests.py": "rprof/_tests.py",
    "rprof/_trace.py": "rprof/_trace.py",
    "rprof/_units.py": "rprof/_units.py",
    "rprof/pytest_plugin.py": "rprof/pytest_plugin.py",
];

/// The copy of the module on disk.
#[derive(Debug)]
pub struct ModuleCache {
    /// The directory to put first in PYTHONPATH.
    pub path: PathBuf,
    temporary: bool,
}

impl ModuleCache {
    /// Finds the module in the cache, or writes it there.
    ///
    /// # Errors
    /// When neither the cache nor a temporary directory can be written.
    pub fn new() -> anyhow::Result<Self> {
        Self::in_one_of(cache_base().as_deref(), temporary_directories())
    }

    fn in_one_of(base: Option<&Path>, temporary: impl IntoIterator<Item = PathBuf>) -> anyhow::Result<Self> {
        let mut refused = Vec::new();
        match base.map(|base| (base, cache_directory(base).and_then(|cache| cached(&cache)))) {
            Some((_, Ok(path))) => return Ok(Self { path, temporary: false }),
            Some((base, Err(error))) => refused.push(reason(base, &error)),
            None => {}
        }
        for under in temporary {
            match write_new(&under) {
                Ok(path) => return Ok(Self { path, temporary: true }),
                Err(error) => refused.push(reason(&under, &error)),
            }
        }
        bail!(
            "cannot write rprof's Python module to a directory ({}); set XDG_CACHE_HOME or TMPDIR to a directory that \
             you can write to, or use `--nopython`, without `profile` and spans",
            refused.join("; ")
        )
    }
}

fn reason(directory: &Path, error: &io::Error) -> String {
    let text = error.to_string();
    // The number of the error adds nothing to its text.
    format!("`{}`: {}", rprof_trace::shown(directory), text.split(" (os error").next().unwrap_or_default())
}

impl Drop for ModuleCache {
    fn drop(&mut self) {
        if self.temporary {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// `$XDG_CACHE_HOME` or `~/.cache`.
fn cache_base() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))
}

/// The directory `rprof` in the user's cache directory, created if necessary; an error if another user could write to it.
fn cache_directory(base: &Path) -> io::Result<PathBuf> {
    // Root may run with another user's HOME (sudo). It must not execute files which that user can change.
    let existing = base.ancestors().find(|path| path.exists()).unwrap_or(base);
    let cache = base.join("rprof");
    is_ours(existing)?;
    DirBuilder::new().recursive(true).mode(0o700).create(&cache)?;
    is_ours(&cache)?;
    is_fit(&cache)?;
    Ok(cache)
}

/// The module's directory in the cache, one for each version of the files and never changed once it is complete.
///
/// Several rprof may start at once. Each writes a directory of its own and renames it, so none imports half a module.
fn cached(cache: &Path) -> io::Result<PathBuf> {
    let path = cache.join(format!("python-{FINGERPRINT:016x}"));
    if holds(&path) {
        return Ok(path);
    }
    let new = write_new(cache)?;
    if fs::rename(&new, &path).is_err() && !holds(&path) {
        // The name is taken by a damaged copy: replace it.
        let _ = fs::remove_dir_all(&path);
        let _ = fs::rename(&new, &path);
    }
    let _ = fs::remove_dir_all(&new);
    if holds(&path) { Ok(path) } else { Err(io::Error::other("the written files are not readable")) }
}

/// True if the directory has exactly the files of this binary.
fn holds(path: &Path) -> bool {
    is_ours(path).is_ok()
        && FILES
            .iter()
            .all(|(name, text)| fs::read(path.join(name)).is_ok_and(|read| read == text.as_bytes()))
}

/// Ok for a directory of this user that no other user can write to.
fn is_ours(path: &Path) -> io::Result<()> {
    let data = path.metadata()?;
    if !data.is_dir() {
        return Err(io::Error::from(io::ErrorKind::NotADirectory));
    }
    if data.uid() != nix::unistd::geteuid().as_raw() || data.mode() & 0o022 != 0 {
        return Err(io::Error::other("another user owns it or can write to it"));
    }
    Ok(())
}

/// Ok if a path can stand in PYTHONPATH, whose entries end at a colon.
fn is_fit(path: &Path) -> io::Result<()> {
    if path.as_os_str().as_bytes().contains(&b':') {
        return Err(io::Error::other("PYTHONPATH cannot hold a path with a `:`"));
    }
    Ok(())
}

/// The directories that are tried without a cache: TMPDIR first.
fn temporary_directories() -> Vec<PathBuf> {
    let mut directories = vec![std::env::temp_dir()];
    for usual in ["/tmp", "/var/tmp"].map(PathBuf::from) {
        if directories[0] != usual {
            directories.push(usual);
        }
    }
    directories.retain(|path| path.is_absolute());
    directories
}

/// Writes the files to a new directory that only this user can enter.
fn write_new(under: &Path) -> io::Result<PathBuf> {
    is_fit(under)?;
    let path = nix::unistd::mkdtemp(&under.join("rprof-python-XXXXXX"))?;
    let write = |(name, text): &(&str, &str)| {
        let file = path.join(name);
        fs::create_dir_all(file.parent().unwrap_or(&path))?;
        fs::write(file, text)
    };
    match FILES.iter().try_for_each(write) {
        Ok(()) => Ok(path),
        Err(error) => {
            let _ = fs::remove_dir_all(&path);
            Err(error)
        }
    }
}

/// A hash of the files: it names the directory, so that each version of rprof has its own.
const FINGERPRINT: u64 = {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    let mut file = 0;
    while file < FILES.len() {
        hash = fnv(fnv(hash, FILES[file].0.as_bytes()), FILES[file].1.as_bytes());
        file += 1;
    }
    hash
};

/// FNV-1a, with a byte at the end that separates one text from the next.
const fn fnv(mut hash: u64, bytes: &[u8]) -> u64 {
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    (hash ^ 0xff).wrapping_mul(0x0100_0000_01b3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_is_written_once_and_repaired() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = cached(dir.path()).expect("written");
        assert!(holds(&path) && cached(dir.path()).is_ok_and(|again| again == path));
        fs::write(path.join("rprof/_span.py"), "broken").expect("written");
        assert!(cached(dir.path()).is_ok_and(|again| again == path) && holds(&path));
        assert_eq!(
            fs::read_dir(dir.path()).expect("a directory").count(),
            1,
            "a temporary directory is left"
        );
    }

    #[test]
    fn a_directory_that_others_can_write_to_is_not_used() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().expect("a directory");
        assert!(is_ours(dir.path()).is_ok());
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o777)).expect("set");
        assert!(is_ours(dir.path()).is_err());
    }
    /// The message named neither the directory nor a remedy.
    #[test]
    fn directories_that_cannot_be_written_are_named_with_a_remedy() {
        let dirs = ["/dev/null/cache", "/dev/null/tmp", "/no/such"].map(PathBuf::from);
        let error = ModuleCache::in_one_of(Some(&dirs[0]), dirs[1..].to_vec()).expect_err("no directory");
        let text = error.to_string();
        assert!(
            text.contains("(`/dev/null/cache`: ") && text.contains("; `/dev/null/tmp`: Not a dir"),
            "{text}"
        );
        assert!(
            text.contains("`/no/such`: No such file or directory); set XDG_CACHE_HOME or TMPDIR"),
            "{text}"
        );
        assert!(text.contains("`--nopython`") && !text.contains("os error"), "{text}");
        let dir = tempfile::tempdir().expect("a directory");
        let found = ModuleCache::in_one_of(None, [dirs[2].clone(), dir.path().into()]).expect("the second");
        assert!(found.path.starts_with(dir.path()) && holds(&found.path));
    }
}
