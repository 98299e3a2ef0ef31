//! The title of a figure, and the subtitle with the facts that it does not draw.

use rprof_trace::{PeakRemarks, Profile};

use crate::sheet::canvas::{Anchor, Canvas};
use crate::sheet::layout::{Layout, SUBTITLE, TITLE};
use crate::sheet::palette::{INK, MUTED};
use crate::sheet::text::visible;

/// The title with its line breaks: the one that the user wants, else the command of the only profile.
pub fn title(wanted: Option<&str>, single: Option<&Profile>) -> String {
    match (wanted, single) {
        (Some(title), _) => title.split('\n').map(visible).collect::<Vec<_>>().join("\n"),
        (None, Some(profile)) => visible(profile.command.trim()),
        (None, None) => String::new(),
    }
}

/// Facts about the peak that its label does not name, and the limits that are too high to be drawn.
pub fn subtitle(single: Option<&Profile>, remarks: &PeakRemarks, far_limits: &str) -> String {
    let no_tick = single.filter(|profile| profile.samples == 0 && profile.header.is_some());
    let no_tick = no_tick
        .map(|_| "no tick during the run: the kernel reports the peak, the curve is unknown".to_owned());
    let mut words = Vec::from_iter(no_tick);
    words.extend(remarks.file_sentence());
    words.extend(remarks.sentences());
    words.extend((!far_limits.is_empty()).then(|| far_limits.to_owned()));
    visible(&words.join("; "))
}

/// Draws both.
pub fn draw(canvas: &mut Canvas, layout: &Layout) {
    canvas.group("title", |canvas| {
        for (i, line) in layout.title.iter().enumerate() {
            canvas.text(line, Layout::title_at(i), Anchor::Start, TITLE, INK);
        }
    });
    canvas.group("subtitle", |canvas| {
        for (i, line) in layout.subtitle.iter().enumerate() {
            canvas.text(line, layout.subtitle_at(i), Anchor::Start, SUBTITLE, MUTED);
        }
    });
}
