//! Writes a long trace for the benchmarks: one process at 1 kHz that grows or shrinks at each tick. `long TICKS FILE`.

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};

use rprof_trace::{
    Born, Bytes, Column, DatWriter, End, Header, Indexer, Memory, Metric, Part, Record, Seconds, Tick,
    columns,
};

const PAGE: u64 = 4096;
/// The largest size of the process.
const HIGHEST: u64 = (2000 + 50_000 + 512) * PAGE;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [ticks, path] = &arguments[..] else { return Err("usage: long TICKS FILE".into()) };
    let ticks: u64 = ticks.parse()?;
    let mut output = Output {
        file: BufWriter::new(File::create(path)?),
        writer: DatWriter::new(),
        index: Indexer::default(),
        at: 0,
    };
    output.write(&Record::Header(Box::new(header())))?;
    output.write(&Record::Command("long"))?;
    let born = Born { pid: 812, ppid: 1, name: "long".to_owned(), ..Born::default() };
    output.write(&Record::Born("812:long", Seconds(0.0), born))?;
    for number in 0..ticks {
        output.write(&Record::Tick(&tick(number)))?;
    }
    let peak = (0..ticks).map(|number| tick(number).value).max();
    let end = End {
        elapsed_s: Seconds(ticks as f64 / 1e3),
        exit_code: Some(0),
        hwm_bytes: Some(Bytes(HIGHEST)),
        upper_bytes: peak,
        exact: true,
        ticks,
        processes: 1,
        ..End::default()
    };
    output.end(end)
}

/// A sawtooth of 50,000 ticks with noise.
fn tick(number: u64) -> Tick {
    let rss = Bytes((2000 + number % 50_000 + ((number * 2_654_435_761) >> 7) % 512) * PAGE);
    let file = Bytes(1936 << 10);
    let memory = Memory::from([
        (Part::Rss, rss),
        (Part::Anon, Bytes(rss.0 - file.0)),
        (Part::Hwm, Bytes(HIGHEST)),
        (Part::File, file),
    ]);
    let upper = Some(Bytes(rss.0 + 4 * PAGE));
    Tick { time: Seconds(number as f64 / 1e3), value: rss, memory, upper, processes: None }
}

fn header() -> Header {
    Header {
        format: 1,
        writer: "rprof".to_owned(),
        start: "2026-11-22T20:13:18.000000000+00:00".to_owned(),
        start_s: 1_795_378_398.0,
        page_size: PAGE,
        interval_s: Seconds(1e-3),
        metric: Metric::Rss,
        tree: true,
        columns: columns(
            Metric::Rss,
            &[Column::Part(Part::Anon), Column::Part(Part::Hwm), Column::Upper, Column::Part(Part::File)],
        ),
        ..Header::default()
    }
}

struct Output {
    file: BufWriter<File>,
    writer: DatWriter,
    index: Indexer,
    at: u64,
}

impl Output {
    fn write(&mut self, record: &Record<'_>) -> Result<(), Box<dyn Error>> {
        let mut lines = Vec::with_capacity(64);
        self.index.add(record);
        self.writer.write(record, &mut lines);
        self.file.write_all(&lines)?;
        self.at += lines.len() as u64;
        if self.index.wrote(lines.len() as u64) {
            self.index.cut(self.at);
            self.writer.forget();
        }
        Ok(())
    }

    fn end(mut self, end: End) -> Result<(), Box<dyn Error>> {
        let index = std::mem::take(&mut self.index).finish(self.at);
        if let Some(index) = index {
            self.write(&Record::Index(Box::new(index)))?;
        }
        self.write(&Record::End(Box::new(end)))?;
        Ok(self.file.flush()?)
    }
}
