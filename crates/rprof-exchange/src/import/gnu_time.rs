//! The text of GNU `time -v`: the maximum RSS of the largest single process, and no time of it. The text may stand after
//! the output of the command, and a file may have several.

use rprof_trace::{Bytes, End, Seconds, WarningKind};

use super::Head;
use super::lines::Lines;
use super::trace::{Run, TraceWriter, kib};
use crate::error::Error;

const COMMAND: &str = "Command being timed: ";
const MAXIMUM: &str = "Maximum resident set size (kbytes): ";
const SIGNAL: &str = "Command terminated by signal ";

pub(super) fn is_text(head: &Head<'_>) -> bool {
    let has = |start: &str| head.lines().any(|line| line.starts_with(start.as_bytes()));
    has(COMMAND) && has(MAXIMUM)
}

/// The content of one run.
#[derive(Default)]
struct Block {
    command: String,
    elapsed: Option<f64>,
    user: Option<f64>,
    system: Option<f64>,
    maximum: Option<Bytes>,
    exit_code: Option<i32>,
}

pub(super) fn import(lines: &mut Lines<'_>, trace: &mut TraceWriter<'_>) -> Result<(), Error> {
    let mut block: Option<Block> = None;
    let mut signal = None;
    while let Some(line) = lines.next()? {
        let text = String::from_utf8_lossy(line.bytes);
        if let Some(number) = text.strip_prefix(SIGNAL) {
            signal = number.parse().ok();
        } else if let Some(command) = text.strip_prefix(COMMAND) {
            write(block.take(), None, trace)?;
            block = Some(Block { command: unquoted(command).to_owned(), ..Block::default() });
        } else if let Some(open) = &mut block {
            if !field(&text, open) {
                trace.fault(WarningKind::Malformed, &line);
            }
            // The status is the last line; what follows is the output of another command.
            if open.exit_code.is_some() {
                write(block.take(), signal.take(), trace)?;
            }
        }
    }
    write(block, signal, trace)
}

/// Takes a line into a block; `false` if its value is no number.
fn field(text: &str, block: &mut Block) -> bool {
    let Some((name, value)) = text.rsplit_once(": ") else { return true };
    let seconds = || value.parse::<f64>().ok().filter(|seconds| seconds.is_finite());
    match name {
        "User time (seconds)" => block.user = seconds(),
        "System time (seconds)" => block.system = seconds(),
        "Elapsed (wall clock) time (h:mm:ss or m:ss)" => block.elapsed = clock(value),
        "Maximum resident set size (kbytes)" => {
            block.maximum = value.parse().ok().map(kib);
            return block.maximum.is_some();
        }
        "Exit status" => block.exit_code = Some(value.parse().unwrap_or_default()),
        _ => {}
    }
    true
}

/// A time as `h:mm:ss` or `m:ss.cc`, in seconds.
fn clock(text: &str) -> Option<f64> {
    text.split(':')
        .try_fold(0.0, |sum, part| Some(sum * 60.0 + part.parse::<f64>().ok()?))
        .filter(|time| time.is_finite())
}

fn unquoted(command: &str) -> &str {
    command.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(command)
}

fn write(block: Option<Block>, signal: Option<i32>, trace: &mut TraceWriter<'_>) -> Result<(), Error> {
    let Some(block) = block else { return Ok(()) };
    let Some(maximum) = block.maximum else { return Ok(()) };
    trace.begin(&Run { writer: "GNU time", command: &block.command, is_tree: false, ..Run::default() })?;
    let elapsed = Seconds(block.elapsed.filter(|time| (0.0..1e9).contains(time)).unwrap_or(0.0));
    trace.peak(maximum, elapsed)?;
    trace.end(End {
        elapsed_s: elapsed,
        exit_code: block.exit_code.filter(|_| signal.is_none()),
        signal,
        user_s: block.user.map(Seconds),
        system_s: block.system.map(Seconds),
        hwm_bytes: Some(maximum),
        ..End::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wall_clock_time_is_read_in_both_forms() {
        assert_eq!(clock("0:02.18"), Some(2.18));
        assert_eq!(clock("1:02:03"), Some(3723.0));
        assert_eq!((clock("x"), clock("")), (None, None));
    }

    #[test]
    fn a_command_stands_between_quotes() {
        assert_eq!(unquoted("\"sh -c \"a\"\""), "sh -c \"a\"");
        assert_eq!(unquoted("sh"), "sh");
    }
}
