//! The scripts, the style sheets and the elements of a page. They are the files of `assets/`, which the page carries as
//! they are; the binary has them compressed (build.rs).

use std::io::Read;

use flate2::read::ZlibDecoder;

const PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/page.zlib"));

/// The texts of a page that do not depend on its traces.
#[derive(Debug)]
pub struct Assets {
    /// The chart library.
    pub library: String,
    /// Our own scripts as one.
    pub scripts: String,
    /// The style sheets: that of the library, and ours.
    pub styles: String,
    /// The elements.
    pub body: String,
}

impl Assets {
    /// Unpacks them, in about a millisecond.
    pub fn unpack() -> Self {
        let mut text = String::new();
        ZlibDecoder::new(PACKED).read_to_string(&mut text).expect("packed by build.rs");
        let mut parts = text.split('\0').map(str::to_owned);
        let mut next = || parts.next().expect("four texts");
        Self { library: next(), scripts: next(), styles: next(), body: next() }
    }
}
