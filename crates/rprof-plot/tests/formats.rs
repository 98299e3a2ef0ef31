//! PNG and PDF made from figures.
#![cfg(all(feature = "png", feature = "pdf"))]
#![allow(clippy::unwrap_used)]

mod support;

use std::io::Write;
use std::process::{Command, Stdio};

use rprof_plot::{Error, pdf, png};

fn figure(wanted: &str) -> String {
    let (_, options, traces) =
        support::gallery::gallery().into_iter().find(|(name, ..)| *name == wanted).unwrap();
    support::draw(&options, &traces).unwrap()
}

#[test]
fn a_png_has_the_requested_size_and_is_not_blank() {
    let svg = figure("children");
    let sides = |png: &[u8]| [16, 20].map(|at| u32::from_be_bytes(png[at..at + 4].try_into().unwrap()));
    let (double, single) = (png(&svg, 2.0).unwrap(), png(&svg, 1.0).unwrap());
    assert!(double.starts_with(b"\x89PNG\r\n"));
    assert_eq!((sides(&double), sides(&single)), ([1920, 1080], [960, 540]));
    assert!((30_000..300_000).contains(&double.len()), "{} bytes", double.len());
    assert_eq!(png(&svg, 2.0).unwrap(), double);
    for scale in [0.0, -1.0, f32::NAN, f32::INFINITY, 1e9] {
        assert!(matches!(png(&svg, scale), Err(Error::Scale(_))), "{scale}");
    }
    assert!(matches!(png("<svg", 1.0), Err(Error::Svg(_))));
}

#[test]
fn a_png_of_a_transparent_figure_has_an_alpha_channel() {
    let kind = |name| png(&figure(name), 1.0).unwrap()[25];
    assert_eq!((kind("transparent"), kind("spans")), (6, 2));
}

#[test]
fn a_pdf_is_small_and_reproducible_and_has_no_image() {
    for name in ["children", "million", "gap", "nasty_title"] {
        let svg = figure(name);
        let bytes = pdf(&svg).unwrap();
        let has = |what: &[u8]| bytes.windows(what.len()).any(|w| w == what);
        assert!(bytes.starts_with(b"%PDF-") && bytes.len() < 100_000, "{name}: {} bytes", bytes.len());
        assert!(!has(b"/Subtype /Image") && !has(b"/Subtype/Image") && !has(b"/Subtype /Form"), "{name}");
        assert!(has(b"DejaVuSans") && has(b"/ToUnicode"), "{name}");
        assert_eq!(pdf(&svg).unwrap(), bytes, "{name}");
    }
    assert!(matches!(pdf("no svg"), Err(Error::Svg(_))));
}

#[test]
fn the_text_of_a_pdf_can_be_selected() {
    let tool = Command::new("pdftotext")
        .args(["-layout", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut tool) = tool else {
        println!("skipped: cannot run `pdftotext`; install poppler-utils");
        return;
    };
    tool.stdin.take().unwrap().write_all(&pdf(&figure("children")).unwrap()).unwrap();
    let text = String::from_utf8(tool.wait_with_output().unwrap().stdout).unwrap();
    for words in
        ["make -j4 all", "peak 1.09 GiB at 14.8 s", "time (s)", "shared pages divided (PSS)", "4711:cc1plus"]
    {
        assert!(text.contains(words), "`{words}` is not in\n{text}");
    }
}
