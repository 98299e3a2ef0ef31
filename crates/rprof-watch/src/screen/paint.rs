//! Lines of text in pieces, put into cells. The only place where text reaches a cell, so every text is made safe here.

use ratatui_core::buffer::Buffer;
use ratatui_core::layout::Rect;
use ratatui_core::text::Span;
use rprof_trace::visible;

use super::theme::{Role, Theme};

/// One line in pieces.
pub type Line = Vec<(Role, String)>;

/// Puts a line into the first row of an area. A line of a title fills the row with its look.
pub fn put(buffer: &mut Buffer, area: Rect, line: &Line, theme: Theme) {
    let area = area.intersection(*buffer.area());
    if area.is_empty() {
        return;
    }
    if line.first().is_some_and(|(role, _)| *role == Role::Title) {
        buffer.set_style(Rect { height: 1, ..area }, theme.style(Role::Title));
    }
    let mut x = area.x;
    for (role, text) in line {
        let left = usize::from(area.right().saturating_sub(x));
        if left == 0 {
            break;
        }
        let shown = if theme.is_ascii { ascii(text) } else { visible(text) };
        (x, _) = buffer.set_stringn(x, area.y, shown, left, theme.style(*role));
    }
}

/// The text in the characters of ASCII.
fn ascii(text: &str) -> String {
    let sign = |c: char| match c {
        '│' => '|',
        '├' | '└' => '`',
        '…' => '~',
        '·' | '●' | '■' => '*',
        'µ' => 'u',
        '─' | '−' => '-',
        c if c.is_ascii() => c,
        _ => '?',
    };
    visible(text).chars().map(sign).collect()
}

/// Two ends of a line of a title with blanks between them, `width` wide. The left end is clipped first.
pub fn spread(left: Line, right: Line, width: usize) -> Line {
    let needed = length(&right);
    let mut line = clipped(left, width.saturating_sub(needed));
    let gap = width.saturating_sub(length(&line) + needed);
    line.push((Role::Title, " ".repeat(gap)));
    line.extend(right);
    line
}

/// The line in at most `width` columns, with `…` for the rest.
pub fn clipped(line: Line, width: usize) -> Line {
    if length(&line) <= width {
        return line;
    }
    let mut left = width.saturating_sub(1);
    let mut short = Line::new();
    let mut role = Role::Plain;
    for (piece_role, text) in line {
        role = piece_role;
        let mut piece = String::new();
        for c in visible(&text).chars() {
            let columns = columns_of(c.encode_utf8(&mut [0; 4]));
            if columns > left {
                left = 0;
                break;
            }
            left -= columns;
            piece.push(c);
        }
        short.push((role, piece));
        if left == 0 {
            break;
        }
    }
    if width > 0 {
        short.push((role, "…".to_owned()));
    }
    short
}

/// The columns that a line takes.
pub fn length(line: &Line) -> usize {
    line.iter().map(|(_, text)| columns_of(&visible(text))).sum()
}

/// The columns that a text takes: two for a character of Chinese or an emoji.
fn columns_of(text: &str) -> usize {
    Span::raw(text).width()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(line: &Line) -> String {
        line.iter().map(|(_, text)| text.as_str()).collect()
    }

    #[test]
    fn a_line_is_clipped_by_columns_and_not_by_characters() {
        let line = |text: &str| vec![(Role::Plain, text.to_owned())];
        assert_eq!(text(&clipped(line("abcdef"), 4)), "abc…");
        assert_eq!(text(&clipped(line("数数数"), 4)), "数…");
        assert_eq!(text(&clipped(line("abc"), 3)), "abc");
        assert_eq!(text(&clipped(line("a\u{1b}b"), 5)), "a\\x1…");
        assert!(clipped(line("abc"), 0).iter().all(|(_, text)| text.is_empty()));
    }

    #[test]
    fn the_right_end_of_a_title_stays() {
        let ends = |left: &str, width| {
            let piece = |text: &str| vec![(Role::Title, text.to_owned())];
            text(&spread(piece(left), piece("end"), width))
        };
        assert_eq!(ends("a title", 14), "a title    end");
        assert_eq!(ends("a title", 8), "a ti…end");
    }
}
