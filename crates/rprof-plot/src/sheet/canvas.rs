//! A canvas for lines, areas and texts in px, on top of plotters. It keeps the first error and returns it at the end,
//! so that drawing code needs no error handling.

use std::cell::RefCell;
use std::rc::Rc;

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, Drawable, PathElement, PointCollection, Polygon};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, FontStyle, FontTransform, RGBColor, ShapeStyle, TextStyle};

use crate::error::Error;
use crate::options::{Options, SvgText, Theme};
use crate::sheet::extra_font;
use crate::sheet::palette::{Marker, PAPER, Stroke};
use crate::sheet::svg_backend::{Markup, SvgBackend, UNITS_PER_PX, escaped};
use crate::sheet::text::{FAMILY, Font};

/// A point in px: distance from the left edge of the sheet, and from its upper edge.
pub type Px = (f64, f64);

/// The part of a text that stands at its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// The beginning.
    Start,
    /// The middle.
    Middle,
    /// The end.
    End,
}

/// The look of a sheet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// The form of the texts.
    pub text: SvgText,
    /// The colours.
    pub theme: Theme,
    /// True if the sheet has no ground.
    pub transparent: bool,
    /// The size of the finished figure, as a multiple of that of the sheet.
    pub scale: f64,
}

impl From<&Options> for Look {
    fn from(options: &Options) -> Self {
        let Options { text, theme, transparent, scale, .. } = *options;
        Self { text, theme, transparent, scale }
    }
}

/// A sheet being drawn on.
pub struct Canvas {
    area: DrawingArea<SvgBackend, Shift>,
    markup: Rc<RefCell<Markup>>,
    /// The first error.
    failure: Option<Error>,
}

/// A point in whole units of the backend.
fn units((x, y): Px) -> (i32, i32) {
    let one = |v: f64| (v * f64::from(UNITS_PER_PX)).round() as i32;
    (one(x), one(y))
}

