//! The page as bytes: all of a run in it, its size, its policy, and hostile texts. The tests in `tests/page/` open it in a
//! browser.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::fmt::Write as _;
use std::io::Read as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::ZlibDecoder;
use rprof_plot::{FunctionBytes, FunctionLevels, FunctionMoment, MOST_BYTES, Options, PageTrace, page};
use rprof_trace::{
    Bytes, Detail, DetailOptions, Header, Profile, ProfileOptions, Reader, Seconds, fold, read_details,
};
use serde_json::Value;
use sha2::{Digest, Sha256};

const START: f64 = 1_795_378_398.0;
const HEADER: &str = r#"RPROF {"format":1,"writer":"rprof 0.1.0","command":["x"],"start_s":1795378398,"interval_s":0.1,"metric":"rss","tree":true,"columns":["anon","file","processes"]}"#;

/// The runs of a trace and their curves in detail.
fn read(trace: &str) -> Vec<(Profile, Detail)> {
    let open = || Ok(Reader::new(trace.as_bytes(), "t.dat"));
    let options = ProfileOptions { lives: true, ..ProfileOptions::default() };
    let (profiles, _) = fold(open, &options).unwrap();
    let details = read_details(open().unwrap(), &profiles, &DetailOptions::default()).unwrap();
    profiles.into_iter().zip(details).collect()
}

fn page_of(runs: &[(Profile, Detail)]) -> String {
    let traces: Vec<PageTrace<'_>> = runs
        .iter()
        .map(|(profile, detail)| PageTrace { label: "t", profile, detail, functions: None })
        .collect();
    page(&Options::default(), &traces).unwrap()
}

/// A block of a page, unpacked.
fn block(page: &str, id: &str) -> Vec<u8> {
    let text = page.split(&format!("id=\"{id}\">")).nth(1).unwrap().split("</script>").next().unwrap();
    let mut bytes = Vec::new();
    ZlibDecoder::new(&STANDARD.decode(text).unwrap()[..]).read_to_end(&mut bytes).unwrap();
    bytes
}

fn texts(page: &str) -> Value {
    serde_json::from_slice(&block(page, "text-0")).unwrap()
}

fn head(page: &str) -> Value {
    serde_json::from_str(page.split("id=\"data\">").nth(1).unwrap().split("</script>").next().unwrap())
        .unwrap()
}

/// The numbers of a block of curves, read as a browser does.
struct Numbers<'a>(&'a [u8]);

impl Numbers<'_> {
    fn next(&mut self) -> u64 {
        let (mut value, mut shift) = (0, 0);
        loop {
            let (first, rest) = self.0.split_first().unwrap();
            self.0 = rest;
            value |= u64::from(first & 0x7f) << shift;
            shift += 7;
            if *first < 0x80 {
                return value;
            }
        }
    }

    fn signed(&mut self) -> i64 {
        let value = self.next();
        (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
    }

    fn sums(&mut self, count: usize) -> Vec<i64> {
        let mut sum = 0;
        (0..count)
            .map(|_| {
                sum += self.signed();
                sum
            })
            .collect()
    }
}

/// The rows of the ticks in a page: time, value, and the number of processes.
fn ticks(page: &str) -> (Value, Vec<(f64, u64, Option<u64>)>) {
    let bytes = block(page, "curves-0");
    let length = u32::from_le_bytes(bytes[..4].try_into().unwrap()) as usize;
    let layout: Value = serde_json::from_slice(&bytes[4..4 + length]).unwrap();
    let mut numbers = Numbers(&bytes[4 + length..]);
    let rows = layout["rows"].as_u64().unwrap() as usize;
    let times = numbers.sums(rows);
    let values = numbers.sums(rows);
    let mut processes = vec![None; rows];
    for column in layout["columns"].as_array().unwrap() {
        let count = column[1].as_u64().unwrap() as usize;
        let mut row = 0;
        let at: Vec<usize> = (0..count)
            .map(|_| {
                row += numbers.next() as usize;
                row
            })
            .collect();
        let mut sum = 0;
        let changes: Vec<Option<i64>> = (0..count)
            .map(|_| {
                let code = numbers.next();
                (code > 0).then(|| {
                    sum += ((code - 1) >> 1).cast_signed() ^ -((code - 1) & 1).cast_signed();
                    sum
                })
            })
            .collect();
        if column[0] == "processes" {
            for (row, value) in at.iter().zip(changes) {
                processes[*row..].fill(value.map(i64::cast_unsigned));
            }
        }
    }
    let (unit, second) = (layout["unit"].as_u64().unwrap(), layout["time_unit"].as_f64().unwrap());
    let row = |at: usize| (times[at] as f64 * second, values[at].cast_unsigned() * unit, processes[at]);
    let all = (0..rows).map(row).collect();
    (layout, all)
}

