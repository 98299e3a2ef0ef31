//! A plotters backend that writes compact SVG with sub-pixel coordinates.
//!
//! The backend of plotters itself rounds to whole px and writes an element for each shape.

use std::cell::RefCell;
use std::convert::Infallible;
use std::fmt::Write;
use std::rc::Rc;

use plotters::style::RGBColor;
use plotters_backend::text_anchor::HPos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
    FontTransform,
};

use crate::options::{SvgText, Theme};
use crate::sheet::text::Font;
use crate::sheet::theme::themed;
use crate::sheet::typesetting::{Typesetting, Words};

/// Units of the backend in one px. The backends of plotters have integer coordinates, so this one claims to be so
/// many times larger than the sheet and divides every number it writes. Font sizes and radii must be multiplied
/// likewise.
pub const UNITS_PER_PX: i32 = 20;

type DrawResult = Result<(), DrawingErrorKind<Infallible>>;

/// The SVG written so far. plotters owns the backend and hides it, so backend and canvas share this.
#[derive(Debug, Default)]
pub struct Markup {
    out: String,
    /// Style and data of the path that is still growing. Consecutive shapes of one style become one path: an element
    /// for each line of a grid, a hatching or a flame would make the file much larger.
    run: Option<(String, String)>,
    /// Length of `out` just after the start tag of the open group.
    opened: usize,
    /// The texts, and what they need at the start of the SVG.
    typesetting: Typesetting,
    theme: Theme,
    /// Length of `out` at the place of what the texts need.
    definitions_at: usize,
    /// `stroke-dasharray` of the next strokes; empty for solid lines. The styles of plotters have no dash pattern, so
    /// the canvas sets it here around each line.
    pub dash: &'static str,
}

impl Markup {
    /// Starts an SVG with this markup, whose texts have this form.
    pub fn start(&mut self, markup: &str, text: SvgText, theme: Theme) {
        self.raw(markup);
        self.theme = theme;
        self.typesetting = Typesetting::new(text);
        self.definitions_at = self.out.len();
    }

    /// Writes markup without escaping it.
    pub fn raw(&mut self, markup: &str) {
        self.flush();
        self.out.push_str(markup);
    }

    /// Starts a group. Groups do not nest.
    pub fn open(&mut self, id: &str) {
        self.raw(&format!("<g id=\"{id}\">\n"));
        self.opened = self.out.len();
    }

    /// Ends the group, or removes its start tag if it is empty.
    pub fn close(&mut self) {
        self.flush();
        if self.out.len() == self.opened {
            let start = self.out.rfind("<g ").unwrap_or(self.opened);
            self.out.truncate(start);
        } else {
            self.raw("</g>\n");
        }
    }

    /// Takes out the SVG and leaves nothing behind.
    pub fn take(&mut self) -> String {
        self.flush();
        self.out.insert_str(self.definitions_at, &self.typesetting.definitions());
        std::mem::take(&mut self.out)
    }

    /// Writes the growing path. A `String` accepts every write, so the result of `writeln!` carries nothing.
    fn flush(&mut self) {
        if let Some((style, data)) = self.run.take() {
            writeln!(self.out, "<path {style} d=\"{data}\"/>").unwrap_or(());
        }
    }

    /// Adds a shape to the growing path if it has the same style, else starts a new path.
    fn shape(&mut self, style: String, data: &str) {
        match &mut self.run {
            Some((same, run)) if *same == style => run.push_str(data),
            _ => {
                self.flush();
                self.run = Some((style, data.to_owned()));
            }
        }
    }
}

/// The backend that plotters draws on.
pub struct SvgBackend {
    markup: Rc<RefCell<Markup>>,
    size: (u32, u32),
}

impl SvgBackend {
    /// Writes to `markup`; the size is in px.
    pub fn new(markup: Rc<RefCell<Markup>>, (width, height): (u32, u32)) -> Self {
        Self { markup, size: (width * UNITS_PER_PX as u32, height * UNITS_PER_PX as u32) }
    }
}

/// Formats units as px, as short as SVG allows: `12`, `.35`, `-3.5`. Two decimals are exact, as a unit is 0.05 px.
fn px(units: i32) -> String {
    let hundredths = i64::from(units) * 100 / i64::from(UNITS_PER_PX);
    let text = format!("{:.2}", hundredths as f64 / 100.0);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    match text.strip_prefix("-0.") {
        Some(fraction) => format!("-.{fraction}"),
        None if text.starts_with("0.") => text[1..].to_owned(),
        None => text.to_owned(),
    }
}

/// The `d` attribute of a line from point to point.
///
/// After the first point it has relative coordinates, and `h` and `v` for horizontal and vertical steps. Neighbours
/// on a curve are a few px apart, so a point costs about ten bytes.
fn path_data(points: impl IntoIterator<Item = BackendCoord>) -> String {
    let mut data = String::new();
    let (mut last, mut command) = ((0, 0), ' ');
    for (i, at) in points.into_iter().enumerate() {
        let (dx, dy) = (at.0 - last.0, at.1 - last.1);
        let (next, numbers) = match (i, dx, dy) {
            (0, ..) => ('M', vec![at.0, at.1]),
            (_, 0, 0) => continue,
            (_, _, 0) => ('h', vec![dx]),
            (_, 0, _) => ('v', vec![dy]),
            _ => ('l', vec![dx, dy]),
        };
        if next != command {
            data.push(next);
        }
        // A command is not repeated, and a minus sign separates numbers as a blank does.
        for (n, number) in numbers.into_iter().enumerate() {
            let text = px(number);
            if (n > 0 || next == command) && !text.starts_with('-') {
                data.push(' ');
            }
            data.push_str(&text);
        }
        (last, command) = (at, next);
    }
    data
}

