//! `peak`, `plot`, `list`, `rm`, `clean` and `convert` on traces of mprof and of rprof.

use serde_json::Value;

use crate::support::Place;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data");

/// The expected values are the output of `mprof peak` of `memory_profiler` 0.61.
#[test]
fn mprofs_traces_have_the_peaks_that_mprof_prints() {
    let expected: [(&str, &str, &[&str]); 6] = [
        ("numpy_ex1", "15306.844", &[]),
        ("numpy_ex2", "7653.527", &[]),
        ("numpy_ex3", "61.027", &[]),
        ("mprof_funcs", "502.930", &[]),
        ("mprof_pool_C", "284.637", &[]),
        ("mprof_pool_M", "13.797", &["130.289", "90.289", "70.293"]),
    ];
    let place = Place::new();
    for (name, peak, children) in expected {
        let path = format!("{DATA}/{name}.dat");
        let done = place.run(&format!("peak {path}"));
        let lines: Vec<_> = done.stdout.lines().collect();
        assert_eq!(lines[0], format!("{path}\t{peak} MiB"));
        assert_eq!(lines.len() - 1, children.len(), "{}", done.stdout);
        for (line, child) in lines[1..].iter().zip(children) {
            assert!(line.starts_with("  Child ") && line.ends_with(&format!("\t\t\t{child} MiB")), "{line}");
        }
    }
}

/// `peak` of a build printed a line for each of hundreds of compilers, in order of their start.
#[test]
fn of_many_children_the_largest_ten_are_printed() {
    let place = Place::new();
    let peak = |children: u64, options: &str| {
        let mut text = String::from("CMDLINE x\nMEM 200.0 1600000000.0\n");
        for child in 1..=children {
            text += &format!("CHLD {child} {child}.5 1600000000.0\n");
        }
        std::fs::write(place.path("t.dat"), text).unwrap();
        place.run(&format!("peak {options} t.dat")).stdout
    };
    let line = |child: u64| format!("  Child {child}\t\t\t{child}.500 MiB");
    let in_order = |children: u64| {
        let lines: Vec<String> = (1..=children).map(line).collect();
        format!("t.dat\t200.000 MiB\n{}\n", lines.join("\n"))
    };
    assert_eq!(peak(10, ""), in_order(10));
    assert_eq!(peak(27, "--all"), in_order(27));
    let largest = peak(27, "");
    let lines: Vec<&str> = largest.lines().collect();
    assert_eq!(lines.len(), 12, "{largest}");
    assert_eq!((lines[1], lines[10]), (&*(line(27) + "\t14 %"), &*(line(18) + "\t9 %")));
    assert_eq!(lines[11], "  and 17 more (--all)");
}

#[test]
fn peak_as_json_has_the_documented_keys() {
    let place = Place::new();
    let done = place.run(&format!("peak --json {DATA}/numpy_ex3.dat"));
    let all: Value = serde_json::from_str(&done.stdout).unwrap();
    let object = all[0].as_object().unwrap();
    for name in [
        "file",
        "command",
        "metric",
        "peak_bytes",
        "peak_time_s",
        "hwm_bytes",
        "elapsed_s",
        "exit_code",
        "signal",
        "samples",
        "processes",
        "peak_upper_bytes",
        "exact",
        "pss_peak_bytes",
        "pss_peak_upper_bytes",
        "pss_peak_time_s",
    ] {
        assert!(object.contains_key(name), "{name}");
    }
    assert_eq!(object["peak_bytes"], 63_991_808);
    assert!(object["hwm_bytes"].is_null() && object["exit_code"].is_null());
}

#[test]
fn every_kind_of_figure_is_made_and_twice_the_same() {
    let place = Place::new();
    for (kind, magic) in [("svg", &b"<svg"[..]), ("pdf", b"%PDF-"), ("png", b"\x89PNG")] {
        let plot = |name: &str| {
            let done = place.run(&format!("plot {DATA}/mprof_funcs.dat -o {name}.{kind}"));
            assert_eq!((done.code, done.stdout.as_str()), (Some(0), ""), "{}", done.stderr);
            std::fs::read(place.path(&format!("{name}.{kind}"))).unwrap()
        };
        let first = plot("a");
        assert!(first.starts_with(magic), "{kind}");
        assert!(first == plot("b"), "{kind} differs");
    }
    let several = format!("plot {DATA}/numpy_ex1.dat {DATA}/numpy_ex2.dat {DATA}/numpy_ex3.dat -o all.svg");
    assert_eq!(place.run(&several).code, Some(0));
    let svg = std::fs::read_to_string(place.path("all.svg")).unwrap();
    assert!(["ex1.py", "ex2.py", "ex3.py"].iter().all(|name| svg.contains(name)));
}

#[test]
fn without_an_output_the_figure_is_beside_the_trace() {
    let place = Place::new();
    std::fs::copy(format!("{DATA}/numpy_ex3.dat"), place.path("x.dat")).unwrap();
    let done = place.run("plot x.dat");
    assert_eq!((done.code, done.stdout.trim()), (Some(0), "x.svg"));
    assert!(place.path("x.svg").exists());
    for bad in ["x.gif", "x.svg.gz"] {
        let done = place.run(&format!("plot x.dat -o {bad}"));
        assert_eq!(done.code, Some(1));
        assert!(done.stderr.contains(".svg, .pdf or .png"), "{}", done.stderr);
    }
}

