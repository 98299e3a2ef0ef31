//! Random process trees that know their own peak: it always lies between the two bounds that rprof reports.
//!
//! `RPROF_SCRIPTS=500` plays more of them, and `RPROF_FIRST_SCRIPT` starts at another seed.

use std::process::{Child, Command, Stdio};

use crate::support::{MIB, Place, counter_error, done, number, truth, words};

/// Intervals that are shorter than a script, about as long, and longer.
const INTERVALS: [&str; 3] = ["2ms", "10ms", "100ms"];

/// The bounds and the truth of one script, in bytes. An upper bound that is not known is `u64::MAX`.
struct Played {
    lower: u64,
    upper: u64,
    upper_once: u64,
    sum: u64,
    once: u64,
    /// The error of the kernel's counters for all processes together, in rprof's reading and in that of the program.
    slack: u64,
}

fn play(place: &Place, seed: u64) -> Played {
    let interval = INTERVALS[(seed % 3) as usize];
    let mut command = place.rprof(words("run -q --force -o t.dat -T"));
    command.arg(interval).arg("--").arg(truth()).args(["family", &seed.to_string()]);
    let done = done(command.output().expect("rprof runs"));
    assert_eq!(done.code, Some(0), "script {seed}: {}", done.stderr);
    let truth: Vec<u64> = words(&done.stdout).map(|word| word.parse().expect("a number")).collect();
    let peak = place.peak();
    let bytes = |key: &str| peak[key].as_u64().unwrap_or_else(|| panic!("script {seed}: no {key}: {peak}"));
    // Births that come too fast for the counters to be read together leave it open.
    let bound = |key: &str| peak[key].as_u64().unwrap_or(u64::MAX);
    Played {
        lower: bytes("peak_bytes"),
        upper: bound("peak_upper_bytes"),
        upper_once: bound("peak_upper_once_bytes"),
        sum: truth[0],
        once: truth[1],
        slack: bytes("processes").min(12) * 2 * counter_error(),
    }
}

/// Plays scripts and checks the bounds of each. Returns the median of upper bound and truth.
fn check(first: u64, count: u64) -> f64 {
    let place = Place::new();
    let mut ratios = Vec::new();
    let mut wrong = Vec::new();
    let mut open = 0;
    for seed in first..first + count {
        let Played { lower, upper, upper_once, sum, once, slack } = play(&place, seed);
        let holds = |truth: u64, bound: u64| truth <= bound.saturating_add(slack);
        let is_right = holds(lower, sum) && holds(sum, upper) && holds(once, upper_once);
        open += u64::from(upper == u64::MAX);
        if !is_right {
            let mib = |bytes: u64| bytes as f64 / MIB as f64;
            wrong.push(format!(
                "script {seed}: {:.2} <= {:.2} <= {:.2}, once {:.2} <= {:.2}",
                mib(lower),
                mib(sum),
                mib(upper),
                mib(once),
                mib(upper_once)
            ));
        }
        ratios.push(upper as f64 / sum as f64);
    }
    assert!(wrong.is_empty(), "{} of {count} wrong: {wrong:#?}", wrong.len());
    assert!(open * 4 <= count, "{open} of {count} without an upper bound");
    ratios.sort_by(f64::total_cmp);
    ratios[ratios.len() / 2]
}

/// An earlier version charged each unseen process with the largest of the run, and missed what processes did between
/// their last tick and their end.
#[test]
fn the_peak_of_a_random_tree_lies_between_its_bounds() {
    let median = check(number("RPROF_FIRST_SCRIPT", 1), number("RPROF_SCRIPTS", 60));
    println!("median of upper bound / truth: {median:.3}");
}

/// Short-lived processes of other trees, which the kernel counts with those of the command.
struct Strangers(Vec<Child>);

impl Strangers {
    fn start(count: usize) -> Self {
        let stranger = || {
            let mut command = Command::new("sh");
            command.args(["-c", "while :; do /bin/true; done"]).stdin(Stdio::null());
            command.spawn().expect("a shell")
        };
        Self((0..count).map(|_| stranger()).collect())
    }
}

impl Drop for Strangers {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[test]
fn strangers_do_not_break_the_bounds() {
    let _strangers = Strangers::start(2);
    let median = check(number("RPROF_FIRST_SCRIPT", 1) + 1000, number("RPROF_SCRIPTS", 40) / 4);
    println!("median of upper bound / truth beside strangers: {median:.3}");
}