/// Escapes the characters that have a meaning in XML text.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

impl Markup {
    fn hex(&self, BackendColor { rgb: (r, g, b), .. }: BackendColor) -> String {
        let RGBColor(r, g, b) = themed(self.theme, RGBColor(r, g, b));
        format!("#{r:02x}{g:02x}{b:02x}")
    }

    fn fill_style<S: BackendStyle>(&self, style: &S) -> String {
        format!("fill=\"{}\"", self.hex(style.color()))
    }

    fn stroke_style<S: BackendStyle>(&self, style: &S) -> String {
        let colour = self.hex(style.color());
        let mut text =
            format!("stroke=\"{colour}\" stroke-width=\"{}\"", px(style.stroke_width().cast_signed()));
        if !self.dash.is_empty() {
            write!(text, " stroke-dasharray=\"{}\"", self.dash).unwrap_or(());
        }
        text
    }
}

impl DrawingBackend for SvgBackend {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> DrawResult {
        Ok(())
    }

    fn present(&mut self) -> DrawResult {
        Ok(())
    }

    fn draw_pixel(&mut self, at: BackendCoord, colour: BackendColor) -> DrawResult {
        self.draw_rect(at, (at.0 + UNITS_PER_PX, at.1 + UNITS_PER_PX), &colour, true)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> DrawResult {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (x0, y0): BackendCoord,
        (x1, y1): BackendCoord,
        style: &S,
        fill: bool,
    ) -> DrawResult {
        let corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)];
        if fill { self.fill_polygon(corners, style) } else { self.draw_path(corners, style) }
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> DrawResult {
        let mut markup = self.markup.borrow_mut();
        let style = markup.stroke_style(style);
        markup.shape(style, &path_data(path));
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        at: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> DrawResult {
        let mut markup = self.markup.borrow_mut();
        let style = if fill { markup.fill_style(style) } else { markup.stroke_style(style) };
        let (x, y, r) = (px(at.0), px(at.1), px(radius.cast_signed()));
        markup.raw(&format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\" {style}/>\n"));
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> DrawResult {
        let mut markup = self.markup.borrow_mut();
        let style = markup.fill_style(style);
        markup.shape(style, &(path_data(corners) + "z"));
        Ok(())
    }

    /// Writes a text. The point lies on the baseline, and the size is that of the em square. Unlike the
    /// backend of plotters, this one does not measure the text: the layout has done so with the embedded font.
    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, at: BackendCoord) -> DrawResult {
        let (x, y) = (px(at.0), px(at.1));
        let anchor = match style.anchor().h_pos {
            HPos::Left => "",
            HPos::Center => " text-anchor=\"middle\"",
            HPos::Right => " text-anchor=\"end\"",
        };
        let weight = if matches!(style.style(), FontStyle::Bold) { " font-weight=\"bold\"" } else { "" };
        let turn = match style.transform() {
            FontTransform::None => 0,
            FontTransform::Rotate90 => 90,
            FontTransform::Rotate180 => 180,
            FontTransform::Rotate270 => 270,
        };
        let turned = if turn == 0 { String::new() } else { format!(" transform=\"rotate({turn} {x} {y})\"") };
        // XML would collapse two blanks into one, but the title is the command as it was typed.
        let space = if text.contains("  ") { " xml:space=\"preserve\"" } else { "" };
        let mut markup = self.markup.borrow_mut();
        let (size, fill) = (px(style.size() as i32), markup.fill_style(&style.color()));
        let attributes = format!(
            "x=\"{x}\" y=\"{y}\" font-size=\"{size}\" stroke=\"none\" {fill}{anchor}{weight}{turned}{space}"
        );
        let before = match style.anchor().h_pos {
            HPos::Left => 0.0,
            HPos::Center => 0.5,
            HPos::Right => 1.0,
        };
        let unit = f64::from(UNITS_PER_PX);
        let font = Font { size: style.size() / unit, bold: !weight.is_empty() };
        let at = (f64::from(at.0) / unit, f64::from(at.1) / unit);
        let words = Words { text, attributes: &attributes, fill: &fill, at, before, turn, font };
        let text = markup.typesetting.markup(&words, &escaped(text));
        markup.raw(&text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_exact() {
        assert_eq!([0, 20, 7, -7, -70, 12345].map(px), ["0", "1", ".35", "-.35", "-3.5", "617.25"]);
    }

    #[test]
    fn paths_are_relative_and_skip_points_that_do_not_move() {
        assert_eq!(
            path_data([(20, 40), (40, 40), (40, 40), (60, 40), (60, 0), (63, -7)]),
            "M1 2h1 1v-2l.15-.35"
        );
    }
}
