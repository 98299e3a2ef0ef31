//! The registers of the processor that rprof was built for.

#[cfg(target_arch = "aarch64")]
pub use arm64::{Cache, Unwinder, start, trampoline};
#[cfg(target_arch = "x86_64")]
pub use x86_64::{Cache, Unwinder, start, trampoline};

/// The program counter and the stack pointer of a fault.
pub fn place(registers: &[u64]) -> Option<(u64, u64)> {
    start(registers, 0).map(|(pc, sp, _)| (pc, sp))
}

#[cfg(target_arch = "x86_64")]
mod x86_64 {
    use framehop::x86_64::{CacheX86_64, UnwindRegsX86_64, UnwinderX86_64};

    use crate::unwind::image::Bytes;

    pub type Unwinder = UnwinderX86_64<Bytes>;
    pub type Cache = CacheX86_64;
    pub type Regs = UnwindRegsX86_64;

    /// The program counter, the stack pointer and the registers, from BP, SP and IP.
    pub fn start(registers: &[u64], _highest_code: u64) -> Option<(u64, u64, Regs)> {
        let [bp, sp, ip] = registers.try_into().ok()?;
        Some((ip, sp, UnwindRegsX86_64::new(ip, sp, bp)))
    }

    /// Unwinds the trampoline that Python makes for each function: it keeps one word, and the return address is above.
    pub fn trampoline(regs: &mut Regs, read: &mut dyn FnMut(u64) -> Result<u64, ()>) -> Option<u64> {
        let sp = regs.sp();
        let back = read(sp.checked_add(8)?).ok()?;
        regs.set_sp(sp.checked_add(16)?);
        regs.set_ip(back);
        Some(back)
    }
}

#[cfg(target_arch = "aarch64")]
mod arm64 {
    use framehop::aarch64::{CacheAarch64, PtrAuthMask, UnwindRegsAarch64, UnwinderAarch64};

    use crate::unwind::image::Bytes;

    pub type Unwinder = UnwinderAarch64<Bytes>;
    pub type Cache = CacheAarch64;
    pub type Regs = UnwindRegsAarch64;

    /// The program counter, the stack pointer and the registers, from FP, LR, SP and PC. Return addresses may be signed;
    /// the bits above the highest address of code are the signature.
    pub fn start(registers: &[u64], highest_code: u64) -> Option<(u64, u64, Regs)> {
        let [fp, lr, sp, pc] = registers.try_into().ok()?;
        let mask = PtrAuthMask::from_max_known_address(highest_code.max(sp));
        Some((pc, sp, UnwindRegsAarch64::new_with_ptr_auth_mask(mask, lr, sp, fp)))
    }

    /// Python's trampoline has a frame pointer on this processor, which needs no rule of its own.
    pub fn trampoline(_: &mut Regs, _: &mut dyn FnMut(u64) -> Result<u64, ()>) -> Option<u64> {
        None
    }
}
