//! The calls into macOS, each made safe: libproc by pid, and the task behind it by its name port.
//! A name port may be had of any process of the same user, without root and without an entitlement (unlike
//! `task_for_pid`). Facts of the kernel cited here: xnu 11417, `bsd/kern/proc_info.c` and `osfmk/kern/task.c`.
#![allow(unsafe_code)]

use std::ffi::c_char;
use std::io;
use std::mem::MaybeUninit;

use mach2::kern_return::KERN_SUCCESS;
use mach2::mach_port::mach_port_deallocate;
use mach2::port::mach_port_t;
use mach2::task::task_info;
use mach2::task_info::{MACH_TASK_BASIC_INFO, MACH_TASK_BASIC_INFO_COUNT, mach_task_basic_info};
use mach2::traps::{mach_task_self, task_name_for_pid};

use crate::parse::macos::{Identity, Task, Usage, is_dead, name};
use crate::parse::proc::Name;

/// Who a process is, zombies included. Refused for another user's.
pub fn identity(pid: u32) -> io::Result<Identity> {
    // SAFETY: `proc_bsdinfo` is the struct of this flavour.
    let info: libc::proc_bsdinfo = unsafe { pid_info(pid, libc::PROC_PIDTBSDINFO) }?;
    let start = (info.pbi_start_tvsec, info.pbi_start_tvusec);
    let (long, short) = (info.pbi_name.map(byte), info.pbi_comm.map(byte));
    Ok(Identity::new(info.pbi_status, info.pbi_ppid, start, &long, &short))
}

/// What everybody may know of a process.
pub struct Public {
    /// Its command name, 15 bytes at most.
    pub name: Name,
    /// Its parent.
    pub ppid: u32,
    /// Its user's number.
    pub uid: u32,
    /// Whether it is a zombie.
    pub dead: bool,
}

/// What everybody may know of a process, another user's and zombies included.
pub fn public(pid: u32) -> io::Result<Public> {
    // SAFETY: `proc_bsdshortinfo` is the struct of this flavour.
    let info: libc::proc_bsdshortinfo = unsafe { pid_info(pid, libc::PROC_PIDT_SHORTBSDINFO) }?;
    let short = info.pbsi_comm.map(byte);
    let dead = is_dead(info.pbsi_status);
    Ok(Public { name: name(b"", &short), ppid: info.pbsi_ppid, uid: info.pbsi_uid, dead })
}

/// Its address space in bytes, for where no name port is to be had.
pub fn virtual_size(pid: u32) -> Option<u64> {
    // SAFETY: `proc_taskinfo` is the struct of this flavour.
    let info: io::Result<libc::proc_taskinfo> = unsafe { pid_info(pid, libc::PROC_PIDTASKINFO) };
    info.ok().map(|info| info.pti_virtual_size)
}

/// # Safety
/// `T` is the plain C struct that `flavor` fills, valid when all zero.
unsafe fn pid_info<T>(pid: u32, flavor: i32) -> io::Result<T> {
    let mut info = MaybeUninit::<T>::zeroed();
    let size = i32::try_from(size_of::<T>()).unwrap_or(i32::MAX);
    // With 1 for the argument the two BSD flavours find zombies too; the others do not look at it.
    // SAFETY: the buffer is as large as said and lives through the call.
    let written = unsafe { libc::proc_pidinfo(pid.cast_signed(), flavor, 1, info.as_mut_ptr().cast(), size) };
    match written {
        // SAFETY: the kernel has written all of it, and zeroes were valid before.
        _ if written == size => Ok(unsafe { info.assume_init() }),
        ..=0 => Err(io::Error::last_os_error()),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

fn byte(c: c_char) -> u8 {
    c.cast_unsigned()
}

/// RSS and footprint now. The smallest flavour has both; larger ones also walk the threads' scheduling counters.
pub fn usage(pid: u32) -> io::Result<Usage> {
    // SAFETY: `rusage_info_v0` is the struct of this flavour.
    let info: libc::rusage_info_v0 = unsafe { pid_rusage(pid, libc::RUSAGE_INFO_V0) }?;
    Ok(Usage { resident: info.ri_resident_size, footprint: info.ri_phys_footprint })
}

/// What a zombie keeps: its largest footprint in bytes, and the summed life spans of the children it waited for.
pub fn last_usage(pid: u32) -> io::Result<(u64, u64)> {
    // SAFETY: `rusage_info_v4` is the struct of this flavour.
    let info: libc::rusage_info_v4 = unsafe { pid_rusage(pid, libc::RUSAGE_INFO_V4) }?;
    Ok((info.ri_lifetime_max_phys_footprint, info.ri_child_elapsed_abstime))
}

/// # Safety
/// `T` is the plain C struct that `flavor` fills, valid when all zero.
unsafe fn pid_rusage<T>(pid: u32, flavor: i32) -> io::Result<T> {
    let mut info = MaybeUninit::<T>::zeroed();
    // SAFETY: the kernel writes one struct of this flavour, which `T` is; despite its type the argument is the buffer.
    let failed = unsafe { libc::proc_pid_rusage(pid.cast_signed(), flavor, info.as_mut_ptr().cast()) };
    // SAFETY: the kernel has written it, and zeroes were valid before.
    if failed == 0 { Ok(unsafe { info.assume_init() }) } else { Err(io::Error::last_os_error()) }
}

/// Fills the buffer with the pids of this machine; how many (not bytes), 0 or below when refused.
pub fn list_pids(buffer: &mut [i32]) -> i32 {
    let bytes = i32::try_from(size_of_val(buffer)).unwrap_or(i32::MAX);
    // SAFETY: the buffer is at least as large as said and lives through the call.
    unsafe { libc::proc_listallpids(buffer.as_mut_ptr().cast(), bytes) }
}

/// A task by its name port. It outlives neither the process nor an exec, which makes a new task.
#[derive(Debug)]
pub struct TaskName(mach_port_t);

impl TaskName {
    /// The task a process runs in now; `None` when it is another user's or gone.
    pub fn open(pid: u32) -> Option<Self> {
        let mut port = 0;
        // SAFETY: the pointer is to a live port name.
        let answer = unsafe { task_name_for_pid(mach_task_self(), pid.cast_signed(), &raw mut port) };
        (answer == KERN_SUCCESS && port != 0).then_some(Self(port))
    }

    /// Its address space and largest RSS; `None` when the task is no more.
    pub fn facts(&self) -> Option<Task> {
        let mut info = mach_task_basic_info::default();
        let mut count = MACH_TASK_BASIC_INFO_COUNT;
        // SAFETY: the pointers are to live values, the first as large as the count says.
        let answer =
            unsafe { task_info(self.0, MACH_TASK_BASIC_INFO, (&raw mut info).cast(), &raw mut count) };
        (answer == KERN_SUCCESS && count == MACH_TASK_BASIC_INFO_COUNT)
            .then_some(Task { size: info.virtual_size, resident_max: info.resident_size_max })
    }
}

impl Drop for TaskName {
    fn drop(&mut self) {
        // SAFETY: the right is ours and is given back once.
        unsafe { mach_port_deallocate(mach_task_self(), self.0) };
    }
}
