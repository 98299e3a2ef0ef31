//! The files of DRM that processes have open, by `/proc/PID/fd`, and their memory.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use rprof_trace::Bytes;

use crate::parse::linux::drm::{Client, parse};

/// Adds the memory of each process. A client that several processes share counts for the first one.
pub fn add_to(sizes: &mut HashMap<u32, Bytes>, pids: &[u32]) {
    let mut seen: HashSet<Client> = HashSet::new();
    for pid in pids {
        // A process that has ended, or that may not be read, holds no memory that is known.
        let Ok(files) = std::fs::read_dir(format!("/proc/{pid}/fd")) else { continue };
        for file in files.flatten() {
            let is_gpu = std::fs::read_link(file.path())
                .is_ok_and(|target| target.as_os_str().as_bytes().starts_with(b"/dev/dri/"));
            let name = file.file_name();
            let info = if is_gpu { read_info(*pid, &name) } else { None };
            if let Some((client, size)) = info.as_deref().and_then(parse)
                && seen.insert(client)
            {
                let sum = sizes.entry(*pid).or_default();
                *sum = sum.plus(size);
            }
        }
    }
}

fn read_info(pid: u32, file: &OsStr) -> Option<String> {
    std::fs::read_to_string(format!("/proc/{pid}/fdinfo/{}", file.to_str()?)).ok()
}
