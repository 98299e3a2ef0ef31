//! Time and memory limits: rprof ends the whole tree, completes the trace and returns 124.

use std::os::unix::process::CommandExt;

use nix::sys::signal::{SigHandler, Signal, signal};

use crate::cgroup::{Group, NO_GROUP};
use crate::support::{MIB, Place, is_alive};

fn members(place: &Place) -> Vec<i32> {
    let trace = place.trace();
    trace.lines().filter_map(|l| l.strip_prefix("PROC ")?.split(':').next()?.parse().ok()).collect()
}

/// At their time limit mprof and denet stopped recording, and the command ran on. psrecord killed its direct child only.
#[test]
fn defect_19_a_time_limit_ends_the_whole_tree() {
    let place = Place::new();
    let done = place
        .run_truth("-T 20ms --timeout 2s", "fork 2 [ touch 20MiB hold 60s ] daemon [ hold 60s ] hold 60s");
    assert_eq!(done.code, Some(124), "{}", done.stderr);
    assert!(done.stderr.contains("time limit"), "{}", done.stderr);
    let members = members(&place);
    assert!(members.len() >= 4, "{members:?}");
    assert!(members.iter().all(|pid| !is_alive(*pid)));
    assert_eq!(place.peak()["reason"], "time limit");
}

#[test]
fn a_process_that_ignores_term_is_killed_two_seconds_later() {
    let place = Place::new();
    let mut command =
        place.rprof(["run", "-o", "t.dat", "-t", "0.3", "sh", "-c", "while :; do sleep 0.05; done"]);
    // Ignored before the shell runs: a slow machine would end it before it can set a trap.
    // SAFETY: the call is safe between fork and exec.
    unsafe {
        command.pre_exec(|| {
            signal(Signal::SIGTERM, SigHandler::SigIgn)?;
            Ok(())
        })
    };
    let begun = std::time::Instant::now();
    assert_eq!(command.output().unwrap().status.code(), Some(124));
    assert!(begun.elapsed().as_secs_f64() >= 2.3, "{:?}", begun.elapsed());
    assert_eq!(place.peak()["signal"], 9);
}

#[test]
fn a_memory_limit_ends_the_whole_tree() {
    let place = Place::new();
    let done = place
        .run_truth("-T 20ms --memory-limit 50MiB", "touch 30MiB fork 1 [ touch 30MiB hold 60s ] hold 60s");
    assert_eq!(done.code, Some(124), "{}", done.stderr);
    assert!(done.stderr.contains("memory limit"), "{}", done.stderr);
    assert!(members(&place).iter().all(|pid| !is_alive(*pid)));
    assert!(place.peak()["peak_bytes"].as_u64().unwrap() > 50 * MIB);
}

/// Five processes share 60 MiB. Their RSS adds up to 300 MiB, and rprof ended them at a limit of 100 MiB.
#[test]
fn shared_pages_count_once_for_the_memory_limit() {
    let place = Place::new();
    let script = "touch 60MiB fork 4 [ await go ] wait exit 4";
    let done = place.run_truth_until("-T 20ms --memory-limit 100MiB", script, |shown| {
        shown.most_bytes > 250 * MIB && shown.most_pss > 0
    });
    if place.peak()["pss_peak_bytes"].is_null() {
        return crate::support::skip(
            "PSS cannot be read on this machine: shared pages cannot be counted once",
        );
    }
    assert_eq!(done.code, Some(4), "{}", done.stderr);
    assert!(place.peak()["peak_bytes"].as_u64().unwrap() > 250 * MIB);
}

/// The size that passed the limit is PSS for a tree and RSS for one process.
#[test]
fn the_size_that_passed_the_limit_is_reported() {
    let place = Place::new();
    let tree = "touch 30MiB fork 3 [ touch 30MiB hold 60s ] hold 60s";
    let one = "touch 120MiB hold 60s";
    for (script, wanted) in [(tree, "shared pages counted once"), (one, "RSS of one process")] {
        let done = place.run_truth("--force -T 20ms --memory-limit 100MiB", script);
        assert_eq!(done.code, Some(124), "{}", done.stderr);
        assert!(done.stderr.contains(wanted), "{}", done.stderr);
        assert!(done.stderr.contains("above the memory limit of 100.0 MiB"), "{}", done.stderr);
        assert!(place.trace().contains("NOTE rprof "), "{}", place.trace());
        let peak = place.peak();
        assert_eq!(peak["memory_limit_bytes"], 100 * MIB);
        assert!(peak["limit_time_s"].as_f64().unwrap() <= peak["elapsed_s"].as_f64().unwrap(), "{peak}");
        // The round that confirmed the limit is evidence of the peak of PSS. It is alone if all others were disturbed.
        let pss = peak["pss_peak_bytes"].as_u64();
        assert!(script == one || pss.is_none_or(|pss| pss > 100 * MIB), "{peak}");
    }
}

