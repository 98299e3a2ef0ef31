//! A random process tree that knows its own peak. One process acts at a time, and all others wait for their turn.
//!
//! `truth family SEED` plays the script of that seed and prints two numbers: the largest sum of RSS in bytes, and the
//! largest memory with each page counted once. Both are read from /proc while every process of the tree stands still.

use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::atomic::{AtomicI32, AtomicU32, AtomicU64, Ordering::SeqCst};
use std::time::Duration;

use crate::family_script::{self, Op, SLOTS, STEPS, Step};

/// The descriptor of the shared memory, which an exec keeps.
const SHARED_FD: i32 = 100;
const BLOCKS: usize = 64;

/// The memory that all processes of the tree share.
#[repr(C)]
struct Shared {
    /// The step that is being played.
    step: AtomicU32,
    /// The number of processes that have begun or ended to wait for a turn.
    ready: AtomicU32,
    /// The pid of each slot; 0 for one that is not alive.
    pids: [AtomicI32; SLOTS],
    /// The pid of the last process of each slot that has ended.
    ended: [AtomicI32; SLOTS],
    sum: AtomicU64,
    once: AtomicU64,
    steps: AtomicU32,
    script: [Step; STEPS],
}

/// The memory of one process: its mapped blocks. A fork copies it.
struct Node {
    shared: &'static Shared,
    slot: usize,
    blocks: [(usize, usize, bool); BLOCKS],
    count: usize,
}

/// Plays the script of a seed and prints the truth.
pub fn play(seed: u64) {
    let script = family_script::generate(seed);
    // SAFETY: a new descriptor, moved to a number that nothing else uses.
    unsafe {
        let fd = libc::memfd_create(c"family".as_ptr(), 0);
        assert!(fd >= 0 && libc::ftruncate(fd, size_of::<Shared>().cast_signed() as i64) == 0);
        assert_eq!(libc::dup2(fd, SHARED_FD), SHARED_FD);
        libc::close(fd);
        let shared = map_shared();
        (*shared).steps = AtomicU32::new(script.len() as u32);
        (&mut (*shared).script)[..script.len()].copy_from_slice(&script);
    }
    drop(script);
    let mut node = Node::new(0);
    node.play();
    println!("{} {}", node.shared.sum.load(SeqCst), node.shared.once.load(SeqCst));
}

/// Goes on in a slot after an exec. `spawned` is true for a new process, and false for one that was in the tree before.
pub fn join(slot: usize, spawned: bool) {
    let mut node = Node::new(slot);
    if spawned {
        node.shared.ready.fetch_add(1, SeqCst);
        wake(&node.shared.ready);
    } else {
        node.measure();
        node.shared.step.fetch_add(1, SeqCst);
        wake(&node.shared.step);
    }
    node.play();
}

fn map_shared() -> *mut Shared {
    let (access, length) = (libc::PROT_READ | libc::PROT_WRITE, size_of::<Shared>());
    // SAFETY: a new mapping of a file of that size.
    let at = unsafe { libc::mmap(std::ptr::null_mut(), length, access, libc::MAP_SHARED, SHARED_FD, 0) };
    assert_ne!(at, libc::MAP_FAILED);
    at.cast()
}

impl Node {
    fn new(slot: usize) -> Self {
        // SAFETY: the mapping lives as long as the process. Its fields are atomic, or written before the first fork.
        let shared = unsafe { &*map_shared() };
        // SAFETY: getpid always succeeds.
        shared.pids[slot].store(unsafe { libc::getpid() }, SeqCst);
        Self { shared, slot, blocks: [(0, 0, false); BLOCKS], count: 0 }
    }

    /// Plays the steps of this slot until it ends. Only the root returns.
    fn play(&mut self) {
        loop {
            let at = self.shared.step.load(SeqCst);
            if at >= self.shared.steps.load(SeqCst) {
                return;
            }
            let step = self.shared.script[at as usize];
            if step.actor as usize != self.slot {
                wait_while(&self.shared.step, at);
                continue;
            }
            self.act(step.op);
            self.measure();
            self.shared.step.store(at + 1, SeqCst);
            wake(&self.shared.step);
            if matches!(step.op, Op::Exit) {
                // SAFETY: the process ends without running anything else.
                unsafe { libc::_exit(0) };
            }
        }
    }

