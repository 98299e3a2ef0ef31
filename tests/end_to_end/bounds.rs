//! The upper bound behind everyday wrappers, with few descriptors, and with processes that rprof may not read.

use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use crate::support::{
    MIB, Place, done, eventually, finish, skip, truth, with_default_settings, with_default_signals, words,
};

/// A script in front of the real program, as version managers install it: helpers, pipelines and an exec.
const SHIM: &str = "#!/bin/sh\nroot=$(dirname \"$0\")\nname=$(echo \"$root\" | sed s/x/y/ | tr a-z A-Z)\n\
    : \"$(for d in 1 2 3; do basename \"$root/$d\"; done | sort | head -1)\" \"$name\"\nexec \"$TRUTH\" \"$@\"\n";

/// A launcher that runs helpers and then waits for the program.
const LAUNCHER: &str = "#!/bin/sh\n/bin/true\nuname -s > /dev/null\n\"$TRUTH\" \"$@\"\nexit $?\n";

fn wrappers(place: &Place) -> Vec<(&'static str, Vec<String>)> {
    for (name, text) in [("shim", SHIM), ("launcher", LAUNCHER)] {
        std::fs::write(place.path(name), text).unwrap();
        std::fs::set_permissions(place.path(name), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    std::fs::write(place.path("Makefile"), "all:\n\t@/bin/true\n\t@$(TRUTH) $(SCRIPT)\n").unwrap();
    let lines = [
        ("timeout", "timeout 60 TRUTH SCRIPT"),
        ("env", "env A=1 TRUTH SCRIPT"),
        ("nice", "nice TRUTH SCRIPT"),
        ("shim", "./shim SCRIPT"),
        ("launcher", "./launcher SCRIPT"),
        ("setsid", "setsid -w TRUTH SCRIPT"),
        ("make", "make"),
    ];
    let split = |line: &str| words(&line.replace("SCRIPT", SCRIPT)).map(str::to_owned).collect();
    let mut all: Vec<(_, Vec<String>)> = lines.map(|(name, line)| (name, split(line))).into();
    let shell =
        format!("uname > /dev/null; date > /dev/null; x=$(echo a | tr a b); exec \"$TRUTH\" {SCRIPT}");
    all.push(("sh -c", vec!["sh".into(), "-c".into(), shell]));
    all
}

const SCRIPT: &str = "hold 200ms touch 300MiB hold 20ms free hold 150ms";

/// The bound was 2 times the truth behind `timeout` and 10 times behind a version manager's shim. Births of other trees
/// on the machine may loosen it, and other tests make many. So the best of some runs counts; none may be below the truth.
#[test]
fn a_spike_behind_a_wrapper_has_a_tight_bound() {
    for wrapper in 0..8 {
        let place = Place::new();
        let (name, argv) = wrappers(&place).swap_remove(wrapper);
        if Command::new(&argv[0]).current_dir(place.dir.path()).arg("--version").output().is_err() {
            skip(&format!("no {} on this machine", argv[0]));
            continue;
        }
        eventually(|| {
            let mut command = place.rprof(words("run -q --force -o t.dat --"));
            command.env("TRUTH", truth()).env("SCRIPT", SCRIPT);
            let own = truth().to_string_lossy().into_owned();
            command.args(argv.iter().map(|word| if word == "TRUTH" { own.clone() } else { word.clone() }));
            assert_eq!(done(command.output().unwrap()).code, Some(0), "{name}");
            let peak = place.peak();
            let lower = peak["peak_bytes"].as_u64().unwrap();
            assert!(lower >= 300 * MIB, "{name}: {peak}");
            // A counter that cannot be read in a moment of many births leaves the bound open.
            let Some(upper) = peak["peak_upper_bytes"].as_u64() else {
                return Err(format!("{name}: no bound"));
            };
            assert!(upper >= lower, "{name}: {peak}");
            if upper * 10 <= lower * 11 { Ok(()) } else { Err(format!("{name}: {lower} to {upper} bytes")) }
        });
    }
}

/// rprof keeps a descriptor for each process. When descriptors ran out, the other processes were missing, silently.
#[test]
fn every_process_counts_when_descriptors_run_out() {
    let place = Place::new();
    let rprof = env!("CARGO_BIN_EXE_rprof");
    let line = format!(
        "ulimit -n 20; exec {rprof} run -q -T 20ms -o t.dat {} fork 30 [ touch 2MiB await go ] wait",
        truth().display()
    );
    let mut shell = Command::new("sh");
    shell.args(["-c", &line]).current_dir(place.dir.path());
    with_default_signals(&mut shell);
    with_default_settings(&mut shell);
    let mut child = shell.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    place.release(&mut child, "go", |shown| shown.processes == 31 && shown.bytes >= 60 * MIB);
    let done = finish(child);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let peak = place.peak();
    assert_eq!(peak["processes"], 31, "{peak}");
    assert!(peak["peak_bytes"].as_u64().unwrap() >= 60 * MIB, "{peak}");
}

/// True if the file system of a directory honours the set-uid bit.
fn allows_set_uid(directory: &std::path::Path) -> bool {
    use std::os::unix::ffi::OsStrExt;
    let path = std::ffi::CString::new(directory.as_os_str().as_bytes()).unwrap();
    // SAFETY: an all-zero structure is valid, and both pointers live through the call.
    let flags = unsafe {
        let mut found: libc::statvfs = std::mem::zeroed();
        assert_eq!(libc::statvfs(path.as_ptr(), &raw mut found), 0);
        found.f_flag
    };
    flags & libc::ST_NOSUID == 0
}

/// Behind `hidepid` a set-uid program does not seem to exist. It was missing, and both bounds were equal.
#[test]
fn a_hidden_process_leaves_the_bound_open() {
    let place = Place::new();
    if !nix::unistd::geteuid().is_root() {
        return skip("only root can mount /proc with hidepid");
    }
    if !allows_set_uid(place.dir.path()) {
        return skip("the directory of the test does not allow set-uid programs");
    }
    for (from, name, mode) in [
        (std::path::Path::new(env!("CARGO_BIN_EXE_rprof")), "rprof", 0o755),
        (&truth(), "truth", 0o755),
        (&truth(), "suid", 0o4755),
    ] {
        std::fs::copy(from, place.path(name)).unwrap();
        std::fs::set_permissions(place.path(name), std::fs::Permissions::from_mode(mode)).unwrap();
    }
    std::fs::set_permissions(place.dir.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let script =
        "./suid fork 1 [ touch 9MiB await over ] wait & ./truth touch 5MiB await go ready over; wait";
    let line = format!(
        "mount -t proc -o hidepid=2 proc /proc && exec setpriv --reuid=65534 --regid=65534 --clear-groups \
         ./rprof run --force -o t.dat -T 20ms sh -c '{script}'"
    );
    let mut command = Command::new("unshare");
    // A pid namespace of its own: on old kernels the option would change /proc for the whole machine.
    command.args(["--mount", "--pid", "--fork", "sh", "-c", &line]).current_dir(place.dir.path());
    // The HOME of root must not reach the user without rights.
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    with_default_signals(&mut command);
    with_default_settings(&mut command);
    let Ok(mut child) = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn() else {
        return skip("no unshare(1) on this machine");
    };
    place.release(&mut child, "go", |shown| shown.bytes >= 5 * MIB && shown.has_note("cannot read process "));
    let done = finish(child);
    if ["unshare: ", "mount: ", "setpriv: "].iter().any(|tool| done.stderr.contains(tool)) {
        return skip(&format!("cannot mount /proc with hidepid: {}", done.stderr.trim_end()));
    }
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let peak = place.peak();
    assert!(peak["peak_upper_bytes"].is_null(), "{peak}");
    assert!(
        done.stderr.contains("peak at least ") && done.stderr.contains("cannot read process "),
        "{}",
        done.stderr
    );
}
