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

#[cfg(test)]
mod tests {
    use super::*;

    /// A script that is missing from the list of build.rs would leave a page without its chart.
    #[test]
    fn every_script_of_the_directory_is_in_the_page() {
        let assets = Assets::unpack();
        let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/src/page/assets");
        let mut length = 0;
        for entry in std::fs::read_dir(directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|extension| extension == "js") {
                let script = std::fs::read_to_string(&path).expect("a script");
                assert!(assets.scripts.contains(&script), "{}", path.display());
                length += script.len();
            }
        }
        assert_eq!(assets.scripts.len(), length);
    }
}
