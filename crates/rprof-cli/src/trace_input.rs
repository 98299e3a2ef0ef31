//! A trace that is read: a file, or a pipe or device, whose content is first copied because traces are read twice.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use rprof_trace::{Error, Profile, ProfileOptions, Reader, Warnings, fold, read_profiles, shown};

/// The first bytes of a pipe, which must show that it holds a trace before all of it is copied.
const HEAD: u64 = 128 << 10;

/// A trace that can be read several times.
#[derive(Debug)]
pub struct TraceInput {
    /// The name that was given.
    pub path: PathBuf,
    /// The copy of what is no file.
    copy: Option<File>,
}

impl TraceInput {
    /// Opens a trace.
    ///
    /// # Errors
    /// When a pipe or device cannot be read, or does not hold a trace.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let kind = std::fs::metadata(path).map(|data| data.file_type());
        let is_stream = kind.is_ok_and(|kind| !kind.is_file() && !kind.is_dir());
        let copy = if is_stream { Some(copy(path)?) } else { None };
        Ok(Self { path: path.to_owned(), copy })
    }

    /// True if the trace is no file, so that nothing can be named after it.
    pub fn is_stream(&self) -> bool {
        self.copy.is_some()
    }

    /// A reader at the start of the trace.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn reader(&self) -> Result<Reader<'static>, Error> {
        let Some(copy) = &self.copy else { return Reader::open(&self.path) };
        let failed = |cause| Error::Io { path: self.path.clone(), cause };
        let mut file = copy.try_clone().map_err(failed)?;
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        Ok(Reader::new(file, &self.path))
    }

    /// The runs of the trace, and its warnings.
    ///
    /// # Errors
    /// When the trace cannot be read.
    pub fn profiles(&self, options: &ProfileOptions) -> Result<(Vec<Profile>, Warnings), Error> {
        if self.is_stream() { fold(|| self.reader(), options) } else { read_profiles(&self.path, options) }
    }
}

/// Copies a stream to a file without a name.
fn copy(path: &Path) -> anyhow::Result<File> {
    let failed = || format!("cannot read `{}`", shown(path));
    let mut stream = File::open(path).with_context(failed)?;
    let mut head = Vec::new();
    (&mut stream).take(HEAD).read_to_end(&mut head).with_context(failed)?;
    Reader::new(&head[..], path).next_record()?;
    let mut file = nameless().context("cannot create a temporary file for the trace")?;
    file.write_all(&head)
        .and_then(|()| std::io::copy(&mut stream, &mut file))
        .with_context(|| format!("cannot copy `{}` to a temporary file", shown(path)))?;
    Ok(file)
}

fn nameless() -> std::io::Result<File> {
    let mut number = 0;
    loop {
        let path = std::env::temp_dir().join(format!("rprof-{}-{number}", std::process::id()));
        match OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path) {
            Ok(file) => {
                std::fs::remove_file(path)?;
                return Ok(file);
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && number < 100 => number += 1,
            Err(error) => return Err(error),
        }
    }
}
