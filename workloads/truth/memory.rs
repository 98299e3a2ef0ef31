//! Memory whose resident pages are known exactly: it is mapped, written to and unmapped without an allocator.

use std::num::NonZeroUsize;
use std::ptr::NonNull;

use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous, munmap};

/// The mapped memory of this process.
#[derive(Debug, Default)]
pub struct Memory {
    blocks: Vec<(NonNull<libc::c_void>, usize)>,
}

impl Memory {
    /// Maps `size` bytes and writes to each page.
    pub fn touch(&mut self, size: usize) {
        if let Some(block) = self.map(size) {
            write_to(block, size);
        }
    }

    /// Maps `size` bytes. No page is resident afterwards.
    pub fn map(&mut self, size: usize) -> Option<NonNull<libc::c_void>> {
        let length = NonZeroUsize::new(size)?;
        let access = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: a new anonymous mapping overlaps no other memory.
        let block = unsafe { mmap_anonymous(None, length, access, MapFlags::MAP_PRIVATE) };
        let block = block.unwrap_or_else(|error| {
            eprintln!("truth: cannot map {size} bytes: {error}");
            std::process::exit(1);
        });
        self.blocks.push((block, size));
        Some(block)
    }

    /// Writes to every page again. After a fork this makes private copies.
    pub fn retouch(&mut self) {
        for (block, size) in &self.blocks {
            write_to(*block, *size);
        }
    }

    /// Unmaps everything.
    pub fn free(&mut self) {
        for (block, size) in self.blocks.drain(..) {
            // SAFETY: `map` has mapped the block with this size, and it is not used any more.
            let _ = unsafe { munmap(block, size) };
        }
    }
}

fn write_to(block: NonNull<libc::c_void>, size: usize) {
    for at in (0..size).step_by(4096) {
        // SAFETY: `at` is inside the mapped block.
        unsafe { block.cast::<u8>().as_ptr().add(at).write_volatile(1) };
    }
}
