//! The reduction of a run: peaks, curves, processes, windows.

use rprof_trace::{
    Block, Born, Bytes, End, Exit, Format, Keep, Part, Point, Profile, ProfileBuilder, ProfileOptions,
    Proven, Reader, Record, Seconds, Tick, fold,
};

use crate::support::{every_record, header, profiles, recorded, sample, tick, ticks, write};

fn build(records: &[Record<'_>], options: &ProfileOptions) -> Profile {
    let mut builder = ProfileBuilder::new(options);
    for record in records {
        builder.add(record);
    }
    builder.finish()
}

fn run(mut records: Vec<Record<'static>>) -> Profile {
    records.insert(0, Record::Header(Box::new(header(&[b"x"]))));
    build(&records, &ProfileOptions::default())
}

fn plain(time: f64, bytes: u64) -> Record<'static> {
    recorded(Tick { time: Seconds(time), value: Bytes(bytes), ..Tick::default() })
}

fn end(upper: Option<u64>) -> Record<'static> {
    Record::End(Box::new(End { upper_bytes: upper.map(Bytes), elapsed_s: Seconds(9.0), ..End::default() }))
}

fn points(curve: &[Point]) -> Vec<(f64, u64)> {
    curve.iter().map(|p| (p.time.0, p.value.0)).collect()
}

#[test]
fn of_equal_peaks_the_first_is_reported() {
    let peak = run(vec![plain(0.0, 1), plain(0.1, 7), plain(0.2, 7), plain(0.3, 2)]).peak.expect("a peak");
    assert_eq!((peak.value, peak.time, peak.within), (Bytes(7), Seconds(0.1), None));
}

#[test]
fn a_proven_peak_is_the_peak_and_lies_on_the_curve() {
    let within = (Seconds(0.0), Seconds(0.1));
    let proven = Record::Proven(Proven { time: Seconds(0.06), within, value: Bytes(9) });
    let profile = run(vec![plain(0.0, 1), proven, plain(0.1, 7)]);
    let peak = profile.peak.expect("a peak");
    assert_eq!((peak.value, peak.time, peak.within), (Bytes(9), Seconds(0.06), Some(within)));
    assert_eq!(points(&profile.total), [(0.0, 1), (0.06, 9), (0.1, 7)]);
    assert_eq!(profile.samples, 2);
}

#[test]
fn the_upper_bound_is_that_of_the_end_or_of_all_ticks() {
    let upper = |records| run(records).peak.and_then(|p| p.upper);
    assert_eq!(upper(vec![tick(0.0, 8192), end(Some(20000))]), Some(Bytes(20000)));
    assert_eq!(upper(vec![tick(0.0, 8192), end(Some(8192))]), Some(Bytes(8192)));
    assert_eq!(upper(vec![tick(0.0, 8192), end(None)]), None);
    assert_eq!(upper(vec![tick(0.0, 8192), tick(0.1, 4096)]), Some(Bytes(12288)));
    // After a tick without a bound there is none.
    assert_eq!(upper(vec![tick(0.0, 8192), plain(0.1, 4096)]), None);
}

#[test]
fn the_high_water_mark_is_the_largest_that_is_shown_span() {
    let exit = Exit { hwm_bytes: Some(Bytes(99_999)), ..Exit::default() };
    assert_eq!(run(vec![tick(0.0, 8192)]).hwm, Some(Bytes(8192)));
    assert_eq!(run(vec![tick(0.0, 8192), Record::Exit("1:x", Seconds(1.0), exit)]).hwm, Some(Bytes(99_999)));
    assert_eq!(run(vec![plain(0.0, 8192)]).hwm, None);
}

#[test]
fn swap_has_a_curve_only_if_there_was_any() {
    let swapping = |time: f64, swap: u64| {
        let mut tick = Tick { time: Seconds(time), value: Bytes(1), ..Tick::default() };
        tick.memory.set(Part::Swap, Some(Bytes(swap)));
        recorded(tick)
    };
    assert!(run(vec![swapping(0.0, 0), swapping(0.1, 0)]).swap.is_empty());
    let swap =
        run(vec![swapping(0.0, 0), swapping(0.1, 0), swapping(0.2, 0), swapping(0.3, 5), swapping(0.4, 0)])
            .swap;
    assert_eq!(points(&swap), [(0.0, 0), (0.2, 0), (0.3, 5), (0.4, 0)]);
}