/// Values without a pattern.
fn random(at: u64) -> u64 {
    let mixed = at.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 11
}

/// A trace of these values in KiB, a tick every 0.1 s.
fn trace(values: impl Iterator<Item = u64>) -> String {
    let mut text = format!("{HEADER}\nCMDLINE x\n");
    for (at, kib) in values.enumerate() {
        let time = START + at as f64 * 0.1;
        let _ = writeln!(
            text,
            "MEM {} {time:.6} {} 8 {}",
            kib as f64 / 1024.0,
            kib.saturating_sub(8),
            1 + at / 7
        );
    }
    text
}

#[test]
fn a_short_run_is_in_its_page_tick_by_tick() {
    let values: Vec<u64> = (0..500).map(|at| 1000 + 4 * (random(at) & 1023)).collect();
    let page = page_of(&read(&trace(values.iter().copied())));
    let (layout, rows) = ticks(&page);
    assert_eq!(layout["slice"], Value::Null);
    let expected: Vec<(u64, u64, Option<u64>)> =
        (0..500).map(|at| (at * 100_000, values[at as usize] << 10, Some(1 + at / 7))).collect();
    let found: Vec<_> =
        rows.iter().map(|(time, value, count)| ((time * 1e6).round() as u64, *value, *count)).collect();
    assert_eq!(found, expected);
    assert_eq!(head(&page)["runs"][0]["peak"]["value"], values.iter().max().unwrap() << 10);
}

/// Zooming in ends at a width that the page states; there, it has the lowest and the highest value of each slice.
#[test]
fn a_run_that_does_not_fit_keeps_the_extremes_of_each_slice() {
    let count = 250_000_u64;
    let values: Vec<u64> = (0..count).map(|at| random(at) & ((1 << 38) - 1)).collect();
    let page = page_of(&read(&trace(values.iter().copied())));
    assert!((MOST_BYTES / 2..=MOST_BYTES).contains(&page.len()), "{}", page.len());
    let (layout, rows) = ticks(&page);
    let slice = layout["slice"].as_f64().unwrap();
    assert!((0.2..20.0).contains(&slice), "{slice}");
    let number = |time: f64| (time / slice).floor() as usize;
    let last = number(count as f64 * 0.1);
    let mut all = vec![(u64::MAX, 0); last + 1];
    for (at, kib) in values.iter().enumerate() {
        let of = &mut all[number(at as f64 * 0.1)];
        *of = (of.0.min(kib << 10), of.1.max(kib << 10));
    }
    let mut kept = vec![(u64::MAX, 0); last + 2];
    for (time, value, _) in rows {
        // The page rounds times, so that a tick at an edge may seem to be in the next slice.
        let of = &mut kept[number((time / 0.1).round() * 0.1)];
        *of = (of.0.min(value), of.1.max(value));
    }
    let differing = (0..=last).filter(|at| all[*at] != kept[*at]).count();
    assert_eq!(differing, 0, "of {last} slices");
}

