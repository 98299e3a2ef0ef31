//! A trace that is read: a file as it is; a copy of what is not one, because traces are read twice. A pipe is copied, a
//! compressed trace is decompressed, and the file of another tool is imported.

use std::cell::Cell;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::{Context, bail};
use rprof_exchange::{Compression, Peer, import};
use rprof_trace::{Error, Profile, ProfileOptions, Reader, Warnings, fold, read_profiles, shown};

/// The first bytes of a file, which must show that it holds a trace before all of it is copied.
const HEAD: u64 = 128 << 10;
/// The largest `info.json` of con-duct that is read.
const INFO: u64 = 1 << 20;
/// A compressed trace may become this many times as large, and this much larger besides. rprof's traces become up to
/// a hundred times as large.
const EXPANSION: u64 = 256;
const ALLOWANCE: u64 = 64 << 20;

/// A trace that can be read several times.
#[derive(Debug)]
pub struct TraceInput {
    /// The name that was given.
    pub path: PathBuf,
    /// The copy of what is no plain trace.
    copy: Option<File>,
    is_stream: bool,
    /// The faults of another tool's file.
    warnings: Warnings,
}

impl TraceInput {
    /// Opens a trace.
    ///
    /// # Errors
    /// When a pipe, a device, a compressed file or the file of another tool cannot be read, or does not hold a trace.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let plain =
            Self { path: path.to_owned(), copy: None, is_stream: false, warnings: Warnings::default() };
        let is_stream = match std::fs::metadata(path).map(|data| data.file_type()) {
            Ok(kind) if !kind.is_dir() => !kind.is_file(),
            // The reader reports what is wrong.
            _ => return Ok(plain),
        };
        let file = match File::open(path) {
            Err(_) if !is_stream => return Ok(plain),
            file => file.with_context(|| cannot_read(path))?,
        };
        let source = Opened::new(file, path)?;
        if !is_stream && source.is_plain() {
            return Ok(plain);
        }
        let (copy, warnings) = source.copy(path)?;
        Ok(Self { copy: Some(copy), is_stream, warnings, ..plain })
    }

    /// True if the trace is read from a copy, which does not grow.
    pub fn is_copy(&self) -> bool {
        self.copy.is_some()
    }

    /// True if the trace is no file, so that nothing can be named after it.
    pub fn is_stream(&self) -> bool {
        self.is_stream
    }

    /// The faults that were found when the trace was copied; empty for a trace of rprof or mprof.
    pub fn warnings(&self) -> &Warnings {
        &self.warnings
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
        let (profiles, warnings) = match self.copy {
            Some(_) => fold(|| self.reader(), options)?,
            None => read_profiles(&self.path, options)?,
        };
        let mut all = self.warnings.clone();
        all.append(warnings);
        Ok((profiles, all))
    }
}

/// An input of which the first bytes are known.
struct Opened {
    /// The first bytes, decompressed.
    head: Vec<u8>,
    /// All bytes, decompressed.
    all: Box<dyn Read>,
    is_compressed: bool,
    /// The tool that wrote the file; `None` for a trace.
    peer: Option<Peer>,
}

impl Opened {
    fn new(mut input: impl Read + 'static, path: &Path) -> anyhow::Result<Self> {
        let head = read_head(&mut input, path)?;
        let compression = Compression::detect(&head);
        let mut all: Box<dyn Read> = Box::new(io::Cursor::new(head.clone()).chain(input));
        let mut head = head;
        if let Some(compression) = compression {
            let taken = Rc::new(Cell::new(0));
            let counted = BufReader::new(Counted { input: all, count: Rc::clone(&taken) });
            let mut bounded = Bounded { input: compression.reader(counted), made: 0, taken };
            head = read_head(&mut bounded, path)?;
            all = Box::new(io::Cursor::new(head.clone()).chain(bounded));
        }
        let is_trace = Reader::new(&head[..], path).next_record().is_ok();
        let peer = if is_trace { None } else { Peer::detect(&head) };
        if !is_trace && head.starts_with(b"SQLite format 3\0") {
            bail!(
                "`{}` is a database of SQLite, as procpath writes; rprof reads a table that sqlite3 makes of it: see \
                 docs/exchange.md",
                shown(path)
            );
        }
        Ok(Self { head, all, is_compressed: compression.is_some(), peer })
    }

