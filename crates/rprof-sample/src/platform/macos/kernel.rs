//! Safe wrappers of the calls into macOS: libproc by pid, and the task of a process by its name port.
//! Any process of the same user has a name port for us, without root and without an entitlement (unlike
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

use crate::parse::CommandName;
use crate::parse::macos::{Identity, Task, Usage, is_dead, largest_footprint, name};

/// The identity of a process, which may be a zombie. An error for another user's process.
pub fn identity(pid: u32) -> io::Result<Identity> {
    // SAFETY: `proc_bsdinfo` is the struct of this flavour.
    let info: libc::proc_bsdinfo = unsafe { pid_info(pid, libc::PROC_PIDTBSDINFO) }?;
    let start = (info.pbi_start_tvsec, info.pbi_start_tvusec);
    let (long, short) = (info.pbi_name.map(byte), info.pbi_comm.map(byte));
    Ok(Identity::new(info.pbi_status, info.pbi_ppid, start, &long, &short))
}

/// The facts about a process that any user may read.
pub struct Public {
    /// The command name, at most 15 bytes.
    pub name: CommandName,
    /// The parent.
    pub ppid: u32,
    /// The user id.
    pub uid: u32,
    /// True if it is a zombie.
    pub dead: bool,
}

/// The public facts about a process, which may be another user's or a zombie.
pub fn public(pid: u32) -> io::Result<Public> {
    // SAFETY: `proc_bsdshortinfo` is the struct of this flavour.
    let info: libc::proc_bsdshortinfo = unsafe { pid_info(pid, libc::PROC_PIDT_SHORTBSDINFO) }?;
    let short = info.pbsi_comm.map(byte);
    let dead = is_dead(info.pbsi_status);
    Ok(Public { name: name(b"", &short), ppid: info.pbsi_ppid, uid: info.pbsi_uid, dead })
}

/// The size of the address space in bytes, for processes without a name port.
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
    // The argument 1 makes the two BSD flavours find zombies, too; the other flavours ignore it.
    // SAFETY: the buffer has the given size and lives through the call.
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

/// The current RSS and footprint. The smallest flavour has both; larger ones also walk the counters of all threads.
pub fn usage(pid: u32) -> io::Result<Usage> {
    // SAFETY: `rusage_info_v0` is the struct of this flavour.
    let info: libc::rusage_info_v0 = unsafe { pid_rusage(pid, libc::RUSAGE_INFO_V0) }?;
    Ok(Usage { resident: info.ri_resident_size, footprint: info.ri_phys_footprint })
}

/// The facts of a zombie: its largest footprint in bytes, and the summed lifetimes of the children it waited for.
pub fn last_usage(pid: u32) -> io::Result<(u64, u64)> {
    // SAFETY: `rusage_info_v4` is the struct of this flavour.
    let info: libc::rusage_info_v4 = unsafe { pid_rusage(pid, libc::RUSAGE_INFO_V4) }?;
    let largest = largest_footprint(info.ri_lifetime_max_phys_footprint, info.ri_phys_footprint);
    Ok((largest, info.ri_child_elapsed_abstime))
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

/// The answer of `KERN_PROCARGS2`: arguments and environment of a process of the same user.
pub fn process_arguments(pid: u32) -> io::Result<Vec<u8>> {
    /// `ARG_MAX` of the kernel.
    const MOST: usize = 1 << 20;
    let mut name = [libc::CTL_KERN, libc::KERN_PROCARGS2, pid.cast_signed()];
    let (mut answer, mut size) = (vec![0; MOST], MOST);
    // SAFETY: the name has three numbers; the kernel writes at most `size` bytes to the answer, and its length to `size`.
    let failed = unsafe {
        libc::sysctl(name.as_mut_ptr(), 3, answer.as_mut_ptr().cast(), &raw mut size, std::ptr::null_mut(), 0)
    };
    if failed != 0 {
        return Err(io::Error::last_os_error());
    }
    answer.truncate(size);
    Ok(answer)
}

/// Fills the buffer with the pids of this machine. Returns their number (not bytes), 0 or less when refused.
pub fn list_pids(buffer: &mut [i32]) -> i32 {
    let bytes = i32::try_from(size_of_val(buffer)).unwrap_or(i32::MAX);
    // SAFETY: the buffer has at least the given size and lives through the call.
    unsafe { libc::proc_listallpids(buffer.as_mut_ptr().cast(), bytes) }
}

/// A task by its name port. It ends with the process and with an exec, which makes a new task.
#[derive(Debug)]
pub struct TaskName(mach_port_t);

impl TaskName {
    /// The current task of a process; `None` when the process is another user's or gone.
    pub fn open(pid: u32) -> Option<Self> {
        let mut port = 0;
        // SAFETY: the pointer is to a live port name.
        let answer = unsafe { task_name_for_pid(mach_task_self(), pid.cast_signed(), &raw mut port) };
        (answer == KERN_SUCCESS && port != 0).then_some(Self(port))
    }

    /// The size of its address space and its largest RSS; `None` when the task has ended.
    pub fn facts(&self) -> Option<Task> {
        let mut info = mach_task_basic_info::default();
        let mut count = MACH_TASK_BASIC_INFO_COUNT;
        // SAFETY: the pointers are to live values, and the first has the size of the count.
        let answer =
            unsafe { task_info(self.0, MACH_TASK_BASIC_INFO, (&raw mut info).cast(), &raw mut count) };
        (answer == KERN_SUCCESS && count == MACH_TASK_BASIC_INFO_COUNT)
            .then_some(Task { size: info.virtual_size, resident_max: info.resident_size_max })
    }
}

impl Drop for TaskName {
    fn drop(&mut self) {
        // SAFETY: the right is ours and is released once.
        unsafe { mach_port_deallocate(mach_task_self(), self.0) };
    }
}