    fn act(&mut self, op: Op) {
        match op {
            Op::Grow(pages) => self.grow(pages as usize * 4096, false),
            Op::MapFile(pages) => self.grow(pages as usize * 4096, true),
            Op::Shrink => self.shrink(),
            Op::Rewrite => {
                for (at, size, _) in self.blocks[..self.count].iter().filter(|block| !block.2) {
                    touch(*at, *size, true);
                }
            }
            Op::Fork(slot) => self.fork(slot as usize, false),
            Op::DoubleFork(slot) => self.fork(slot as usize, true),
            Op::ThreadFork(slot) => {
                let address = std::ptr::from_mut(self) as usize;
                let thread = std::thread::spawn(move || {
                    // SAFETY: this process waits for the thread and does nothing else meanwhile.
                    unsafe { (*(address as *mut Self)).fork(slot as usize, false) }
                });
                let _ = thread.join();
            }
            Op::Spawn(slot) => {
                self.start(|| {
                    let child = program(slot as usize, "spawned").spawn();
                    std::mem::forget(child);
                });
            }
            Op::Exec => {
                // The new program ends this step.
                panic!("{}", program(self.slot, "exec").exec());
            }
            Op::Exit => {
                let pid = self.shared.pids[self.slot].swap(0, SeqCst);
                self.shared.ended[self.slot].store(pid, SeqCst);
            }
            Op::Reap(slot) => self.await_end(slot as usize, true),
            Op::AwaitEnd(slot) => self.await_end(slot as usize, false),
            Op::Pause(ms) => std::thread::sleep(Duration::from_millis(ms.into())),
        }
    }

    fn grow(&mut self, size: usize, is_file: bool) {
        if self.count == BLOCKS {
            return;
        }
        let fd = if is_file {
            // SAFETY: a constant path.
            unsafe { libc::open(c"/proc/self/exe".as_ptr(), libc::O_RDONLY) }
        } else {
            -1
        };
        let (access, flags) = if is_file {
            (libc::PROT_READ, libc::MAP_PRIVATE)
        } else {
            (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS)
        };
        // A page behind the end of the file cannot be touched. An optimized program is small.
        let length = std::fs::metadata("/proc/self/exe").map_or(0, |file| file.len() as usize);
        let size = if is_file { size.min(length.next_multiple_of(4096)) } else { size };
        // SAFETY: a new mapping overlaps no other memory.
        let at = unsafe { libc::mmap(std::ptr::null_mut(), size, access, flags, fd, 0) };
        assert_ne!(at, libc::MAP_FAILED);
        if is_file {
            // SAFETY: the descriptor is ours.
            unsafe { libc::close(fd) };
        }
        touch(at as usize, size, !is_file);
        self.blocks[self.count] = (at as usize, size, is_file);
        self.count += 1;
    }

    fn shrink(&mut self) {
        if self.count > 0 {
            self.count -= 1;
            let (at, size, _) = self.blocks[self.count];
            // SAFETY: `grow` has mapped the block, and nothing refers to it.
            unsafe { libc::munmap(at as *mut libc::c_void, size) };
        }
    }

    /// Runs `begin`, which makes a process, and waits until that takes turns.
    fn start(&mut self, begin: impl FnOnce()) {
        let before = self.shared.ready.load(SeqCst);
        begin();
        while self.shared.ready.load(SeqCst) == before {
            wait_while(&self.shared.ready, before);
        }
    }

