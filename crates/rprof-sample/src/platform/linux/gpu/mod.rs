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
    nvml: Option<&'static Nvml>,
    has_drm: bool,
    /// The earliest time of the next reading.
    next: Option<Instant>,
    sizes: HashMap<u32, Bytes>,
}

impl Gpu {
    /// True if a GPU of this machine reports the memory of processes. The first call looks for two files, and loads the
    /// library of a driver that it finds.
    pub fn is_present() -> bool {
        nvml::library().is_some() || has_drm()
    }

    /// The GPUs of this machine; `None` without one.
    pub fn open() -> Option<Self> {
        let (nvml, has_drm) = (nvml::library(), has_drm());
        (nvml.is_some() || has_drm).then(|| Self { nvml, has_drm, next: None, sizes: HashMap::new() })
    }

    /// The memory that each of these processes holds on all GPUs. Those that hold none are missing.
    pub fn read(&mut self, pids: &[u32]) -> &HashMap<u32, Bytes> {
        let begun = Instant::now();
        if self.next.is_some_and(|next| begun < next) {
            return &self.sizes;
        }
        self.sizes.clear();
        if let Some(nvml) = self.nvml {
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
