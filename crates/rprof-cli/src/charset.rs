//! The characters that the user's terminal and locale can show.

use rprof_plot::Glyphs;

/// The characters for charts: ASCII only, unless the locale is one of UTF-8.
pub fn glyphs() -> Glyphs {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    // The first that is set decides (POSIX, "Environment Variables").
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set).unwrap_or_default();
    if is_utf8(&locale) { Glyphs::Braille } else { Glyphs::Ascii }
}

fn is_utf8(locale: &str) -> bool {
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_of_utf_8_is_known_by_its_name() {
        for name in ["C.UTF-8", "en_US.utf8", "de_DE.UTF-8@euro"] {
            assert!(is_utf8(name), "{name}");
        }
        for name in ["", "C", "POSIX", "en_US.ISO-8859-1"] {
            assert!(!is_utf8(name), "{name}");
        }
    }
}
