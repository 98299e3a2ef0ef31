//! The pids of /proc, read without an allocation: `std::fs::read_dir` allocates twice for each entry, and a tick must not.
#![allow(unsafe_code)]

use std::fs::File;
use std::os::fd::AsRawFd;

/// Bytes that one call of the kernel fills: the entries of some 300 processes.
const ROOM: usize = 8192;
/// The parts of `struct linux_dirent64`: inode and offset of 8 bytes each, the length of the entry in 2, the type in 1.
const LENGTH_AT: usize = 16;
const NAME_AT: usize = 19;

/// The pids of all processes in the order of the kernel; none if /proc cannot be read.
pub fn all_pids() -> impl Iterator<Item = u32> {
    Names { directory: File::open("/proc").ok(), room: [0; ROOM], filled: 0, at: 0 }
}

/// The names of /proc that are numbers.
struct Names {
    directory: Option<File>,
    room: [u8; ROOM],
    filled: usize,
    at: usize,
}

impl Names {
    /// Reads the next entries; false at the end, and after an error.
    fn fill(&mut self) -> bool {
        let Some(directory) = &self.directory else { return false };
        // SAFETY: the room is live, and the kernel writes no more than its length.
        let got = unsafe {
            libc::syscall(
                libc::SYS_getdents64,
                directory.as_raw_fd(),
                self.room.as_mut_ptr(),
                self.room.len(),
            )
        };
        (self.filled, self.at) = (usize::try_from(got).unwrap_or(0), 0);
        self.filled > 0
    }
}

impl Iterator for Names {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        loop {
            if self.at >= self.filled && !self.fill() {
                return None;
            }
            let Some(entry) = entry(&self.room[self.at..self.filled]) else {
                self.at = self.filled;
                continue;
            };
            self.at += entry.len();
            if let Some(pid) = pid(entry) {
                return Some(pid);
            }
        }
    }
}

/// The first entry; `None` if it is cut.
fn entry(entries: &[u8]) -> Option<&[u8]> {
    let length = entries.get(LENGTH_AT..)?.first_chunk()?;
    let length = usize::from(u16::from_ne_bytes(*length));
    entries.get(..length).filter(|entry| entry.len() > NAME_AT)
}

/// The pid that is the name of an entry.
fn pid(entry: &[u8]) -> Option<u32> {
    let name = entry[NAME_AT..].split(|byte| *byte == 0).next()?;
    std::str::from_utf8(name).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(name: &str, length: u16) -> Vec<u8> {
        let mut entry = vec![7; LENGTH_AT];
        entry.extend(length.to_ne_bytes());
        entry.push(4);
        entry.extend(name.as_bytes());
        entry.resize(usize::from(length).max(entry.len() + 1), 0);
        entry
    }

    #[test]
    fn names_that_are_numbers_are_pids() {
        let of = |name: &str| pid(entry(&bytes(name, 32)).expect("whole"));
        assert_eq!(
            [of("1"), of("4194303"), of("self"), of("1x"), of("")],
            [Some(1), Some(4_194_303), None, None, None]
        );
    }

    #[test]
    fn a_damaged_entry_ends_the_list() {
        let whole = bytes("1", 32);
        for damaged in [&bytes("1", 0), &bytes("1", 19), &whole[..31], &whole[..17], &[]] {
            assert_eq!(entry(damaged), None, "{damaged:?}");
        }
    }

    #[test]
    fn every_process_is_listed_once() {
        let (own, mut pids) = (std::process::id(), all_pids().collect::<Vec<_>>());
        assert!(pids.contains(&own), "{pids:?}");
        let count = pids.len();
        pids.sort_unstable();
        pids.dedup();
        assert_eq!(pids.len(), count);
    }
}