#[test]
fn the_end_record_has_the_length_of_the_run() {
    assert_eq!(run(vec![plain(0.5, 1), end(None)]).elapsed, Seconds(9.0));
    assert_eq!(run(vec![plain(0.5, 1), plain(2.5, 1)]).elapsed, Seconds(2.5));
}

/// An unchanged process has no CHLD line: its curve is flat up to the last tick before a change, and falls to 0 at its end.
#[test]
fn a_process_holds_its_value_until_it_changes_or_ends() {
    let records = [
        Record::Header(Box::new(header(&[b"x"]))),
        sample("7:x", 0.0, 8192),
        sample("8:y", 0.0, 4096),
        tick(0.0, 12288),
        sample("7:x", 0.1, 8192),
        tick(0.1, 12288),
        sample("7:x", 0.2, 8192),
        tick(0.2, 12288),
        sample("7:x", 0.3, 16384),
        tick(0.3, 20480),
        tick(0.4, 20480),
        Record::Exit("7:x", Seconds(0.45), Exit::default()),
        tick(0.5, 4096),
    ];
    let run = &profiles(&write(Format::Dat, &records)).0[0];
    assert_eq!(
        points(&run.processes[0].curve),
        [(0.0, 8192), (0.2, 8192), (0.3, 16384), (0.4, 16384), (0.45, 0)]
    );
    assert_eq!(points(&run.processes[1].curve), [(0.0, 4096), (0.5, 4096)]);
    assert_eq!((run.processes[0].peak, run.processes[0].peak_time), (Bytes(16384), Seconds(0.3)));
    assert_eq!(run.process_count, 2);
}

#[test]
fn a_process_with_a_new_name_is_the_same_process() {
    let run = &profiles(&write(Format::Dat, &every_record())).0[0];
    let seen: Vec<_> = run.processes.iter().map(|p| (p.id.as_str(), points(&p.curve))).collect();
    assert_eq!(seen[0], ("812:python3", vec![(0.0, 40960), (0.1, 40960), (7.5, 40960)]));
    assert_eq!(seen[1], ("813:cc1", vec![(0.1, 8192), (0.15, 0)]));
    assert_eq!(seen.len(), 2);
    assert_eq!(run.gaps, [(Seconds(0.2), Seconds(7.5))]);
    assert_eq!(run.command, "sh -c $'echo $HOME\\n'");
}

#[test]
fn a_reused_pid_is_another_process() {
    let records = [
        Record::Header(Box::new(header(&[b"x"]))),
        sample("7:x", 0.0, 8192),
        tick(0.0, 8192),
        Record::Exit("7:x", Seconds(0.05), Exit::default()),
        Record::Born("7:x", Seconds(0.06), Born::default()),
        sample("7:x", 0.1, 8192),
        tick(0.1, 8192),
    ];
    let run = &profiles(&write(Format::Dat, &records)).0[0];
    assert_eq!(run.processes.len(), 2);
    assert_eq!(points(&run.processes[1].curve), [(0.1, 8192)]);
}

