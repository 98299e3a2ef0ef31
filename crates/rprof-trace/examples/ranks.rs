//! Writes the traces of a parallel job for the benchmarks: an hour of each rank at ten ticks a second, by default.
//! `ranks COUNT HOSTS DIRECTORY [SECONDS]`

use std::error::Error;
use std::path::Path;

use rprof_trace::{
    Bytes, Column, DatWriter, End, Header, Job, Memory, Metric, Part, Record, Seconds, Tick, columns,
};

const MIB: u64 = 1 << 20;
const PAGE: u64 = 4096;
/// 2026-11-22 19:13:18 UTC.
const START: f64 = 1_795_374_798.0;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (count, hosts, directory, seconds) = match &arguments[..] {
        [count, hosts, directory] => (count, hosts, directory, 3600),
        [count, hosts, directory, seconds] => (count, hosts, directory, seconds.parse()?),
        _ => return Err("usage: ranks COUNT HOSTS DIRECTORY [SECONDS]".into()),
    };
    let (count, hosts): (u32, u32) = (count.parse()?, hosts.parse()?);
    std::fs::create_dir_all(directory)?;
    for rank in 0..count {
        let path = Path::new(directory).join(format!("trace-{rank}.dat"));
        std::fs::write(path, trace(rank, count, hosts.max(1), seconds))?;
    }
    Ok(())
}

fn trace(rank: u32, count: u32, hosts: u32, seconds: u32) -> Vec<u8> {
    // The hosts have as many ranks, one after the other, and start them within a second.
    let each = count.div_ceil(hosts);
    let job = Job {
        launcher: "Slurm".to_owned(),
        job_id: Some("4711".to_owned()),
        rank: Some(rank),
        local_rank: Some(rank % each),
        ranks: Some(count),
        ..Job::default()
    };
    let header = Header {
        format: 1,
        writer: "rprof 0.1.0".to_owned(),
        start_s: START + f64::from(rank % 97) * 0.01,
        host: format!("n{:04}", rank / each),
        page_size: PAGE,
        interval_s: Seconds(0.1),
        metric: Metric::Rss,
        tree: true,
        job: Some(job),
        columns: columns(
            Metric::Rss,
            &[Column::Part(Part::Anon), Column::Part(Part::File), Column::Processes],
        ),
        ..Header::default()
    };
    let (mut writer, mut text) = (DatWriter::new(), Vec::new());
    writer.write(&Record::Header(Box::new(header)), &mut text);
    let ticks = 10 * u64::from(seconds);
    let mut peak = 0;
    for number in 0..ticks {
        let value = size(rank, number);
        peak = peak.max(value);
        let memory = Memory::from([
            (Part::Rss, Bytes(value)),
            (Part::Anon, Bytes(value - 8 * MIB)),
            (Part::File, Bytes(8 * MIB)),
        ]);
        let tick = Tick {
            time: Seconds(number as f64 / 10.0),
            value: Bytes(value),
            memory,
            processes: Some(1),
            ..Tick::default()
        };
        writer.write(&Record::Tick(&tick), &mut text);
    }
    let end = End {
        elapsed_s: Seconds(f64::from(seconds)),
        exit_code: Some(0),
        hwm_bytes: Some(Bytes(peak)),
        hwm_exact: true,
        upper_bytes: Some(Bytes(peak)),
        exact: true,
        ticks,
        processes: 1,
        ..End::default()
    };
    writer.write(&Record::End(Box::new(end)), &mut text);
    text
}

/// A step of a solver every 20 s: it grows for 5 s and then holds with a little noise. Every 64th rank needs twice as much.
fn size(rank: u32, number: u64) -> u64 {
    let base = if rank % 64 == 17 { 800 } else { 400 };
    let within = number % 200;
    let grown = within.min(50) * base * MIB / 50;
    let noise = (number * 2_654_435_761 + u64::from(rank)) >> 7 & 15;
    (base * MIB / 2 + grown + noise * PAGE) / PAGE * PAGE
}
