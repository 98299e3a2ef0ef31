//! The compression of traces: gzip and zstd, recognized by their first bytes, written by the extension of the file.

mod zstd;

use std::fmt;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

use self::zstd::{ZstdReader, ZstdWriter};

/// A format of compression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// gzip, RFC 1952.
    Gzip,
    /// Zstandard, RFC 8878.
    Zstd,
}

impl Compression {
    /// The compression of a file with these first bytes; `None` if it is not compressed.
    pub fn detect(head: &[u8]) -> Option<Self> {
        match head {
            [0x1f, 0x8b, 8, ..] => Some(Self::Gzip),
            // The second is a frame without content, with which some compressors begin.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            _ => None,
        }
    }

    /// The compression of a new file with this name, and the name without its extension; `None` for any other name.
    pub fn of_path(path: &Path) -> Option<(Self, PathBuf)> {
        let extension = path.extension()?;
        let is = |name| extension.eq_ignore_ascii_case(name);
        let compression = if is("gz") {
            Self::Gzip
        } else if is("zst") {
            Self::Zstd
        } else {
            return None;
        };
        Some((compression, path.with_extension("")))
    }

    /// The decompressed bytes of an input, which may consist of several parts, each compressed on its own.
    pub fn reader<'a>(self, input: impl Read + 'a) -> Box<dyn Read + 'a> {
        match self {
            Self::Gzip => Box::new(MultiGzDecoder::new(input)),
            Self::Zstd => Box::new(ZstdReader::new(input)),
        }
    }
}

/// An output that may be compressed. It must be [finished](Self::finish).
pub enum Compressor<W: Write> {
    /// The bytes as they are.
    Plain(W),
    /// gzip.
    Gzip(GzEncoder<W>),
    /// zstd.
    Zstd(ZstdWriter<W>),
}

impl<W: Write> Compressor<W> {
    /// Compresses into an output; `None` passes the bytes on.
    pub fn new(compression: Option<Compression>, output: W) -> Self {
        match compression {
            None => Self::Plain(output),
            Some(Compression::Gzip) => Self::Gzip(GzEncoder::new(output, flate2::Compression::default())),
            Some(Compression::Zstd) => Self::Zstd(ZstdWriter::new(output)),
        }
    }

    /// Writes the last bytes and returns the output.
    ///
    /// # Errors
    /// If the output cannot be written.
    pub fn finish(self) -> io::Result<W> {
        let mut output = match self {
            Self::Plain(output) => output,
            Self::Gzip(encoder) => encoder.finish()?,
            Self::Zstd(writer) => writer.finish()?,
        };
        output.flush()?;
        Ok(output)
    }
}

impl<W: Write> fmt::Debug for Compressor<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain(_) => "Plain",
            Self::Gzip(_) => "Gzip",
            Self::Zstd(_) => "Zstd",
        })
    }
}

impl<W: Write> Write for Compressor<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(output) => output.write(bytes),
            Self::Gzip(encoder) => encoder.write(bytes),
            Self::Zstd(writer) => writer.write(bytes),
        }
    }

    /// Does nothing for a compressed output: a flush in the middle would only make it larger.
    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(output) => output.flush(),
            Self::Gzip(_) | Self::Zstd(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// More than a megabyte that compresses well, but not to nothing.
    fn text() -> Vec<u8> {
        (0..60_000).flat_map(|n| format!("MEM {}.5 1795380798.{n:06}\n", n % 977).into_bytes()).collect()
    }

    fn compressed(compression: Compression, bytes: &[u8]) -> Vec<u8> {
        let mut compressor = Compressor::new(Some(compression), Vec::new());
        for piece in bytes.chunks(70_001) {
            compressor.write_all(piece).expect("a Vec");
            compressor.flush().expect("a Vec");
        }
        compressor.finish().expect("a Vec")
    }

    fn read(compression: Compression, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        compression.reader(bytes).read_to_end(&mut out)?;
        Ok(out)
    }

    #[test]
    fn compressed_bytes_come_back() {
        for compression in [Compression::Gzip, Compression::Zstd] {
            for bytes in [&b""[..], b"MEM 1.0 2.0\n", &text()] {
                let small = compressed(compression, bytes);
                assert!(
                    bytes.len() < 1000 || small.len() < bytes.len() / 3,
                    "{compression:?} {}",
                    small.len()
                );
                assert_eq!(read(compression, &small).expect("readable").len(), bytes.len());
                assert!(read(compression, &small).expect("readable") == bytes);
                // Files can be joined, as by `cat a.gz b.gz`: the reader continues with the next one.
                assert!(
                    read(compression, &[&small[..], &small].concat()).expect("readable") == bytes.repeat(2)
                );
            }
            assert_eq!(Compression::detect(&compressed(compression, b"x")), Some(compression));
        }
    }

    #[test]
    fn damaged_and_cut_bytes_are_an_error() {
        for compression in [Compression::Gzip, Compression::Zstd] {
            let small = compressed(compression, &text());
            assert!(read(compression, &small[..small.len() / 2]).is_err(), "{compression:?}");
            let small = compressed(compression, &text()[..20_000]);
            for at in (0..small.len()).step_by(7) {
                let mut damaged = small.clone();
                damaged[at] ^= 0x10;
                // A few bytes of the header mean nothing, and neither do the last bits before the checksum of gzip.
                let is_unused = at < 10 || at == small.len() - 9;
                let is_harmless = read(compression, &damaged).is_ok_and(|read| read == text()[..20_000]);
                assert!(is_unused || !is_harmless, "{compression:?} {at}");
                assert!(is_harmless || read(compression, &damaged).is_err(), "{compression:?} {at}");
            }
            assert!(
                read(compression, &[&small[..], b"garbage"].concat()).is_err()
                    || compression == Compression::Gzip
            );
        }
    }

    #[test]
    fn the_extension_selects_the_compression_of_a_new_file() {
        let of = |name: &str| Compression::of_path(Path::new(name));
        assert_eq!(of("a/t.dat.gz"), Some((Compression::Gzip, "a/t.dat".into())));
        assert_eq!(of("t.csv.ZST"), Some((Compression::Zstd, "t.csv".into())));
        assert_eq!(of("t.dat"), None);
        assert_eq!(Compression::detect(b"CMDLINE x"), None);
    }
}
