//! A font of the user for the characters that the embedded one lacks. It is in use while one figure is drawn.
//!
//! Widths of texts are asked for all over the layout, far from the options, so that the font belongs to the thread.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use ttf_parser::Face;

use crate::error::Error;
use crate::options::FontFile;
use crate::sheet::outline::Outline;
use crate::sheet::text;

/// The glyph of a character.
#[derive(Debug, Clone, PartialEq)]
pub struct Glyph {
    /// Its number in the font.
    pub id: u16,
    /// Its width in em.
    pub advance: f64,
    /// Its outline in units of the embedded font; empty for a blank.
    pub outline: Rc<str>,
}

/// The font in use, and the glyphs that were asked for.
#[derive(Debug)]
struct ExtraFont {
    file: FontFile,
    glyphs: HashMap<char, Option<Glyph>>,
}

thread_local! {
    static FONT: RefCell<Option<ExtraFont>> = const { RefCell::new(None) };
}

/// Calls `draw` with this font in use.
///
/// # Errors
/// [`Error::Font`] if the file is no font.
pub fn within<T>(file: Option<&FontFile>, draw: impl FnOnce() -> T) -> Result<T, Error> {
    /// Puts the font away, after a panic too.
    struct Away;
    impl Drop for Away {
        fn drop(&mut self) {
            FONT.take();
        }
    }
    let Some(file) = file else { return Ok(draw()) };
    Face::parse(&file.0, 0).map_err(|error| Error::Font(error.to_string()))?;
    let _away = Away;
    FONT.replace(Some(ExtraFont { file: file.clone(), glyphs: HashMap::new() }));
    Ok(draw())
}

/// True if a font is in use.
pub fn is_in_use() -> bool {
    FONT.with_borrow(Option::is_some)
}

/// The glyph of a character; `None` without a font in use, and for a character that it does not have as an outline.
pub fn glyph(c: char) -> Option<Glyph> {
    FONT.with_borrow_mut(|font| {
        let ExtraFont { file, glyphs } = font.as_mut()?;
        glyphs.entry(c).or_insert_with(|| parsed(file, c)).clone()
    })
}

fn parsed(file: &FontFile, c: char) -> Option<Glyph> {
    let face = Face::parse(&file.0, 0).ok()?;
    let glyph = face.glyph_index(c)?;
    let units = f32::from(text::face(false)?.units_per_em());
    let mut outline = Outline { scale: Some(units / f32::from(face.units_per_em())), ..Outline::default() };
    // An emoji in colours is a picture.
    let is_drawn = face.outline_glyph(glyph, &mut outline).is_some() || c.is_whitespace();
    let advance = f64::from(face.glyph_hor_advance(glyph)?) / f64::from(face.units_per_em());
    is_drawn.then(|| Glyph { id: glyph.0, advance, outline: outline.data.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn font() -> FontFile {
        FontFile(text::BOLD.into())
    }

    #[test]
    fn a_font_is_in_use_while_a_figure_is_drawn() {
        assert_eq!(glyph('a'), None);
        let found = within(Some(&font()), || (glyph('a'), glyph('界'))).expect("a font");
        let a = found.0.expect("in the font");
        assert!(a.outline.starts_with('M') && a.advance > 0.5 && found.1.is_none());
        assert!(!is_in_use());
        let failed = std::panic::catch_unwind(|| within(Some(&font()), || panic!("drawing")));
        assert!(failed.is_err() && !is_in_use());
    }

    #[test]
    fn bytes_that_are_no_font_are_an_error() {
        let error = within(Some(&FontFile(b"<svg>".as_slice().into())), || ()).expect_err("no font");
        assert!(error.to_string().contains("use a .ttf"), "{error}");
    }
}
