//! Control groups: the memory that no RSS shows, the group that `--cgroup` makes, and OOM kills.
//! These tests run where a memory group can be made; `make test-vm` has those of version 2.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::support::{
    Done, MIB, Place, as_ordinary_user, assert_near, cpus, done, send, skip, truth, wait_for,
    with_default_settings, with_default_signals, words,
};

pub const NO_GROUP: &str = "no memory cgroup can be made here";

/// A memory cgroup for one test, removed on drop.
pub struct Group(PathBuf);

impl Group {
    pub fn new(limit: u64) -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("rprof-test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let places = [("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")];
        places.into_iter().find_map(|(root, file)| {
            let path = Path::new(root).join(&name);
            std::fs::create_dir(&path).ok()?;
            let group = Self(path);
            let limited = std::fs::write(group.0.join(file), limit.to_string()).is_ok();
            // With swap the limit would only move pages out.
            let _ = std::fs::write(group.0.join("memory.swap.max"), "0");
            limited.then_some(group)
        })
    }

    /// A shell command that enters the group and executes another command.
    fn entering(&self, command: &str) -> Command {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("echo $$ > {}/cgroup.procs && exec {command}", self.0.display())]);
        with_default_signals(&mut shell);
        with_default_settings(&mut shell);
        shell.stdin(Stdio::null());
        shell
    }

    /// Runs `rprof run OPTIONS truth SCRIPT` in the group.
    pub fn run(&self, place: &Place, options: &str, script: &str) -> Done {
        let script: Vec<String> = words(script).map(|word| format!("'{word}'")).collect();
        let (rprof, truth) = (env!("CARGO_BIN_EXE_rprof"), truth());
        let command =
            format!("{rprof} run --force -o t.dat {options} -- {} {}", truth.display(), script.join(" "));
        done(self.entering(&command).current_dir(place.dir.path()).output().unwrap())
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir(&self.0);
    }
}

/// Runs with `--cgroup`; `None` if no group can be made here.
fn run_in_group(place: &Place, options: &str, script: &str) -> Option<Done> {
    let done = place.run_truth(&format!("--cgroup {options}"), script);
    (!done.stderr.contains("cannot create a control group")).then_some(done)
}

/// A memfd of 200 MiB that no process maps is in the RSS of no process. Without a group, rprof reported 9 MiB.
#[test]
fn a_group_of_its_own_counts_memory_that_no_process_maps() {
    let place = Place::new();
    let Some(done) = run_in_group(&place, "-T 20ms", "memfd 200MiB hold 1s exit 4") else {
        return skip(NO_GROUP);
    };
    assert_eq!(done.code, Some(4), "{}", done.stderr);
    let peak = place.peak();
    let group = &peak["cgroup"];
    assert_eq!(group["own"], true, "{group}");
    assert_near(&group["peak_bytes"], 200 * MIB, 24 * MIB);
    // The kernel adds up the parts of a group late, by up to 128 pages for each CPU.
    let late = 128 * 4096 * cpus();
    assert_near(&group["largest_reading"]["shmem_bytes"], 200 * MIB - late, late + MIB);
    assert!(peak["peak_bytes"].as_u64().unwrap() < 20 * MIB, "{peak}");
    assert!(done.stderr.contains("control group: peak 20"), "{}", done.stderr);
    let converted = place.run("convert t.dat t.csv");
    assert_eq!(converted.code, Some(0), "{}", converted.stderr);
    assert_eq!(&place.peak_of("t.csv")["cgroup"], group);
}

/// The group must not stay behind, and the command must not see that rprof has children in it.
#[test]
fn the_group_is_removed_at_the_end_and_by_the_next_rprof() {
    let place = Place::new();
    let Some(done) = run_in_group(&place, "", "touch 1MiB") else { return skip(NO_GROUP) };
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let mut rprof = place.start_truth("--cgroup", "ready up await go");
    place.await_file("up");
    let group = group_of(rprof.id()).expect("the group of the command");
    assert!(group.exists());
    send(rprof.id(), nix::sys::signal::Signal::SIGKILL);
    rprof.wait().unwrap();
    std::fs::write(place.path("go"), "").unwrap();
    let procs = group.join("cgroup.procs");
    // The rprof of another test may remove the group before this one does.
    let is_left = || std::fs::read_to_string(&procs).map_or(!group.exists(), |text| text.is_empty());
    wait_for("its end", is_left);
    assert_eq!(place.run_truth("--cgroup", "touch 1MiB").code, Some(0));
    assert!(!group.exists());
}

