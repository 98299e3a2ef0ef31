//! Large arrays, allocated as NumPy does: lazy zeros from calloc, with huge pages requested.
//! No other module of this package makes memory calls to the kernel, except for the mapped file of `memmap`.

/// An array in memory, stored slice by slice. A page becomes resident when it is first written.
#[derive(Debug)]
pub struct Array<T> {
    values: Vec<T>,
    slice_len: usize,
}

impl<T: Copy + Default> Array<T> {
    /// Returns `depth` slices of `slice_len` zeros each. No page is touched yet.
    pub fn zeros(depth: usize, slice_len: usize) -> Self {
        // `vec!` calls calloc for the zero of a number, and fresh memory from the system is zero already.
        let values = vec![T::default(); depth * slice_len];
        advise_huge_pages(&values);
        Self { values, slice_len }
    }

    /// Copies `slice` to position `index`.
    ///
    /// # Panics
    /// If `index` is out of range, or `slice` has another length than the array's slices.
    pub fn store(&mut self, index: usize, slice: &[T]) {
        let start = index * self.slice_len;
        self.values[start..start + self.slice_len].copy_from_slice(slice);
    }

    /// All values, slice after slice.
    pub fn values(&self) -> &[T] {
        &self.values
    }
}

/// Returns an empty vector with capacity for exactly `count` values.
pub fn fresh<T>(count: usize) -> Vec<T> {
    let values = Vec::with_capacity(count);
    advise_huge_pages(&values);
    values
}

/// Requests transparent huge pages for a large allocation, as NumPy does from 4 MiB on (in its
/// `alloc.c`). The first touch then costs one page fault per 2 MiB instead of one per 4 KiB.
#[cfg(target_os = "linux")]
fn advise_huge_pages<T>(values: &Vec<T>) {
    use nix::sys::mman::{MmapAdvise, madvise};
    use nix::unistd::{SysconfVar, sysconf};
    use std::ptr::NonNull;

    const LARGE: usize = 4 << 20;
    let bytes = values.capacity() * size_of::<T>();
    let page = sysconf(SysconfVar::PAGE_SIZE).ok().flatten().and_then(|page| usize::try_from(page).ok());
    let (Some(page), true) = (page, bytes >= LARGE) else { return };
    // Only whole pages: other allocations may share the first and the last page.
    let start = values.as_ptr().cast_mut().cast::<u8>();
    let before = start.addr().next_multiple_of(page) - start.addr();
    let length = (bytes - before) / page * page;
    let Some(first_page) = NonNull::new(start.wrapping_add(before)) else { return };
    #[expect(unsafe_code, reason = "no safe madvise exists")]
    // SAFETY: the pages lie within one live allocation, and MADV_HUGEPAGE does not change their contents.
    let _ = unsafe { madvise(first_page.cast(), length, MmapAdvise::MADV_HUGEPAGE) };
    // A kernel without huge pages refuses. The array is the same then, but its first touch is slower.
}

/// Does nothing: only Linux needs a request.
#[cfg(not(target_os = "linux"))]
fn advise_huge_pages<T>(_values: &Vec<T>) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_is_stored_at_its_position() {
        let mut array = Array::zeros(3, 2);
        array.store(1, &[1.0_f64, 2.0]);
        array.store(2, &[3.0, 4.0]);
        assert_eq!(array.values(), [0.0, 0.0, 1.0, 2.0, 3.0, 4.0]);
    }

    #[test]
    fn a_large_array_starts_as_zeros_and_can_be_filled() {
        let mut array = Array::zeros(2, 3 << 20);
        array.store(1, &vec![7.0_f32; 3 << 20]);
        assert!(array.values()[..3 << 20].iter().all(|value| value.to_bits() == 0));
        assert!(array.values()[3 << 20..].iter().all(|value| value.to_bits() == 7.0_f32.to_bits()));
    }

    #[test]
    fn a_fresh_vector_has_exactly_the_requested_capacity() {
        assert_eq!(fresh::<f64>(2_000_000).capacity(), 2_000_000);
    }

    /// The basic workload depends on this: its memory rises while the array is filled, not when it is allocated.
    #[cfg(target_os = "linux")]
    #[test]
    fn zeros_become_resident_only_when_they_are_written() {
        const BYTES: u64 = 1 << 30;
        let resident = || {
            let status = std::fs::read_to_string("/proc/self/status").expect("status");
            let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
            line.trim().trim_end_matches(" kB").parse::<u64>().expect("kibibytes") * 1024
        };
        let before = resident();
        let array = Array::<f64>::zeros(16, (BYTES / 16 / 8) as usize);
        assert!(resident() < before + BYTES / 4, "{} bytes became resident", resident() - before);
        assert_eq!(array.values()[12345].to_bits(), 0);
    }
}
