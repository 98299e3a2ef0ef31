//! The parsers of the kernel's records. Their fields are those that the attributes ask for.

use perf_event_open_sys::bindings as sys;

use super::attributes::REGISTERS;
use super::ring::records;

/// A page fault.
#[derive(Debug, Clone)]
pub struct Sample<'a> {
    /// The process.
    pub pid: u32,
    /// The thread.
    pub tid: u32,
    /// Nanoseconds of the monotonic clock.
    pub time: u64,
    /// The address that was accessed.
    pub address: u64,
    /// The size of the page that was mapped; 0 if unknown.
    pub size: u64,
    /// The user registers in the order of their bits; empty for a thread of the kernel.
    pub registers: Vec<u64>,
    /// The stack from the stack pointer on; empty if the event has none.
    pub stack: &'a [u8],
}

/// An event of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    /// A process was forked.
    Fork { parent: u32 },
    /// A process has ended.
    Exit,
    /// A new name, after an exec or not.
    Name { name: String, exec: bool },
    /// A mapping: addresses, offset in the file, and path.
    Map { tid: u32, start: u64, end: u64, offset: u64, inode: u64, path: String, code: bool },
}

/// A record of the ring of processes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// Nanoseconds of the monotonic clock.
    pub time: u64,
    /// The process.
    pub pid: u32,
    /// The event.
    pub side: Side,
}

/// The fields that are still to read.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_ne_bytes(self.take(4)?.try_into().ok()?))
    }

    fn u64(&mut self) -> Option<u64> {
        Some(u64::from_ne_bytes(self.take(8)?.try_into().ok()?))
    }

    /// A text up to its first zero byte.
    fn text(bytes: &[u8]) -> String {
        let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
        String::from_utf8_lossy(&bytes[..end]).into_owned()
    }
}

/// The id and time that every record but a sample ends with: pid, tid, time.
const TRAILER: usize = 16;

/// The records of processes in drained bytes, and the number of lost records.
pub fn parse(bytes: &[u8], out: &mut Vec<Parsed>) -> u64 {
    let mut lost = 0;
    for (kind, flags, body) in records(bytes) {
        match kind {
            sys::PERF_RECORD_LOST => lost += lost_count(body),
            _ => out.extend(side(kind, flags, body)),
        }
    }
    lost
}

fn lost_count(body: &[u8]) -> u64 {
    let mut fields = Fields(body);
    fields.u64().and_then(|_| fields.u64()).unwrap_or(1)
}

fn side(kind: u32, flags: u16, body: &[u8]) -> Option<Parsed> {
    let (body, trailer) = body.split_at_checked(body.len().checked_sub(TRAILER)?)?;
    let time = Fields(&trailer[8..]).u64()?;
    let mut fields = Fields(body);
    let pid = fields.u32()?;
    let second = fields.u32()?;
    let side = match kind {
        // The new process, its parent, the new thread: a thread has the same process as its parent.
        sys::PERF_RECORD_FORK if second != pid => Side::Fork { parent: second },
        sys::PERF_RECORD_EXIT if fields.u32()? == pid => Side::Exit,
        sys::PERF_RECORD_COMM if second == pid => {
            let exec = u32::from(flags) & sys::PERF_RECORD_MISC_COMM_EXEC != 0;
            Side::Name { name: Fields::text(fields.0), exec }
        }
        sys::PERF_RECORD_MMAP2 => {
            let (start, length, offset) = (fields.u64()?, fields.u64()?, fields.u64()?);
            let _device = (fields.u32()?, fields.u32()?);
            let (inode, _generation) = (fields.u64()?, fields.u64()?);
            let _access = (fields.u32()?, fields.u32()?);
            let code = u32::from(flags) & sys::PERF_RECORD_MISC_MMAP_DATA == 0;
            let path = Fields::text(fields.0);
            Side::Map { tid: second, start, end: start.checked_add(length)?, offset, inode, path, code }
        }
        _ => return None,
    };
    Some(Parsed { time, pid, side })
}

/// Passes the page faults in drained bytes on; returns the number of lost ones.
pub fn parse_samples<'a>(bytes: &'a [u8], has_stacks: bool, out: &mut dyn FnMut(Sample<'a>)) -> u64 {
    let mut lost = 0;
    for (kind, _, body) in records(bytes) {
        match kind {
            sys::PERF_RECORD_SAMPLE => {
                if let Some(sample) = sample(body, has_stacks) {
                    out(sample);
                }
            }
            sys::PERF_RECORD_LOST => lost += lost_count(body),
            _ => {}
        }
    }
    lost
}

/// Numbers of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Faults of small pages, and lost records, whose size is not known.
    pub small: u64,
    /// Faults of transparent huge pages.
    pub huge: u64,
}

/// The numbers of faults in drained bytes; `huge_size` is the size of a huge page.
pub fn count_samples(bytes: &[u8], huge_size: u64) -> Counts {
    let mut counts = Counts::default();
    for (kind, _, body) in records(bytes) {
        match kind {
            // The size of the page is the last value of a fault, see `sample`.
            sys::PERF_RECORD_SAMPLE => {
                let is_huge = body.last_chunk().is_some_and(|size| u64::from_ne_bytes(*size) >= huge_size);
                *(if is_huge { &mut counts.huge } else { &mut counts.small }) += 1;
            }
            sys::PERF_RECORD_LOST => counts.small = counts.small.saturating_add(lost_count(body)),
            _ => {}
        }
    }
    counts
}

