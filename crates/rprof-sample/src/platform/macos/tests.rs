//! Tests that need a Mac. Other systems compile and link them, which proves that every call exists.

use std::process::{Child, Command};
use std::time::{Duration, Instant};

use rprof_trace::Part;

use super::{Process, Search, Waiter, command_of, find_processes, name_of, now, owner, read_zombie};
use crate::error::ReadError;
use crate::platform::{Launch, reap, spawn};

fn sleeper(seconds: &str) -> Child {
    Command::new("sleep").arg(seconds).spawn().expect("a child")
}

#[test]
fn our_own_memory_is_read_and_is_below_its_maximum() {
    let (_, reading) = Process::open(std::process::id()).expect("ourselves");
    let m = reading.memory;
    assert!(m.get(Part::Rss).is_some_and(|rss| rss.0 > 100_000), "{m:?}");
    assert!(
        m.get(Part::Footprint).is_some()
            && m.get(Part::Vsz) > m.get(Part::Rss)
            && m.get(Part::Hwm) >= m.get(Part::Rss),
        "{m:?}"
    );
    assert_eq!((m.get(Part::Anon), m.get(Part::Swap)), (None, None));
    assert!(!reading.dead && reading.ppid > 0);
}

#[test]
fn touched_pages_count() {
    let mut us = Process::open(std::process::id()).expect("ourselves").0;
    let before = us.read().expect("a reading").memory.get(Part::Footprint);
    let block = std::hint::black_box(vec![1_u8; 64 << 20]);
    let after = us.read().expect("a reading").memory.get(Part::Footprint);
    drop(block);
    assert!(after.zip(before).is_some_and(|(after, before)| after.0 > before.0 + (60 << 20)));
}

#[test]
fn the_command_line_of_a_child_is_read() {
    let mut child = sleeper("29");
    let (mut process, _) = Process::open(child.id()).expect("a child");
    let line = process.command_line();
    let words: Vec<_> = line.args.iter().map(|arg| String::from_utf8_lossy(arg.as_bytes())).collect();
    assert_eq!(words, ["sleep", "29"]);
    assert!(process.image() > 0);
    assert_eq!(command_of(child.id()), ["sleep", "29"]);
    assert!(process.signal(libc::SIGKILL).is_ok());
    child.wait().expect("its end");
}

#[test]
fn launchd_is_denied_and_has_a_name() {
    assert!(matches!(Process::open(1), Err(ReadError::Denied)) || owner(std::process::id()) == owner(1));
    assert_eq!(name_of(1).as_deref(), Some("launchd"));
    assert_eq!(owner(1).as_deref(), Some("root"));
}

#[test]
fn a_child_is_found_read_and_seen_dead() {
    let mut child = sleeper("30");
    let us = std::process::id();
    let (mut search, mut found) = (Search::new(true), Vec::new());
    assert_eq!(search.newborns(|pid| pid == us, &mut found), None);
    let at = found.iter().position(|(p, _)| p.pid() == child.id()).expect("the child is found");
    let mut process = found.swap_remove(at).0;
    assert_eq!(process.read().expect("a reading").ppid, us);
    found.clear();
    search.newborns(|pid| pid == us, &mut found);
    assert!(found.iter().all(|(p, _)| p.pid() != child.id()), "found once");
    assert!(find_processes("sleep").iter().any(|(pid, _)| *pid == child.id()));
    assert!(process.signal(libc::SIGKILL).is_ok());
    let deadline = Instant::now() + Duration::from_secs(10);
    while !process.read().expect("a zombie can be read").dead {
        assert!(Instant::now() < deadline, "the process becomes a zombie");
        std::thread::sleep(Duration::from_millis(1));
    }
    let facts = read_zombie(child.id());
    assert!(facts.max_footprint.is_some_and(|max| max.0 > 0), "{facts:?}");
    assert_eq!(facts.had_children, Some(false));
    child.wait().expect("its end");
    assert!(matches!(process.read(), Err(ReadError::Gone)));
}

#[test]
fn the_end_of_a_watched_process_ends_the_sleep() {
    let mut child = sleeper("0.1");
    let mut waiter = Waiter::new().expect("a waiter");
    waiter.watch(child.id());
    let begun = now();
    while !waiter.sleep(Duration::from_secs(10)).expect("sleep").ended {
        assert!(now().saturating_sub(begun) < Duration::from_secs(9), "woken by the end");
    }
    child.wait().expect("its end");
}

/// Linked, but not run: it would reap the children of the other tests.
#[test]
#[ignore = "reaps any child; run it alone"]
fn a_child_is_reaped() {
    let argv = vec!["true".into()];
    let child = spawn(&Launch { argv, ..Launch::default() }, None).expect("a child");
    let mut waiter = Waiter::new().expect("a waiter");
    loop {
        waiter.sleep(Duration::from_millis(10)).expect("sleep");
        while let Some(signal) = waiter.next_signal().expect("a signal") {
            assert_eq!(signal.number, libc::SIGCHLD);
        }
        if let Some(reaped) = reap() {
            assert_eq!(reaped.pid, child.pid);
            return;
        }
    }
}