#[test]
fn a_file_that_is_no_trace_is_an_error_and_never_a_panic() {
    let place = Place::new();
    std::fs::write(place.path("text"), "hello world\nthis is no trace\n").unwrap();
    std::fs::write(place.path("empty"), "").unwrap();
    std::fs::create_dir(place.path("dir")).unwrap();
    for bad in ["text", "empty", "dir", "missing", "7", "-3"] {
        for line in [format!("peak {bad}"), format!("plot {bad} -o x.svg"), format!("rm {bad}")] {
            let done = place.run(&line);
            assert_eq!(done.code, Some(1), "{line}: {}", done.stderr);
            assert!(
                done.stderr.starts_with("rprof: ") && !done.stderr.contains("panicked"),
                "{}",
                done.stderr
            );
            assert!(done.stderr.contains(bad), "{line}: {}", done.stderr);
        }
    }
    assert!(place.path("text").exists() && place.path("dir").exists());
}

fn four_traces(place: &Place) {
    for n in 1..=4 {
        let text = format!("CMDLINE run {n}\nMEM {n}0.0 1600000000.0\nMEM {n}.0 1600000001.0\n");
        std::fs::write(place.path(&format!("mprofile_2020010212000{n}.dat")), text).unwrap();
    }
    std::fs::write(place.path("mprofile_aaaaaaaaaaaaaa.dat"), "mine").unwrap();
    std::fs::write(place.path("mprofile_20200102120001.dat.bak"), "mine").unwrap();
}

#[test]
fn list_shows_index_name_time_and_date_as_mprof_does() {
    let place = Place::new();
    four_traces(&place);
    let list = place.run("list").stdout;
    assert_eq!(list.lines().next(), Some("0 mprofile_20200102120001.dat 12:00:01 02/01/2020"));
    assert_eq!(list.lines().count(), 4);
}

#[test]
fn indices_count_from_the_oldest_and_negative_ones_from_the_newest() {
    let place = Place::new();
    four_traces(&place);
    for (arguments, file) in [("0", 1), ("3", 4), ("-1", 4), ("-4", 1), ("", 4)] {
        let done = place.run(&format!("peak {arguments}"));
        let line = done.stdout.lines().last().unwrap().to_owned();
        assert!(line.starts_with(&format!("mprofile_2020010212000{file}.dat\t{file}0.000 MiB")), "{line}");
    }
    assert_eq!(place.run("peak 4").code, Some(1));
    // mprof took the words after a negative index for traces. Here it may stand anywhere.
    assert_eq!(place.run("plot -2 -o x.svg").code, Some(0));
    assert_eq!(place.run("plot -o y.svg -2").code, Some(0));
    assert_eq!(std::fs::read(place.path("x.svg")).unwrap(), std::fs::read(place.path("y.svg")).unwrap());
}

#[test]
fn rm_and_clean_delete_traces_and_nothing_else() {
    let place = Place::new();
    four_traces(&place);
    std::fs::write(place.path("data.txt"), "precious").unwrap();
    let dry = place.run("rm --dry-run 0 -1");
    assert!(
        dry.stdout.contains("mprofile_20200102120001.dat") && dry.stdout.contains("120004"),
        "{}",
        dry.stdout
    );
    assert_eq!(place.run("list").stdout.lines().count(), 4);
    // One wrong name: nothing is deleted.
    assert_eq!(place.run("rm 0 data.txt").code, Some(1));
    assert_eq!(place.run("list").stdout.lines().count(), 4);
    assert_eq!(place.run("rm 0 -1").code, Some(0));
    assert_eq!(place.run("list").stdout.lines().count(), 2);
    assert_eq!(place.run("clean --dry-run").code, Some(0));
    assert_eq!(place.run("clean").code, Some(0));
    assert_eq!(place.run("list").stdout, "");
    for kept in ["data.txt", "mprofile_aaaaaaaaaaaaaa.dat", "mprofile_20200102120001.dat.bak"] {
        assert!(place.path(kept).exists(), "{kept}");
    }
}

/// A trace of mprof converted to .csv and back has the same peaks.
#[test]
fn a_converted_trace_has_the_same_peaks() {
    let place = Place::new();
    let mprofs = format!("{DATA}/mprof_pool_M.dat");
    assert_eq!(place.run(&format!("convert {mprofs} t.csv")).code, Some(0));
    assert_eq!(place.run("convert t.csv t.dat").code, Some(0));
    let peaks = |file: &str| {
        let peaks = place.run(&format!("peak {file}")).stdout;
        peaks.lines().map(|line| line.replace(file, "")).collect::<Vec<_>>()
    };
    assert_eq!((peaks("t.csv"), peaks("t.dat")), (peaks(&mprofs), peaks(&mprofs)));
    // An existing file is not overwritten, and a file that is no trace produces no output.
    let again = place.run(&format!("convert {mprofs} t.csv"));
    assert!(again.code == Some(1) && again.stderr.contains("--force"), "{}", again.stderr);
    std::fs::write(place.path("no.dat"), "no trace\n").unwrap();
    assert_eq!(place.run("convert no.dat no.csv").code, Some(1));
    assert!(!place.path("no.csv").exists());
    assert_eq!(place.run("convert t.dat t.txt").code, Some(1));
    assert_eq!(place.run("convert --force t.dat ./t.dat").code, Some(1));
    assert_eq!(peaks("t.dat"), peaks(&mprofs));
}
