//! Fuzz targets. `RPROF_FUZZ` names the one to run; `make fuzz` runs all of them.
#![no_main]

use std::io::Write;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use rprof_exchange::{Compression, ExportFormat, Peer, Source, export, import};
use rprof_plot::{Options, SpanView, SvgText, Trace};
use rprof_trace::{
    Bytes, Format, Keep, Profile, ProfileOptions, Reader, Seconds, Warnings, convert, find_name, fold,
    is_hidden, read_profiles, shell_quote, short_names, span_totals, visible,
};

/// The largest figure of one trace, in bytes.
const FIGURE: usize = 4 << 20;

fuzz_target!(|data: &[u8]| {
    static TARGET: OnceLock<fn(&[u8])> = OnceLock::new();
    let target = TARGET.get_or_init(|| match std::env::var("RPROF_FUZZ").unwrap_or_default().as_str() {
        "reader" => reader,
        "index" => index,
        "plot" => plot,
        "convert" => conversion,
        "imports" => imports,
        "exports" => exports,
        "values" => values,
        "proc" => rprof_sample::fuzz_parsers,
        other => panic!("unknown target `{other}`: set RPROF_FUZZ"),
    });
    target(data);
});

fn profiles(data: &[u8], options: &ProfileOptions) -> Option<(Vec<Profile>, Warnings)> {
    fold(|| Ok(Reader::new(data, "fuzz")), options).ok()
}

/// Any bytes are read without a panic, and give finite profiles within the limits.
fn reader(data: &[u8]) {
    let options = ProfileOptions {
        processes: Keep::Largest(8),
        slices: 64,
        spans: 100,
        lives: true,
        ..ProfileOptions::default()
    };
    let Some((runs, warnings)) = profiles(data, &options) else { return };
    assert!(runs.len() <= 4096);
    for run in &runs {
        assert!(run.total.len() <= 4 * 64 && run.spans.len() <= 100);
        assert!(run.total.windows(2).all(|two| two[0].time <= two[1].time));
        if let (Some(peak), Some(end)) = (run.peak, run.trusted_end()) {
            assert!(end.upper_bytes.is_none_or(|upper| upper.plus(Bytes(1 << 40)) >= peak.value));
        }
        span_totals(run).iter().for_each(|total| assert!(total.calls > 0));
        let _ = run.peak.map(|peak| peak.words());
    }
    for warning in &warnings {
        assert!(!warning.to_string().chars().any(is_hidden), "{warning}");
    }
}

/// A file with an index gives the same peak as all of its lines, or is read in full.
fn index(data: &[u8]) {
    let path = std::env::temp_dir().join(format!("rprof-fuzz-{}", std::process::id()));
    let mut file = std::fs::File::create(&path).expect("room");
    // A trace of fewer than 3 MiB is never read through its index.
    let padding = format!("NOTE pad {}\n", "x".repeat((1 << 16) - 10)).repeat(48);
    let head = data.iter().position(|b| *b == b'\n').map_or(0, |at| at + 1);
    let parts = [&data[..head], padding.as_bytes(), &data[head..]].concat();
    // An index names its own place in the file.
    let at = parts.windows(7).rposition(|seven| seven == b"\nINDEX ").map_or(0, |at| at + 1);
    let text = String::from_utf8_lossy(&parts).replace("@AT@", &at.to_string());
    file.write_all(text.as_bytes()).expect("room");
    drop(file);
    let options = ProfileOptions { curves: false, slices: 16, ..ProfileOptions::default() };
    let read = read_profiles(&path, &options);
    let whole = profiles(text.as_bytes(), &options);
    if let (Ok((read, _)), Some((whole, _))) = (read, whole)
        && let ([read], [whole]) = (&read[..], &whole[..])
        && whole.contradictions.is_empty()
    {
        assert_eq!(read.peak.map(|peak| peak.value), whole.peak.map(|peak| peak.value));
    }
    let window = Some((Seconds(1.0), Seconds(2.0)));
    let _ = read_profiles(&path, &ProfileOptions { window, ..options });
    let _ = std::fs::remove_file(&path);
}

/// A figure of any trace is bounded in size, and is XML without a forbidden character.
fn plot(data: &[u8]) {
    let options = ProfileOptions { processes: Keep::Largest(8), ..ProfileOptions::default() };
    let Some((runs, _)) = profiles(data, &options) else { return };
    let runs = &runs[..runs.len().min(8)];
    for spans in [SpanView::Lanes, SpanView::Flame] {
        let options = Options { spans, slope: true, text: SvgText::Plain, ..Options::default() };
        let traces: Vec<Trace<'_>> = runs.iter().map(|profile| Trace { label: "fuzz", profile }).collect();
        if let Ok(svg) = rprof_plot::svg(&options, &traces) {
            assert!(svg.len() < FIGURE, "{}", svg.len());
            assert!(!svg.chars().any(|c| c != '\n' && is_hidden(c)));
            assert!(!svg.contains("NaN") && !svg.contains("inf\""), "a coordinate is no number");
        }
    }
}

