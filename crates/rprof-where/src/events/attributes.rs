//! The attributes of the events. An event is inherited by all descendants, and counts from the first exec on.

use perf_event_open_sys::bindings as sys;

/// Bytes of stack that a fault carries.
const STACK_BYTES: u32 = 8192;

/// The registers that unwinding needs, as bits; on x86-64 BP, SP and IP.
#[cfg(target_arch = "x86_64")]
pub const REGISTERS: u64 = 1 << 6 | 1 << 7 | 1 << 8;
/// The registers that unwinding needs, as bits; on arm64 FP, LR, SP and PC.
#[cfg(target_arch = "aarch64")]
pub const REGISTERS: u64 = 1 << 29 | 1 << 30 | 1 << 31 | 1 << 32;

/// The values that every sample has. Without `PERF_SAMPLE_PERIOD`: with it the kernel samples each event, whatever the
/// period.
const SAMPLE: u64 = (sys::PERF_SAMPLE_IP
    | sys::PERF_SAMPLE_TID
    | sys::PERF_SAMPLE_TIME
    | sys::PERF_SAMPLE_ADDR
    | sys::PERF_SAMPLE_DATA_PAGE_SIZE
    | sys::PERF_SAMPLE_REGS_USER) as u64;

/// The features of page-fault events that this kernel grants to this user.
#[derive(Debug, Clone, Copy)]
pub struct Offer {
    /// Faults inside the kernel are recorded, too.
    pub kernel: bool,
    /// The number of lost records can be read at any time, since Linux 6.0. Before, the kernel reports a loss only in front
    /// of the next record.
    pub losses: bool,
}

fn common(config: sys::perf_sw_ids, wake: u32) -> sys::perf_event_attr {
    let mut attr = sys::perf_event_attr::default();
    attr.type_ = sys::PERF_TYPE_SOFTWARE;
    attr.size = size_of::<sys::perf_event_attr>() as u32;
    attr.config = config.into();
    attr.clockid = libc::CLOCK_MONOTONIC;
    attr.set_disabled(1);
    attr.set_enable_on_exec(1);
    attr.set_inherit(1);
    attr.set_exclude_hv(1);
    attr.set_sample_id_all(1);
    attr.set_use_clockid(1);
    attr.set_watermark(1);
    attr.wakeup_watermark = wake;
    attr
}

/// The births, names, mappings and ends of processes.
pub fn tasks(wake: u32) -> sys::perf_event_attr {
    let mut attr = common(sys::PERF_COUNT_SW_DUMMY, wake);
    attr.set_exclude_kernel(1);
    attr.set_task(1);
    attr.set_comm(1);
    attr.set_comm_exec(1);
    attr.set_mmap(1);
    attr.set_mmap2(1);
    attr.set_mmap_data(1);
    attr.sample_type = (sys::PERF_SAMPLE_TID | sys::PERF_SAMPLE_TIME).into();
    attr
}

/// The faults that a switch turns on and off, see [`Events::set_dense`](super::Events::set_dense). An exec leaves it as it is.
pub fn switched(mut attr: sys::perf_event_attr) -> sys::perf_event_attr {
    attr.set_enable_on_exec(0);
    attr
}

/// Page faults without their stacks, one in `period`. The kernel reports a fault of these two kinds after the page is
/// mapped, so that the size of the page is known.
pub fn faults(major: bool, period: u64, offer: Offer, wake: u32) -> sys::perf_event_attr {
    let config = if major { sys::PERF_COUNT_SW_PAGE_FAULTS_MAJ } else { sys::PERF_COUNT_SW_PAGE_FAULTS_MIN };
    let mut attr = common(config, wake);
    attr.set_exclude_kernel(u64::from(!offer.kernel));
    attr.set_exclude_callchain_kernel(1);
    attr.sample_period = period;
    attr.sample_type = SAMPLE;
    attr.sample_regs_user = REGISTERS;
    if offer.losses {
        attr.read_format = sys::PERF_FORMAT_LOST.into();
    }
    attr
}

/// The same faults with a copy of the stack.
pub fn with_stacks(mut attr: sys::perf_event_attr) -> sys::perf_event_attr {
    attr.sample_type |= u64::from(sys::PERF_SAMPLE_STACK_USER);
    attr.sample_stack_user = STACK_BYTES;
    attr
}
