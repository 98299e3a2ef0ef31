//! Where the memory came from: functions of C, C++, Rust and Python that hold known bytes, as root and as an ordinary user.

use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, MutexGuard};

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use serde_json::Value;

use crate::support::{Done, MIB, Place, as_ordinary_user, done, keys, number, skip, table_names};

const DOCUMENT: &str = include_str!("../../docs/where.md");

const C: &str = include_str!("../data/where/hold.c");
const CPP: &str = include_str!("../data/where/hold.cpp");
const RUST: &str = include_str!("../data/where/hold.rs");
const PYTHON: &str = include_str!("../data/where/hold.py");

/// The turn of a test. The kernel limits the memory for events by user, so recordings at the same time would have smaller
/// buffers and lose stacks; and the busy loops of one test would slow down another.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// The user that runs rprof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum User {
    /// The user of the tests.
    Same,
    /// An ordinary one.
    Ordinary,
    /// The same without any right of root, for an interpreter in a directory of root.
    Powerless,
}

/// Takes all rights of root from a command, but not its name.
fn without_rights(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    /// More than there are.
    const RIGHTS: libc::c_ulong = 63;
    // SAFETY: the calls are safe between fork and exec. They fail for a user that has no rights, or a right that does not exist.
    unsafe {
        command.pre_exec(|| {
            for right in 0..=RIGHTS {
                libc::prctl(libc::PR_CAPBSET_DROP, right, 0, 0, 0);
            }
            Ok(())
        });
    }
}

/// Runs a command with its stacks; `None`, with the reason, if this machine cannot.
fn run_where(place: &Place, user: User, command: &[&str]) -> Option<Done> {
    let mut rprof = place.rprof(["run", "--where", "--force", "-o", "t.dat", "--"]);
    rprof.args(command);
    if user == User::Ordinary && !as_ordinary_user(&mut rprof, place) {
        skip("an ordinary user cannot run the binary");
        return None;
    }
    if user == User::Powerless {
        without_rights(&mut rprof);
    }
    let done = done(rprof.output().unwrap());
    if done.stderr.contains("--where has no effect") {
        skip(&format!("page-fault events are not available: {}", done.stderr));
        return None;
    }
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    Some(done)
}

fn json(place: &Place, line: &str) -> Value {
    let done = place.run(line);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    serde_json::from_str(&done.stdout).unwrap()
}

/// The sum of a number of all functions whose name ends like this.
fn sum(held: &Value, name: &str, key: &str) -> u64 {
    let rows = held["functions"].as_array().unwrap().iter();
    let of_name = rows.filter(|row| row["name"].as_str().unwrap().ends_with(name));
    of_name.map(|row| row[key].as_u64().unwrap()).sum()
}

/// The most that the functions whose name ends like this can hold: if the list has none, all that is not attributed.
fn most(held: &Value, name: &str) -> u64 {
    let rows = held["functions"].as_array().unwrap();
    if rows.iter().any(|row| row["name"].as_str().unwrap().ends_with(name)) {
        return sum(held, name, "total_bytes_upper");
    }
    held["unattributed_bytes"].as_u64().unwrap()
}

/// The bytes of all functions whose name ends like this.
fn total(held: &Value, name: &str) -> u64 {
    sum(held, name, "total_bytes")
}

/// Runs a command, in which each function holds its bytes within 2 %, and all of them the RSS within 1 %; `None` if this
/// machine cannot. On a machine under load the kernel loses stacks. What is then missing at a function is not attributed.
fn assert_held(place: &Place, user: User, command: &[&str], truth: &[(&str, u64)]) -> Option<(Done, Value)> {
    let done = run_where(place, user, command)?;
    let held = json(place, "where --json t.dat");
    assert_eq!(fault(&held, truth), None);
    Some((done, held))
}

/// While there are many faults, one in 16 is recorded. Each function here has one buffer.
const SAMPLED: u64 = 16 * 4096;

