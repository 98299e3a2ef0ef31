//! The cost of each call in a program that does not run under rprof.
//! Run it with `env -u RPROF_TRACE cargo bench -p rprof-mark`.

use std::hint::black_box;
use std::time::Instant;

const CALLS: u32 = 100_000_000;

fn measure(name: &str, mut call: impl FnMut(u32)) {
    call(0);
    let start = Instant::now();
    (0..CALLS).for_each(&mut call);
    println!("{name}: {:.2} ns", start.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS));
}

fn main() {
    if rprof_mark::is_active() {
        println!("`RPROF_TRACE` is set and the calls would fill the trace; run with `env -u RPROF_TRACE`");
        return;
    }
    measure("an empty loop", |i| _ = black_box(i));
    measure("mark", |i| {
        black_box(i);
        rprof_mark::mark("x");
    });
    measure("span, begin and end", |i| {
        let _span = rprof_mark::span!("step {}", black_box(i));
    });
}