/// The figure of a run that ended at its limit showed neither the limit nor the time.
#[test]
fn a_figure_shows_the_limit_and_the_time_at_which_it_was_reached() {
    let place = Place::new();
    place.run_truth("-T 20ms --memory-limit 100MiB", "touch 120MiB hold 60s");
    assert_eq!(place.run("plot t.dat -o limit.svg").code, Some(0));
    let svg = std::fs::read_to_string(place.path("limit.svg")).unwrap();
    assert!(svg.contains(">memory limit 100.0 MiB<") && svg.contains(">memory limit reached<"), "{svg}");
    place.run_truth("--force -T 20ms --memory-limit 24GiB", "touch 50MiB");
    assert_eq!(place.run("plot t.dat -o limit.svg").code, Some(0));
    let svg = std::fs::read_to_string(place.path("limit.svg")).unwrap();
    assert!(svg.contains("off scale: memory limit 24.00 GiB") && !svg.contains("reached"), "{svg}");
}

/// `--memory-limit 50` meant 50 bytes, and ended every command at once.
#[test]
fn an_absurd_memory_limit_is_refused_with_its_unit() {
    let place = Place::new();
    for (limit, shown) in [("50", "50 B"), ("512k", "524288 B"), ("1048575", "1048575 B"), ("0", "0 B")] {
        let done = place.run(&format!("run --memory-limit {limit} true"));
        assert_eq!(done.code, Some(125), "{limit}: {}", done.stderr);
        assert!(done.stderr.contains(shown) && done.stderr.contains("MiB"), "{}", done.stderr);
        assert!(!done.stderr.contains(" 0MiB"), "{}", done.stderr);
    }
}

/// A set-uid program ran on for 8 s, and rprof then claimed to have ended it.
#[test]
fn a_process_that_may_not_be_ended_is_reported_at_once() {
    let place = Place::new();
    let program = place.path("set-uid");
    std::fs::copy(crate::support::truth(), &program).unwrap();
    let is_root = nix::unistd::geteuid().is_root();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o4755);
    if !is_root || std::fs::set_permissions(&program, mode).is_err() {
        return crate::support::skip("only root can make a set-uid program for another user");
    }
    let mut command = place.rprof(["run", "-o", "t.dat", "-T", "20ms", "--timeout", "2s"]);
    command.arg(&program).args(["owner", "await", "go", "exit", "6"]);
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    if !crate::support::as_ordinary_user(&mut command, &place) {
        return crate::support::skip(crate::permissions::NO_USER);
    }
    let mut child = command.spawn().unwrap();
    // The message comes while the program still runs: it waits for a file that is made after it.
    let mut first = String::new();
    let mut stderr = std::io::BufReader::new(child.stderr.take().unwrap());
    std::io::BufRead::read_line(&mut stderr, &mut first).unwrap();
    std::fs::write(place.path("go"), "").unwrap();
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut stderr, &mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(124), "{first}{rest}");
    if !first.contains("cannot end") {
        // A file system that is mounted nosuid ignores the bit: the program is then an ordinary one.
        assert!(rest.contains("ended by rprof") || first.contains("peak"), "{first}{rest}");
        return crate::support::skip("the file system ignores the set-uid bit");
    }
    assert!(first.contains(":set-uid`: permission denied"), "{first}");
    assert!(rest.contains("time limit reached, but rprof could not end"), "{rest}");
    assert!(rest.contains("exit code 6"), "{rest}");
    let reason = place.peak()["reason"].as_str().unwrap().to_owned();
    assert!(reason.starts_with("time limit; could not end"), "{reason}");
}

#[test]
fn a_command_within_its_limits_ends_as_without_them() {
    let place = Place::new();
    let done = place.run_truth("--timeout 1h --memory-limit 1GiB", "touch 10MiB exit 4");
    assert_eq!(done.code, Some(4), "{}", done.stderr);
}

/// The kernel's own count tells an out-of-memory kill from any other SIGKILL.
#[test]
fn an_out_of_memory_kill_is_reported_as_such() {
    let place = Place::new();
    let plain = place.run_truth("", "kill 9");
    assert!(plain.stderr.contains("killed by SIGKILL"), "{}", plain.stderr);
    let Some(group) = Group::new(60 << 20) else { return crate::support::skip(NO_GROUP) };
    let done = group.run(&place, "", "touch 200MiB");
    assert_eq!(done.code, Some(137), "{}", done.stderr);
    assert!(done.stderr.contains("out of memory"), "{}", done.stderr);
    assert_eq!(place.peak()["reason"], "out of memory");
}
