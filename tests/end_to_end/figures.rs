//! The look of figures: sizes, themes, forms of text, and the page docs/figures.md.

use crate::support::Place;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data");

/// The figure of a trace of spans as SVG.
fn plot(place: &Place, options: &str) -> String {
    let done = place.run(&format!("plot --force {options} {DATA}/mprof_funcs.dat -o x.svg"));
    assert_eq!(done.code, Some(0), "{options}: {}", done.stderr);
    std::fs::read_to_string(place.path("x.svg")).unwrap()
}

/// Width and height of a PNG.
fn sides(place: &Place, options: &str) -> (u32, u32) {
    let done = place.run(&format!("plot --force {options} {DATA}/numpy_ex3.dat -o x.png"));
    assert_eq!(done.code, Some(0), "{options}: {}", done.stderr);
    let png = std::fs::read(place.path("x.png")).unwrap();
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[test]
fn a_size_is_that_of_the_file() {
    let place = Place::new();
    assert!(plot(&place, "--size 800x450").contains(r#"width="800" height="450""#));
    // 88 mm at 96 px per inch.
    assert!(plot(&place, "--size column").contains(r#"width="332.6""#));
    assert!(plot(&place, "--size slide").contains(r#"width="1920" height="1080""#));
    assert_eq!(sides(&place, "--size 800x450 --dpi 96"), (800, 450));
    assert_eq!(sides(&place, "--size column --dpi 600").0, 2079);
    assert_eq!(sides(&place, "--size slide"), (1920, 1080));
    for bad in ["--size wide", "--size 800", "--dpi 5000", "--theme blue", "--svg-text x", "--ylim many"] {
        let done = place.run(&format!("plot {bad} {DATA}/numpy_ex3.dat -o y.svg"));
        assert_eq!(done.code, Some(2), "{bad}: {}", done.stderr);
    }
    assert_eq!(place.run(&format!("plot --size 10x10 {DATA}/numpy_ex3.dat -o y.svg")).code, Some(1));
}

#[test]
fn a_theme_and_a_transparent_ground_are_those_of_the_file() {
    let place = Place::new();
    let ground = |svg: &str| svg.split_once("</style>").unwrap().1.split('"').nth(1).unwrap().to_owned();
    assert_eq!(ground(&plot(&place, "")), "#ffffff");
    assert_eq!(ground(&plot(&place, "--theme dark")), "#16191d");
    assert!(!plot(&place, "--theme print").contains("#0072b2"), "no blue in print");
    assert_ne!(ground(&plot(&place, "--transparent --theme dark")), "#16191d");
}

#[test]
fn the_texts_of_an_svg_have_the_form_that_is_asked_for() {
    let place = Place::new();
    let [font, outlines, plain] =
        ["", "--svg-text outlines", "--svg-text plain"].map(|options| plot(&place, options));
    assert!(font.contains("@font-face") && font.contains("<text"));
    assert!(!outlines.contains("<text") && outlines.contains("<use"));
    assert!(!plain.contains("@font-face") && plain.len() < font.len());
    assert!(font.len() < 60_000 && outlines.len() < 100_000, "{} {}", font.len(), outlines.len());
}

#[test]
fn the_memory_axis_ends_where_it_is_told_to() {
    let place = Place::new();
    let svg = plot(&place, "--ylim 4GiB");
    assert!(svg.contains(">peak 502.9 MiB") && svg.contains(">4000<"), "far above the peak");
    let svg = plot(&place, "--ylim 100MiB");
    assert!(svg.contains("above the axis: values up to 502.9 MiB") && !svg.contains(">500<"));
}

#[test]
fn every_option_is_on_the_page() {
    let help = Place::new().run("plot --help").stdout;
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/figures.md");
    let page = std::fs::read_to_string(page).unwrap();
    let options = help.lines().filter_map(|line| {
        let line = line.trim_start();
        let long = line.strip_prefix("--").or_else(|| Some(line.strip_prefix('-')?.split_once(", --")?.1))?;
        long.split([' ', '[']).next()
    });
    let options: Vec<&str> = options.filter(|option| !["help", "version"].contains(option)).collect();
    assert!(options.len() > 14, "{options:?}");
    for option in &options {
        assert!(
            page.contains(&format!("`--{option}")) || page.contains(&format!(", `--{option}")),
            "{option}"
        );
    }
    for row in page.lines().filter_map(|line| line.strip_prefix("| `-")) {
        let option = row.split("--").nth(1).unwrap_or(row).trim_start_matches('-');
        let option = option.split([' ', '`']).next().unwrap();
        assert!(options.contains(&option), "{option} is no option");
    }
}
