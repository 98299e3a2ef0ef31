//! The lookup of a program in PATH by the rules of execvp. It runs before anything is started or written.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// The path that execvp would run: `program` itself if it contains a slash, else the first executable in PATH.
///
/// # Errors
/// `NotFound` when there is none, `NotExecutable` when the only ones found cannot be run.
pub fn find_program(program: &OsStr) -> Result<PathBuf, Error> {
    let named = || program.to_string_lossy().into_owned();
    let refused = |reason: &str| Error::NotExecutable { program: named(), reason: reason.to_owned() };
    if program.is_empty() {
        return Err(Error::not_found(named()));
    }
    if program.as_bytes().contains(&b'/') {
        let path = PathBuf::from(program);
        return match check(&path) {
            Fitness::Runs => Ok(path),
            Fitness::Missing => Err(Error::not_found(named())),
            Fitness::Refused(reason) => Err(refused(reason)),
        };
    }
    let path = std::env::var_os("PATH").unwrap_or_else(|| "/bin:/usr/bin".into());
    let mut refusal = None;
    for directory in std::env::split_paths(&path) {
        let candidate = directory.join(program);
        match check(&candidate) {
            _ if candidate.is_dir() => {}
            Fitness::Runs => return Ok(candidate),
            Fitness::Missing => {}
            // Like execvp: continue, but remember that there was one.
            Fitness::Refused(reason) => refusal = refusal.or(Some(reason)),
        }
    }
    Err(refusal.map_or_else(|| Error::not_found(named()), refused))
}

enum Fitness {
    Runs,
    Missing,
    Refused(&'static str),
}

fn check(path: &Path) -> Fitness {
    match fs::metadata(path) {
        Ok(data) if data.is_dir() => Fitness::Refused("is a directory"),
        Ok(data) if data.permissions().mode() & 0o111 == 0 => Fitness::Refused("not executable (chmod +x?)"),
        Ok(_) if nix::unistd::access(path, nix::unistd::AccessFlags::X_OK).is_err() => {
            Fitness::Refused("permission denied")
        }
        Ok(_) => Fitness::Runs,
        // This includes a directory without search permission: shells report "not found" as well.
        Err(_) => Fitness::Missing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_in_path_or_by_its_path() {
        assert!(find_program(OsStr::new("sh")).is_ok());
        assert!(find_program(OsStr::new("/bin/sh")).is_ok());
        assert!(matches!(find_program(OsStr::new("no-such-program-here")), Err(Error::NotFound { .. })));
        assert!(matches!(find_program(OsStr::new("")), Err(Error::NotFound { .. })));
    }

    #[test]
    fn a_file_that_cannot_run_is_not_reported_as_missing() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("data");
        fs::write(&file, "x").expect("a file");
        for path in [file.as_os_str(), dir.path().as_os_str()] {
            assert!(matches!(find_program(path), Err(Error::NotExecutable { .. })), "{path:?}");
        }
        let missing = dir.path().join("missing");
        assert!(matches!(find_program(missing.as_os_str()), Err(Error::NotFound { .. })));
    }
}