/// A trace with so many processes, spans, marks and notes, all with long texts that cannot be compressed.
fn busy(count: u64) -> String {
    let mut busy = trace((0..2000).map(|at| random(at) & 0xf_ffff));
    for pid in 0..count {
        let args = format!("{:x}", random(pid)).repeat(20);
        let start = pid as f64 * 0.005;
        let _ = writeln!(
            busy,
            r#"PROC {pid}:p{pid} {start} {{"pid":{pid},"ppid":1,"name":"p{pid}","args":["p","{args}"]}}"#
        );
        let _ = writeln!(
            busy,
            "CHLD {pid}:p{pid} {} {} {} 8",
            random(pid) & 1023,
            START + start,
            random(pid) & 0xfff
        );
        let (from, to) = (START + start, START + start + 0.01 * (random(pid) & 63) as f64);
        let _ = writeln!(busy, "SPAN begin {pid}.1.1 {from} {}", format!("{:x}", random(pid + 7)).repeat(9));
        let _ = writeln!(busy, "SPAN end {pid}.1.1 {to}\nMARK {from} mark {:x}\nNOTE k {args}", random(pid));
    }
    busy
}

#[test]
fn a_page_is_bounded_whatever_its_traces_hold() {
    let page = page_of(&read(&busy(12_000)));
    assert!(page.len() <= MOST_BYTES, "{}", page.len());
    let texts = texts(&page);
    let kept = texts["processes"]["rows"].as_array().unwrap().len() as u64;
    assert!(kept > 50 && kept + texts["processes"]["more"].as_u64().unwrap() == 12_000, "{kept}");
    assert!(texts["more_marks"].as_u64().unwrap() > 0);
    let many: Vec<(Profile, Detail)> = (0..150).flat_map(|_| read(&busy(100))).collect();
    let page = page_of(&many);
    assert!(page.len() <= MOST_BYTES, "{}", page.len());
    let head = head(&page);
    assert_eq!((head["runs"].as_array().unwrap().len(), head["more"].as_u64()), (100, Some(50)));
}

/// Functions with long names that cannot be compressed, and random sizes.
fn functions(count: u64, moments: u64) -> FunctionLevels {
    let moment = |at: u64| {
        let (time, size) = (Seconds(at as f64), Bytes(random(at) & 0xffff_ffff));
        FunctionMoment { time, rss: size, sum: size }
    };
    let function = |number: u64| FunctionBytes {
        name: format!("{:x}", random(number)).repeat(20),
        is_attributed: true,
        bytes: (0..moments).map(|at| Bytes(random(at * count + number) & 0xfff_f000)).collect(),
        totals: (0..moments).map(|at| Bytes(random(at * count + number + 1) & 0xffff_f000)).collect(),
        ..FunctionBytes::default()
    };
    FunctionLevels {
        moments: (0..moments).map(moment).collect(),
        functions: (0..count).map(function).collect(),
    }
}

#[test]
fn functions_have_their_share_of_a_bounded_page() {
    let runs = read(&busy(4000));
    let levels = functions(3000, 200);
    let [(profile, detail)] = &runs[..] else { panic!("one run") };
    let trace = PageTrace { label: "t", profile, detail, functions: Some(&levels) };
    let one = page(&Options::default(), &[trace]).unwrap();
    assert!(one.len() <= MOST_BYTES, "{}", one.len());
    let found: Value = serde_json::from_slice(&block(&one, "functions-0")).unwrap();
    let kept = found["functions"].as_array().unwrap().len() as u64;
    assert!(kept >= 50 && kept + found["more"].as_u64().unwrap() == 3000, "{kept}");
    assert_eq!(found["times"].as_array().map(Vec::len), Some(200));
    let (runs, levels) = (read(&busy(50)), functions(300, 200));
    let [(profile, detail)] = &runs[..] else { panic!("one run") };
    let trace = PageTrace { profile, detail, functions: Some(&levels), ..trace };
    let many = page(&Options::default(), &vec![trace; 30]).unwrap();
    assert!(many.len() <= MOST_BYTES, "{}", many.len());
}

