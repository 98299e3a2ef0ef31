//! The HTML of a page: its frame, and the data in it so that no text of a trace can end a block.

use serde_json::Value;

use crate::page::assets::Assets;
use crate::page::{Blocks, csp};

/// The page. The summary is for readers without scripts, and for search engines. `blocks` has the data of each run as base64, which holds no character that HTML knows.
pub fn page(title: &str, summary: &str, head: &Value, blocks: &[Blocks]) -> String {
    let Assets { library, scripts, styles, body } = Assets::unpack();
    let scripts = [library.trim_end(), &scripts];
    let policy = csp::policy(&scripts, &[&styles]);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"description\" content=\"{}\">\n<title>{}</title>\n<style>{styles}</style>\n</head>\n",
        escaped(summary),
        escaped(title)
    );
    page += &body;
    page += &format!("<noscript><p>{}. The chart needs JavaScript.</p></noscript>\n", escaped(summary));
    page += &format!("<script type=\"application/json\" id=\"data\">{}</script>\n", json(head));
    for (at, blocks) in blocks.iter().enumerate() {
        for (id, block) in blocks.each() {
            page += &format!("<script type=\"text/plain\" id=\"{id}-{at}\">{block}</script>\n");
        }
    }
    for script in scripts {
        page += &format!("<script>{script}</script>\n");
    }
    page + "</body>\n</html>\n"
}

/// JSON that can stand in a script element: `</script>` and `<!--` need a `<`.
fn json(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// Text for an element or an attribute.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn no_text_of_a_trace_ends_a_block() {
        let evil = "</script><script>alert(1)</script><!--<script>&]]>\u{2028}";
        let blocks = Blocks { text: "AA==".to_owned(), curves: "BB==".to_owned(), functions: None };
        let page = page(evil, evil, &json!({ "title": evil }), &[blocks]);
        let data = page.split("id=\"data\">").nth(1).and_then(|rest| rest.split("</script>").next());
        let data: Value = serde_json::from_str(data.expect("a block")).expect("JSON");
        assert_eq!(data["title"], evil);
        assert!(!page.contains("alert(1)</script>") && !page.contains("<!--"));
        assert_eq!(page.matches("<script").count(), page.matches("</script>").count());
        assert!(page.contains("<title>&lt;/script&gt;&lt;script&gt;"));
    }

    /// The browser hashes what stands between the tags: one byte more, and nothing runs.
    #[test]
    fn the_scripts_end_no_element_and_have_no_carriage_return() {
        let Assets { library, scripts, styles, .. } = Assets::unpack();
        for text in [library, scripts, styles] {
            let lower = text.to_lowercase();
            assert!(!lower.contains("</script") && !lower.contains("</style") && !lower.contains("<!--"));
            assert!(!text.contains('\r'), "HTML reads CR as LF");
        }
    }
}
