//! Scripts like memory_profiler's own examples, under `mprof run` and `rprof run`: the functions, times and memory agree.

use std::collections::BTreeMap;

use crate::support::{Place, done, skip};

/// Nested and consecutive calls that build lists, a `timestamp` block, and a decorator that is called by hand.
const LISTS: &str = r#"
import time
def took(name, begun):
    print("took", begun, name, time.time() - begun)
@profile
def grow(millions):
    """Grows."""
    begun = time.time()
    numbers = [1] * (millions * 10**6)
    time.sleep(0.3)
    took("__main__.grow", begun)
    return numbers
@profile
def twice():
    begun = time.time()
    few = grow(2)
    many = grow(8)
    del few
    time.sleep(0.2)
    took("__main__.twice", begun)
    return many
def plain(x):
    """Plain."""
    took("__main__.plain", time.time())
    return x
if __name__ == "__main__":
    kept = twice()
    with profile.timestamp("block"):
        begun = time.time()
        more = [2] * (4 * 10**6)
        time.sleep(0.3)
        took("block", begun)
    stamped = profile()(plain)
    assert (stamped.__name__, stamped.__doc__, grow.__doc__) == ("plain", "Plain.", "Grows.")
    stamped(1)
"#;

/// A function that fills a dictionary, called twice, as in an example that memory_profiler's Makefile runs.
const CALLS: &str = r#"
import time
@profile
def fill(count):
    begun = time.time()
    table = {}
    for i in range(count):
        table[i] = 2
    time.sleep(0.1)
    print("took", begun, "__main__.fill", time.time() - begun)
if __name__ == "__main__":
    fill(10)
    fill(200000)
"#;

/// One FUNC line: MiB at entry and at exit, seconds between them, level.
type Call = (f64, f64, f64, u32);

fn calls(trace: &str) -> BTreeMap<String, Vec<Call>> {
    let mut calls: BTreeMap<String, Vec<(f64, Call)>> = BTreeMap::new();
    for words in trace.lines().filter_map(|line| line.strip_prefix("FUNC ")) {
        let words: Vec<&str> = words.split(' ').collect();
        let number = |at: usize| words[at].parse::<f64>().unwrap();
        let call = (number(1), number(3), number(4) - number(2), words[5].parse().unwrap());
        // mprof names a block `.block`, without a module.
        calls.entry(words[0].trim_start_matches('.').to_owned()).or_default().push((number(2), call));
    }
    let sorted = |mut calls: Vec<(f64, Call)>| {
        calls.sort_by(|a, b| a.0.total_cmp(&b.0));
        calls.into_iter().map(|(_, call)| call).collect()
    };
    calls.into_iter().map(|(name, calls)| (name, sorted(calls))).collect()
}

/// The seconds of each call by the script's own clock, in the order of their begin.
fn own_times(stdout: &str) -> BTreeMap<String, Vec<f64>> {
    let mut calls: Vec<Vec<&str>> = stdout
        .lines()
        .filter_map(|line| line.strip_prefix("took "))
        .map(|line| line.split(' ').collect())
        .collect();
    calls.sort_by(|a, b| a[0].parse::<f64>().unwrap().total_cmp(&b[0].parse().unwrap()));
    let mut times: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for call in calls {
        times.entry(call[1].to_owned()).or_default().push(call[2].parse().unwrap());
    }
    times
}

#[test]
fn the_same_functions_with_the_same_times_and_memory() {
    let Some(python) = super::peers::python() else {
        return skip(
            "no Python with memory_profiler (`make peers` makes one): the examples are not compared with mprof",
        );
    };
    for script in [LISTS, CALLS] {
        let place = Place::new();
        std::fs::write(place.path("s.py"), script).unwrap();
        let main = "import sys, mprof; sys.exit(mprof.main())";
        let mut theirs = std::process::Command::new(&python);
        theirs.args(["-c", main, "run", "-T", "0.02", "-o", "m.dat", "s.py"]).current_dir(place.dir.path());
        let theirs = done(theirs.output().unwrap());
        assert_eq!(theirs.code, Some(0), "{}", theirs.stderr);
        let mut ours = place.rprof(["run", "-q", "-T", "0.02", "-o", "t.dat", "--python"]);
        let ours =
            done(ours.arg(&python).arg("s.py").env("XDG_CACHE_HOME", place.dir.path()).output().unwrap());
        assert_eq!((ours.code, ours.stderr.as_str()), (Some(0), ""));
        let clocks = [own_times(&theirs.stdout), own_times(&ours.stdout)];
        let theirs = calls(&std::fs::read_to_string(place.path("m.dat")).unwrap());
        let ours = calls(&place.trace());
        assert_eq!(theirs.keys().collect::<Vec<_>>(), ours.keys().collect::<Vec<_>>());
        for (name, theirs) in &theirs {
            let ours = &ours[name];
            assert_eq!(theirs.len(), ours.len(), "{name}");
            assert!(clocks.iter().all(|clock| clock[name].len() == ours.len()), "{name}: {clocks:?}");
            for (at, (theirs, ours)) in theirs.iter().zip(ours).enumerate() {
                let grown = |call: &Call| call.1 - call.0;
                assert!((grown(theirs) - grown(ours)).abs() < 2.0, "{name}: {theirs:?} {ours:?}");
                // The time of a call depends on the load of the machine. The script measures it in both runs.
                let own = [clocks[0][name][at], clocks[1][name][at]];
                let is_right = |time: f64, own: f64| time >= own - 0.001 && time < own + 0.25;
                let are_right = is_right(theirs.2, own[0]) && is_right(ours.2, own[1]);
                assert!(are_right, "{name}: {theirs:?} {ours:?} {own:?}");
                assert_eq!(theirs.3, ours.3, "{name}");
                assert!(ours.0 < theirs.0, "ours includes memory_profiler's own memory: {theirs:?} {ours:?}");
            }
        }
    }
}