fn converted(data: &[u8], format: Format) -> Option<Vec<u8>> {
    let (mut reader, mut out) = (Reader::new(data, "fuzz"), Vec::new());
    convert(&mut reader, format, &mut out).ok()?;
    Some(out)
}

/// A second conversion changes nothing in a trace of rprof. In one of mprof, a command may continue over lines that look
/// like records.
fn conversion(data: &[u8]) {
    let options = ProfileOptions { slices: 2, ..ProfileOptions::default() };
    let is_ours =
        profiles(data, &options).is_some_and(|(runs, _)| runs.iter().all(|run| run.header.is_some()));
    for (there, back) in [(Format::Csv, Format::Dat), (Format::Dat, Format::Csv)] {
        let Some(first) = converted(data, there) else { continue };
        let Some(second) = converted(&first, back) else { continue };
        let Some(third) = converted(&second, there) else { continue };
        let Some(fourth) = converted(&third, back) else { continue };
        if !is_ours {
            continue;
        }
        assert_eq!(String::from_utf8_lossy(&second), String::from_utf8_lossy(&fourth));
    }
}

/// A file of another tool, compressed or not, becomes a trace that is read without a fault, and is not much larger.
fn imports(data: &[u8]) {
    let mut content = Vec::new();
    if let Some(compression) = Compression::detect(data) {
        let _ = std::io::Read::read_to_end(&mut std::io::Read::take(compression.reader(data), 1 << 20), &mut content);
    } else {
        content.extend_from_slice(data);
    }
    let Some(peer) = Peer::detect(&content) else { return };
    let (mut input, mut trace) = (&content[..], Vec::new());
    let faults = import(peer, &mut input, Some(&content), &mut trace).expect("a Vec accepts every byte");
    for fault in &faults {
        assert!(!fault.to_string().chars().any(is_hidden), "{fault}");
    }
    // Each sample of a process may take four lines, each of them with a name.
    assert!(trace.len() <= 64 * content.len() + 4096, "{} of {}", trace.len(), content.len());
    let options = ProfileOptions { processes: Keep::Largest(8), slices: 64, ..ProfileOptions::default() };
    if let Some((runs, warnings)) = profiles(&trace, &options) {
        assert!(warnings.is_empty(), "{warnings:?}");
        assert!(runs.iter().all(|run| run.peak.is_none_or(|peak| peak.value <= Bytes(1 << 53))));
    }
}

/// An export of any trace is text of its format.
fn exports(data: &[u8]) {
    for format in ExportFormat::ALL {
        let Some((runs, _)) = profiles(data, &format.profile_options()) else { return };
        let trace = data.to_vec();
        let mut open = || Ok(Reader::new(std::io::Cursor::new(trace.clone()), "fuzz"));
        let mut out = Vec::new();
        if export(format, &mut Source { open: &mut open, profiles: &runs, held: None }, &mut out).is_err() {
            continue;
        }
        let text = String::from_utf8(out).expect("UTF-8");
        let is_json = |text: &str| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
        match format {
            ExportFormat::Chrome | ExportFormat::Firefox => assert!(is_json(&text), "{format}"),
            ExportFormat::Jsonl => assert!(text.lines().all(is_json), "{format}"),
            ExportFormat::OpenMetrics => assert!(text.ends_with("# EOF\n"), "{format}"),
            ExportFormat::Csv => assert!(text.starts_with("time_s,"), "{format}"),
        }
    }
}

/// Values that a user types, names of spans, and text from outside.
fn values(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let size = text.parse::<Bytes>();
    assert!(size.is_err() || !text.trim_start().starts_with('-'));
    if let Ok(time) = text.parse::<Seconds>() {
        assert!(time.0 >= 0.0, "{}", time.0);
        let _ = time.to_string();
    }
    assert!(!visible(&text).chars().any(is_hidden));
    let words: Vec<&str> = text.split(' ').collect();
    assert!(short_names(words.iter().copied()).values().all(|short| text.contains(short)));
    let _ = find_name(words.iter().copied(), words[0]).map_err(|error| error.to_string());
    let arguments: Vec<_> = data.split(|b| *b == 0).map(rprof_trace::Arg::new).collect();
    assert!(!shell_quote(&arguments).chars().any(char::is_control));
}
