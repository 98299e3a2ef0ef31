//! The shortening of a text to a width, in characters. `…` stands for the missing part.

/// Keeps both ends. The end of a command line often has its files.
pub fn middle(text: &str, width: usize) -> String {
    let count = text.chars().count();
    if count <= width {
        return text.to_owned();
    }
    let kept = width.saturating_sub(1);
    let head: String = text.chars().take(kept.div_ceil(2)).collect();
    let tail: String = text.chars().skip(count - kept / 2).collect();
    if width == 0 { String::new() } else { format!("{head}…{tail}") }
}

/// Keeps the end, where a path has its file.
pub fn start(text: &str, width: usize) -> String {
    let count = text.chars().count();
    if count <= width || width == 0 {
        return text.chars().take(width).collect();
    }
    format!("…{}", text.chars().skip(count - (width - 1)).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_at_most_the_width() {
        assert_eq!(middle("cc1 -O2 src/big.c", 17), "cc1 -O2 src/big.c");
        assert_eq!(middle("cc1 -O2 src/big.c", 11), "cc1 -…big.c");
        assert_eq!(middle("größe", 4), "gr…e");
        assert_eq!(start("build/src/big.c", 8), "…c/big.c");
        assert_eq!(start("big.c", 8), "big.c");
        for width in 0..8 {
            for text in ["", "a", "abcdefgh", "äöüßéèêë"] {
                assert!(middle(text, width).chars().count() <= width, "{text} {width}");
                assert!(start(text, width).chars().count() <= width, "{text} {width}");
            }
        }
    }
}
