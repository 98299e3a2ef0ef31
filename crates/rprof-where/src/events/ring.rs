//! The buffer in memory that the kernel writes records of one processor to.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering};

use perf_event_open_sys::bindings::perf_event_mmap_page;

/// The bytes of the header of a record: type, flags, length.
const HEADER: usize = 8;

/// A mapped buffer: a page of the kernel's positions, and the data.
#[derive(Debug)]
pub struct Ring {
    base: NonNull<perf_event_mmap_page>,
    length: usize,
    page: usize,
}

// SAFETY: the mapping belongs to the ring alone, and only one thread reads it at a time.
unsafe impl Send for Ring {}

impl Ring {
    /// Maps the buffer of an event; `pages` is a power of two.
    ///
    /// # Errors
    /// `EPERM` when the user may not lock that many pages.
    pub fn map(event: BorrowedFd<'_>, pages: usize, page: usize) -> io::Result<Self> {
        let length = (pages + 1) * page;
        let access = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: a new mapping of a descriptor that is open; the kernel chooses the address.
        let base = unsafe {
            libc::mmap(std::ptr::null_mut(), length, access, libc::MAP_SHARED, event.as_raw_fd(), 0)
        };
        if base == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let base = NonNull::new(base.cast()).ok_or_else(|| io::Error::other("mapped at 0"))?;
        Ok(Self { base, length, page })
    }

    fn data_length(&self) -> usize {
        self.length - self.page
    }

    /// Appends all whole records to `out` and frees their room in the buffer.
    pub fn drain(&mut self, out: &mut Vec<u8>) {
        let page = self.base.as_ptr();
        // SAFETY: both fields are aligned 64-bit words within the mapped page, which the kernel accesses atomically.
        let (head, tail) = unsafe {
            (AtomicU64::from_ptr(&raw mut (*page).data_head), AtomicU64::from_ptr(&raw mut (*page).data_tail))
        };
        let from = tail.load(Ordering::Relaxed);
        let to = head.load(Ordering::Acquire);
        let available = to.wrapping_sub(from) as usize;
        let size = self.data_length();
        if available == 0 || available > size {
            tail.store(to, Ordering::Release);
            return;
        }
        // SAFETY: the data starts one page after the base and is `size` bytes long.
        let data = unsafe { page.cast::<u8>().add(self.page) };
        let start = from as usize % size;
        let first = available.min(size - start);
        // SAFETY: both ranges lie within the data, and the kernel does not write there before `tail` moves on.
        unsafe {
            out.extend_from_slice(std::slice::from_raw_parts(data.add(start), first));
            out.extend_from_slice(std::slice::from_raw_parts(data, available - first));
        }
        tail.store(to, Ordering::Release);
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        // SAFETY: the mapping was made by `map` with this length and is not used any more.
        unsafe { libc::munmap(self.base.as_ptr().cast(), self.length) };
    }
}

/// The records in drained bytes: type, flags, body.
pub fn records(mut bytes: &[u8]) -> impl Iterator<Item = (u32, u16, &[u8])> {
    std::iter::from_fn(move || {
        let header = bytes.get(..HEADER)?;
        let kind = u32::from_ne_bytes(header[..4].try_into().ok()?);
        let flags = u16::from_ne_bytes(header[4..6].try_into().ok()?);
        let length = usize::from(u16::from_ne_bytes(header[6..].try_into().ok()?));
        let body = bytes.get(HEADER..length)?;
        bytes = bytes.get(length..)?;
        Some((kind, flags, body))
    })
}