fn fault(held: &Value, truth: &[(&str, u64)]) -> Option<String> {
    for (name, mib) in truth {
        let (found, true_bytes) = (total(held, name), mib * MIB);
        let (lower, upper) = (sum(held, name, "total_bytes_lower"), most(held, name));
        let is_bounded = lower <= found && found <= upper && upper + SAMPLED >= true_bytes;
        let unknown = if held["lost_stacks"] == 0 { 0 } else { held["unattributed_bytes"].as_u64().unwrap() };
        let missing = true_bytes.saturating_sub(found).saturating_sub(unknown);
        // The allocator's own pages come on top of the truth.
        let error = missing.max(found.saturating_sub(true_bytes));
        if !is_bounded || error as f64 > true_bytes as f64 * 0.02 {
            let lost = (&held["lost_stacks"], &held["lost_faults"], &held["unattributed_bytes"]);
            return Some(format!(
                "{name}: {found} bytes, {lower} to {upper}, not {true_bytes}; lost stacks, lost faults and unattributed \
                 bytes: {lost:?}\n{held:#}"
            ));
        }
    }
    let (sum, rss) = (held["bytes"].as_u64().unwrap(), held["rss_bytes"].as_u64().unwrap());
    (sum.abs_diff(rss) as f64 > rss as f64 * 0.01).then(|| format!("{sum} bytes of {rss}"))
}

/// True if the kernel gives huge pages to those that ask.
fn has_huge_pages() -> bool {
    let enabled = std::fs::read_to_string("/sys/kernel/mm/transparent_hugepage/enabled").unwrap_or_default();
    enabled.contains("[madvise]") || enabled.contains("[always]")
}

fn path(place: &Place, name: &str) -> String {
    place.path(name).to_str().unwrap().to_owned()
}

/// Builds a program with another compiler; false if there is none. The `rustc` of rustup may be none for this user.
fn build(place: &Place, compiler: &str, name: &str, code: &str, extension: &str, flags: &[&str]) -> bool {
    if !Command::new(compiler).arg("--version").output().is_ok_and(|asked| asked.status.success()) {
        return false;
    }
    let source = place.path(&format!("{name}.{extension}"));
    std::fs::write(&source, code).unwrap();
    let built =
        Command::new(compiler).args(flags).arg("-o").arg(place.path(name)).arg(&source).output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    true
}

/// A Python that names its functions: 3.12 or newer.
fn python() -> Option<PathBuf> {
    let has_names = |python: &PathBuf| {
        let code = "import sys; sys.exit(not (sys.version_info >= (3, 12) and sys._is_gil_enabled() \
                    if hasattr(sys, '_is_gil_enabled') else sys.version_info >= (3, 12)))";
        Command::new(python).args(["-c", code]).output().is_ok_and(|done| done.status.success())
    };
    let names = ["python3.13", "python3.12", "python3.14", "python3"];
    names.iter().map(PathBuf::from).find(has_names).and_then(|python| {
        // A shim of a version manager would be a process of its own.
        let code = "import os, sys; print(os.path.realpath(sys.executable))";
        let found = Command::new(python).args(["-c", code]).output().ok()?;
        Some(PathBuf::from(String::from_utf8_lossy(&found.stdout).trim()))
    })
}

/// A place with the program in C, `hold`; `None`, with the reason, without a compiler.
fn place_with_hold() -> Option<Place> {
    let place = Place::new();
    let is_built = place.compile("hold", C, &["-O2", "-g", "-pthread"]);
    if !is_built {
        skip("there is no C compiler");
    }
    is_built.then_some(place)
}

fn c_program(user: User) {
    let _turn = turn();
    let Some(place) = place_with_hold() else { return };
    let program = path(&place, "hold");
    let mut truth = vec![
        ("hold_small", 30),
        ("hold_large", 40),
        ("hold_mapped", 25),
        ("hold_grown", 60),
        ("hold_in_thread", 40),
        ("hold_in_child", 40),
    ];
    let mut words = vec![
        program.as_str(),
        // RSS counts the pages that a child shares with its parent twice, so it is started before the parent is large.
        "child=40",
        "small=30",
        "freed=50",
        "large=40",
        "mapped=25",
        "grown=60",
        "threads=40",
    ];
    if has_huge_pages() {
        truth.push(("hold_huge", 64));
        words.insert(6, "huge=64");
    }
    let Some((_, held)) = assert_held(&place, user, &words, &truth) else { return };
    let freed = total(&held, "hold_freed");
    assert!(freed < MIB, "{freed} bytes were freed before the peak");
}

#[test]
fn each_function_of_c_has_its_bytes() {
    c_program(User::Same);
}

