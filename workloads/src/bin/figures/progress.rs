//! How far a workload is, shown while it runs: the memory it has by its trace, or the disk that its file takes.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// Enough of a trace's end to have a whole `MEM` line in it.
const TAIL: i64 = 4096;

/// Where to look, and how many bytes it will be.
#[derive(Debug)]
pub struct Goal {
    /// The trace, or the file that the workload writes.
    pub path: PathBuf,
    /// Whether the path is a trace.
    pub is_trace: bool,
    /// Bytes when all is done.
    pub bytes: u64,
}

/// Does the work, and says meanwhile on stderr how far it is: on a terminal all the time, else every ten seconds.
pub fn during<T>(goal: &Goal, work: impl FnOnce() -> T) -> T {
    // The cursor goes back to the line's start, so that the next words, ours or the workload's, take its place.
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
    /// Bytes so far; `None` while there is nothing to look at.
    fn done(&self) -> Option<u64> {
        if self.is_trace { last_memory(&tail(&self.path)?) } else { written(&self.path) }
    }
}

/// Bytes on disk, of a file or of all files in a directory; a file made at its full size first has only what was
/// written to it. `None` while there is nothing.
fn written(path: &Path) -> Option<u64> {
    let file = path.metadata().ok()?;
    if !file.is_dir() {
        return Some(file.blocks() * 512);
    }
    Some(path.read_dir().ok()?.filter_map(|entry| written(&entry.ok()?.path())).sum())
}

/// The end of a file, from anywhere in a line.
fn tail(path: &Path) -> Option<String> {
    let mut file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len().cast_signed();
    file.seek(SeekFrom::End(-length.min(TAIL))).ok()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The bytes in the last whole `MEM` line, which has MiB.
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
    fn the_last_whole_line_counts() {
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
