//! NVIDIA's management library (NVML), loaded when there is a driver. Five of its functions are used, by the names and
//! structs of `nvml.h` of version 12. A static rprof cannot load it: its C library has no loader.
#![allow(unsafe_code)]

use std::collections::HashMap;
use std::ffi::{CStr, CString, OsString, c_char, c_int, c_uint, c_void};
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::sync::OnceLock;

use rprof_trace::Bytes;

/// The library, found as programs find it.
const LIBRARY: &CStr = c"libnvidia-ml.so.1";
/// Names another library, for a system that keeps it elsewhere.
const VARIABLE: &str = "RPROF_NVML_LIBRARY";
/// The device that the driver makes.
const DEVICE: &str = "/dev/nvidiactl";

const SUCCESS: c_int = 0;
const INSUFFICIENT_SIZE: c_int = 7;
/// `NVML_VALUE_NOT_AVAILABLE`: the driver does not know the memory of a process.
const UNKNOWN: u64 = u64::MAX;
/// The most devices and the most processes of one that are read.
const MOST_DEVICES: c_uint = 256;
const MOST_PROCESSES: usize = 1 << 16;

/// `nvmlDevice_t`.
type Device = *mut c_void;

/// `nvmlProcessInfo_t`, of the functions that end in `_v3`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
struct ProcessInfo {
    pid: c_uint,
    used_gpu_memory: u64,
    gpu_instance_id: c_uint,
    compute_instance_id: c_uint,
}

type Init = unsafe extern "C" fn() -> c_int;
type Count = unsafe extern "C" fn(*mut c_uint) -> c_int;
type Handle = unsafe extern "C" fn(c_uint, *mut Device) -> c_int;
type Processes = unsafe extern "C" fn(Device, *mut c_uint, *mut ProcessInfo) -> c_int;

/// The library, initialised.
#[derive(Debug)]
pub struct Nvml {
    /// The addresses of the handles. They are valid in every thread, as NVML itself is thread-safe.
    devices: Vec<usize>,
    /// Those of compute and of graphics contexts; a process may be in both lists.
    lists: Vec<Processes>,
}

/// The library of this process, loaded at the first call: before the command starts, because it can take a while. `None`
/// without a driver, without a device, or if the library does not work.
pub fn library() -> Option<&'static Nvml> {
    static NVML: OnceLock<Option<Nvml>> = OnceLock::new();
    let load = || {
        let is_wanted = std::env::var_os(VARIABLE).is_some() || Path::new(DEVICE).exists();
        if !is_wanted {
            return None;
        }
        let before = descriptors();
        let library = Nvml::open();
        close_on_exec(&before);
        library
    };
    NVML.get_or_init(load).as_ref()
}

impl Nvml {
    fn open() -> Option<Self> {
        let named = std::env::var_os(VARIABLE).map(OsString::into_vec);
        let named = named.and_then(|name| CString::new(name).ok());
        let library = Library::open(named.as_deref().unwrap_or(LIBRARY))?;
        // SAFETY: these are the types of the functions in `nvml.h`.
        let (init, count, handle) = unsafe {
            (
                library.function::<Init>(c"nvmlInit_v2")?,
                library.function::<Count>(c"nvmlDeviceGetCount_v2")?,
                library.function::<Handle>(c"nvmlDeviceGetHandleByIndex_v2")?,
            )
        };
        let names = [c"nvmlDeviceGetComputeRunningProcesses_v3", c"nvmlDeviceGetGraphicsRunningProcesses_v3"];
        // SAFETY: as above.
        let lists = names.into_iter().filter_map(|name| unsafe { library.function::<Processes>(name) });
        let lists: Vec<Processes> = lists.collect();
        let mut number = 0;
        // SAFETY: the library was loaded, is initialised first, and the pointer is to a live number.
        let is_ready = unsafe { init() == SUCCESS && count(&raw mut number) == SUCCESS };
        let devices: Vec<usize> = (0..number.min(MOST_DEVICES))
            .filter(|_| is_ready)
            .filter_map(|index| {
                let mut device = std::ptr::null_mut();
                // SAFETY: the pointer is to a live handle.
                (unsafe { handle(index, &raw mut device) } == SUCCESS).then(|| device.expose_provenance())
            })
            .collect();
        let is_useful = !devices.is_empty() && !lists.is_empty();
        is_useful.then_some(Self { devices, lists })
    }