#[test]
fn each_function_of_c_has_its_bytes_for_an_ordinary_user() {
    c_program(User::Ordinary);
}

/// rprof once knew nothing of a function if all of its stacks were lost. Its faults have the place in its code.
#[test]
fn a_function_whose_stacks_are_all_lost_has_its_bytes() {
    let _turn = turn();
    let Some(place) = place_with_hold() else { return };
    let words = [&path(&place, "hold"), "stop=1", "large=80", "mapped=30", "go=1"];
    let truth = [("hold_large", 80), ("hold_mapped", 30)];
    let Some((_, held)) = assert_held(&place, User::Ordinary, &words, &truth) else { return };
    assert_ne!(held["lost_stacks"], 0);
    assert!(total(&held, "hold_mapped") > 29 * MIB, "{held:#}");
}

/// The kernel fills the buffer of `read`. A user without rights sees none of these faults: the bytes must then be shown as
/// not attributed, and never at another function.
#[test]
fn a_buffer_that_read_fills_is_never_given_to_another_function() {
    let _turn = turn();
    for user in [User::Same, User::Ordinary] {
        let Some(place) = place_with_hold() else { return };
        let words = [&path(&place, "hold"), "large=30", "read=48", "mapped=30"];
        let truth = [("hold_large", 30), ("hold_mapped", 30)];
        let Some((_, held)) = assert_held(&place, user, &words, &truth) else { return };
        let read = total(&held, "hold_read");
        let unknown = held["unattributed_bytes"].as_u64().unwrap();
        if held["kernel_faults"] == true {
            assert!(read.abs_diff(48 * MIB) < MIB, "{read} bytes of `read`\n{held:#}");
        } else {
            assert!((read + unknown).abs_diff(48 * MIB) < 2 * MIB, "{read} + {unknown}\n{held:#}");
        }
    }
}

#[test]
fn each_function_of_cpp_has_its_bytes() {
    let _turn = turn();
    for user in [User::Same, User::Ordinary] {
        let place = Place::new();
        if !build(&place, "c++", "hold", CPP, "cpp", &["-O2", "-g", "-std=c++17"]) {
            return skip("there is no C++ compiler");
        }
        // A string of 1000 characters takes 1008 bytes.
        let truth =
            [("app::hold_arrays", 40), ("app::hold_strings", 41), ("app::Pool<double>::hold_vector", 40)];
        if assert_held(&place, user, &[&path(&place, "hold"), "40"], &truth).is_none() {
            return;
        }
    }
}

#[test]
fn each_function_of_rust_has_its_bytes() {
    let _turn = turn();
    for user in [User::Same, User::Ordinary] {
        let place = Place::new();
        if !build(&place, "rustc", "hold", RUST, "rs", &["-O", "-g", "--edition=2021"]) {
            return skip("there is no Rust compiler");
        }
        let truth = [("hold::hold_vector", 32), ("hold::hold_boxes", 32)];
        if assert_held(&place, user, &[&path(&place, "hold"), "32"], &truth).is_none() {
            return;
        }
    }
}

#[test]
fn each_function_of_python_has_its_bytes() {
    let _turn = turn();
    let Some(python) = python() else { return skip("there is no Python 3.12 or newer") };
    for user in [User::Same, User::Powerless] {
        let place = Place::new();
        std::fs::write(place.path("hold.py"), PYTHON).unwrap();
        let words = [python.to_str().unwrap(), &path(&place, "hold.py"), "40"];
        let truth = [("hold_bytes", 40), ("hold_objects", 40)];
        if assert_held(&place, user, &words, &truth).is_none() {
            return;
        }
    }
}

/// The three owners of one tree: a script, a library that it calls, and a helper process.
#[test]
fn a_mixed_tree_names_all_owners() {
    let _turn = turn();
    let Some(python) = python() else { return skip("there is no Python 3.12 or newer") };
    let place = Place::new();
    let shared = ["-O2", "-g", "-std=c++17", "-shared", "-fPIC", "-DLIBRARY"];
    if !build(&place, "c++", "libhold.so", CPP, "cpp", &shared)
        || !build(&place, "rustc", "helper", RUST, "rs", &["-O", "-g", "--edition=2021"])
    {
        return skip("there is no compiler of C++ or Rust");
    }
    std::fs::write(place.path("hold.py"), PYTHON).unwrap();
    let words = [
        python.to_str().unwrap(),
        &path(&place, "hold.py"),
        "40",
        &path(&place, "libhold.so"),
        &path(&place, "helper"),
    ];
    let owners = [("hold_bytes", 40), ("app::hold_arrays", 40), ("hold_vector", 40)];
    let Some((done, held)) = assert_held(&place, User::Powerless, &words, &owners) else { return };
    for (name, _) in owners {
        assert!(done.stderr.contains(name), "{name} is not in the summary\n{}", done.stderr);
    }
    assert!(total(&held, "call_library") >= 39 * MIB, "a caller has the total of what it called");
}

