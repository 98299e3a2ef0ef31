//! A trace that grows: however it arrives, its records are those of the whole trace.

use std::io::{self, Read};

use rprof_trace::{Format, Reader};

use crate::support;

/// A trace of which each look finds a few bytes more, and then an end.
struct Growing<'a> {
    text: &'a [u8],
    step: usize,
    /// True if the next look finds nothing new.
    rests: bool,
}

impl Read for Growing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.rests = !self.rests;
        if self.rests {
            return Ok(0);
        }
        let count = self.step.min(self.text.len()).min(buffer.len());
        buffer[..count].copy_from_slice(&self.text[..count]);
        self.text = &self.text[count..];
        Ok(count)
    }
}

/// The records that a reader returns which looks again and again.
fn followed(text: &[u8], step: usize) -> (Vec<String>, usize) {
    let mut reader = Reader::new(Growing { text, step, rests: false }, "t.dat").following();
    let mut records = Vec::new();
    for _ in 0..4 * (text.len() / step + 2) {
        while let Some(record) = reader.next_record().expect("a trace") {
            records.push(format!("{record:?}"));
        }
    }
    (records, reader.warnings().iter().count())
}

#[test]
fn a_trace_in_pieces_has_the_records_of_the_whole() {
    for format in [Format::Dat, Format::Csv] {
        let text = support::write(format, &support::every_record());
        let (whole, _) = support::read(&text).expect("a trace");
        for step in [1, 7, 64, 1000] {
            assert_eq!(followed(&text, step), (whole.clone(), 0), "{format:?} {step}");
        }
    }
}

/// The last line of a trace that is being written is often cut. It must neither be used nor lost.
#[test]
fn a_line_without_its_end_waits() {
    let text = b"CMDLINE x\nMEM 1.5 1795380798.1462\nMEM 12.5 1795380798.24";
    let (records, warnings) = followed(text, 5);
    assert_eq!((records.len(), warnings), (2, 0), "{records:?}");
    let (records, _) = followed(&[&text[..], b"63\nMEM 3.0 1795380798.3463\n"].concat(), 5);
    assert_eq!(records.len(), 4, "{records:?}");
    assert!(records[2].contains("Bytes(13107200)"), "{records:?}");
}

#[test]
fn an_empty_trace_is_not_yet_wrong_and_no_trace_is() {
    let mut reader = Reader::new(&b""[..], "t.dat").following();
    assert!(reader.next_record().expect("no fault").is_none());
    let mut reader = Reader::new(&b"hello\nworld\n"[..], "t.dat").following();
    assert!(reader.next_record().is_err());
}
