//! Processes that rprof may not read: skipped, reported once and noted in the trace, while the run goes on.

use std::cell::Cell;
use std::process::{Child, Stdio};

use crate::support::{
    MIB, Place, as_ordinary_user, done, finish, skip, truth, wait_for, with_default_settings, words,
};

pub const NO_USER: &str =
    "an ordinary user cannot run the binary in its directory, and root is denied nothing";

/// Starts the program of known memory use as an ordinary user; `None` if that user cannot run rprof.
pub fn start_ordinary(place: &Place, options: &str, script: &str) -> Option<Child> {
    let mut command = place.rprof(["run", "-o", "t.dat"]);
    command.args(words(options)).arg("--").arg(truth()).args(words(script));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    as_ordinary_user(&mut command, place).then(|| command.spawn().unwrap())
}

fn notes(trace: &str) -> Vec<&str> {
    trace.lines().filter(|line| line.starts_with("NOTE rprof ")).collect()
}

/// The child becomes unreadable during the run. Neither its last value nor an error may stay in the curve.
#[test]
fn an_unreadable_process_is_skipped_and_reported_once() {
    let place = Place::new();
    let script = "fork 1 [ touch 60MiB await open private await closed ] touch 20MiB wait exit 4";
    let Some(mut child) = start_ordinary(&place, "--metric pss -T 20ms", script) else {
        return skip(NO_USER);
    };
    // Without PSS there is a note, and no tick.
    place.release(&mut child, "open", |shown| shown.bytes >= 80 * MIB || !shown.notes.is_empty());
    let denied = Cell::new(None);
    place.release(&mut child, "closed", |shown| {
        if denied.get().is_none() && shown.has_note("permission denied") {
            denied.set(Some(shown.ticks));
        }
        denied.get().is_some_and(|ticks| shown.ticks > ticks + 4) || shown.has_note("not available")
    });
    let done = finish(child);
    assert_eq!(done.code, Some(4), "{}", done.stderr);
    let trace = place.trace();
    if place.peak()["peak_bytes"].is_null() {
        return skip("no smaps_rollup on this machine: nothing of it can be denied");
    }
    assert_eq!(done.stderr.matches("permission denied").count(), 1, "{}", done.stderr);
    // On a busy machine ticks of PSS can be missing, which has a note of its own.
    let denials: Vec<_> =
        notes(&trace).into_iter().filter(|note| !note.contains("ticks are missing")).collect();
    let [note] = denials[..] else { panic!("{trace}") };
    assert!(note.contains(":truth`: permission denied"), "{note}");
    let after: Vec<f64> = trace
        .split_once(note)
        .unwrap()
        .1
        .lines()
        .filter_map(|line| line.strip_prefix("MEM ")?.split(' ').next()?.parse().ok())
        .collect();
    assert!(after.len() > 3, "the run did not go on: {trace}");
    assert!(after.iter().all(|mib| (20.0..40.0).contains(mib)), "{after:?}");
}

/// True if `/proc` is mounted with `hidepid`, so that a user sees nothing of what he may not trace.
fn hides_processes() -> bool {
    std::fs::read_to_string("/proc/mounts").is_ok_and(|mounts| {
        let is_hiding = |option: &str| option.starts_with("hidepid=") && option != "hidepid=0";
        let of_proc = mounts.lines().filter(|line| line.split(' ').nth(1) == Some("/proc"));
        of_proc.filter_map(|line| line.split(' ').nth(3)).any(|options| options.split(',').any(is_hiding))
    })
}

#[test]
fn unreadable_pss_is_missing_and_reported_once() {
    let place = Place::new();
    let script = "private fork 1 [ touch 30MiB await go ] touch 20MiB wait exit 4";
    let Some(mut child) = start_ordinary(&place, "-T 20ms", script) else { return skip(NO_USER) };
    place.release(&mut child, "go", |shown| {
        !shown.notes.is_empty() && (shown.bytes >= 50 * MIB || hides_processes())
    });
    let done = finish(child);
    assert_eq!(done.code, Some(4), "{}", done.stderr);
    if hides_processes() {
        // Nothing of a process that may not be read is known then, not only its PSS.
        assert_eq!(done.stderr.matches("permission denied").count(), 1, "{}", done.stderr);
        assert!(done.stderr.contains("it is missing from the sums"), "{}", done.stderr);
        return;
    }
    assert_eq!(done.stderr.matches("PSS is unavailable").count(), 1, "{}", done.stderr);
    assert_eq!(notes(&place.trace()).len(), 1, "{}", place.trace());
    let peak = place.peak();
    assert!(peak["peak_bytes"].as_u64().unwrap() >= 50 * MIB, "{peak}");
    assert!(peak["pss_peak_bytes"].is_null(), "{peak}");
}

