//! Memory that RSS does not show, or shows without a distinction: page tables, huge pages, swap, mapped files.

use serde_json::Value;

use crate::support::{Done, MIB, Place, SLACK, assert_near, skip};

/// Compiles and runs a program under rprof. `None` if there is no compiler, or if the program could not get its memory; then
/// the test is skipped with the reason.
fn run(place: &Place, name: &str, code: &str, argument: &str) -> Option<(Done, Value)> {
    if !place.compile(name, code, &["-O1"]) {
        skip("no C compiler on this machine");
        return None;
    }
    let done = place.run(&format!("run --force -o t.dat -T 20ms ./{name} {argument}"));
    if done.code == Some(9) {
        skip(&format!("{name}: {}", done.stderr.lines().next().unwrap_or_default()));
        return None;
    }
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let peak = place.peak();
    Some((done, peak))
}

fn bytes(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("not a number: {value}"))
}

/// A size of the machine in /proc/meminfo, as a plain number.
fn meminfo(key: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':')).map(str::trim);
    line.and_then(|line| line.split(' ').next()?.parse().ok()).unwrap_or(0)
}

/// A program with 128 MiB of page tables was reported with 1.1 MiB, "exact".
#[test]
fn page_tables_are_named_beside_the_peak() {
    let place = Place::new();
    let code = include_str!("../data/page_tables.c");
    let Some((done, peak)) = run(&place, "page_tables", code, "") else { return };
    assert!(bytes(&peak["peak_bytes"]) < SLACK, "{peak}");
    assert_near(&peak["peak_parts"]["page_tables_bytes"], 32 * MIB, MIB);
    assert_near(&peak["largest_parts"]["page_tables_bytes"], 32 * MIB, MIB);
    let summary = &done.stderr;
    assert!(summary.contains(" MiB RSS + 32.") && summary.contains(" MiB page tables "), "{summary}");
    assert!(place.run("peak t.dat").stdout.contains("\n  + page tables\t\t\t32."));
    // `exact` is about RSS alone. A debug build of rprof is larger than this program, whose maximum is then not certain.
    assert!(peak["exact"] == true || cfg!(debug_assertions), "{peak}");
    assert_eq!(peak["exact_scope"] == "rss", peak["exact"] == true, "{peak}");
}

/// A program of 28 MiB that maps a file of 300 MiB was reported with 328, without a distinction.
#[test]
fn file_backed_memory_is_named_in_the_peak() {
    let place = Place::new();
    let code = include_str!("../data/mapped_file.c");
    let Some((done, peak)) = run(&place, "mapped_file", code, "") else { return };
    // A machine whose page cache fills its memory takes a few pages of the file back while the program reads the rest.
    let reclaimed = 8 * MIB;
    assert_near(&peak["peak_bytes"], 84 * MIB - reclaimed, reclaimed + SLACK);
    if bytes(&peak["peak_parts"]["shmem_bytes"]) > 32 * MIB {
        return skip("files of the temporary directory are shared memory (tmpfs)");
    }
    assert_near(&peak["peak_parts"]["file_bytes"], 64 * MIB - reclaimed, reclaimed + SLACK);
    // The kernel may hold a part of the counter back, and the program has little anonymous memory besides.
    assert_near(&peak["peak_parts"]["anon_bytes"], 20 * MIB - MIB / 2, MIB / 2 + SLACK);
    let file_mib = bytes(&peak["peak_parts"]["file_bytes"]) as f64 / MIB as f64;
    let summary = &done.stderr;
    assert!(summary.contains(&format!(", of it {file_mib:.1} MiB file-backed, reclaimable")), "{summary}");
    let row = format!("\n  of it file-backed, reclaimable\t\t\t{file_mib:.3}");
    assert!(place.run("peak t.dat").stdout.contains(&row));
}

/// A program with 844 MiB of huge pages was reported with 43.4 MiB, "exact".
#[test]
fn huge_pages_are_named_beside_the_peak() {
    if meminfo("HugePages_Free") < 16 || meminfo("Hugepagesize") != 2048 {
        return skip("no 16 free huge pages of 2 MiB: `echo 16 > /proc/sys/vm/nr_hugepages` reserves them");
    }
    let place = Place::new();
    let code = include_str!("../data/hugetlb.c");
    let Some((done, peak)) = run(&place, "hugetlb", code, "") else { return };
    assert!(bytes(&peak["peak_bytes"]) < SLACK, "{peak}");
    assert_eq!(bytes(&peak["largest_parts"]["hugetlb_bytes"]), 32 * MIB, "{peak}");
    assert!(done.stderr.contains("32.0 MiB huge pages"), "{}", done.stderr);
    // Shared huge pages count once for each process that maps them, as shared memory does in RSS.
    let Some((_, shared)) = run(&place, "hugetlb", code, "shared") else { return };
    assert_eq!(bytes(&shared["largest_parts"]["hugetlb_bytes"]), 4 * 32 * MIB, "{shared}");
}

/// A program that had 500 MiB in RAM and 500 more in swap was reported with 501, "exact".
#[test]
fn rss_and_swap_have_a_peak_of_their_own() {
    if meminfo("SwapFree") < 64 << 10 {
        return skip("this machine has no 64 MiB of free swap");
    }
    let place = Place::new();
    let code = include_str!("../data/swap_out.c");
    let Some((done, peak)) = run(&place, "swap_out", code, "") else { return };
    if bytes(&peak["largest_parts"]["swap_bytes"]) < 48 * MIB {
        return skip("the kernel did not swap all of it out (a limit of the cgroup?)");
    }
    assert_near(&peak["rss_swap_peak_bytes"], 96 * MIB, SLACK);
    assert!(peak["rss_swap_peak_time_s"].as_f64() <= peak["elapsed_s"].as_f64(), "{peak}");
    assert!(bytes(&peak["peak_bytes"]) < 64 * MIB, "{peak}");
    assert!(done.stderr.contains("\nrprof: RSS + swap reached 9"), "{}", done.stderr);
    assert!(place.run("peak t.dat").stdout.contains("\n  RSS + swap\t\t\t9"));
}

/// The parts of a trace whose end is missing are computed from its ticks, and are the same.
#[test]
fn a_trace_without_an_end_has_the_same_parts() {
    let place = Place::new();
    place.run_truth("-q -T 20ms", "touch 30MiB hold 200ms");
    let peak = place.peak();
    let text = place.trace();
    let cut: Vec<&str> = text.lines().filter(|line| !line.starts_with("END ")).collect();
    std::fs::write(place.path("cut.dat"), cut.join("\n") + "\n").unwrap();
    let cut = place.peak_of("cut.dat");
    for key in ["peak_parts", "largest_parts"] {
        let (mut whole, mut without) = (peak[key].clone(), cut[key].clone());
        // A time in a line is rounded to a microsecond.
        (whole["time_s"], without["time_s"]) = (Value::Null, Value::Null);
        assert_eq!(whole, without, "{key}");
    }
    assert_eq!(peak["rss_swap_peak_bytes"], cut["rss_swap_peak_bytes"]);
    assert_eq!((&cut["exact"], &cut["exact_scope"]), (&false.into(), &Value::Null));
    assert!(cut["peak_uncertainty_bytes"].is_null());
    // Nothing is worth a line of text.
    assert_eq!(place.run("peak t.dat").stdout.lines().count(), 1);
}