#[test]
fn texts_of_a_trace_stay_data() {
    const EVIL: &str = "</script><script>alert(1)</script><!--<script><style>";
    let mut text = trace([1, 2, 3].into_iter()).replace("CMDLINE x", &format!("CMDLINE {EVIL}"));
    let _ = writeln!(text, "MARK {START} {EVIL}\nSPAN begin 1.1.1 {START} {EVIL}\nNOTE {EVIL} {EVIL}");
    let _ = writeln!(text, r#"PROC 1:e 0.0 {{"pid":1,"name":"{EVIL}","args":["{EVIL}","\u001b\u202e"]}}"#);
    let mut runs = read(&text);
    runs[0].0.header = Some(Header { host: EVIL.to_owned(), ..runs[0].0.header.clone().unwrap() });
    let bare = page_of(&read(&trace([1, 2, 3].into_iter())));
    let page = page_of(&runs);
    for word in ["<script", "</script", "<style", "<!--"] {
        assert_eq!(page.matches(word).count(), bare.matches(word).count(), "{word}");
    }
    assert_eq!(head(&page)["title"], EVIL);
    let texts = texts(&page);
    assert_eq!(texts["marks"][0][1], EVIL);
    assert_eq!(texts["spans"]["names"][0], EVIL);
    // What acts on a terminal or turns the order of text around is visible.
    let command = texts["processes"]["rows"][0][4].as_str().unwrap();
    assert!(!command.contains(['\u{1b}', '\u{202e}']), "{command}");
}

/// A script that is missing from the list of build.rs would leave a page without its chart.
#[test]
fn a_page_has_every_script_and_style_sheet() {
    let page = page_of(&read(&trace([1, 2, 3].into_iter())));
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/src/page/assets");
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<_> = entries.filter(|path| path.is_file()).collect();
    assert!(files.len() > 20, "{files:?}");
    for path in files {
        assert!(page.contains(&std::fs::read_to_string(&path).unwrap()), "{}", path.display());
    }
}

#[test]
fn the_policy_allows_the_scripts_of_the_page_and_nothing_else() {
    let page = page_of(&read(&trace([1, 2, 3].into_iter())));
    let policy = page
        .split("http-equiv=\"Content-Security-Policy\" content=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    let mut count = 0;
    for (open, close) in [("<script>", "</script>"), ("<style>", "</style>")] {
        for text in page.split(open).skip(1).map(|rest| rest.split(close).next().unwrap()) {
            let hash = format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())));
            assert!(policy.contains(&hash), "a block of {} bytes", text.len());
            count += 1;
        }
    }
    assert_eq!((count, policy.matches("sha256-").count()), (3, 3));
    // Attributes would be inline styles and inline scripts, and links would be requests.
    let body = page.split("<body>").nth(1).unwrap().split("<script").next().unwrap();
    for word in [" style=", " onclick=", " src=", "http"] {
        assert!(!body.contains(word), "{word}");
    }
}

#[test]
fn a_run_without_a_tick_has_a_page_too() {
    let runs = read(&format!("{HEADER}\nCMDLINE x\nEND {{\"elapsed_s\":0.01,\"exit_code\":3}}\n"));
    let page = page_of(&runs);
    assert!(page.contains("no memory was measured") && page.contains("Exit code 3"));
    assert!(rprof_plot::page(&Options::default(), &[]).is_err());
    let window = Some((Seconds(2.0), Seconds(1.0)));
    let trace = PageTrace { label: "t", profile: &runs[0].0, detail: &runs[0].1, functions: None };
    assert!(rprof_plot::page(&Options { window, ..Options::default() }, &[trace]).is_err());
}

#[test]
fn values_beyond_all_reason_do_no_harm() {
    let (profile, mut detail) = read(&trace([1, 2, 3].into_iter())).remove(0);
    detail.ticks.values = vec![0, u64::MAX, 1];
    detail.ticks.times = vec![-1e300, 0.0, 1e300];
    let profile = Profile {
        peak: profile.peak.map(|peak| rprof_trace::Peak { value: Bytes(u64::MAX), ..peak }),
        ..profile
    };
    assert!(page_of(&[(profile, detail)]).len() < MOST_BYTES);
}
