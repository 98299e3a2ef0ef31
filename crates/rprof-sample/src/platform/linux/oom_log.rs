//! The OOM kills in the kernel's log. Reading it needs root, or `kernel.dmesg_restrict` 0; containers have none.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;

use crate::parse::linux::oom_log::parse_kill;
use crate::platform::LoggedKill;

/// The inode of the first pid namespace (`include/linux/proc_ns.h`). In another one the log has pids that we cannot match.
const FIRST_PID_NAMESPACE: &str = "pid:[4026531836]";

/// The kernel's log from the start of the session on.
#[derive(Debug)]
pub struct OomLog(File);

impl OomLog {
    /// The log from now on; `None` if it may not be read, or if its pids are those of another namespace.
    pub fn open() -> Option<Self> {
        let namespace = std::fs::read_link("/proc/self/ns/pid").ok()?;
        let mut options = OpenOptions::new();
        let mut log = options.read(true).custom_flags(libc::O_NONBLOCK).open("/dev/kmsg").ok()?;
        log.seek(SeekFrom::End(0)).ok()?;
        (namespace.as_os_str() == FIRST_PID_NAMESPACE).then_some(Self(log))
    }

    /// The kills that were logged since the last call.
    pub fn new_kills(&mut self) -> Vec<LoggedKill> {
        let mut kills = Vec::new();
        // A read returns one record.
        let mut record = [0; 8192];
        loop {
            match self.0.read(&mut record) {
                Ok(0) => return kills,
                Ok(length) => kills.extend(parse_kill(&String::from_utf8_lossy(&record[..length]))),
                // EPIPE: records were overwritten; the next read returns the oldest that is left.
                Err(error)
                    if error.kind() == ErrorKind::BrokenPipe || error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return kills,
            }
        }
    }
}