#[test]
fn only_the_requested_processes_have_curves() {
    let records = [
        Record::Header(Box::new(header(&[b"x"]))),
        sample("1:a", 0.0, 8192),
        sample("2:b", 0.0, 16384),
        tick(0.0, 24576),
    ];
    let text = write(Format::Dat, &records);
    let with = |processes| {
        let options = ProfileOptions { processes, ..ProfileOptions::default() };
        fold(|| Ok(Reader::new(&text[..], "x")), &options).expect("a trace").0.remove(0).processes
    };
    assert!(with(Keep::None).is_empty());
    assert_eq!(with(Keep::Peaks).iter().map(|p| p.curve.len()).collect::<Vec<_>>(), [0, 0]);
    assert_eq!(with(Keep::Largest(1)).iter().map(|p| p.curve.len()).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn a_window_keeps_one_point_on_either_side_and_the_peak_of_the_whole_run() {
    let text = b"CMDLINE x\nFUNC f 1 1795380800.5 1 1795380801 0\nMEM 9 1795380800\nMEM 1 1795380801\nMEM 2 1795380802\n\
                 MEM 3 1795380803\nMEM 4 1795380804\nMEM 5 1795380805\n";
    let window = Some((Seconds(1.5), Seconds(3.5)));
    let options = ProfileOptions { window, ..ProfileOptions::default() };
    let run = &fold(|| Ok(Reader::new(&text[..], "x")), &options).expect("a trace").0[0];
    assert_eq!(ticks(run), [(1.0, 1.0), (2.0, 2.0), (3.0, 3.0), (4.0, 4.0)]);
    assert_eq!(run.peak.map(|p| (p.value.mib(), p.time.0)), Some((9.0, 0.0)));
}

#[test]
fn of_too_many_spans_the_longest_are_kept() {
    let call = |i: u32| format!("FUNC f{i} 1 1795380800.0 1 1795380800.{:04} 0\n", i + 1);
    let text: String =
        std::iter::once("MEM 1 1795380800.0\n".to_owned()).chain((0..1000).map(call)).collect();
    let options = ProfileOptions { spans: 10, ..ProfileOptions::default() };
    let (runs, warnings) = fold(|| Ok(Reader::new(text.as_bytes(), "x")), &options).expect("a trace");
    assert_eq!(runs[0].spans.iter().map(|s| s.name.as_str()).collect::<Vec<_>>()[..2], ["f990", "f991"]);
    assert_eq!(runs[0].spans.len(), 10);
    assert_eq!(warnings.iter().count(), 1);
}

#[test]
fn a_long_run_is_reduced_to_a_bounded_curve() {
    let options = ProfileOptions { slices: 64, ..ProfileOptions::default() };
    let records: Vec<_> = (0..100_000u32).map(|i| plain(f64::from(i) * 0.1, u64::from(i == 4711))).collect();
    let profile = build(&records, &options);
    assert!(profile.total.len() <= 64 * 4);
    assert!(points(&profile.total).contains(&(471.1, 1)));
    assert_eq!(profile.samples, 100_000);
}

/// Integral and measured time of all blocks, in byte seconds and seconds.
fn integral(profile: &Profile) -> (f64, f64) {
    let sum = |part: fn(&Block) -> f64| profile.blocks.iter().map(part).sum::<f64>();
    let round = |value: f64| (value * 1e6).round() / 1e6;
    (round(sum(|block| block.byte_seconds)), round(sum(|block| block.length.0)))
}

#[test]
fn the_integral_covers_the_run_without_its_gaps() {
    let gap = Record::Gap(Seconds(2.0), Seconds(8.0));
    let proven = Proven { time: Seconds(1.5), within: (Seconds(1.0), Seconds(2.0)), value: Bytes(900) };
    let records =
        vec![plain(1.0, 100), Record::Proven(proven), plain(2.0, 200), gap, plain(8.0, 300), end(None)];
    // 1 s of 100 before the first tick, 1 s from 100 to 200, 1 s of 300 to the end of the run at 9 s. The length of a
    // peak between two ticks is not known.
    assert_eq!(integral(&run(records.clone())), (100.0 + 150.0 + 300.0, 3.0));
    // Without an end the run is known up to its last tick.
    assert_eq!(integral(&run(records[..5].to_vec())), (250.0, 2.0));
    let peak_only = ProfileOptions { curves: false, ..ProfileOptions::default() };
    let header = Record::Header(Box::new(header(&[b"x"])));
    assert!(build(&[vec![header], records].concat(), &peak_only).blocks.is_empty());
}

/// A run of mprof starts at its first tick, on the clock of 1970.
#[test]
fn the_integral_of_a_trace_of_mprof_begins_with_its_first_tick() {
    let text = b"CMDLINE x\nMEM 1.0 1795380798.0\nMEM 3.0 1795380800.0\n";
    let profile = &profiles(text).0[0];
    let (byte_seconds, length) = integral(profile);
    assert!((byte_seconds - 4.0 * 1_048_576.0).abs() < 1.0 && (length - 2.0).abs() < 1e-3);
    assert!(profile.blocks.iter().all(|block| (0.0..=2.0).contains(&block.time.0)));
}
