//! Peaks between two ticks, before the first and after the last: none is missed.

use rprof_trace::{Memory, Part};

use crate::support::{MIB, Place, SLACK, assert_near, eventually};

/// mprof with its interval of 0.1 s reported 1.1 MiB for a program that touched 301 MiB between two samples.
#[test]
fn defect_02_a_spike_between_two_ticks_is_seen() {
    let place = Place::new();
    place.run_truth("-q -T 10s", "hold 20ms touch 300MiB free hold 20ms");
    let peak = place.peak();
    assert_near(&peak["peak_bytes"], 300 * MIB, SLACK);
    assert_eq!(peak["exact"], true, "{peak}");
    assert!(peak["peak_within_s"].is_array(), "{peak}");
}

/// The next tick sees that the kernel's high-water mark has risen and writes a proven maximum, long before the end.
#[test]
fn the_next_tick_proves_a_spike() {
    let place = Place::new();
    // Several spikes, each higher than the one before: a tick may by chance hit the top of one of them.
    let spikes = "touch 100MiB free hold 150ms touch 150MiB free hold 150ms touch 200MiB free hold 400ms";
    place.run_truth("-q -T 50ms", &format!("hold 300ms {spikes}"));
    let trace = place.trace();
    let lines: Vec<&str> = trace.lines().filter(|line| line.starts_with("MEM ")).collect();
    let proven = |(at, line): (usize, &&str)| {
        let within: Vec<f64> =
            line.split_once(" ^ ")?.1.split(' ').map(|second| second.parse().unwrap()).collect();
        Some((lines.len() - at, within[0], within[1]))
    };
    // A machine under load delays one tick or another.
    let is_early = |(after, from, to): &(usize, f64, f64)| *after > 3 && *from > 0.2 && to - from < 0.5;
    let proven: Vec<_> = lines.iter().enumerate().filter_map(proven).collect();
    assert!(proven.iter().any(is_early), "{proven:?}: {trace}");
}

#[test]
fn a_spike_after_the_last_tick_is_seen() {
    let place = Place::new();
    place.run_truth("-q -T 10s", "hold 400ms touch 120MiB");
    assert_near(&place.peak()["peak_bytes"], 120 * MIB, SLACK);
}

/// Peers took one sample, or none, of a command that was shorter than their interval.
#[test]
fn defect_03_a_command_of_40_ms_still_has_a_curve() {
    let place = Place::new();
    eventually(|| {
        place.run_truth("-q --force", "touch 2MiB hold 40ms");
        let peak = place.peak();
        assert_near(&peak["peak_bytes"], 2 * MIB, SLACK);
        if peak["samples"].as_u64().unwrap() >= 3 { Ok(()) } else { Err(format!("{peak}")) }
    });
    assert_eq!(place.run("plot t.dat -o t.svg").code, Some(0));
}

/// A shell script that prints its own high-water mark in KiB, without starting another process. The loop makes it run
/// long enough for a tick.
const OWN_MARK: &str = "n=0; while [ $n -lt 20000 ]; do n=$((n+1)); done; \
    while read key mark unit; do case $key in VmHWM:) echo $mark;; esac; done < /proc/$$/status";

/// wait4 reports a maximum that starts at the size of the process that forked: `true` started by a program of 300 MiB
/// "has" 300 MiB. Here rprof itself is large, because it keeps several copies of long arguments and the command one.
#[test]
fn defect_34_rprofs_own_memory_is_no_floor_of_the_peak() {
    let place = Place::new();
    for count in [0, 15] {
        let mut command =
            place.rprof(["run", "-q", "--force", "-o", "t.dat", "-T", "10s", "sh", "-c", OWN_MARK, "sh"]);
        command.args(vec!["x".repeat(120 << 10); count]);
        let done = crate::support::done(command.output().unwrap());
        let own: u64 = done.stdout.trim().parse().unwrap();
        let peak = place.peak()["peak_bytes"].as_u64().unwrap();
        assert!(peak < (own << 10) + MIB / 2, "{peak} bytes of {own} KiB");
    }
}

