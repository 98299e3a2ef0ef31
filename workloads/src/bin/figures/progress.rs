//! The progress of a running workload: its memory by the trace, or the disk space that its file takes.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// The bytes at the end of a trace that surely contain a whole `MEM` line.
const TAIL: i64 = 4096;

/// The source of the progress, and its final number of bytes.
#[derive(Debug)]
pub struct Goal {
    /// The trace, or the file that the workload writes.
    pub path: PathBuf,
    /// True if the path is a trace.
    pub is_trace: bool,
    /// The number of bytes at the end.
    pub bytes: u64,
}

/// Runs the work and prints its progress to stderr: four times a second on a terminal, otherwise every ten seconds.
pub fn during<T>(goal: &Goal, work: impl FnOnce() -> T) -> T {
    // On a terminal the cursor returns to the start of the line, so that the next output overwrites the progress.
    let (pause, ending) = if io::stderr().is_terminal() {
        (Duration::from_millis(250), '\r')
    } else {
        (Duration::from_secs(10), '\n')
    };
    thread::scope(|scope| {
        let (stop, stopped) = mpsc::channel::<()>();
        scope.spawn(move || {
            let start = Instant::now();
            while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                let done = goal.done().unwrap_or(0).min(goal.bytes);
                let percent = 100.0 * done as f64 / goal.bytes as f64;
                let _ =
                    write!(io::stderr(), "  {:.0} s, {percent:.0} %{ending}", start.elapsed().as_secs_f64());
            }
        });
        let result = work();
        drop(stop);
        result
    })
}

impl Goal {
    /// Returns the bytes so far; `None` while the file does not exist.
    fn done(&self) -> Option<u64> {
        if self.is_trace { last_memory(&tail(&self.path)?) } else { written(&self.path) }
    }
}

/// Returns the bytes on disk of a file, or of all files in a directory; `None` while it does not exist. Of a sparse
/// file only the written blocks count.
fn written(path: &Path) -> Option<u64> {
    let file = path.metadata().ok()?;
    if !file.is_dir() {
        return Some(file.blocks() * 512);
    }
    Some(path.read_dir().ok()?.filter_map(|entry| written(&entry.ok()?.path())).sum())
}

/// Returns the end of a file. It may start in the middle of a line.
fn tail(path: &Path) -> Option<String> {
    let mut file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len().cast_signed();
    file.seek(SeekFrom::End(-length.min(TAIL))).ok()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Returns the memory in the last whole `MEM` line, converted from MiB to bytes.
fn last_memory(trace: &str) -> Option<u64> {
    let (whole, _) = trace.rsplit_once('\n')?;
    let mib: f64 =
        whole.lines().rev().find_map(|line| line.strip_prefix("MEM ")?.split(' ').next()?.parse().ok())?;
    Some((mib * 1024.0 * 1024.0) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_from_the_last_whole_line() {
        let trace = "5 17.9\nMEM 1.5 1795391713.9 92\nMEM 2.5 1795391714.0 ^\nEXIT 1:x 0.6 {}\nMEM 9";
        assert_eq!(last_memory(trace), Some(2_621_440));
        assert_eq!(last_memory("MEM 1.5 1795391713.9"), None);
        assert_eq!(last_memory(""), None);
    }

    #[test]
    fn a_long_file_is_read_from_near_its_end() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(&file, "MEM 1 2\n".repeat(1000) + "MEM 3 4\n").expect("written");
        let goal = Goal { path: file.path().to_owned(), is_trace: true, bytes: 1 };
        assert_eq!(goal.done(), Some(3 << 20));
        let directory = tempfile::tempdir().expect("a directory");
        std::fs::create_dir(directory.path().join("c")).expect("a directory");
        let mut file = File::create(directory.path().join("c/0")).expect("a file");
        file.write_all(&vec![1; 65536]).and_then(|()| file.sync_all()).expect("written");
        let goal = Goal { path: directory.path().to_owned(), is_trace: false, bytes: 1 };
        assert!(goal.done() >= Some(65536), "{:?}", goal.done());
    }
}
