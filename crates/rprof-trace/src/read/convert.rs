//! The conversion of a trace between formats, record by record.

use std::io::Write;

use crate::error::Error;
use crate::format::{Format, Writer};
use crate::model::{Header, Record};
use crate::read::Reader;

/// Bytes written at once.
const BLOCK: usize = 256 << 10;

/// Writes all records of a trace in a format, in constant memory. The reader's warnings name the lines that gave no record.
///
/// A run of mprof keeps its wall-clock start: in `.csv` as a `run` row of format 0, in `.dat` in its times.
///
/// # Errors
/// If the trace cannot be read or the output cannot be written.
pub fn convert(reader: &mut Reader<'_>, format: Format, output: &mut impl Write) -> Result<(), Error> {
    let (mut writer, mut out) = (Writer::new(format), Vec::with_capacity(2 * BLOCK));
    let mut headed = None;
    while let Some(entry) = reader.next_entry()? {
        if matches!(entry.record, Record::Header(_)) {
            headed = Some(entry.run);
        } else if headed != Some(entry.run)
            && let Some(start_s) = entry.start_s
        {
            let foreign = Header { format: 0, writer: "mprof".to_owned(), start_s, ..Header::default() };
            writer.write(&Record::Header(Box::new(foreign)), &mut out);
            headed = Some(entry.run);
        }
        // An index holds offsets in the file that is read.
        if !matches!(entry.record, Record::Index(_)) {
            writer.write(&entry.record, &mut out);
        }
        if out.len() >= BLOCK {
            output.write_all(&out).map_err(Error::Write)?;
            out.clear();
        }
    }
    output.write_all(&out).and_then(|()| output.flush()).map_err(Error::Write)
}
