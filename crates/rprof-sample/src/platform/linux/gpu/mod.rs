//! The memory that processes hold on GPUs: of NVIDIA's by its management library, of others by the files of DRM.
//! Without a GPU, nothing is opened and no tick does more than before.

mod fdinfo;
mod nvml;

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use rprof_trace::Bytes;

use nvml::Nvml;

/// A reading may take one part in this many of the time. Between two readings, the last one holds.
const SHARE: u32 = 50;

/// The GPUs of this machine.
#[derive(Debug)]
pub struct Gpu {
    nvml: Option<Nvml>,
    has_drm: bool,
    /// The earliest time of the next reading.
    next: Option<Instant>,
    sizes: HashMap<u32, Bytes>,
}

impl Gpu {
    /// True if this machine may have a GPU that reports the memory of processes. Three files are looked for.
    pub fn is_present() -> bool {
        nvml::is_present() || has_drm()
    }

    /// The GPUs of this machine; `None` without one.
    pub fn open() -> Option<Self> {
        if !Self::is_present() {
            return None;
        }
        let nvml = if nvml::is_present() { Nvml::open() } else { None };
        let has_drm = has_drm();
        (nvml.is_some() || has_drm).then(|| Self { nvml, has_drm, next: None, sizes: HashMap::new() })
    }

    /// The memory that each of these processes holds on all GPUs. Those that hold none are missing.
    pub fn read(&mut self, pids: &[u32]) -> &HashMap<u32, Bytes> {
        let begun = Instant::now();
        if self.next.is_some_and(|next| begun < next) {
            return &self.sizes;
        }
        self.sizes.clear();
        if let Some(nvml) = &mut self.nvml {
            nvml.add_to(&mut self.sizes);
            self.sizes.retain(|pid, _| pids.contains(pid));
        }
        if self.has_drm {
            fdinfo::add_to(&mut self.sizes, pids);
        }
        let cost: Duration = begun.elapsed();
        self.next = Some(begun + cost * SHARE);
        &self.sizes
    }
}

fn has_drm() -> bool {
    Path::new("/dev/dri").is_dir()
}
