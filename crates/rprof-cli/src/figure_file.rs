//! The file of a figure. It carries a mark of the traces that it shows, so that a new figure of the same traces may replace
//! it, and any other file stays unless `--force` is given.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, bail};
use rprof_trace::shown;

/// The word before the mark in a figure.
const WORD: &str = "rprof-input ";
/// Digits of a mark.
const DIGITS: usize = 16;
/// The bytes at the end of a figure in which the mark stands.
const TAIL: u64 = 128;

/// Writes a figure with the mark of its traces. The figure is complete by then, so a bad trace leaves an older figure as it
/// is.
///
/// # Errors
/// When the file exists and is no figure of these traces, or it cannot be written.
pub fn write(path: &Path, figure: Vec<u8>, traces: &[&Path], force: bool) -> anyhow::Result<()> {
    let failed = || format!("cannot write the figure `{}`", shown(path));
    let mark = mark(path, traces);
    let figure = marked(figure, &mark);
    let mut file = match OpenOptions::new().write(true).create_new(true).open(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => replaced(path, &mark, force)?,
        file => file.with_context(failed)?,
    };
    file.write_all(&figure).with_context(failed)
}

/// Checks that a figure of these traces may be written, long before it is drawn.
///
/// # Errors
/// When the file exists and is no figure of these traces.
pub fn check(path: &Path, traces: &[&Path], force: bool) -> anyhow::Result<()> {
    let is_file = std::fs::metadata(path).is_ok_and(|found| found.is_file());
    if is_file { may_replace(path, &mark(path, traces), force) } else { Ok(()) }
}

/// Opens an existing file for a new figure.
fn replaced(path: &Path, mark: &str, force: bool) -> anyhow::Result<File> {
    let failed = || format!("cannot write the figure `{}`", shown(path));
    let is_file = std::fs::metadata(path).with_context(failed)?.is_file();
    // A device or a FIFO has nothing to lose.
    if !is_file {
        return OpenOptions::new().write(true).open(path).with_context(failed);
    }
    may_replace(path, mark, force)?;
    OpenOptions::new().write(true).truncate(true).open(path).with_context(failed)
}

/// Refuses to replace a file that has another mark or none.
fn may_replace(path: &Path, mark: &str, force: bool) -> anyhow::Result<()> {
    if !force {
        match mark_in(path) {
            Some(found) if found == mark => {}
            Some(_) => bail!(
                "`{}` is a figure of another trace; use another name with -o, or --force to overwrite it",
                shown(path)
            ),
            None => bail!(
                "`{}` exists and is no figure of this trace; use another name with -o, or --force to overwrite it",
                shown(path)
            ),
        }
    }
    Ok(())
}

/// The mark of the traces: a hash of their names as seen from the figure, so that it is the same on every machine.
fn mark(figure: &Path, traces: &[&Path]) -> String {
    let directory = figure.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."));
    let directory = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
    // FNV-1a, which is no protection against a forger; but a forged mark only lets a figure be replaced.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for trace in traces {
        let trace = trace.canonicalize().unwrap_or_else(|_| (*trace).to_owned());
        let name = relative(&trace, &directory);
        for byte in name.as_os_str().as_encoded_bytes().iter().chain(&[0]) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}

/// The path as seen from a directory. Both are absolute.
fn relative(path: &Path, directory: &Path) -> PathBuf {
    let (path, directory): (Vec<Component>, Vec<Component>) =
        (path.components().collect(), directory.components().collect());
    let common = path.iter().zip(&directory).take_while(|(a, b)| a == b).count();
    let up = directory[common..].iter().map(|_| Component::ParentDir);
    up.chain(path[common..].iter().copied()).collect()
}

/// The figure with the mark near its end, where each format allows a remark.
fn marked(mut figure: Vec<u8>, mark: &str) -> Vec<u8> {
    /// The last chunk of a PNG.
    const PNG_END: &[u8] = b"\0\0\0\0IEND\xaeB`\x82";
    if let Some(before) = figure.strip_suffix(PNG_END).map(<[u8]>::len) {
        let chunk = text_chunk(&format!("Comment\0{WORD}{mark}"));
        figure.splice(before..before, chunk);
    } else if figure.starts_with(b"%PDF") {
        figure.extend_from_slice(format!("\n%{WORD}{mark}\n").as_bytes());
    } else {
        figure.extend_from_slice(format!("<!-- {WORD}{mark} -->\n").as_bytes());
    }
    figure
}

/// A chunk of a PNG with text.
fn text_chunk(text: &str) -> Vec<u8> {
    let body = [b"tEXt", text.as_bytes()].concat();
    let length = u32::try_from(text.len()).unwrap_or_default().to_be_bytes();
    let crc = !body.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    });
    [&length, &body[..], &crc.to_be_bytes()].concat()
}

/// The mark of a figure; `None` if rprof did not make it.
fn mark_in(path: &Path) -> Option<String> {
    let mut file = File::open(path).ok()?;
    let length = file.seek(SeekFrom::End(0)).ok()?;
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL))).ok()?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail).ok()?;
    let tail = String::from_utf8_lossy(&tail);
    let (_, mark) = tail.rsplit_once(WORD)?;
    mark.get(..DIGITS).filter(|mark| mark.bytes().all(|b| b.is_ascii_hexdigit())).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_of_text_has_the_checksum_of_the_standard() {
        // From the PNG of another program.
        let chunk = text_chunk("Software\0gnome-screenshot");
        assert_eq!(chunk[chunk.len() - 4..], [0xef, 0x03, 0xbf, 0x3e]);
    }

    #[test]
    fn a_mark_is_that_of_the_names_seen_from_the_figure() {
        let at = |path: &str, from: &str| relative(Path::new(path), Path::new(from));
        assert_eq!(at("/a/b/t.dat", "/a/b"), Path::new("t.dat"));
        assert_eq!(at("/a/b/t.dat", "/a/c/d"), Path::new("../../b/t.dat"));
    }
}
