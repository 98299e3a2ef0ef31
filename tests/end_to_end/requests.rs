//! `rprof peak --slurm` and its like: the memory to request, from real traces. scripts/survive.py reruns programs under the
//! limits that it advises.

use crate::support::{Done, MIB, Place, done, truth};

/// The size in a request of a system.
fn size(text: &str, before: &str, after: &str) -> u64 {
    let rest = text.split(before).nth(1).unwrap_or_else(|| panic!("{before}: {text}"));
    rest.split(after).next().unwrap().parse().unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn advice(place: &Place, options: &str) -> Done {
    let advice = place.run(&format!("peak {options}"));
    assert_eq!(advice.code, Some(0), "{}", advice.stderr);
    advice
}

#[test]
fn every_system_gets_its_own_form() {
    let place = Place::new();
    place.run_truth("-q", "touch 100MiB hold 200ms");
    let slurm = advice(&place, "--slurm t.dat");
    let mib = size(&slurm.stdout, "#SBATCH --mem=", "M\n");
    // The memory of the program, 8 MiB around it, and a fifth.
    assert!((129..150).contains(&mib), "{}", slurm.stdout);
    for part in ["upper bound of the peak", "page tables", "margin (20 %", "from `t.dat`"] {
        assert!(slurm.stderr.contains(part), "{part}: {}", slurm.stderr);
    }
    assert_eq!(advice(&place, "--nextflow t.dat").stdout, format!("memory = {mib}.MB\n"));
    let yaml = advice(&place, "--kubernetes t.dat").stdout;
    assert_eq!(yaml.matches(&format!("    memory: {mib}Mi\n")).count(), 2, "{yaml}");
    let mb = size(&advice(&place, "--snakemake t.dat").stdout, "mem_mb=", "\n");
    assert!((mib - 1) * MIB <= mb * 1_000_000 && mb * 1_000_000 < (mib + 2) * MIB, "{mb} {mib}");
}

#[test]
fn the_margin_is_a_share_or_a_size() {
    let place = Place::new();
    place.run_truth("-q", "touch 100MiB hold 200ms");
    let of = |margin: &str| {
        let text = advice(&place, &format!("--slurm --margin {margin} t.dat")).stdout;
        size(&text, "--mem=", "M\n")
    };
    let bare = of("0");
    assert!((108..125).contains(&bare), "{bare}");
    assert_eq!((of("1GiB"), of("0%")), (bare + 1024, bare + 16));
    assert!((2 * bare - 2..=2 * bare).contains(&of("100%")), "{} {bare}", of("100%"));
    let refused = place.run("peak --slurm --margin 20 t.dat");
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("20%"), "{}", refused.stderr);
}

#[test]
fn a_request_is_for_one_system_and_has_no_other_form() {
    let place = Place::new();
    place.run_truth("-q", "touch 1MiB");
    for options in ["--slurm --nextflow", "--slurm --json", "--slurm --spans", "--margin 20%"] {
        assert_eq!(place.run(&format!("peak {options} t.dat")).code, Some(2), "{options}");
    }
}

/// A pool of four workers shares the memory of its parent: the sum of RSS is five times what it needs.
#[test]
#[cfg(target_os = "linux")]
fn shared_pages_are_requested_once() {
    let place = Place::new();
    // Births of other trees on the machine may loosen the bound, and other tests make many.
    crate::support::eventually(|| {
        place.run_truth_until("-q -T 10ms", "touch 100MiB fork 4 [ await go ] wait", |shown| {
            shown.bytes >= 500 * MIB && (shown.most_pss >= 100 * MIB || !shown.notes.is_empty())
        });
        let mib = size(&advice(&place, "--slurm t.dat").stdout, "--mem=", "M\n");
        assert!(place.peak()["peak_bytes"].as_u64().unwrap() > 400 * MIB);
        assert!(mib >= 100, "{mib}");
        if mib < 260 { Ok(()) } else { Err(format!("{mib} MiB of 100")) }
    });
}

/// The peak of a run that was ended by a limit is no measure of what it needs.
#[test]
fn a_run_that_ran_out_of_memory_is_no_measure() {
    let place = Place::new();
    let limited = place.run_truth("-q --memory-limit 50MiB", "touch 100MiB hold 20s");
    assert_eq!(limited.code, Some(124));
    let refused = place.run("peak --slurm t.dat");
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(1), ""));
    assert!(refused.stderr.contains("ran out of memory"), "{}", refused.stderr);
}

#[test]
fn ranks_of_one_host_are_added() {
    let place = Place::new();
    for rank in ["0", "1"] {
        let mut command = place.rprof(["run", "-q", "-o", "r{rank}.dat", "--"]);
        command.arg(truth()).args(["touch", "50MiB", "hold", "200ms"]);
        command.envs([("OMPI_COMM_WORLD_RANK", rank), ("OMPI_COMM_WORLD_SIZE", "3")]);
        let ran = done(command.output().unwrap());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    }
    let both = advice(&place, "--slurm --margin 0 r0.dat r1.dat");
    assert!((116..135).contains(&size(&both.stdout, "--mem=", "M\n")), "{}", both.stdout);
    for part in ["the sum of 2 ranks on one host", "2 of the 3 ranks"] {
        assert!(both.stderr.contains(part), "{part}: {}", both.stderr);
    }
}

/// A trace of mprof has no bound, so a rerun may need more.
#[test]
fn a_trace_without_a_bound_says_so() {
    let place = Place::new();
    std::fs::write(
        place.path("m.dat"),
        "CMDLINE python3 x.py\nMEM 100.0 1795380798.1\nMEM 90.0 1795380798.2\n",
    )
    .unwrap();
    let seen = advice(&place, "--slurm m.dat");
    assert!(seen.stdout.starts_with("#SBATCH --mem=1"), "{}", seen.stdout);
    assert!(seen.stderr.contains("no upper bound of the peak is known"), "{}", seen.stderr);
}

/// Reruns under a real limit, where control groups can be made; `make test-vm` does a hundred of them.
#[test]
#[cfg(target_os = "linux")]
fn reruns_survive_at_the_advised_limit() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/survive.py");
    let mut command = std::process::Command::new("python3");
    command.args(["-B", script, env!("CARGO_BIN_EXE_rprof")]).arg(truth()).arg("1");
    crate::support::with_default_settings(&mut command);
    match command.output() {
        Err(error) => crate::support::skip(&format!("the reruns under an advised limit: python3: {error}")),
        Ok(output) => {
            let ran = done(output);
            assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
            if let Some(reason) = ran.stdout.strip_prefix("skipped: ") {
                crate::support::skip(reason.trim_end());
            }
        }
    }
}