#[test]
fn the_shortest_command_has_the_peak_that_gnu_time_reports() {
    if !std::path::Path::new("/usr/bin/time").exists() {
        return crate::support::skip("no GNU time on this machine");
    }
    let place = Place::new();
    let time = std::process::Command::new("/usr/bin/time").args(["-f", "%M", "true"]).output().unwrap();
    let Ok(theirs) = String::from_utf8_lossy(&time.stderr).trim().parse::<u64>() else {
        return crate::support::skip("this time(1) is not GNU's");
    };
    assert_eq!(place.run("run -q -o t.dat true").code, Some(0));
    let ours = place.peak()["peak_bytes"].as_u64().unwrap();
    // A debug build of rprof is larger than the command that it starts.
    let (below, above) = if cfg!(debug_assertions) { (MIB, 3 * MIB) } else { (MIB / 2, MIB / 2) };
    let theirs = theirs << 10;
    let peak = place.peak();
    if peak["exact"] == false {
        // The command stayed below rprof's own fork, and a tick read it in the middle of its exec.
        let upper = peak["peak_upper_bytes"].as_u64().unwrap();
        // Two runs of one command differ by a few pages.
        let differs = MIB / 2;
        assert!(ours <= theirs + differs && theirs <= upper + differs, "{ours} bytes, {theirs}, {upper}");
        return;
    }
    assert!((theirs.saturating_sub(below)..theirs + above).contains(&ours), "{ours} bytes, {theirs}");
}

/// The peak of a tree lies between two bounds. The summary prints both, or only the lower one if the upper is loose.
#[test]
fn the_summary_prints_the_bounds_of_a_tree() {
    let place = Place::new();
    let children = "fork 2 [ hold 200ms touch 40MiB free hold 300ms ] wait";
    for script in [format!("touch 60MiB {children}"), children.to_owned()] {
        let done = place.run_truth("--force -T 50ms", &script);
        assert!(done.stderr.contains("summed over"), "{}", done.stderr);
        let peak = place.peak();
        let (lower, upper) = (peak["peak_bytes"].as_u64().unwrap(), peak["peak_upper_bytes"].as_u64());
        assert!(upper.is_none_or(|upper| upper >= lower), "{peak}");
        // A bound of more than twice the peak would mislead, so the summary prints the lower one only. Processes that other
        // tests start meanwhile can make it that loose.
        let is_loose = upper.is_none_or(|upper| upper / 2 > lower);
        assert_eq!(done.stderr.contains("peak at least "), is_loose, "{}{peak}", done.stderr);
        let is_tight = upper.is_some_and(|upper| upper - lower < MIB / 5);
        assert!(is_loose || is_tight || done.stderr.contains(", at most "), "{}{peak}", done.stderr);
    }
    let one = place.run_truth("--force -T 50ms", "touch 40MiB free hold 300ms");
    assert!(!one.stderr.contains("at most"), "{}", one.stderr);
}

#[test]
fn with_exact_every_tick_has_its_own_maximum() {
    let place = Place::new();
    let twice = "hold 200ms touch 100MiB free hold 400ms touch 60MiB free hold 400ms";
    place.run_truth("-q -T 50ms --exact", twice);
    // On a busy machine a spike may last until a tick, which then shows it without the high-water mark.
    let trace = place.trace();
    let recorded: Vec<f64> = trace
        .lines()
        .filter(|line| line.starts_with("MEM "))
        .map(|line| line.split(' ').nth(1).unwrap().parse().unwrap())
        .collect();
    // Without the reset of the high-water mark the second, lower spike would leave no trace.
    assert!(recorded.iter().any(|mib| (60.0..70.0).contains(mib)), "{recorded:?}");
    assert!(recorded.iter().any(|mib| (100.0..110.0).contains(mib)), "{recorded:?}");
    assert_near(&place.peak()["peak_bytes"], 100 * MIB, SLACK);
}