/// The directory of the group that rprof with this pid has made, where version 1 or 2 is mounted in most systems.
fn group_of(pid: u32) -> Option<PathBuf> {
    let own = std::fs::read_to_string("/proc/self/cgroup").ok()?;
    let path = own.lines().find_map(|line| line.split_once(":memory:").or(line.split_once("0::")))?.1;
    let places = ["/sys/fs/cgroup/memory", "/sys/fs/cgroup"].into_iter();
    places.map(|root| PathBuf::from(format!("{root}{path}/rprof-{pid}"))).find(|group| group.exists())
}

/// A worker of a pool was killed for lack of memory, and rprof did not mention it.
#[test]
fn an_oom_kill_of_a_child_is_reported_with_size_and_limit() {
    let place = Place::new();
    let Some(group) = Group::new(60 * MIB) else { return skip(NO_GROUP) };
    let done = group.run(&place, "-T 20ms", "touch 5MiB fork 1 [ touch 200MiB ] wait exit 3");
    assert_eq!(done.code, Some(3), "{}", done.stderr);
    let peak = place.peak();
    assert!(peak["reason"].is_null(), "{peak}");
    let [kill] = &peak["cgroup"]["killed"].as_array().unwrap()[..] else { panic!("{peak}") };
    assert_eq!(kill["limit_bytes"], 60 * MIB, "{kill}");
    assert_near(&kill["rss_bytes"], 50 * MIB, 12 * MIB);
    let process = kill["process"].as_str().unwrap();
    assert!(process.ends_with(":truth"), "{kill}");
    assert!(
        done.stderr.contains("out of memory: the kernel") && done.stderr.contains(process),
        "{}",
        done.stderr
    );
    // The group is shared with rprof: its memory is not the command's.
    assert!(peak["cgroup"]["own"] == false && peak["cgroup"]["peak_bytes"].is_null(), "{peak}");
    assert!(!done.stderr.contains("control group: peak"), "{}", done.stderr);
}

/// The kernel killed a process of another group meanwhile, and the counter of the whole machine was taken as evidence.
#[test]
fn a_kill_by_a_user_is_not_called_out_of_memory() {
    let place = Place::new();
    let (Some(ours), Some(other)) = (Group::new(600 * MIB), Group::new(20 * MIB)) else {
        return skip(NO_GROUP);
    };
    let mut stranger = other.entering(&format!("{} await go touch 100MiB", truth().display()));
    let mut stranger = stranger.current_dir(place.dir.path()).spawn().unwrap();
    let done = std::thread::scope(|scope| {
        let run = scope.spawn(|| ours.run(&place, "", "ready up await killed kill 9"));
        place.await_file("up");
        std::fs::write(place.path("go"), "").unwrap();
        wait_for("the kill of the stranger", || stranger.try_wait().unwrap().is_some());
        std::fs::write(place.path("killed"), "").unwrap();
        run.join().unwrap()
    });
    assert_eq!(done.code, Some(137), "{}", done.stderr);
    assert!(
        done.stderr.contains("killed by SIGKILL") && !done.stderr.contains("out of memory"),
        "{}",
        done.stderr
    );
    assert_eq!(place.peak()["cgroup"]["killed"], serde_json::json!([]));
}

#[test]
fn a_group_that_may_not_be_made_is_an_error_with_the_remedy() {
    let place = Place::new();
    let mut command = place.rprof(["run", "--cgroup", "-o", "t.dat", "true"]);
    if !as_ordinary_user(&mut command, &place) {
        return skip(crate::permissions::NO_USER);
    }
    let done = done(command.output().unwrap());
    if done.code == Some(0) {
        return skip("this user may make control groups");
    }
    assert_eq!(done.code, Some(125), "{}", done.stderr);
    assert!(done.stderr.contains("cannot create a control group: "), "{}", done.stderr);
    assert!(!place.path("t.dat").exists());
}

/// The work of `docker run` is done by processes of the daemon: the summary showed the client's memory without a word.
#[test]
fn a_client_of_a_daemon_gets_a_hint() {
    let place = Place::new();
    std::fs::write(place.path("docker"), "#!/bin/sh\nexit 0\n").unwrap();
    let run = |options: &str| {
        let shell = format!("chmod +x docker; exec \"$0\" run {options} -o t.dat ./docker run debian true");
        let mut command = Command::new("sh");
        command.args(["-c", &shell, env!("CARGO_BIN_EXE_rprof")]).current_dir(place.dir.path());
        with_default_settings(&mut command);
        done(command.output().unwrap())
    };
    let hinted = run("");
    assert!(hinted.stderr.contains("`docker` leaves the work to another service"), "{}", hinted.stderr);
    let quiet = run("-q --force");
    assert_eq!((quiet.code, quiet.stderr.as_str()), (Some(0), ""));
    assert!(!place.run_truth("", "touch 1MiB").stderr.contains("another service"));
}
