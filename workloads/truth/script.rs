//! The interpreter of the script's words.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, exit};
use std::thread::JoinHandle;
use std::time::Duration;

use nix::sys::wait::wait;
use nix::unistd::{ForkResult, fork, setsid};
use rprof_trace::{Bytes, Seconds};

use crate::memory::Memory;

/// The memory and threads of a script.
#[derive(Debug, Default)]
pub struct State {
    memory: Memory,
    threads: Vec<JoinHandle<()>>,
}

impl State {
    /// Waits for all threads and children.
    pub fn wait(&mut self) {
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
        while wait().is_ok() {}
    }
}

/// Executes the words in order.
pub fn run(words: &[String], state: &mut State) {
    let mut rest = words;
    while let Some((word, after)) = rest.split_first() {
        rest = after;
        match word.as_str() {
            "touch" => state.memory.touch(bytes(next(&mut rest))),
            "map" => drop(state.memory.map(bytes(next(&mut rest)))),
            "memfd" => write_memfd(bytes(next(&mut rest))),
            "private" => keep_private(),
            "owner" => become_owner(),
            "retouch" => state.memory.retouch(),
            "free" => state.memory.free(),
            "hold" => std::thread::sleep(time(next(&mut rest))),
            "say" => println!("{}", next(&mut rest)),
            "ready" => drop(std::fs::File::create(next(&mut rest))),
            "await" => await_file(Path::new(next(&mut rest))),
            "wait" => state.wait(),
            "exit" => exit(number(next(&mut rest))),
            "kill" => kill_self(number(next(&mut rest))),
            "mark" => rprof_mark::mark(next(&mut rest)),
            "marks" => {
                let count = number(next(&mut rest));
                let label = next(&mut rest);
                (0..count).for_each(|n| rprof_mark::mark(&format!("{label} {} {n}", std::process::id())));
            }
            "span" => {
                let _span = rprof_mark::span(next(&mut rest));
                run(block(&mut rest), state);
            }
            "exec" => exec(rest),
            "fork" => {
                let count = number(next(&mut rest));
                let body = block(&mut rest);
                for _ in 0..count {
                    in_child(body, state, false);
                }
            }
            "daemon" => in_child(block(&mut rest), state, true),
            "thread" => {
                let body = block(&mut rest).to_vec();
                state.threads.push(std::thread::spawn(move || {
                    let mut own = State::default();
                    run(&body, &mut own);
                    own.wait();
                }));
            }
            other => fail(&format!("unknown word `{other}`")),
        }
    }
}

/// Makes the effective user the real one. A process with another real user cannot be signalled by who started it.
fn become_owner() {
    let owner = nix::unistd::geteuid();
    if let Err(error) = nix::unistd::setuid(owner) {
        fail(&format!("cannot become user {owner}: {error}"));
    }
}

fn in_child(body: &[String], state: &mut State, daemon: bool) {
    // SAFETY: the child only runs the script and exits. Scripts with threads fork before they start a thread.
    match unsafe { fork() } {
        Ok(ForkResult::Parent { child }) if daemon => {
            let _ = nix::sys::wait::waitpid(child, None);
        }
        Ok(ForkResult::Parent { .. }) => {}
        Ok(ForkResult::Child) => {
            if daemon {
                let _ = setsid();
                // SAFETY: as above.
                if !matches!(unsafe { fork() }, Ok(ForkResult::Child)) {
                    exit(0);
                }
            }
            run(body, state);
            state.wait();
            exit(0);
        }
        Err(error) => fail(&format!("cannot fork: {error}")),
    }
}

fn exec(rest: &[String]) {
    let own = std::env::current_exe().unwrap_or_else(|error| fail(&error.to_string()));
    fail(&Command::new(own).args(rest).exec().to_string());
}

/// Waits until a file exists, for at most five minutes. A failed test would otherwise leave waiting programs behind.
fn await_file(path: &Path) {
    let begun = std::time::Instant::now();
    while !path.exists() {
        if begun.elapsed() > Duration::from_mins(5) {
            fail(&format!("`{}` did not appear within five minutes", path.display()));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Makes the process non-dumpable on Linux, so that other users cannot read its `smaps_rollup`.
fn keep_private() {
    #[cfg(target_os = "linux")]
    let _ = nix::sys::prctl::set_dumpable(false);
}

/// Fills a file in memory that stays open and is never mapped, so that it is in the RSS of no process.
fn write_memfd(size: usize) {
    #[cfg(target_os = "linux")]
    {
        use std::io::Write;
        let flags = nix::sys::memfd::MFdFlags::empty();
        let made = nix::sys::memfd::memfd_create("truth", flags).map(std::fs::File::from);
        let mut file = made.unwrap_or_else(|error| fail(&format!("cannot make a memfd: {error}")));
        let block = vec![1; 1 << 16];
        for _ in 0..size / block.len() {
            file.write_all(&block).unwrap_or_else(|error| fail(&format!("cannot fill the memfd: {error}")));
        }
        std::mem::forget(file);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = size;
}

fn kill_self(number: i32) {
    // SAFETY: raise accepts any number.
    unsafe { libc::raise(number) };
}

/// Returns the words between the next `[` and its `]`.
fn block<'a>(rest: &mut &'a [String]) -> &'a [String] {
    if next(rest) != "[" {
        fail("expected `[`");
    }
    let mut depth = 1;
    for (at, word) in rest.iter().enumerate() {
        match word.as_str() {
            "[" => depth += 1,
            "]" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let body = &rest[..at];
            *rest = &rest[at + 1..];
            return body;
        }
    }
    fail("missing `]`")
}

fn next<'a>(rest: &mut &'a [String]) -> &'a str {
    let Some((word, after)) = rest.split_first() else { fail("the last word lacks an argument") };
    *rest = after;
    word
}

fn number(word: &str) -> i32 {
    word.parse().unwrap_or_else(|_| fail(&format!("`{word}` is not a number")))
}

fn bytes(word: &str) -> usize {
    let size: Bytes = word.parse().unwrap_or_else(|error| fail(&format!("{error}")));
    usize::try_from(size.0).unwrap_or_else(|_| fail(&format!("`{word}` is too large")))
}

fn time(word: &str) -> Duration {
    let time: Seconds = word.parse().unwrap_or_else(|error| fail(&format!("{error}")));
    Duration::from_secs_f64(time.0)
}

fn fail(what: &str) -> ! {
    eprintln!("truth: {what}");
    exit(2)
}