impl Canvas {
    /// An empty sheet of this size in px. Screen readers and the PDF use the title; it is not drawn.
    pub fn new((width, height): (u32, u32), title: &str, look: &Look) -> Self {
        let markup = Rc::new(RefCell::new(Markup::default()));
        let link = if look.text == SvgText::Outlines || extra_font::is_in_use() {
            " xmlns:xlink=\"http://www.w3.org/1999/xlink\""
        } else {
            ""
        };
        let scaled = |px: u32| (f64::from(px) * look.scale * 100.0).round() / 100.0;
        let start = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\"{link} width=\"{}\" height=\"{}\" \
             viewBox=\"0 0 {width} {height}\" role=\"img\" font-family=\"{FAMILY}, Verdana, sans-serif\" \
             fill=\"none\" stroke-linejoin=\"round\">\n<title>{}</title>\n",
            scaled(width),
            scaled(height),
            escaped(title)
        );
        markup.borrow_mut().start(&start, look.text, look.theme);
        let area = SvgBackend::new(Rc::clone(&markup), (width, height)).into_drawing_area();
        let mut canvas = Self { area, markup, failure: None };
        if !look.transparent {
            canvas.rect((0.0, 0.0), (f64::from(width), f64::from(height)), PAPER);
        }
        canvas
    }

    /// Puts everything that `draw` draws into one named group, for editors and scripts that take a figure apart.
    /// If it draws nothing, the SVG has no such group.
    pub fn group(&mut self, name: &str, draw: impl FnOnce(&mut Self)) {
        self.markup.borrow_mut().open(name);
        draw(self);
        self.markup.borrow_mut().close();
    }

    /// Draws an element of plotters.
    fn element<E>(&mut self, element: &E)
    where
        for<'b> &'b E: PointCollection<'b, (i32, i32)>,
        E: Drawable<SvgBackend>,
    {
        if let Err(e) = self.area.draw(element) {
            self.failure.get_or_insert(Error::Draw(e.to_string()));
        }
    }

    /// Draws a line from point to point.
    pub fn line(&mut self, points: &[Px], stroke: &Stroke) {
        self.markup.borrow_mut().dash = stroke.dash;
        let width = (stroke.width * f64::from(UNITS_PER_PX)).round() as u32;
        let style = ShapeStyle { color: stroke.colour.into(), filled: false, stroke_width: width };
        self.element(&PathElement::new(points.iter().map(|p| units(*p)).collect::<Vec<_>>(), style));
        self.markup.borrow_mut().dash = "";
    }

    /// Draws a filled polygon.
    pub fn area(&mut self, corners: &[Px], colour: RGBColor) {
        let style = ShapeStyle { color: colour.into(), filled: true, stroke_width: 0 };
        self.element(&Polygon::new(corners.iter().map(|p| units(*p)).collect::<Vec<_>>(), style));
    }

    /// Draws a filled rectangle between two opposite corners.
    pub fn rect(&mut self, (x0, y0): Px, (x1, y1): Px, colour: RGBColor) {
        self.area(&[(x0, y0), (x1, y0), (x1, y1), (x0, y1)], colour);
    }

    /// Draws a filled circle.
    pub fn dot(&mut self, at: Px, radius: f64, colour: RGBColor) {
        let style = ShapeStyle { color: colour.into(), filled: true, stroke_width: 0 };
        self.element(&Circle::new(units(at), (radius * f64::from(UNITS_PER_PX)).round() as i32, style));
    }

    /// Draws a marker with a white rim, which sets it off from the curve of the same colour below it.
    pub fn marker(&mut self, (x, y): Px, marker: Marker, colour: RGBColor) {
        let shape = |canvas: &mut Self, r: f64, colour| {
            let corners: &[Px] = match marker {
                Marker::Circle => return canvas.dot((x, y), r, colour),
                Marker::Square => &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
                Marker::Up => &[(0.0, -1.2), (1.15, 0.9), (-1.15, 0.9)],
                Marker::Diamond => &[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)],
                Marker::Down => &[(0.0, 1.2), (1.15, -0.9), (-1.15, -0.9)],
            };
            let corners: Vec<Px> = corners.iter().map(|(dx, dy)| (x + dx * r, y + dy * r)).collect();
            canvas.area(&corners, colour);
        };
        shape(self, 5.4, PAPER);
        shape(self, 3.8, colour);
    }

    /// Draws a text; `at` is the point of its baseline where `anchor` stands.
    pub fn text(&mut self, text: &str, at: Px, anchor: Anchor, font: Font, colour: RGBColor) {
        self.write(text, at, anchor, font, colour, FontTransform::None);
    }

    /// Draws a text that is read from bottom to top, its middle at a point of its baseline.
    pub fn upright(&mut self, text: &str, at: Px, font: Font, colour: RGBColor) {
        self.write(text, at, Anchor::Middle, font, colour, FontTransform::Rotate270);
    }

    fn write(
        &mut self,
        text: &str,
        at: Px,
        anchor: Anchor,
        font: Font,
        colour: RGBColor,
        turn: FontTransform,
    ) {
        let weight = if font.bold { FontStyle::Bold } else { FontStyle::Normal };
        let size = (font.size * f64::from(UNITS_PER_PX)).round();
        let anchor = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let style = TextStyle::from(FontDesc::new(FontFamily::Name(FAMILY), size, weight).transform(turn))
            .pos(Pos::new(anchor, VPos::Bottom))
            .color(&colour);
        if let Err(e) = self.area.draw_text(text, &style, units(at)) {
            self.failure.get_or_insert(Error::Draw(e.to_string()));
        }
    }

    /// Ends the drawing and returns the SVG.
    ///
    /// # Errors
    /// The first error of drawing.
    pub fn finish(mut self) -> Result<String, Error> {
        self.markup.borrow_mut().raw("</svg>\n");
        match self.failure.take() {
            Some(error) => Err(error),
            None => Ok(self.markup.borrow_mut().take()),
        }
    }
}
