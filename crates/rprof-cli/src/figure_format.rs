//! The formats of figures, each named by the extension of its file.

use std::path::{Path, PathBuf};

use anyhow::bail;
use rprof_trace::shown;

/// Pixels of a PNG for each px of the figure: sharp in print and on dense screens.
pub const PNG_SCALE: f32 = 2.0;

/// The format of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FigureFormat {
    Svg,
    Pdf,
    Png,
}

impl FigureFormat {
    /// The format that the extension of a file names; SVG without one.
    ///
    /// # Errors
    /// When the extension names none.
    pub fn from_path(path: &Path) -> anyhow::Result<Self> {
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
        match extension.as_deref() {
            // A device or a FIFO has a name that says nothing.
            Some("svg") | None => Ok(Self::Svg),
            Some("pdf") => Ok(Self::Pdf),
            Some("png") => Ok(Self::Png),
            Some("jpg" | "jpeg") => {
                bail!("`{}`: JPEG blurs lines and letters, so rprof does not write it; use .png", shown(path))
            }
            Some("eps" | "ps") => bail!(
                "`{}`: rprof does not write PostScript; use .pdf, which `pdftops -eps` converts, or .svg or .png",
                shown(path)
            ),
            _ => bail!(
                "unknown figure format `{}`; use .svg, .pdf or .png, and with `rprof plot` also .html",
                shown(path)
            ),
        }
    }

    /// The figure in this format; a PNG has `png_scale` pixels for each px.
    ///
    /// # Errors
    /// When it cannot be made from the SVG.
    pub fn render(self, svg: &str, png_scale: f32) -> anyhow::Result<Vec<u8>> {
        Ok(match self {
            Self::Svg => svg.as_bytes().to_vec(),
            Self::Pdf => rprof_plot::pdf(svg)?,
            Self::Png => rprof_plot::png(svg, png_scale)?,
        })
    }
}

/// True if the name is that of a page of HTML, which `rprof plot` makes.
pub fn is_page(path: &Path) -> bool {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    matches!(extension.as_deref(), Some("html" | "htm"))
}

/// The file for a name that is no directory. A name without an extension is that of a PNG, as matplotlib does for mprof.
///
/// # Errors
/// When the name is that of a directory that does not exist.
pub fn file_of(path: &Path) -> anyhow::Result<PathBuf> {
    match std::fs::metadata(path) {
        // A device or a FIFO has no other name.
        Ok(found) if !found.is_file() => Ok(path.to_owned()),
        _ if path.as_os_str().as_encoded_bytes().ends_with(b"/") => {
            bail!("`{}` is no directory; create it first", shown(path))
        }
        _ if path.extension().is_none() => Ok(path.with_extension("png")),
        _ => Ok(path.to_owned()),
    }
}