fn sample(body: &[u8], has_stack: bool) -> Option<Sample<'_>> {
    let mut fields = Fields(body);
    let _ip = fields.u64()?;
    let (pid, tid) = (fields.u32()?, fields.u32()?);
    let (time, address) = (fields.u64()?, fields.u64()?);
    let mut registers = Vec::new();
    if fields.u64()? != 0 {
        for _ in 0..REGISTERS.count_ones() {
            registers.push(fields.u64()?);
        }
    }
    let stack = if has_stack { stack(&mut fields)? } else { &[] };
    let size = fields.u64()?;
    Some(Sample { pid, tid, time, address, size, registers, stack })
}

/// The used part of a copy of the stack.
fn stack<'a>(fields: &mut Fields<'a>) -> Option<&'a [u8]> {
    let length = usize::try_from(fields.u64()?).ok()?;
    if length == 0 {
        return Some(&[]);
    }
    let dumped = fields.take(length)?;
    let used = usize::try_from(fields.u64()?).ok()?;
    dumped.get(..used.min(length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u32, flags: u16, body: &[u8]) -> Vec<u8> {
        let mut bytes = kind.to_ne_bytes().to_vec();
        bytes.extend(flags.to_ne_bytes());
        bytes.extend((body.len() as u16 + 8).to_ne_bytes());
        bytes.extend(body);
        bytes
    }

    fn words(words: &[u64]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_ne_bytes()).collect()
    }

    fn pair(low: u32, high: u32) -> u64 {
        u64::from(low) | u64::from(high) << 32
    }

    #[test]
    fn a_fork_of_a_process_is_kept_and_one_of_a_thread_is_not() {
        let fork = |pid, parent, tid| {
            let body = [pair(pid, parent), pair(tid, parent), 5, pair(1, 1), 5];
            record(sys::PERF_RECORD_FORK, 0, &words(&body))
        };
        let mut parsed = Vec::new();
        assert_eq!(parse(&[fork(7, 3, 7), fork(3, 3, 8)].concat(), &mut parsed), 0);
        assert_eq!(parsed, [Parsed { time: 5, pid: 7, side: Side::Fork { parent: 3 } }]);
    }

    #[test]
    fn an_exec_has_its_name_and_lost_records_are_counted() {
        let mut body = words(&[pair(7, 7)]);
        body.extend(b"sh\0\0\0\0\0\0");
        body.extend(words(&[pair(7, 7), 9]));
        let bytes = [
            record(sys::PERF_RECORD_COMM, sys::PERF_RECORD_MISC_COMM_EXEC as u16, &body),
            record(sys::PERF_RECORD_LOST, 0, &words(&[1, 40, 0, 0])),
        ]
        .concat();
        let mut parsed = Vec::new();
        assert_eq!(parse(&bytes, &mut parsed), 40);
        let name = Side::Name { name: "sh".into(), exec: true };
        assert_eq!(parsed, [Parsed { time: 9, pid: 7, side: name }]);
    }

    #[test]
    fn a_fault_has_the_used_part_of_its_stack() {
        let count = REGISTERS.count_ones() as usize;
        let mut body = words(&[1, pair(7, 8), 9, 0x5000, 2]);
        body.extend(words(&vec![11; count]));
        body.extend(words(&[16, 0xaa, 0xbb, 8, 4096]));
        let bytes = record(sys::PERF_RECORD_SAMPLE, 0, &body);
        let mut samples = Vec::new();
        assert_eq!(parse_samples(&bytes, true, &mut |sample| samples.push(sample)), 0);
        let sample = &samples[0];
        assert_eq!((sample.pid, sample.tid, sample.time, sample.size), (7, 8, 9, 4096));
        assert_eq!(sample.registers, vec![11; count]);
        assert_eq!(sample.stack, 0xaau64.to_ne_bytes());
        for cut in 0..bytes.len() {
            parse_samples(&bytes[..cut], true, &mut drop);
            parse_samples(&bytes[..cut], false, &mut drop);
        }
    }

    #[test]
    fn a_fault_without_a_stack_has_the_rest() {
        let mut body = words(&[1, pair(7, 8), 9, 0x5000, 2]);
        body.extend(words(&vec![11; REGISTERS.count_ones() as usize]));
        body.extend(words(&[2 << 20]));
        let bytes = [
            record(sys::PERF_RECORD_SAMPLE, 0, &body),
            record(sys::PERF_RECORD_LOST, 0, &words(&[1, 40, 0, 0])),
        ]
        .concat();
        let mut samples = Vec::new();
        assert_eq!(parse_samples(&bytes, false, &mut |sample| samples.push(sample)), 40);
        assert_eq!((samples[0].address, samples[0].size, samples[0].stack.len()), (0x5000, 2 << 20, 0));
        assert_eq!(count_samples(&bytes, 2 << 20), Counts { small: 40, huge: 1 });
        assert_eq!(count_samples(&bytes, 4 << 20), Counts { small: 41, huge: 0 });
    }
}