/// A filter as that of a container, under which the system call fails with EPERM.
fn forbid_events(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    let statement = |code: u32, k: u32| libc::sock_filter { code: code as u16, jt: 0, jf: 0, k };
    let filter = [
        // Load the number of the call; if it is not perf_event_open, skip the next; EPERM; allow.
        statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0),
        libc::sock_filter {
            code: (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16,
            jt: 0,
            jf: 1,
            k: libc::SYS_perf_event_open as u32,
        },
        statement(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_ERRNO | libc::EPERM as u32),
        statement(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_ALLOW),
    ];
    // SAFETY: the calls are safe between fork and exec, and the filter lives through them.
    unsafe {
        command.pre_exec(move || {
            let mut filter = filter;
            let program = libc::sock_fprog { len: 4, filter: filter.as_mut_ptr() };
            libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
            match libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program) {
                0 => Ok(()),
                _ => Err(std::io::Error::last_os_error()),
            }
        });
    }
}

#[test]
fn a_refusal_is_one_message_and_the_run_goes_on() {
    let place = Place::new();
    let mut rprof = place.rprof(["run", "--where", "-o", "t.dat", "--", "sh", "-c", "exit 7"]);
    forbid_events(&mut rprof);
    let run = done(rprof.output().unwrap());
    assert_eq!(run.code, Some(7), "{}", run.stderr);
    let messages = run.stderr.lines().filter(|line| line.contains("--where")).count();
    assert_eq!(messages, 1, "{}", run.stderr);
    assert!(run.stderr.contains("perf_event_paranoid") && run.stderr.contains("setcap"), "{}", run.stderr);
    assert!(!place.path("t.dat.stacks").exists());
    let missing = place.run("where t.dat");
    assert_eq!(missing.code, Some(1));
    assert!(missing.stderr.contains("rprof run --where"), "{}", missing.stderr);
}

/// The kernels of Debian and Ubuntu have levels above 2, at which only root records page faults.
#[test]
fn a_paranoid_kernel_is_one_message_with_both_remedies() {
    let _turn = turn();
    let level = std::fs::read_to_string("/proc/sys/kernel/perf_event_paranoid").unwrap_or_default();
    if level.trim().parse::<i32>().unwrap_or(0) < 3 {
        return skip(&format!("perf_event_paranoid is {}", level.trim()));
    }
    let place = Place::new();
    let mut rprof = place.rprof(["run", "--where", "-o", "t.dat", "--", "sh", "-c", "exit 7"]);
    if !as_ordinary_user(&mut rprof, &place) {
        return skip("an ordinary user cannot run the binary");
    }
    let run = done(rprof.output().unwrap());
    assert_eq!(run.code, Some(7), "{}", run.stderr);
    let messages: Vec<_> = run.stderr.lines().filter(|line| line.contains("--where")).collect();
    if messages.is_empty() {
        return skip("this kernel has no levels above 2");
    }
    assert!(messages.len() == 1 && messages[0].contains("perf_event_paranoid is"), "{}", run.stderr);
    assert!(run.stderr.contains("sysctl") && run.stderr.contains("setcap cap_perfmon"), "{}", run.stderr);
    assert!(place.path("t.dat").exists() && !place.path("t.dat.stacks").exists());
}

/// Programs that use all processors, until they are dropped.
struct BusyLoops(Vec<std::process::Child>);

impl BusyLoops {
    fn start() -> Self {
        let count = std::thread::available_parallelism().map_or(2, usize::from) * 2;
        let start = || Command::new("sh").args(["-c", "while :; do :; done"]).spawn().unwrap();
        Self((0..count).map(|_| start()).collect())
    }
}