/// One refused reading of one process once left the peak of PSS without an upper bound for the whole run.
#[test]
fn a_process_whose_pss_is_refused_is_bounded_by_its_rss() {
    let place = Place::new();
    let script = "fork 1 [ touch 30MiB await open private touch 40MiB await closed ] touch 20MiB wait exit 4";
    let Some(mut child) = start_ordinary(&place, "-T 20ms", script) else { return skip(NO_USER) };
    place.release(&mut child, "open", |shown| shown.most_pss >= 50 * MIB || !shown.notes.is_empty());
    place.release(&mut child, "closed", |shown| {
        !shown.notes.is_empty() && (shown.bytes >= 90 * MIB || hides_processes())
    });
    let done = finish(child);
    assert_eq!(done.code, Some(4), "{}", done.stderr);
    if hides_processes() {
        return skip("hidepid hides what the upper bound needs");
    }
    let peak = place.peak();
    let size = |key: &str| peak[key].as_u64();
    if size("pss_peak_bytes").is_none() || !done.stderr.contains("PSS is unavailable") {
        return skip("no round before the process became private, or none after it");
    }
    // Both processes together need 90 MiB, and PSS is never above RSS.
    let upper = size("pss_peak_upper_bytes").unwrap_or_else(|| panic!("no upper bound: {peak}"));
    assert!(upper >= 90 * MIB && upper <= size("peak_upper_bytes").unwrap(), "{peak}");
    assert!((50 * MIB..=upper).contains(&size("pss_peak_bytes").unwrap()), "{peak}");
}

/// rprof cannot attach to a process of another user, or to one that forbids reading.
#[test]
fn attaching_without_permission_names_the_owner_and_the_remedy() {
    let place = Place::new();
    let script = ["private", "ready", "up", "await", "go"];
    let mut process =
        std::process::Command::new(truth()).args(script).current_dir(place.dir.path()).spawn().unwrap();
    place.await_file("up");
    let pid = process.id().to_string();
    let mut command = place.rprof(["attach", "--metric", "pss", "-o", "t.dat", &pid]);
    let asked = as_ordinary_user(&mut command, &place);
    let done = asked.then(|| finish(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()));
    std::fs::write(place.path("go"), "").unwrap();
    wait_for("its end", || process.try_wait().unwrap().is_some());
    let Some(done) = done else { return skip(NO_USER) };
    assert_eq!(done.code, Some(125), "{}", done.stderr);
    // Name and owner may be hidden with the rest of the process.
    let (name, owner) = if hides_processes() { ("", "") } else { ("`truth`", "of user") };
    for part in [pid.as_str(), name, owner, "permission denied", "as that user or as root"] {
        assert!(done.stderr.contains(part), "`{part}` is not in: {}", done.stderr);
    }
    assert!(!place.path("t.dat").exists());
}

/// The summary said of a measured process that it was missing, because only its high-water mark may not be reset.
#[test]
fn a_mark_that_may_not_be_reset_leaves_the_process_measured() {
    let place = Place::new();
    if !nix::unistd::geteuid().is_root() {
        return skip("not root: there is no process of another user to start");
    }
    let script = ["touch", "30MiB", "ready", "up", "await", "go"];
    let mut process =
        std::process::Command::new(truth()).args(script).current_dir(place.dir.path()).spawn().unwrap();
    place.await_file("up");
    let pid = process.id().to_string();
    let mut command = place.rprof(["attach", "--exact", "--duration", "300ms", "-o", "t.dat", &pid]);
    let asked = as_ordinary_user(&mut command, &place);
    let done = asked.then(|| finish(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()));
    std::fs::write(place.path("go"), "").unwrap();
    wait_for("its end", || process.try_wait().unwrap().is_some());
    let Some(done) = done else { return skip(NO_USER) };
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    for part in
        ["cannot reset the high-water mark of", "permission denied", "maxima between ticks are not exact"]
    {
        assert!(done.stderr.contains(part), "`{part}` is not in: {}", done.stderr);
    }
    assert!(!done.stderr.contains("missing from the sums"), "{}", done.stderr);
    assert!(place.peak()["peak_bytes"].as_u64().unwrap() >= 30 * MIB, "{}", done.stderr);
}

/// With the /proc of another pid namespace, rprof measured strangers that had the pids of its command.
#[test]
fn the_proc_of_another_namespace_is_refused_before_the_start() {
    let place = Place::new();
    let mut command = std::process::Command::new("unshare");
    command.args(["--pid", "--fork", env!("CARGO_BIN_EXE_rprof"), "run", "-o", "t.dat", "touch", "started"]);
    with_default_settings(&mut command);
    let Ok(output) = command.current_dir(place.dir.path()).output() else {
        return skip("no unshare(1) on this machine");
    };
    let done = done(output);
    if done.stderr.starts_with("unshare:") {
        return skip(&format!("cannot make a pid namespace: {}", done.stderr));
    }
    assert_eq!(done.code, Some(125), "{}", done.stderr);
    assert!(done.stderr.contains("/proc belongs to another pid namespace"), "{}", done.stderr);
    assert!(!place.path("started").exists() && !place.path("t.dat").exists());
}
