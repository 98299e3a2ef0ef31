//! Tests of idle readings against full ones, on real processes.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use rprof_trace::{Bytes, Part};

use super::super::process::Process;
use super::*;

/// An interpreter that runs one line of its standard input at a time and prints an empty line after each.
struct Interpreter {
    child: Child,
    input: ChildStdin,
    output: BufReader<std::process::ChildStdout>,
}

impl Interpreter {
    fn sh() -> Self {
        Self::start("sh", "while read -r line; do eval \"$line\"; echo; done")
    }

    fn python() -> Self {
        Self::start("python3", "import sys, mmap\nfor line in sys.stdin: exec(line); print(flush=True)")
    }

    fn start(program: &str, script: &str) -> Self {
        let mut command = Command::new(program);
        let command = command.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect(program);
        let (input, output) = (child.stdin.take().expect("stdin"), child.stdout.take().expect("stdout"));
        let mut interpreter = Self { child, input, output: BufReader::new(output) };
        // On a busy machine, an interpreter that waits for a processor while it starts looks idle.
        interpreter.run("");
        interpreter
    }

    /// Runs a line and returns what it printed last before its own end.
    fn run(&mut self, line: &str) -> String {
        writeln!(self.input, "{line}").expect("written");
        let mut answer = String::new();
        loop {
            let mut line = String::new();
            self.output.read_line(&mut line).expect("an answer");
            if line.trim().is_empty() {
                return answer;
            }
            answer = line.trim().to_owned();
        }
    }

    fn process(&self) -> Process {
        Process::open(self.child.id()).expect("the shell").0
    }
}

impl Drop for Interpreter {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads until the last reading is given out again.
fn read_until_idle(process: &mut Process) -> Reading {
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        let reading = process.read().expect("a reading");
        if process.is_idle() {
            return reading;
        }
        assert!(Instant::now() < deadline, "the process never rests");
        std::thread::yield_now();
    }
}

fn fresh(process: &Process) -> Reading {
    Process::open(process.pid()).expect("a fresh reading").1
}

/// The memory is given back before the process rests again, so that only its mark has changed.
#[test]
fn an_idle_process_that_grew_and_shrank_shows_its_mark() {
    let mut python = Interpreter::python();
    let mut process = python.process();
    for size in (4..40_u64).step_by(4).map(|mib| mib << 20) {
        let rested = read_until_idle(&mut process);
        assert_eq!(rested, fresh(&process), "before {size}");
        python.run(&format!("m = mmap.mmap(-1, {size}); m.write(bytes({size})); m.close()"));
        let reading = process.read().expect("a reading");
        assert_eq!(reading.memory, fresh(&process).memory, "after {size}");
        assert!(reading.memory.get(Part::Hwm) >= Some(Bytes(size)), "{size} {reading:?}");
    }
}

/// The last reading of an idle process must not outlive the process.
#[test]
fn an_idle_process_that_is_killed_is_gone() {
    let mut shell = Interpreter::sh();
    let mut process = shell.process();
    read_until_idle(&mut process);
    shell.child.kill().expect("killed");
    let deadline = Instant::now() + Duration::from_mins(1);
    while !process.read().expect("a reading").dead {
        assert!(Instant::now() < deadline, "it does not end");
    }
    shell.child.wait().expect("reaped");
    assert!(matches!(process.read(), Err(crate::error::ReadError::Gone)));
}

/// A parent that dies changes its children without running them.
#[test]
fn an_orphan_shows_its_new_parent_after_the_reading_is_forgotten() {
    let mut shell = Interpreter::sh();
    let pid = shell.run("sleep 60 & echo $!").parse().expect("a pid");
    let mut orphan = Process::open(pid).expect("the sleeper").0;
    assert_eq!(read_until_idle(&mut orphan).ppid, shell.child.id());
    shell.child.kill().expect("killed");
    shell.child.wait().expect("reaped");
    orphan.forget_reading();
    assert_ne!(orphan.read().expect("a reading").ppid, shell.child.id());
    orphan.signal(libc::SIGKILL).expect("killed");
}

#[test]
fn counters_are_read_again_only_after_the_process_has_run() {
    let mut shell = Interpreter::sh();
    let mut process = shell.process();
    read_until_idle(&mut process);
    let before = process.faults().expect("counters");
    assert_eq!(process.faults().expect("counters"), before);
    shell.run("x=$(seq 20000); x=");
    let after = process.faults().expect("counters");
    assert!(after.own > before.own && after.children > before.children, "{before:?} {after:?}");
}

/// This test process has several threads, and the one that reads is not the first.
#[test]
fn the_growth_of_any_thread_is_seen() {
    const SIZE: usize = 32 << 20;
    let (to_thread, orders) = std::sync::mpsc::channel::<()>();
    let (answers, from_thread) = std::sync::mpsc::channel::<()>();
    let thread = std::thread::spawn(move || {
        orders.recv().expect("an order");
        let mut block = vec![0_u8; SIZE];
        block.iter_mut().step_by(4096).for_each(|byte| *byte = 1);
        drop(std::hint::black_box(block));
        answers.send(()).expect("heard");
        let _ = orders.recv();
    });
    let mut process = Process::open(std::process::id()).expect("this process").0;
    for _ in 0..2 * LAST_PATIENCE {
        process.read().expect("a reading");
    }
    let before = process.read().expect("a reading").memory.get(Part::Hwm).expect("a mark");
    to_thread.send(()).expect("heard");
    from_thread.recv().expect("an answer");
    let after = process.read().expect("a reading").memory.get(Part::Hwm).expect("a mark");
    assert!(after >= before && after >= Bytes(SIZE as u64), "{before:?} {after:?}");
    drop(to_thread);
    thread.join().expect("ended");
}