    fn fork(&mut self, slot: usize, twice: bool) {
        let before = self.shared.ready.load(SeqCst);
        // SAFETY: the child makes system calls only.
        let child = unsafe { libc::fork() };
        assert!(child >= 0);
        if child > 0 {
            if twice {
                // SAFETY: a null status is allowed.
                unsafe { libc::waitpid(child, std::ptr::null_mut(), 0) };
            }
            while self.shared.ready.load(SeqCst) == before {
                wait_while(&self.shared.ready, before);
            }
            return;
        }
        // SAFETY: as above.
        if twice && unsafe { libc::fork() } > 0 {
            // SAFETY: getpid always succeeds.
            self.shared.pids[SLOTS - 1].store(unsafe { libc::getpid() }, SeqCst);
            while self.shared.ready.load(SeqCst) == before {
                wait_while(&self.shared.ready, before);
            }
            self.measure();
            self.shared.pids[SLOTS - 1].store(0, SeqCst);
            // SAFETY: the process ends without running anything else.
            unsafe { libc::_exit(0) };
        }
        self.slot = slot;
        // SAFETY: getpid always succeeds.
        self.shared.pids[slot].store(unsafe { libc::getpid() }, SeqCst);
        self.shared.ready.fetch_add(1, SeqCst);
        wake(&self.shared.ready);
        self.play();
        // SAFETY: the process ends without running anything else.
        unsafe { libc::_exit(0) };
    }

    /// Waits until the memory of a slot's last process is gone.
    fn await_end(&mut self, slot: usize, reap: bool) {
        let pid = self.shared.ended[slot].load(SeqCst);
        if reap {
            // SAFETY: a null status is allowed.
            unsafe { libc::waitpid(pid, std::ptr::null_mut(), 0) };
        }
        while read_number(pid, "statm", 1) > 0 {
            std::thread::yield_now();
        }
    }

    /// Adds up the memory of all living processes.
    fn measure(&self) {
        let (mut sum, mut once) = (0, 0);
        for pid in self.shared.pids.iter().map(|pid| pid.load(SeqCst)).filter(|pid| *pid > 0) {
            sum += read_number(pid, "statm", 1) * 4096;
            once += read_number(pid, "smaps_rollup", usize::MAX) * 1024;
        }
        self.shared.sum.fetch_max(sum, SeqCst);
        self.shared.once.fetch_max(once, SeqCst);
    }
}

/// This program, as it goes on in a slot.
fn program(slot: usize, how: &str) -> Command {
    let mut command = Command::new("/proc/self/exe");
    command.args(["family-join", &slot.to_string(), how]);
    command
}

/// Reads a number of a file in /proc without an allocation: the field with an index, or that of the line `Pss`.
fn read_number(pid: i32, file: &str, field: usize) -> u64 {
    use std::io::Write;
    let (mut path, mut text) = ([0_u8; 64], [0_u8; 2048]);
    let _ = write!(&mut path[..63], "/proc/{pid}/{file}");
    // SAFETY: the path ends in 0, and the buffer has the length that is given.
    let length = unsafe {
        let fd = libc::open(path.as_ptr().cast(), libc::O_RDONLY);
        let length = libc::read(fd, text.as_mut_ptr().cast(), text.len());
        libc::close(fd);
        usize::try_from(length).unwrap_or(0)
    };
    let text = std::str::from_utf8(&text[..length]).unwrap_or_default();
    let word = if field == usize::MAX {
        text.lines().find_map(|line| line.strip_prefix("Pss:")).unwrap_or_default()
    } else {
        text.split(' ').nth(field).unwrap_or_default()
    };
    word.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}

/// Reads or writes each page of a block.
fn touch(at: usize, size: usize, write: bool) {
    for page in (at..at + size).step_by(4096) {
        let page = page as *mut u8;
        // SAFETY: the page is inside a mapped block.
        unsafe {
            if write {
                page.write_volatile(1);
            } else {
                let _ = page.read_volatile();
            }
        };
    }
}

fn wait_while(word: &AtomicU32, value: u32) {
    let limit = libc::timespec { tv_sec: 60, tv_nsec: 0 };
    // SAFETY: both pointers are to live values.
    unsafe {
        let woken = libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAIT, value, &raw const limit);
        if woken != 0 && *libc::__errno_location() == libc::ETIMEDOUT {
            // Another process of the tree was killed.
            libc::_exit(3);
        }
    }
}

fn wake(word: &AtomicU32) {
    // SAFETY: the word is alive.
    unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAKE, i32::MAX) };
}
