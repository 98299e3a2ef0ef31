//! The bounds of the peak inside a span, against a curve that is known at every instant.

use rprof_trace::{
    Bytes, End, Format, Header, Memory, Metric, Part, ProfileOptions, Proven, Reader, Record, Seconds, Tick,
    Writer, fold,
};

/// A run of one process: its RSS at each millisecond, in pages.
struct Run {
    rss: Vec<u64>,
    /// The times of ticks, in order.
    ticks: Vec<usize>,
    /// First and last millisecond of each span.
    spans: Vec<(usize, usize)>,
    was_reset: bool,
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

fn random_run(random: &mut Random) -> Run {
    let length = 40 + random.below(60);
    let mut rss = vec![1 + random.below(5) as u64];
    while rss.len() < length {
        let last = rss[rss.len() - 1];
        rss.push(if random.below(4) == 0 { 1 + random.below(100) as u64 } else { last });
    }
    let ticks = (0..length).filter(|time| *time == 0 || random.below(9) == 0).collect();
    let span = |_| {
        let (a, b) = (random.below(length), random.below(length));
        (a.min(b), a.max(b))
    };
    Run { rss, ticks, spans: (0..6).map(span).collect(), was_reset: length.is_multiple_of(2) }
}

fn seconds(millisecond: usize) -> Seconds {
    Seconds(millisecond as f64 / 1e3)
}

fn pages(count: u64) -> Bytes {
    Bytes(count << 12)
}

/// The trace that the sampler writes of the run.
fn trace(run: &Run) -> Vec<u8> {
    let (mut writer, mut out) = (Writer::new(Format::Dat), Vec::new());
    let columns = vec!["hwm".to_owned(), "processes".to_owned()];
    let header = Header { format: 1, tree: true, exact: run.was_reset, columns, ..Header::default() };
    writer.write(&Record::Header(Box::new(header)), &mut out);
    let most = |from: usize, to: usize| *run.rss[from..=to].iter().max().expect("not empty");
    let (mut last, mut peak) = (0, 0);
    for tick in &run.ticks {
        let value = run.rss[*tick];
        let mark = most(if run.was_reset { last } else { 0 }, *tick);
        let old = if run.was_reset { value } else { most(0, last) };
        let seen = value.max(run.rss[last]);
        if mark > seen && (run.was_reset || mark != old) {
            let (from, to) = (seconds(last), seconds(*tick));
            let proven = Proven { time: seconds((last + tick) / 2), within: (from, to), value: pages(mark) };
            writer.write(&Record::Proven(proven), &mut out);
            peak = peak.max(mark);
        }
        let memory = Memory::from([(Part::Rss, pages(value)), (Part::Hwm, pages(mark))]);
        let tick_record =
            Tick { time: seconds(*tick), value: pages(value), memory, processes: Some(1), ..Tick::default() };
        writer.write(&Record::Tick(&tick_record), &mut out);
        (last, peak) = (*tick, peak.max(value));
    }
    // The maximum of wait4.
    let (end, maximum) = (run.rss.len() - 1, most(0, run.rss.len() - 1));
    if maximum > peak {
        let within = (seconds(last), seconds(end));
        let proven = Proven { time: seconds(last.midpoint(end)), within, value: pages(maximum) };
        writer.write(&Record::Proven(proven), &mut out);
    }
    for (at, (from, to)) in run.spans.iter().enumerate() {
        let id = format!("1.1.{at}");
        writer.write(&Record::SpanBegin(&id, seconds(*from), "span"), &mut out);
        writer.write(&Record::SpanEnd(&id, seconds(*to)), &mut out);
    }
    let end = End {
        elapsed_s: seconds(end),
        exact: true,
        processes: 1,
        upper_bytes: Some(pages(maximum)),
        ..End::default()
    };
    writer.write(&Record::End(Box::new(end)), &mut out);
    out
}

#[test]
fn the_truth_lies_between_the_bounds() {
    let mut random = Random(11);
    let (mut spans, mut exact) = (0, 0);
    for _ in 0..500 {
        let run = random_run(&mut random);
        let text = trace(&run);
        let (profiles, _) =
            fold(|| Ok(Reader::new(&text[..], "t.dat")), &ProfileOptions::default()).expect("a trace");
        assert_eq!(profiles[0].metric, Metric::Rss);
        for span in &profiles[0].spans {
            let [from, to] =
                [span.enter.0, span.leave.expect("an end").0].map(|t| (t.0 * 1e3).round() as usize);
            let truth = pages(*run.rss[from..=to].iter().max().expect("not empty"));
            let (lower, upper) = (span.peak.expect("ticks"), span.peak_upper.expect("an exact run"));
            assert!(upper >= truth && upper >= lower, "{from}..{to}: {truth} above {upper}");
            // Without a tick inside, the lower bound is an estimate on the line between two ticks.
            if run.ticks.iter().any(|tick| (from..=to).contains(tick)) {
                assert!(lower <= truth, "{from}..{to}: {truth} below {lower}");
            }
            spans += 1;
            exact += u32::from(lower == upper);
        }
    }
    assert!(spans == 3000 && exact > 800, "{exact} of {spans} are exact");
}
