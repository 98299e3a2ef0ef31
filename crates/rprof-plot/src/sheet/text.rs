//! Text: measured with the embedded fonts, cut or wrapped to a width, with escapes for invisible characters.

use std::sync::LazyLock;

use ttf_parser::Face;

use crate::sheet::extra_font;

/// The font family of every text.
pub const FAMILY: &str = "DejaVu Sans";
/// The regular font, a subset (see `fonts/README.md`).
pub const REGULAR: &[u8] = include_bytes!("../../fonts/DejaVuSans.subset.ttf");
/// The bold font, the same subset.
pub const BOLD: &[u8] = include_bytes!("../../fonts/DejaVuSans-Bold.subset.ttf");

static FACES: LazyLock<[Option<Face>; 2]> =
    LazyLock::new(|| [Face::parse(REGULAR, 0).ok(), Face::parse(BOLD, 0).ok()]);

/// The font file of this weight, parsed.
pub fn face(bold: bool) -> Option<&'static Face<'static>> {
    FACES[usize::from(bold)].as_ref()
}

/// A font: size and weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Font {
    /// Height of the em square in px.
    pub size: f64,
    /// True for the bold font.
    pub bold: bool,
}

impl Font {
    /// The regular font of this size in px.
    pub const fn regular(size: f64) -> Self {
        Self { size, bold: false }
    }

    /// Width of a text in px, without kerning, which makes most texts a little narrower.
    pub fn width(self, text: &str) -> f64 {
        text.chars().map(|c| self.advance(c)).sum()
    }

    /// Width of a character in px. A character that the subset lacks is shown in an unknown font of the reader's
    /// machine, so it counts as wide as the widest emoji.
    fn advance(self, c: char) -> f64 {
        let known = face(self.bold).and_then(|f| {
            let advance = f.glyph_hor_advance(f.glyph_index(c)?)?;
            Some(f64::from(advance) / f64::from(f.units_per_em()))
        });
        self.size * known.or_else(|| Some(extra_font::glyph(c)?.advance)).unwrap_or(1.4)
    }

    /// Shortens a text to `width` px: its beginning and its end stay, with `…` between them.
    ///
    /// Both ends identify a name: the directories of a path and its file, the module and the name inside it.
    pub fn ellipsised(self, text: &str, width: f64) -> String {
        if self.width(text) <= width {
            return text.to_owned();
        }
        let chars: Vec<char> = text.chars().collect();
        let (mut head, mut tail) = (0, chars.len());
        let mut room = width - self.advance('…');
        while head < tail {
            // Three characters of the beginning for every two of the end.
            let from_head = 2 * head <= 3 * (chars.len() - tail);
            let c = if from_head { chars[head] } else { chars[tail - 1] };
            room -= self.advance(c);
            if room < 0.0 {
                break;
            }
            if from_head { head += 1 } else { tail -= 1 }
        }
        chars[..head].iter().chain(&['…']).chain(&chars[tail..]).collect()
    }

    /// Wraps a text at blanks into at most `lines` lines of `width` px. A word wider than a line is broken anywhere.
    /// If the lines do not suffice, the last ends in `…`.
    pub fn wrapped(self, text: &str, width: f64, lines: usize) -> Vec<String> {
        let mut done: Vec<String> = Vec::new();
        let mut rest = text.trim_end();
        while !rest.is_empty() && done.len() < lines {
            if done.len() + 1 == lines && self.width(rest) > width {
                let cut = self.fitting(rest, width - self.advance('…'));
                done.push(format!("{}…", rest[..cut].trim_end()));
                break;
            }
            let fits = self.fitting(rest, width);
            let blank = if fits < rest.len() { rest[..=last_byte_of(rest, fits)].rfind(' ') } else { None };
            // A long word would leave this line less than half full: break the word instead.
            let cut = match blank {
                Some(at) if self.width(&rest[..at]) > width * 0.5 => at,
                _ => fits,
            };
            done.push(rest[..cut].trim_end().to_owned());
            rest = rest[cut..].trim_start();
        }
        done
    }

    /// The number of bytes of the text that fit into `width` px. It is at least one character. A combining accent,
    /// whose width is 0, stays with its letter.
    fn fitting(self, text: &str, width: f64) -> usize {
        let mut used = 0.0;
        for (at, c) in text.char_indices() {
            let advance = self.advance(c);
            used += advance;
            if used > width && at > 0 && advance > 0.0 {
                return at;
            }
        }
        text.len()
    }
}

/// The index of the last byte of the character at `at`. A line may break at a blank just after the part that fits.
fn last_byte_of(text: &str, at: usize) -> usize {
    at + text[at..].chars().next().map_or(1, char::len_utf8) - 1
}

/// Escapes the characters that are invisible, that reorder their neighbours (bidirectional controls), or that XML
/// forbids. At most 2000 characters are kept, because no figure shows more of a text that comes from a trace.
pub fn visible(text: &str) -> String {
    let end = text.char_indices().nth(2000).map_or(text.len(), |(at, _)| at);
    rprof_trace::visible(&text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    const F: Font = Font::regular(10.0);

    #[test]
    fn both_fonts_are_readable_and_differ() {
        let bold = Font { bold: true, ..F };
        assert!(F.width("memory") > 30.0 && bold.width("memory") > F.width("memory"));
        assert!((F.width("0123") - 4.0 * F.width("5")).abs() < 1e-9, "digits are of one width");
    }

    #[test]
    fn long_text_keeps_its_beginning_and_its_end() {
        let cut = F.ellipsised("/home/someone/very/long/path/to/a/file/run_0042.dat", 150.0);
        assert!(F.width(&cut) <= 150.0 && F.width(&cut) > 130.0, "{cut}");
        assert!(cut.starts_with("/home/") && cut.ends_with("42.dat") && cut.contains('…'), "{cut}");
        assert_eq!(F.ellipsised("short", 150.0), "short");
        assert_eq!(F.ellipsised("nothing fits", 1.0), "…");
    }

    #[test]
    fn lines_break_at_blanks_and_the_last_one_ends_in_an_ellipsis() {
        let text =
            "python train.py --epochs 100 --learning-rate 0.001 --data /data/imagenet --output /tmp/out";
        let lines = F.wrapped(text, 200.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|l| F.width(l) <= 200.0 && !l.starts_with(' ')), "{lines:?}");
        assert!(lines[1].ends_with('…'));
        assert_eq!(F.wrapped(text, 200.0, 9).join(" "), text);
    }

    #[test]
    fn a_word_wider_than_a_line_is_broken_without_loss() {
        let word = "x".repeat(100) + "e\u{301}" + &"界".repeat(30);
        let lines = F.wrapped(&word, 100.0, 50);
        assert_eq!(lines.concat(), word);
        assert!(lines.iter().all(|l| F.width(l) <= 100.0 && !l.starts_with('\u{301}')));
        assert_eq!(F.wrapped("a", 0.0, 3), ["a"]);
        assert!(F.wrapped(" ", 10.0, 3).is_empty());
    }

    #[test]
    fn invisible_characters_are_escaped() {
        assert_eq!(
            visible("a\tb\n\0\u{1b}[1m\u{202e}\u{ffff}é界"),
            "a\\tb\\n\\x00\\x1b[1m\\u{202e}\\u{ffff}é界"
        );
    }
}
