//! Adds up the traces of a parallel job with two threads: `sum_ranks TRACE...`, or `sum_ranks DIRECTORY`.

use std::error::Error;
use std::path::PathBuf;
use std::thread;

use rprof_findings::ranks::RanksBuilder;
use rprof_trace::{ProfileOptions, read_profiles};

fn main() -> Result<(), Box<dyn Error>> {
    let mut traces: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    if let [directory] = &traces[..]
        && directory.is_dir()
    {
        traces = std::fs::read_dir(directory)?
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<_, std::io::Error>>()?;
    }
    let halves = traces.split_at(traces.len() / 2);
    let (one, two) = thread::scope(|scope| {
        let other = scope.spawn(|| add(halves.1));
        (add(halves.0), other.join())
    });
    let mut all = one?;
    all.join(two.map_err(|_| "a thread has failed")??);
    let ranks = all.finish().ok_or("no trace has a sample")?;
    let peak = ranks.sum.most().ok_or("no step")?;
    println!("{} ranks on {} hosts: {} at {}", ranks.ranks.len(), ranks.hosts.len(), peak.value, peak.time);
    println!("imbalance {:.2}, rank {:?}", ranks.by_rank.ratio, ranks.ranks[ranks.by_rank.heaviest].number());
    Ok(())
}

fn add(traces: &[PathBuf]) -> Result<RanksBuilder, rprof_trace::Error> {
    let mut ranks = RanksBuilder::default();
    for trace in traces {
        let (profiles, _) =
            read_profiles(trace, &ProfileOptions { slices: 2048, ..ProfileOptions::default() })?;
        for profile in &profiles {
            ranks.add(&trace.to_string_lossy(), profile);
        }
    }
    Ok(ranks)
}
