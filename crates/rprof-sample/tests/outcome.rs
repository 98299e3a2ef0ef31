//! The outcome of a session: the instants of exec and end, page faults, streams, and children from before the session.

#![cfg(target_os = "linux")]

use std::fs::File;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use rprof_sample::{Clock, ExitStatus, Launch, Options, Outcome, Session, Target};
use rprof_trace::Bytes;

fn run(launch: Launch, options: Options) -> Outcome {
    let session = Session::begin(&Target::Launch(launch), options, Clock::start()).expect("it starts");
    session.watch(&mut |_| {}, &mut |warning| panic!("{warning}"))
}

fn launch(words: &[&str]) -> Launch {
    Launch { argv: words.iter().map(Into::into).collect(), ..Launch::default() }
}

/// One test, because a session reaps every child of its process.
#[test]
fn an_outcome_has_the_instants_and_the_faults_of_the_command() {
    let quick = Options { group: false, ..Options::default() };
    let outcome = run(launch(&["sleep", "0.2"]), quick.clone());
    let (exec, found) = (outcome.exec.expect("an exec"), outcome.found.expect("an end"));
    let wall = outcome.wall_time().expect("both");
    assert!(
        exec > Duration::ZERO && found > exec && found.as_secs_f64() <= outcome.end.elapsed_s.0,
        "{outcome:?}"
    );
    assert!(wall >= Duration::from_millis(200) && found.checked_sub(exec) == Some(wall), "{wall:?}");
    assert!(outcome.faults.expect("faults").minor > 10, "{outcome:?}");
    assert_eq!(outcome.interrupted, None);

    // The program is another file than the first word, and its streams are files.
    let place = tempfile::tempdir().expect("a place");
    let output = Arc::new(File::create(place.path().join("out")).expect("room").into());
    let streams = [None, Some(output), None];
    let named =
        Launch { program: Some("/bin/sh".into()), streams, ..launch(&["my-name", "-c", "echo $0; exit 3"]) };
    assert_eq!(run(named, quick.clone()).exit_status, Some(ExitStatus::Exited(3)));
    assert_eq!(std::fs::read_to_string(place.path().join("out")).expect("text"), "my-name\n");

    // A child from before the session ends during it, with far more memory than the command.
    let hog = "d = b'x' * (100 << 20)\nimport time\ntime.sleep(0.2)";
    match Command::new("python3").args(["-c", hog]).spawn() {
        Ok(_) => {
            let outcome = run(launch(&["sleep", "1"]), quick);
            let hwm = outcome.end.hwm_bytes.expect("a maximum");
            assert!(hwm < Bytes(50 << 20) && outcome.end.processes == 1, "{hwm}");
        }
        Err(error) => eprintln!("skipped: no python3: {error}"),
    }
}
