//! A program whose true memory curve is known: it carries out a little script, word by word, given as its arguments.
//!
//! `touch SIZE` map and write to that much; `map SIZE` map it only; `free` unmap it all; `hold TIME` sleep; `fork N [ … ]` N children run the
//! script in brackets; `thread [ … ]` a thread runs it; `daemon [ … ]` a double-forked orphan in its own session runs
//! it; `wait` for all children; `exec …` start the rest as a new program; `kill SIG` itself; `exit N`;
//! `say TEXT` on stdout; `ready FILE` make that file; `await FILE` until it is there; `retouch` write to it all again;
//! `private` from now on other users cannot read its shares;
//! `mark LABEL` and `marks N LABEL` in the trace, N times; `span NAME [ … ]` the script in brackets as a span of the trace.
#![allow(unsafe_code)]

mod memory;
mod script;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.is_empty() {
        eprintln!("usage: truth WORD...   (see the head of its source)");
        std::process::exit(2);
    }
    let mut state = script::State::default();
    script::run(&words, &mut state);
    state.wait();
}
