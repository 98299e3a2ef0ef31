//! The characters of a chart: which ones there are, and the picture of a curve in them.

use crate::terminal::columns::Range;

/// A set of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Glyphs {
    /// The curve as a line of dots, two by four in a character.
    #[default]
    Braille,
    /// The area under the curve in bars, eight steps in a character.
    Blocks,
    /// The area under the curve in the characters of ASCII, three steps in a character.
    Ascii,
}

/// The characters of axes and marks.
#[derive(Debug, Clone, Copy)]
pub struct Signs {
    pub upright: char,
    pub tick: char,
    pub corner: char,
    pub across: char,
    pub across_tick: char,
    pub limit: char,
    pub peak: char,
    pub mark: char,
    pub more: char,
}

const BARS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const SHADES: [char; 4] = [' ', '.', ':', '#'];

impl Glyphs {
    /// The number of columns of the curve in one character.
    pub fn columns(self) -> usize {
        if self == Self::Braille { 2 } else { 1 }
    }

    /// The number of steps in the height of a character.
    fn steps(self) -> usize {
        match self {
            Self::Braille => 4,
            Self::Blocks => BARS.len() - 1,
            Self::Ascii => SHADES.len() - 1,
        }
    }

    /// The bars of a curve in one line, the lowest first.
    pub fn bars(self) -> &'static [char] {
        if self == Self::Ascii { &['_', '.', ',', '-', '=', '+', '*', '#'] } else { &BARS[1..] }
    }

    /// The characters of axes and marks.
    pub fn signs(self) -> Signs {
        match self {
            Self::Ascii => Signs {
                upright: '|',
                tick: '+',
                corner: '+',
                across: '-',
                across_tick: '+',
                limit: '-',
                peak: 'v',
                mark: '^',
                more: '~',
            },
            Self::Braille | Self::Blocks => Signs {
                upright: '│',
                tick: '┤',
                corner: '└',
                across: '─',
                across_tick: '┴',
                limit: '╌',
                peak: '▼',
                mark: '▲',
                more: '…',
            },
        }
    }

    /// The picture of columns in `rows` lines, the highest first. `top` bytes reach the upper edge.
    pub fn picture(self, columns: &[Option<Range>], rows: usize, top: u64) -> Vec<Vec<char>> {
        if rows == 0 {
            return Vec::new();
        }
        if self == Self::Braille { braille(columns, rows, top) } else { self.area(columns, rows, top) }
    }

    /// The area under the highest values.
    fn area(self, columns: &[Option<Range>], rows: usize, top: u64) -> Vec<Vec<char>> {
        let steps = self.steps();
        let heights: Vec<usize> = columns
            .iter()
            .map(|range| range.map_or(0, |(_, high)| step(high, top, rows * steps, f64::ceil)))
            .collect();
        let signs: &[char] = if self == Self::Ascii { &SHADES } else { &BARS };
        let cell = |height: usize, row: usize| {
            let below = (rows - 1 - row) * steps;
            signs[height.saturating_sub(below).min(steps)]
        };
        (0..rows).map(|row| heights.iter().map(|height| cell(*height, row)).collect()).collect()
    }
}

/// A value in steps of the height, of which there are `all`.
fn step(value: u64, top: u64, all: usize, round: fn(f64) -> f64) -> usize {
    let share = value as f64 / top.max(1) as f64;
    (round(share * all as f64).max(0.0) as usize).min(all)
}

/// A line of dots. Each column is as high as its values reach, and it joins the one before.
fn braille(columns: &[Option<Range>], rows: usize, top: u64) -> Vec<Vec<char>> {
    let all = rows * 4 - 1;
    let mut cells = vec![vec![0_u8; columns.len().div_ceil(2)]; rows];
    let mut before: Option<(usize, usize)> = None;
    for (at, range) in columns.iter().enumerate() {
        let dots = range.map(|(low, high)| [low, high].map(|value| step(value, top, all, f64::round)));
        if let Some([low, high]) = dots {
            let (mut from, mut to) = (low, high);
            if let Some((below, above)) = before {
                // One step beside a higher or lower neighbour: lines join, but they do not get thick.
                from = from.min(above.saturating_add(1).min(high));
                to = to.max(below.saturating_sub(1).max(low));
            }
            for dot in from..=to {
                if let Some(row) = cells.get_mut(rows - 1 - dot / 4) {
                    row[at / 2] |= dot_of(at % 2, dot % 4);
                }
            }
        }
        before = dots.map(|[low, high]| (low, high));
    }
    let sign =
        |dots: u8| if dots == 0 { ' ' } else { char::from_u32(0x2800 + u32::from(dots)).unwrap_or(' ') };
    cells.into_iter().map(|row| row.into_iter().map(sign).collect()).collect()
}

/// The bit of a dot (ISO 11548-1); `up` counts from the lowest.
fn dot_of(column: usize, up: usize) -> u8 {
    [[0x40, 0x04, 0x02, 0x01], [0x80, 0x20, 0x10, 0x08]][column][up]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(glyphs: Glyphs, values: &[u64], rows: usize, top: u64) -> Vec<String> {
        let columns: Vec<_> = values.iter().map(|value| Some((*value, *value))).collect();
        glyphs.picture(&columns, rows, top).into_iter().map(String::from_iter).collect()
    }

    #[test]
    fn an_area_is_as_high_as_its_values() {
        assert_eq!(shown(Glyphs::Blocks, &[0, 1, 8, 9, 16], 2, 16), ["   ▁█", " ▁███"]);
        assert_eq!(shown(Glyphs::Ascii, &[0, 1, 3, 4, 6], 2, 6), ["   .#", " .###"]);
    }

    #[test]
    fn a_line_of_dots_has_no_hole() {
        assert_eq!(shown(Glyphs::Braille, &[0, 0, 7, 7], 2, 7), [" ⡏", "⣀⠇"].map(str::to_owned));
        let rising: Vec<u64> = (0..8).collect();
        assert_eq!(shown(Glyphs::Braille, &rising, 2, 7), ["  ⡠⠊", "⡠⠊  "]);
    }

    #[test]
    fn no_rows_and_no_columns_are_no_picture() {
        for glyphs in [Glyphs::Braille, Glyphs::Blocks, Glyphs::Ascii] {
            assert!(glyphs.picture(&[Some((1, 1))], 0, 1).is_empty());
            assert_eq!(glyphs.picture(&[], 1, 0), [Vec::<char>::new()]);
        }
    }
}
