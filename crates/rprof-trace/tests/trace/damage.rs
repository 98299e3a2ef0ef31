//! Traces that were cut, changed or made up: whole lines are read with at most one warning about a cut,
//! without a panic.

use proptest::prelude::*;
use rprof_trace::{Format, WarningKind};

use crate::support::{every_record, profiles, read, write};

fn traces() -> Vec<Vec<u8>> {
    let mprof = b"FUNC __main__.f 1.0 1795380800.5000 2.0 1795380801.5000 0\nCMDLINE python3 x.py\n\
                  MEM 1.000000 1795380800.0000\nCHLD 12 2.000000 1795380800.0001\n\
                  MEM 2.000000 1795380802.0000\nMEM 3.000000 1795380803.0000\n";
    vec![write(Format::Dat, &every_record()), write(Format::Csv, &every_record()), mprof.to_vec()]
}

#[test]
fn a_trace_cut_at_any_byte_keeps_its_whole_lines() {
    for text in traces() {
        let (all, _) = read(&text).expect("a trace");
        let heading = usize::from(text.starts_with(b"record,"));
        for cut in 0..text.len() {
            let whole = text[..cut].split(|b| *b == b'\n').skip(1).count();
            let Ok((records, warnings)) = read(&text[..cut]) else {
                assert_eq!(whole, 0, "cut at {cut}");
                continue;
            };
            let whole = whole.saturating_sub(heading);
            let got = records.len();
            assert!(got == whole || got == whole + 1, "cut at {cut}: {got} records of {whole} lines");
            assert_eq!(records[..whole], all[..whole], "cut at {cut}");
            // A command is text for people. It is the one record that is used although it may be incomplete.
            if got > whole && !records[whole].starts_with("Command") {
                assert_eq!(records[whole], all[whole], "cut at {cut}");
            }
            assert!(warnings.iter().all(|w| w.kind == WarningKind::CutShort && w.count == 1), "{warnings:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_refused(text in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&text);
    }

    #[test]
    fn any_lines_are_read_or_refused(
        lines in proptest::collection::vec("(RPROF|CMDLINE|MEM|CHLD|PSS|PROC|EXIT|FUNC|SPAN begin|SPAN end|MARK|GAP|NOTE|END|record,time_s,detail|tree)[ ,]\\PC{0,30}", 0..20),
    ) {
        let text = format!("CMDLINE x\n{}\n", lines.join("\n"));
        if read(text.as_bytes()).is_ok() {
            profiles(text.as_bytes());
        }
    }

    #[test]
    fn any_numbers_are_read(numbers in proptest::collection::vec("-?[0-9]{0,22}(\\.[0-9]{0,24})?(e[0-9]{1,3})?", 4..5)) {
        let [a, b, c, d] = [0, 1, 2, 3].map(|at| numbers[at].as_str());
        let text = format!("CMDLINE x\nMEM {a} {b}\nCHLD 1 {c} {d}\nFUNC f {a} {b} {c} {d}\nMEM {c} {b} ^ {a} {d}\nGAP {a} {b}\n");
        profiles(text.as_bytes());
    }

    #[test]
    fn flipped_bits_are_read_or_refused(
        which in 0usize..3,
        flips in proptest::collection::vec((any::<prop::sample::Index>(), 0u8..8), 1..20),
    ) {
        let mut text = traces().swap_remove(which);
        for (at, bit) in flips {
            let at = at.index(text.len());
            text[at] ^= 1 << bit;
        }
        if read(&text).is_ok() {
            profiles(&text);
        }
    }
}