impl Drop for BusyLoops {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// An ordinary user has small buffers, and no right to run before others: stacks may be lost, and faults are not.
#[test]
fn each_function_has_its_bytes_beside_busy_loops() {
    let _turn = turn();
    let Some(place) = place_with_hold() else { return };
    let _busy = BusyLoops::start();
    // Freed at the peak: beside busy loops, an unmapping lasts for milliseconds, and rprof looks in the midst of it. The
    // kernel still counts the pages in RSS then, and shows them no more.
    let words = [&path(&place, "hold"), "small=20", "large=30", "mapped=30", "freed=40", "stand=1500"];
    let truth = [("hold_small", 20), ("hold_large", 30), ("hold_mapped", 30)];
    let Some((_, held)) = assert_held(&place, User::Ordinary, &words, &truth) else { return };
    eprintln!("lost stacks: {}, lost faults: {}", held["lost_stacks"], held["lost_faults"]);
}

/// A program of random steps, and what its functions hold in MiB. It ends with the largest one, so that its end is its peak.
fn random_program(seed: u64) -> (Vec<String>, Vec<(&'static str, u64)>) {
    // Freed memory is missing: an address that is used again may mislead, see docs/where.md.
    const STEPS: [(&str, &str); 7] = [
        ("small", "hold_small"),
        ("large", "hold_large"),
        ("mapped", "hold_mapped"),
        ("huge", "hold_huge"),
        ("grown", "hold_grown"),
        ("read", "hold_read"),
        ("threads", "hold_in_thread"),
    ];
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut up_to = |most: u64| 1 + random.next_u64() % most;
    let mut words = Vec::new();
    let mut truth: Vec<(&str, u64)> = Vec::new();
    if up_to(3) == 1 {
        let mib = up_to(60);
        words.push(format!("child={mib}"));
        truth.push(("hold_in_child", mib));
    }
    for _ in 0..up_to(9) {
        let (word, function) = STEPS[up_to(7) as usize - 1];
        // Whole huge pages, and halves of whole pages for two threads.
        let mib = 4 * if up_to(2) == 1 { up_to(2) } else { up_to(20) };
        words.push(format!("{word}={mib}"));
        truth.push((function, mib));
        if up_to(4) == 1 {
            words.push(format!("pause={}", up_to(80)));
        }
    }
    words.extend(["pause=40", "mapped=100", "stand=1000"].map(str::to_owned));
    truth.push(("hold_mapped", 100));
    (words, truth)
}

/// `RPROF_PROGRAMS=500` runs more of them, and `RPROF_FIRST_PROGRAM` starts at another seed. An earlier version gave the buffer
/// in huge pages of the first one to the vector that grew before it.
#[test]
fn the_bytes_of_random_programs_lie_between_their_bounds() {
    let _turn = turn();
    let Some(place) = place_with_hold() else { return };
    let program = path(&place, "hold");
    let first = number("RPROF_FIRST_PROGRAM", 1);
    for seed in first..first + number("RPROF_PROGRAMS", 6) {
        let (steps, truth) = random_program(seed);
        let words: Vec<&str> = std::iter::once(&program).chain(&steps).map(String::as_str).collect();
        if run_where(&place, User::Ordinary, &words).is_none() {
            return;
        }
        let held = json(&place, "where --json t.dat");
        for (name, _) in &truth {
            let buffers = truth.iter().filter(|(other, _)| other == name);
            let (count, mib) = buffers.fold((0, 0), |(count, sum), (_, mib)| (count + 1, sum + mib));
            // A child also holds a copy of the pages that it writes to besides.
            let (slack, true_bytes) = (count * SAMPLED + MIB / 2, mib * MIB);
            let rows = held["functions"].as_array().unwrap();
            let of = |key| sum(&held, name, key);
            let (lower, found, upper) =
                if rows.iter().any(|row| row["name"].as_str().unwrap().ends_with(name)) {
                    (of("total_bytes_lower"), of("total_bytes"), of("total_bytes_upper"))
                } else {
                    // Each upper bound includes the memory that may belong to any function.
                    (0, 0, rows.iter().filter_map(|row| row["total_bytes_upper"].as_u64()).min().unwrap())
                };
            let is_right = lower <= found && found <= upper;
            assert!(
                is_right && lower <= true_bytes + slack && true_bytes <= upper + slack,
                "program {seed}, {steps:?}: {name} has {lower} to {upper} bytes, not {true_bytes}\n{held:#}"
            );
        }
        let (sum, rss) = (held["bytes"].as_u64().unwrap(), held["rss_bytes"].as_u64().unwrap());
        assert!(sum.abs_diff(rss) as f64 <= rss as f64 * 0.01, "program {seed}: {sum} bytes of {rss}");
    }
}

/// The sum of the allocation samples of a profile of the Firefox Profiler.
fn retained(profile: &str) -> u64 {
    let profile: Value = serde_json::from_str(profile).unwrap();
    let threads = profile["threads"].as_array().unwrap().iter();
    let weights = threads.filter_map(|thread| thread["nativeAllocations"]["weight"].as_array()).flatten();
    weights.map(|bytes| bytes.as_u64().unwrap()).sum()
}

/// One run that several tests of the outputs share would save time, but tests share nothing.
#[test]
fn every_output_has_the_same_bytes() {
    let _turn = turn();
    let Some(place) = place_with_hold() else { return };
    let words = [&path(&place, "hold"), "small=10", "large=20", "pause=100", "freed=40"];
    let Some(done) = run_where(&place, User::Same, &words) else { return };
    assert!(done.stderr.lines().last().unwrap().contains('%'), "the summary ends with them: {}", done.stderr);
    let held = json(&place, "where --json t.dat");
    let bytes = held["bytes"].as_u64().unwrap();

    for (option, key) in [("line", "lines"), ("library", "libraries"), ("process", "processes")] {
        let by = json(&place, &format!("where --json --by {option} t.dat"));
        let sum: u64 =
            by[key].as_array().unwrap().iter().map(|row| row["self_bytes"].as_u64().unwrap()).sum();
        assert_eq!(sum, bytes, "--by {option}");
    }
    assert_eq!(place.run("where -o f.folded t.dat").code, Some(0));
    let folded = std::fs::read_to_string(place.path("f.folded")).unwrap();
    let sum: u64 = folded.lines().map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum();
    assert_eq!(sum, bytes, "folded");
    assert!(folded.contains(";main;hold_large;"), "{folded}");

    assert_eq!(place.run("where -o f.speedscope.json t.dat").code, Some(0));
    let speedscope = std::fs::read_to_string(place.path("f.speedscope.json")).unwrap();
    let speedscope: Value = serde_json::from_str(&speedscope).unwrap();
    assert_eq!(speedscope["profiles"][0]["endValue"], bytes, "speedscope");

    for line in ["where -o f.firefox.json t.dat", "export -o e.firefox.json t.dat"] {
        let done = place.run(line);
        assert_eq!(done.code, Some(0), "{line}: {}", done.stderr);
    }
    let firefox = std::fs::read_to_string(place.path("f.firefox.json")).unwrap();
    assert_eq!(firefox, std::fs::read_to_string(place.path("e.firefox.json")).unwrap(), "both have the peak");
    assert_eq!(retained(&firefox), bytes, "the Firefox profile");
    assert!(firefox.contains("hold_large"));

    assert_eq!(place.run("where -o f.svg t.dat").code, Some(0));
    let svg = std::fs::read_to_string(place.path("f.svg")).unwrap();
    assert!(svg.contains("hold_large") && svg.contains("</svg>"));
    let again = place.run("where -o f.svg t.dat");
    assert_eq!(again.code, Some(1), "an existing file stays");
    assert_eq!(place.run("where --force -o f.svg t.dat").code, Some(0));

    assert_eq!(place.run("plot --view where -o v.svg t.dat").code, Some(0));
    let figure = std::fs::read_to_string(place.path("v.svg")).unwrap();
    assert!(figure.contains("hold_large") && figure.contains("all other memory"));

    // What was freed before the end of the run is in what was touched, and not in what is held.
    let gross = json(&place, "where --json --gross t.dat");
    assert!(total(&gross, "hold_freed") >= 70 * MIB, "{gross:#}");
}

/// A page that a child shares with its parent belongs to the process that touched it, and RSS counts it in both.
#[test]
fn memory_from_before_a_fork_belongs_to_the_parent() {
    let _turn = turn();
    let Some(place) = place_with_hold() else { return };
    let words = [&path(&place, "hold"), "large=30", "pause=100", "child=30"];
    let truth = [("hold_large", 60), ("hold_in_child", 30)];
    if assert_held(&place, User::Same, &words, &truth).is_none() {
        return;
    }
    let by = json(&place, "where --json --by process t.dat");
    let largest = by["processes"][0]["self_bytes"].as_u64().unwrap();
    assert!(largest >= 60 * MIB, "the parent touched both: {by:#}");
}

#[test]
fn a_limit_of_a_function_is_checked() {
    let _turn = turn();
    let Some(place) = place_with_hold() else { return };
    if run_where(&place, User::Same, &[&path(&place, "hold"), "large=30"]).is_none() {
        return;
    }
    for (limit, code, words) in [
        ("hold_large=10MiB", 3, "exceeds --max-function"),
        ("hold_large=40MiB", 0, "within: `t.dat`: function `hold_large`"),
        ("hold_lorge=40MiB", 1, "no function `hold_lorge`"),
    ] {
        let done = place.run(&format!("check --max-function {limit} t.dat"));
        assert_eq!(done.code, Some(code), "{limit}: {}{}", done.stdout, done.stderr);
        assert!((done.stdout + &done.stderr).contains(words), "{limit}: no {words}");
    }
    assert_eq!(place.run("rm t.dat").code, Some(0));
    assert!(!place.path("t.dat.stacks").exists(), "a trace is deleted with its stacks");
}

#[test]
fn a_difference_shows_what_grew() {
    let _turn = turn();
    let Some(place) = place_with_hold() else { return };
    let program = path(&place, "hold");
    if run_where(&place, User::Same, &[&program, "large=10", "pause=1500", "mapped=30"]).is_none() {
        return;
    }
    std::fs::rename(place.path("t.dat"), place.path("a.dat")).unwrap();
    std::fs::rename(place.path("t.dat.stacks"), place.path("a.dat.stacks")).unwrap();
    run_where(&place, User::Same, &[&program, "large=25", "mapped=30"]).unwrap();
    let grown = json(&place, "where --json --diff a.dat t.dat");
    let first = &grown["functions"][0];
    assert_eq!(first["name"], "hold_large", "{grown:#}");
    let growth = first["self_bytes"].as_u64().unwrap() - first["self_bytes_before"].as_u64().unwrap();
    assert!(growth.abs_diff(15 * MIB) < MIB, "{growth}");
    let times = json(&place, "where --json --diff --at 1s --at 1h a.dat");
    assert_eq!(times["functions"][0]["name"], "hold_mapped", "{times:#}");
    assert_eq!(place.run("where --diff t.dat").code, Some(1));
}

/// rprof may be killed, and a disk may be full: what was written before is read.
#[test]
fn a_cut_file_is_read_up_to_the_cut() {
    let _turn = turn();
    let place = Place::new();
    if run_where(&place, User::Same, &["sh", "-c", "sleep 0.6"]).is_none() {
        return;
    }
    let file = place.path("t.dat.stacks");
    let bytes = std::fs::read(&file).unwrap();
    for end in (0..bytes.len()).step_by(bytes.len() / 30) {
        std::fs::write(&file, &bytes[..end]).unwrap();
        let done = place.run("where t.dat");
        assert!(matches!(done.code, Some(0 | 1)), "cut at {end}: {}", done.stderr);
        assert!(!done.stderr.is_empty(), "cut at {end} without a message");
    }
    std::fs::write(&file, "no stacks").unwrap();
    let done = place.run("where t.dat");
    assert_eq!(done.code, Some(1));
    assert!(done.stderr.contains("not a stacks file"), "{}", done.stderr);
}

/// The tables of docs/where.md list every key.
#[test]
fn the_document_lists_every_key() {
    let _turn = turn();
    let place = Place::new();
    if run_where(&place, User::Same, &["sh", "-c", "sleep 0.6"]).is_none() {
        return;
    }
    let held = json(&place, "where --json t.dat");
    let section = |name: &str| {
        let start = format!("\n### {name}\n");
        DOCUMENT
            .split(start.as_str())
            .nth(1)
            .unwrap_or_else(|| panic!("no section {name}"))
            .split("\n#")
            .next()
            .unwrap()
    };
    assert_eq!(keys(&held), table_names(section("Keys of the object")));
    assert_eq!(keys(&held["functions"][0]), table_names(section("Keys of a row")));
}