#[test]
fn growth_is_not_recorded_as_a_spike() {
    let place = Place::new();
    place.run_truth("-q -T 20ms", "touch 20MiB hold 60ms touch 20MiB hold 60ms touch 20MiB hold 60ms");
    let peak = place.peak();
    assert_near(&peak["peak_bytes"], 60 * MIB, SLACK);
    // The ticks themselves show the growth. Only the end of the run may add a proven maximum.
    let trace = place.trace();
    let lines: Vec<_> = trace.lines().filter(|line| line.starts_with("MEM ")).collect();
    let ticks = lines.iter().rposition(|line| !line.contains(" ^ ")).unwrap();
    assert!(lines[..ticks].iter().all(|line| !line.contains(" ^ ")), "{trace}");
}

#[test]
fn parts_swap_and_address_space_are_recorded() {
    let place = Place::new();
    place.run_truth_until("-q -T 20ms", "touch 30MiB await go", |shown| shown.has_touched(30 * MIB));
    let mut reader = rprof_trace::Reader::open(place.path("t.dat")).unwrap();
    let mut largest = Memory::default();
    while let Ok(Some(record)) = reader.next_record() {
        if let rprof_trace::Record::Tick(tick) = record {
            let is_larger = tick.memory.get(Part::Rss) > largest.get(Part::Rss);
            largest = if is_larger { tick.memory } else { largest };
        }
    }
    let bytes = |part| largest.get(part).expect("reported by Linux").0;
    let rss = bytes(Part::Rss);
    // The kernel may hold a part of the counter back, and the program has little anonymous memory besides.
    assert!(bytes(Part::Anon) + MIB >= 30 * MIB && bytes(Part::Vsz) >= rss && bytes(Part::Hwm) >= rss);
    assert_eq!(rss, bytes(Part::Anon) + bytes(Part::File) + bytes(Part::Shmem));
    // 30 MiB of pages need 15 page tables of one page each, and a few more for code and stack.
    assert!((60 << 10..1 << 20).contains(&bytes(Part::PageTables)), "{largest:?}");
    assert_eq!((bytes(Part::Swap), bytes(Part::Hugetlb)), (0, 0));
}

/// Three children hold 40 MiB at the same time. The bounds must contain the sum.
#[test]
fn the_bounds_of_a_tree_contain_the_true_peak() {
    let place = Place::new();
    place.run_truth("-q -T 50ms", "fork 3 [ hold 200ms touch 40MiB hold 500ms ] wait");
    let peak = place.peak();
    let (low, high) = (peak["peak_bytes"].as_u64().unwrap(), peak["peak_upper_bytes"].as_u64());
    assert!(low <= 120 * MIB + 4 * SLACK && high.is_none_or(|high| high >= 120 * MIB), "{peak}");
    assert_eq!(peak["exact"], false);
    assert_eq!(peak["processes"], 4);
}

/// Two children live between two ticks and hold 60 MiB each at the same time. No tick saw either, so only the upper bound
/// can contain the sum.
#[test]
fn processes_between_two_ticks_are_in_the_upper_bound() {
    let place = Place::new();
    let pair = "fork 1 [ touch 60MiB ready one await two hold 20ms ] fork 1 [ touch 60MiB ready two await one hold 20ms ]";
    place.run_truth("-q -T 30s", &format!("hold 1100ms {pair} wait hold 50ms"));
    let peak = place.peak();
    let upper = peak["peak_upper_bytes"].as_u64();
    assert!(upper.is_none_or(|upper| upper >= 120 * MIB), "{peak}");
    assert_eq!(peak["exact"], false);
}

/// Two children are small at every tick. Between two ticks both grow to 60 MiB, hold them together and end.
#[test]
fn processes_that_grew_after_their_last_tick_are_in_the_upper_bound() {
    let place = Place::new();
    let pair = "fork 1 [ hold 1s touch 60MiB ready one await two hold 20ms ] fork 1 [ hold 1s touch 60MiB ready two await one hold 20ms ]";
    place.run_truth("-q -T 30s", &format!("{pair} wait hold 50ms"));
    let peak = place.peak();
    let upper = peak["peak_upper_bytes"].as_u64();
    assert!(upper.is_none_or(|upper| upper >= 120 * MIB), "{peak}");
}
