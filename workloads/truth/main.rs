//! A program whose true memory curve is known. Its arguments are a small script, executed word by word.
//!
//! | words | effect |
//! |---|---|
//! | `touch SIZE` | map memory and write to each page |
//! | `map SIZE` | map memory without touching it |
//! | `retouch` | write to all mapped pages again |
//! | `free` | unmap all memory |
//! | `hold TIME` | sleep |
//! | `fork N [ … ]` | start N children that run the script in brackets |
//! | `thread [ … ]` | start a thread that runs the script in brackets |
//! | `daemon [ … ]` | start a double-forked orphan in its own session that runs the script in brackets |
//! | `wait` | wait for all threads and children |
//! | `exec …` | replace this program by a new one that runs the rest of the script |
//! | `kill SIG` | send a signal to itself |
//! | `exit N` | exit with code N |
//! | `say TEXT` | print a text to stdout |
//! | `ready FILE` | create a file |
//! | `await FILE` | wait until a file exists |
//! | `private` | from now on, other users cannot read its `smaps_rollup` |
//! | `owner` | take on the user that owns this file, for a set-uid copy: others cannot signal it then |
//! | `mark LABEL` | record a mark |
//! | `marks N LABEL` | record N marks |
//! | `span NAME [ … ]` | run the script in brackets within a span |
//!
//! On Linux, `truth family SEED` plays a random process tree that measures itself, see `family.rs`.
#![allow(unsafe_code)]

#[cfg(target_os = "linux")]
mod family;
#[cfg(target_os = "linux")]
mod family_script;
mod memory;
mod script;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.is_empty() {
        eprintln!("usage: truth WORD...   (workloads/truth/main.rs lists the words)");
        std::process::exit(2);
    }
    #[cfg(target_os = "linux")]
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["family", seed] => return family::play(seed.parse().expect("a number")),
        ["family-join", slot, how] => return family::join(slot.parse().expect("a number"), how == "spawned"),
        _ => {}
    }
    let mut state = script::State::default();
    script::run(&words, &mut state);
    state.wait();
}
