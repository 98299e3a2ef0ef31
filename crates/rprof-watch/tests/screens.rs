//! Golden screens: the same cells for the same records. `RPROF_BLESS=1 cargo test` rewrites them; look at each one before you
//! commit it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod support;

use std::path::Path;

use ratatui_core::buffer::Buffer;
use ratatui_core::layout::Rect;
use ratatui_core::style::Modifier;
use rprof_plot::Glyphs;
use rprof_trace::Seconds;
use rprof_watch::{Context, Key, Run, Status, View, draw};
use support::{build, ended, hostile, read};

fn context(status: Status) -> Context<'static> {
    Context {
        trace: "t.dat",
        status,
        output: None,
        limit: None,
        message: None,
        has_colours: true,
        glyphs: Glyphs::Braille,
    }
}

fn picture(run: &Run, view: &View, context: Context<'_>, (width, height): (u16, u16)) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    draw(&mut buffer, run, view, context);
    buffer
}

/// The characters of a screen, line by line.
fn text(buffer: &Buffer) -> String {
    let area = *buffer.area();
    let line = |y| {
        let line: String = (0..area.width).map(|x| buffer[(x, y)].symbol()).collect();
        line.trim_end().to_owned() + "\n"
    };
    (0..area.height).map(line).collect()
}

fn pressed(keys: &[Key], now: Seconds) -> View {
    let mut view = View::new(true);
    for key in keys {
        view.press(*key, now);
    }
    view
}

/// Name, run, keys, context and size.
type Case<'a> = (&'a str, &'a Run, &'a [Key], Context<'a>, (u16, u16));

#[test]
fn screens_equal_the_golden_files() {
    let (live, over, evil) = (read(&build()), read(&ended()), read(&hostile()));
    let none: Vec<Key> = Vec::new();
    let output: Vec<String> = (1..=40).map(|i| format!("[{i}/40] CC src/file_{i}.c")).collect();
    let of_live = context(Status::Live);
    let with_output = Context { output: Some(&output), ..of_live };
    let ascii = Context { glyphs: Glyphs::Ascii, has_colours: false, ..of_live };
    let replay = context(Status::Replay(4.0));
    let zoomed = [Key::Char('+'), Key::Char('+'), Key::Left];
    let filter = [Key::Char('/'), Key::Char('l'), Key::Char('d')];
    let screens: Vec<Case<'_>> = vec![
        ("live_80x24", &live, &none, of_live, (80, 24)),
        ("live_120x40", &live, &none, with_output, (120, 40)),
        ("live_200x60", &live, &none, with_output, (200, 60)),
        ("live_40x10", &live, &none, of_live, (40, 10)),
        ("live_20x5", &live, &none, of_live, (20, 5)),
        ("spans_80x24", &live, &[Key::Tab], of_live, (80, 24)),
        ("events_80x24", &live, &[Key::Tab, Key::Tab], replay, (80, 24)),
        ("output_80x24", &live, &[Key::Char('4')], with_output, (80, 24)),
        ("zoomed_80x24", &live, &zoomed, of_live, (80, 24)),
        ("filter_80x24", &live, &filter, of_live, (80, 24)),
        ("help_80x24", &live, &[Key::Char('?')], of_live, (80, 24)),
        ("curve_80x24", &live, &[Key::Char('f')], of_live, (80, 24)),
        ("ascii_80x24", &live, &none, ascii, (80, 24)),
        ("ended_80x24", &over, &none, context(Status::Ended), (80, 24)),
        ("hostile_80x24", &evil, &none, of_live, (80, 24)),
        ("hostile_events_80x24", &evil, &[Key::Tab, Key::Tab], of_live, (80, 24)),
    ];
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut wrong = Vec::new();
    for (name, run, keys, context, size) in screens {
        let shown = text(&picture(run, &pressed(keys, run.now()), context, size));
        let path = directory.join(format!("{name}.txt"));
        if std::env::var_os("RPROF_BLESS").is_some() {
            std::fs::write(&path, &shown).unwrap();
        } else if std::fs::read_to_string(&path).ok().as_ref() != Some(&shown) {
            wrong.push(format!("{name}:\n{shown}"));
        }
    }
    assert!(wrong.is_empty(), "missing in tests/golden or different:\n{}", wrong.join("\n"));
}

/// A window manager may give a terminal any size, and 0 for an instant.
#[test]
fn every_size_can_be_drawn() {
    let output = vec!["a line".to_owned()];
    for run in [&read(&build()), &read(&ended()), &Run::default()] {
        for keys in
            [&[][..], &[Key::Char('?')], &[Key::Char('f')], &[Key::Tab], &[Key::Char('4')], &[Key::Char('e')]]
        {
            let view = pressed(keys, run.now());
            for width in (0..30).chain([79, 119, 120, 121, 300]) {
                for height in (0..16).chain([24, 59, 100]) {
                    let context = Context { output: Some(&output), ..context(Status::Live) };
                    picture(run, &view, context, (width, height));
                }
            }
        }
    }
}

/// `NO_COLOR` takes the colours away; bold and reverse stay.
#[test]
fn without_colours_no_cell_has_one() {
    let run = read(&build());
    let plain = Context { has_colours: false, ..context(Status::Live) };
    let buffer = picture(&run, &View::default(), plain, (80, 24));
    assert!(buffer.content().iter().all(|cell| cell.fg == ratatui_core::style::Color::Reset));
    assert!(buffer.content().iter().any(|cell| cell.modifier.contains(Modifier::REVERSED)));
    let coloured = picture(&run, &View::default(), context(Status::Live), (80, 24));
    assert!(coloured.content().iter().any(|cell| cell.fg != ratatui_core::style::Color::Reset));
}

/// Names, marks and command lines come from measured programs. None may write to the terminal or reorder its text.
#[test]
fn no_text_of_a_trace_acts_on_the_terminal() {
    let run = read(&hostile());
    for pane in ['1', '2', '3', '4'] {
        let evil = vec!["out\u{1b}]0;x\u{7}\u{202e}put".to_owned()];
        let context = Context { output: Some(&evil), ..context(Status::Live) };
        let shown = text(&picture(&run, &pressed(&[Key::Char(pane)], run.now()), context, (120, 40)));
        let is_bad = |c: char| c != '\n' && rprof_trace::is_hidden(c);
        assert!(!shown.chars().any(is_bad), "{shown:?}");
    }
}

/// Peak and ticks on the screen are those of the trace.
#[test]
fn the_numbers_are_those_of_the_trace() {
    let run = read(&build());
    let shown = text(&picture(&run, &View::default(), context(Status::Live), (120, 40)));
    let peak = run.peak().unwrap();
    assert!(shown.contains(&format!("peak {} {}", peak.words().value, peak.words().when)), "{shown}");
    assert!(shown.contains(&format!("{} ticks", run.ticks())), "{shown}");
    assert!(shown.contains("growth +") && shown.contains("at this rate"), "{shown}");
}