    /// Adds the memory of every process of the machine that uses a device.
    pub fn add_to(&self, sizes: &mut HashMap<u32, Bytes>) {
        for device in &self.devices {
            let mut on_device: HashMap<u32, u64> = HashMap::new();
            for list in &self.lists {
                for process in processes(*device, *list) {
                    // A process with both kinds of contexts is in both lists, with the same memory.
                    let size = on_device.entry(process.pid).or_default();
                    *size = (*size).max(process.used_gpu_memory);
                }
            }
            for (pid, size) in on_device {
                let sum = sizes.entry(pid).or_default();
                *sum = sum.plus(Bytes(size));
            }
        }
    }
}

/// The processes of one device whose memory is known.
fn processes(device: usize, list: Processes) -> Vec<ProcessInfo> {
    const EMPTY: ProcessInfo =
        ProcessInfo { pid: 0, used_gpu_memory: UNKNOWN, gpu_instance_id: 0, compute_instance_id: 0 };
    let mut found = vec![EMPTY; 64];
    loop {
        let mut count = c_uint::try_from(found.len()).unwrap_or(c_uint::MAX);
        let device: Device = std::ptr::with_exposed_provenance_mut(device);
        // SAFETY: the list has room for `count` structs, and the library writes no more.
        let answer = unsafe { list(device, &raw mut count, found.as_mut_ptr()) };
        let count = count as usize;
        if answer == INSUFFICIENT_SIZE && count > found.len() && count <= MOST_PROCESSES {
            found.resize(count + count / 2, EMPTY);
            continue;
        }
        found.truncate(if answer == SUCCESS { count } else { 0 });
        found.retain(|process| process.used_gpu_memory != UNKNOWN);
        return found;
    }
}

/// The open descriptors of this process.
fn descriptors() -> Vec<i32> {
    let entries = std::fs::read_dir("/proc/self/fd").into_iter().flatten().flatten();
    let mut all: Vec<i32> = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    // The list has the descriptor by which it was read. It is closed now, and the library may get its number.
    // SAFETY: F_GETFD reads no memory and is harmless on a closed descriptor.
    all.retain(|descriptor| unsafe { libc::fcntl(*descriptor, libc::F_GETFD) } != -1);
    all
}

/// Keeps what the library has opened from the command, which would find it open otherwise.
fn close_on_exec(before: &[i32]) {
    for descriptor in descriptors().into_iter().filter(|descriptor| !before.contains(descriptor)) {
        // SAFETY: F_SETFD reads no memory, and fails for a descriptor that was closed meanwhile.
        unsafe { libc::fcntl(descriptor, libc::F_SETFD, libc::FD_CLOEXEC) };
    }
}

/// A loaded library. It stays loaded to the end of rprof.
struct Library(*mut c_void);

impl Library {
    fn open(name: &CStr) -> Option<Self> {
        // SAFETY: the name is a C string. Loading runs the library's own code, which is NVIDIA's or the user's choice.
        let library = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
        (!library.is_null()).then_some(Self(library))
    }

    /// A function of the library.
    ///
    /// # Safety
    /// `F` is the type of the function of this name.
    unsafe fn function<F: Copy>(&self, name: &CStr) -> Option<F> {
        const { assert!(size_of::<F>() == size_of::<*mut c_void>()) };
        let name: *const c_char = name.as_ptr();
        // SAFETY: the library is loaded and the name is a C string.
        let found = unsafe { libc::dlsym(self.0, name) };
        if found.is_null() {
            return None;
        }
        let mut function = MaybeUninit::<F>::uninit();
        // SAFETY: `F` is a pointer to a function, as large as the address that is copied into it.
        unsafe {
            function.as_mut_ptr().cast::<*mut c_void>().write(found);
            Some(function.assume_init())
        }
    }
}
