//! The `tracing` layer in a real process: the records that a program with `tracing` spans leaves.
#![allow(clippy::unwrap_used)]

mod support;

use support::{lines_of, shape};
use tracing::{info_span, subscriber::with_default};
use tracing_subscriber::layer::SubscriberExt;

#[test]
#[ignore = "a program that the test below starts"]
fn program() {
    let subscriber = tracing_subscriber::registry().with(rprof_mark::layer());
    with_default(subscriber, || {
        let load = info_span!("load", rows = 3).entered();
        let task = info_span!("task");
        // A future that is polled twice enters its span twice.
        task.in_scope(|| ());
        task.in_scope(|| ());
        drop(task);
        let load = load.exit();
        let other = load.clone();
        drop(load);
        std::thread::spawn(move || drop(other)).join().unwrap();
    });
}

#[test]
fn a_tracing_span_is_recorded_from_its_creation_to_its_close() {
    let (lines, succeeded) = lines_of("program");
    assert!(succeeded);
    assert_eq!(
        shape(&lines),
        ["begin 1 load", "begin 2 task", "end 2", "FUNC task 1", "end 1", "FUNC load 0"]
    );
}