    /// True if the file is a trace as it is, or nothing that rprof reads.
    fn is_plain(&self) -> bool {
        !self.is_compressed && self.peer.is_none()
    }

    /// Copies the trace to a file without a name. Returns the faults of another tool's file, too.
    fn copy(mut self, path: &Path) -> anyhow::Result<(File, Warnings)> {
        let mut warnings = Warnings::default();
        if self.peer.is_none() {
            Reader::new(&self.head[..], path).next_record()?;
        }
        let mut file = nameless().context("cannot create a temporary file for the trace")?;
        if let Some(peer) = self.peer {
            let info = info_beside(path).filter(|_| peer == Peer::ConDuct);
            warnings = import(peer, &mut self.all, info.as_deref(), &mut file)
                .with_context(|| format!("cannot import `{}` from {peer}", shown(path)))?;
        } else {
            copy_all(&mut self.all, &mut file, path)?;
        }
        Ok((file, warnings))
    }
}

/// Copies bytes. The message names the file that failed.
fn copy_all(from: &mut dyn Read, to: &mut File, path: &Path) -> anyhow::Result<()> {
    let mut block = vec![0; 256 << 10];
    loop {
        let count = match from.read(&mut block) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            count => count.with_context(|| cannot_read(path))?,
        };
        if count == 0 {
            return Ok(());
        }
        to.write_all(&block[..count])
            .with_context(|| format!("cannot copy `{}` to a temporary file", shown(path)))?;
    }
}

fn cannot_read(path: &Path) -> String {
    format!("cannot read `{}`", shown(path))
}

fn read_head(input: &mut impl Read, path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut head = Vec::new();
    input.take(HEAD).read_to_end(&mut head).with_context(|| cannot_read(path))?;
    Ok(head)
}

/// The content of the `info.json` that con-duct wrote beside its `usage.jsonl`.
fn info_beside(path: &Path) -> Option<Vec<u8>> {
    let name = path.file_name()?.to_str()?;
    let plain = [".gz", ".zst"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    // con-duct before 0.7 ended the name in `.json`.
    let prefix = plain.strip_suffix("usage.jsonl").or_else(|| plain.strip_suffix("usage.json"))?;
    let file = File::open(path.with_file_name(format!("{prefix}info.json"))).ok()?;
    let mut info = Vec::new();
    file.take(INFO).read_to_end(&mut info).ok()?;
    Some(info)
}

/// Counts the bytes that are read.
struct Counted<R> {
    input: R,
    count: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(into)?;
        self.count.set(self.count.get() + count as u64);
        Ok(count)
    }
}

/// Decompressed bytes, no more of them than a trace can have.
struct Bounded {
    input: Box<dyn Read>,
    made: u64,
    /// The compressed bytes that were read.
    taken: Rc<Cell<u64>>,
}

impl Read for Bounded {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(into)?;
        self.made += count as u64;
        let limit = self.taken.get().saturating_mul(EXPANSION).saturating_add(ALLOWANCE);
        if self.made > limit {
            return Err(io::Error::other(format!(
                "it becomes more than {EXPANSION} times as large, which no trace does; to read it all the same, decompress \
                 it first"
            )));
        }
        Ok(count)
    }
}

fn nameless() -> io::Result<File> {
    let mut number = 0;
    loop {
        let path = std::env::temp_dir().join(format!("rprof-{}-{number}", std::process::id()));
        match OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path) {
            Ok(file) => {
                std::fs::remove_file(path)?;
                return Ok(file);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 100 => number += 1,
            Err(error) => return Err(error),
        }
    }
}
