//! The arguments that say how a figure looks: size, colours, form of the texts.

use clap::{Args, ValueEnum};
use rprof_plot::{Options, SvgText, Theme};
use rprof_trace::Bytes;

const LOOK: &str = "Look";

// The look of a figure.
#[derive(Debug, Args)]
pub struct StyleArgs {
    /// Size: column (88 mm wide), slide (1920x1080), readme (830x467), or in px [default: 960x540]
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = LOOK)]
    pub size: Option<FigureSize>,
    /// Pixels per inch of a PNG; one px of the size is 1/96 inch [default: 192; 96 for a slide]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(24..=1200), help_heading = LOOK)]
    pub dpi: Option<u32>,
    /// Colours
    #[arg(long, value_enum, default_value = "light", help_heading = LOOK)]
    pub theme: ThemeName,
    /// Leave the ground transparent
    #[arg(long, help_heading = LOOK)]
    pub transparent: bool,
    /// Upper end of the memory axis, for example 16GiB [default: fits the curves]
    #[arg(long, value_name = "SIZE", help_heading = LOOK)]
    pub ylim: Option<Bytes>,
    /// Form of the texts in an SVG
    #[arg(long, value_name = "FORM", value_enum, default_value = "font", help_heading = LOOK)]
    pub svg_text: TextForm,
}

impl StyleArgs {
    /// The options with this look. Only an SVG may need fonts.
    pub fn applied(&self, options: Options, is_svg: bool) -> Options {
        let size =
            self.size.unwrap_or(FigureSize { width: options.width, height: options.height, scale: 1.0 });
        let FigureSize { width, height, scale } = size;
        let text = if is_svg { self.svg_text.into() } else { SvgText::Plain };
        let (theme, transparent, highest) = (self.theme.into(), self.transparent, self.ylim);
        Options { width, height, scale, text, theme, transparent, highest, ..options }
    }

    /// Pixels of a PNG for each px of the figure.
    pub fn png_scale(&self) -> f32 {
        // A slide has as many pixels as its name says.
        let usual = if self.size.is_some_and(|size| size.scale > 1.0) { 96 } else { 192 };
        self.dpi.unwrap_or(usual) as f32 / 96.0
    }
}

/// The size of a figure in px, and the multiple of it that the file has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FigureSize {
    width: u32,
    height: u32,
    scale: f64,
}

fn size(text: &str) -> Result<FigureSize, String> {
    let preset = |width, height, scale| Ok(FigureSize { width, height, scale });
    match text {
        // Drawn larger and scaled down, so that labels have 6 pt, as journals want it.
        "column" => preset(480, 320, 88.0 / 25.4 * 96.0 / 480.0),
        "slide" => preset(960, 540, 2.0),
        "readme" => preset(830, 467, 1.0),
        _ => {
            let number = |text: &str| text.parse::<u32>().ok();
            let sides = text.split_once(['x', 'X']);
            let sides = sides.and_then(|(width, height)| number(width).zip(number(height)));
            let (width, height) =
                sides.ok_or("use column, slide, readme or WIDTHxHEIGHT, for example 800x450")?;
            preset(width, height, 1.0)
        }
    }
}

/// The colours of a figure, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ThemeName {
    /// Dark on white
    Light,
    /// Light on nearly black, for slides
    Dark,
    /// Black and greys on white, for print
    Print,
}

impl From<ThemeName> for Theme {
    fn from(name: ThemeName) -> Self {
        match name {
            ThemeName::Light => Self::Light,
            ThemeName::Dark => Self::Dark,
            ThemeName::Print => Self::Print,
        }
    }
}

/// The form of the texts in an SVG, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TextForm {
    /// Text with the embedded glyphs that it needs; browsers show it alike everywhere
    Font,
    /// Outlines, alike in every program, but not searchable
    Outlines,
    /// Text in the reader's own fonts; the smallest file
    Plain,
}

impl From<TextForm> for SvgText {
    fn from(form: TextForm) -> Self {
        match form {
            TextForm::Font => Self::Font,
            TextForm::Outlines => Self::Outlines,
            TextForm::Plain => Self::Plain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_a_name_or_two_numbers() {
        assert_eq!(size("800x450"), Ok(FigureSize { width: 800, height: 450, scale: 1.0 }));
        let column = size("column").expect("a preset");
        let millimetres = f64::from(column.width) * column.scale / 96.0 * 25.4;
        assert!((millimetres - 88.0).abs() < 0.01);
        for bad in ["", "800", "800x", "x450", "-1x5", "wide", "1.5x2"] {
            assert!(size(bad).is_err(), "{bad}");
        }
    }
}
