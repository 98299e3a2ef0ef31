//! The live view on a terminal: reads records and keys in turn, and draws. The state and the pictures are those of the crate
//! `rprof-watch`.

mod keys;
pub mod recording;
mod replay;
mod screen;
mod source;
mod tail;

use std::path::Path;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rprof_plot::Glyphs;
use rprof_trace::{Bytes, Seconds, Warnings};
use rprof_watch::{Action, Context, Key, Run, Status, View};

use recording::Recording;
use replay::Replay;
use screen::Screen;
pub use screen::must_be_possible;
use source::{Progress, Source};
use tail::Tail;

/// The time between two pictures.
const FRAME: Duration = Duration::from_millis(100);
/// The time between two pictures of a replay, which moves more.
const REPLAY_FRAME: Duration = Duration::from_millis(40);
/// The longest time for reading between two looks at the keys.
const READING: Duration = Duration::from_millis(40);
/// A recording that is silent for this many intervals, and this many seconds, is reported.
const SILENT_INTERVALS: f64 = 5.0;
const SILENT: f64 = 3.0;

/// The options of a view.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The speed of a replay; `None` to follow.
    pub speed: Option<f64>,
    /// A limit to show.
    pub limit: Option<Bytes>,
    /// Leave when the run has ended.
    pub leaves_at_end: bool,
    /// The characters of the curve.
    pub glyphs: Glyphs,
    /// True if colours are wanted.
    pub has_colours: bool,
}

/// The state after the view.
pub struct Left {
    /// The run as far as it was read.
    pub run: Run,
    /// The faults of the trace.
    pub warnings: Warnings,
}

/// Shows a trace until the user leaves.
///
/// # Errors
/// When the terminal cannot be drawn on, or the trace cannot be read.
pub fn show(trace: &Path, recording: Option<&mut Recording>, options: &Options) -> anyhow::Result<Left> {
    let mut source = Source::open(trace)?;
    let mut run = Run::default();
    // A file that is no trace is reported before the screen is cleared.
    source.read(&mut run, Seconds(0.0), Duration::ZERO)?;
    let output = Tail::open(&recording::output_of(trace));
    // Signals to end go to the command, as `rprof run` passes them on. A terminal that is gone only ends the view.
    let kept = [Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTERM, Signal::SIGUSR1, Signal::SIGUSR2]
        .map(|signal| signal as i32);
    let kept = if recording.is_some() { &kept[..] } else { &[] };
    let mut screen = Screen::enter(kept)?;
    let view = View::new(output.is_some());
    let replay = options.speed.map(Replay::new);
    let name = trace.to_string_lossy().into_owned();
    let mut watcher = Watcher {
        source,
        run,
        view,
        recording,
        replay,
        output,
        options,
        name,
        message: None,
        is_over: false,
        is_ending: false,
    };
    watcher.watch(&mut screen)?;
    drop(screen);
    let warnings = watcher.source.warnings();
    Ok(Left { run: watcher.run, warnings })
}

/// All that the view follows.
struct Watcher<'a> {
    source: Source,
    run: Run,
    view: View,
    recording: Option<&'a mut Recording>,
    replay: Option<Replay>,
    output: Option<Tail>,
    options: &'a Options,
    name: String,
    message: Option<String>,
    /// True if no more records will come.
    is_over: bool,
    /// True if SIGTERM was passed on to the recording.
    is_ending: bool,
}

/// The next step of the loop.
#[derive(PartialEq, Eq)]
enum Next {
    Stay,
    Leave,
}

impl Watcher<'_> {
    fn watch(&mut self, screen: &mut Screen) -> anyhow::Result<()> {
        let frame = if self.replay.is_some() { REPLAY_FRAME } else { FRAME };
        let (mut drawn, mut is_dirty) = (None::<Instant>, true);
        let mut status = Status::Waiting;
        loop {
            let (has_more, has_news) = self.read()?;
            is_dirty |= has_news;
            let is_due = drawn.is_none_or(|drawn| drawn.elapsed() >= frame);
            let now = self.status(has_more);
            if is_due && (is_dirty || screen.has_changed() || words_differ(&status, &now)) {
                status = now;
                self.draw(screen, status)?;
                (drawn, is_dirty) = (Some(Instant::now()), false);
            }
            let is_lost = self.is_over && self.run.is_empty() && !Path::new(&self.name).exists();
            if is_lost || self.options.leaves_at_end && self.is_over && !is_dirty {
                return Ok(());
            }
            let wait = match drawn {
                _ if has_more || is_dirty && drawn.is_none() => Duration::ZERO,
                Some(drawn) if drawn.elapsed() < frame => frame.saturating_sub(drawn.elapsed()),
                _ => frame,
            };
            let Some(keys) = screen.keys(wait) else { return Ok(()) };
            for key in keys {
                // A key is answered at once.
                (is_dirty, drawn) = (true, None);
                if self.press(key, screen)? == Next::Leave {
                    return Ok(());
                }
            }
            if self.take_signals() == Next::Leave {
                return Ok(());
            }
        }
    }

    /// Reads what has arrived: whether there is more, and whether there was anything.
    fn read(&mut self) -> anyhow::Result<(bool, bool)> {
        let mut has_news = self.output.as_mut().is_some_and(Tail::read);
        if let Some(replay) = &mut self.replay {
            replay.pause(self.view.is_paused);
        } else if self.view.is_paused {
            return Ok((false, has_news));
        }
        // Before the end of the recording is looked for, so that its last records are read after it.
        let has_ended = self.recording.as_mut().is_none_or(|recording| recording.end().is_some());
        let until = self.replay.as_ref().map_or(Seconds(f64::INFINITY), Replay::time);
        if self.replay.is_some() && !self.run.is_empty() && self.run.now() >= until {
            return Ok((false, has_news));
        }
        let (count, progress) = self.source.read(&mut self.run, until, READING)?;
        has_news |= count > 0;
        if progress == Progress::Anew {
            self.run = Run::default();
            self.message = Some("the trace was replaced; this is the new one".to_owned());
        }
        let is_at_end = progress == Progress::AtEnd;
        let was_over = self.is_over;
        let is_finished =
            self.run.end().is_some() || self.replay.is_some() || self.source.silence().is_none();
        self.is_over = is_at_end && has_ended && (is_finished || self.recording.is_some());
        let has_more = progress != Progress::AtEnd && (self.replay.is_none() || self.run.now() < until);
        Ok((has_more, has_news || was_over != self.is_over))
    }

    fn status(&mut self, has_more: bool) -> Status {
        if self.is_over {
            return Status::Ended;
        }
        if let Some(replay) = &self.replay {
            return Status::Replay(replay.speed());
        }
        if has_more {
            return Status::Reading(self.source.share());
        }
        if self.run.is_empty() {
            return Status::Waiting;
        }
        let silence = self.source.silence().unwrap_or_default();
        let expected = (self.run.interval().0 * SILENT_INTERVALS).max(SILENT);
        if silence.0 > expected { Status::Silent(silence) } else { Status::Live }
    }

    fn draw(&mut self, screen: &mut Screen, status: Status) -> anyhow::Result<()> {
        let lines = self.output.as_ref().map(Tail::lines);
        let context = Context {
            trace: &self.name,
            status,
            output: lines.as_deref(),
            limit: self.options.limit,
            message: self.message.as_deref(),
            has_colours: self.options.has_colours,
            glyphs: self.options.glyphs,
        };
        Ok(screen.draw(|buffer| rprof_watch::draw(buffer, &self.run, &self.view, context))?)
    }

    fn press(&mut self, key: Key, screen: &mut Screen) -> anyhow::Result<Next> {
        self.message = None;
        // For the test of a panic.
        assert!(!(cfg!(debug_assertions) && key == Key::Ctrl('p')), "a test pressed Ctrl-P");
        match self.view.press(key, self.run.now()) {
            Action::Draw => {}
            Action::Quit => return Ok(Next::Leave),
            Action::Interrupt => return Ok(self.interrupt()),
            Action::Suspend => _ = kill(Pid::this(), Signal::SIGTSTP),
            Action::Redraw => screen.forget(),
            Action::Restart => self.restart()?,
            Action::Faster => self.change_speed(2.0),
            Action::Slower => self.change_speed(0.5),
        }
        Ok(Next::Stay)
    }

    /// Ctrl-C interrupts what is recorded, as it does without a view. Without a recording it leaves.
    fn interrupt(&mut self) -> Next {
        let Some(recording) = &mut self.recording else { return Next::Leave };
        if recording.end().is_some() {
            return Next::Leave;
        }
        recording.signal(Signal::SIGINT as i32);
        self.message = Some("interrupted; q leaves the view".to_owned());
        Next::Stay
    }

    /// Passes signals on to the recording. SIGTERM also ends the view, after the recording.
    fn take_signals(&mut self) -> Next {
        while let Some(number) = rprof_sample::FullScreen::arrived() {
            let Some(recording) = &mut self.recording else { return Next::Leave };
            recording.signal(number);
            // The command may take its time to end, and the view shows it until then.
            self.is_ending |= number == Signal::SIGTERM as i32;
            self.view.is_paused &= !self.is_ending;
        }
        let has_ended = self.recording.as_mut().is_some_and(|recording| recording.end().is_some());
        if self.is_ending && has_ended && self.is_over { Next::Leave } else { Next::Stay }
    }

    fn restart(&mut self) -> anyhow::Result<()> {
        let Some(replay) = &mut self.replay else {
            self.message = Some("only a replay starts again: --replay".to_owned());
            return Ok(());
        };
        replay.restart();
        self.source.restart()?;
        self.run = Run::default();
        self.is_over = false;
        Ok(())
    }

    fn change_speed(&mut self, times: f64) {
        match &mut self.replay {
            Some(replay) => replay.change(times),
            None => self.message = Some("only a replay has a speed: --replay".to_owned()),
        }
    }
}

/// True if two states are shown differently though no record has arrived.
fn words_differ(one: &Status, other: &Status) -> bool {
    match (one, other) {
        (Status::Silent(a), Status::Silent(b)) => a.0 as u64 != b.0 as u64,
        _ => one != other,
    }
}
