//! A pseudo-terminal with a command on it, driven by a test: keys, text, the modes of the terminal, and the picture on it.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use nix::pty::{Winsize, openpty};
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::termios::{Termios, tcgetattr};

use super::wait_for;

/// A pseudo-terminal with a command on it.
pub struct Terminal {
    keys: File,
    shown: Receiver<Vec<u8>>,
    pub text: String,
    bytes: Vec<u8>,
    pub child: Child,
    /// The modes of the terminal before the command began.
    before: Termios,
    size: (usize, usize),
}

impl Terminal {
    /// Starts a command as the leader of a session on a new pseudo-terminal whose size is not known.
    pub fn start(command: Command) -> Self {
        Self::start_sized(command, (0, 0))
    }

    /// Starts a command on a pseudo-terminal with columns and rows.
    pub fn start_sized(mut command: Command, (columns, rows): (u16, u16)) -> Self {
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        let pty = openpty(Some(&size), None).expect("a terminal");
        let before = tcgetattr(&pty.master).expect("its modes");
        let inner = || Stdio::from(pty.slave.try_clone().unwrap());
        command.stdin(inner()).stdout(inner()).stderr(inner());
        super::with_default_signals(&mut command);
        // SAFETY: setsid, setrlimit and ioctl are safe between fork and exec.
        unsafe {
            command.pre_exec(|| {
                nix::unistd::setsid()?;
                // A test that crashes the command wants no file of it.
                setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
                // The constant has half the width on macOS.
                #[allow(clippy::unnecessary_cast)]
                let request = libc::TIOCSCTTY as libc::c_ulong;
                if libc::ioctl(0, request, 0) == -1 {
                    return Err(std::io::Error::last_os_error());
                }
                Ok(())
            })
        };
        let child = command.spawn().expect("it starts");
        drop(command);
        drop(pty.slave);
        // SAFETY: dup returns a new descriptor, which nothing else owns.
        let reader = unsafe { OwnedFd::from_raw_fd(libc::dup(pty.master.as_raw_fd())) };
        let (sender, shown) = channel();
        std::thread::spawn(move || {
            let mut reader = File::from(reader);
            let mut bytes = [0; 4096];
            while let Ok(n @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..n].to_vec()).is_err() {
                    break;
                }
            }
        });
        let size = (usize::from(columns), usize::from(rows));
        Self {
            keys: File::from(pty.master),
            shown,
            text: String::new(),
            bytes: Vec::new(),
            child,
            before,
            size,
        }
    }

    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("a key");
    }

    /// Gives the terminal another size.
    pub fn resize(&mut self, (columns, rows): (u16, u16)) {
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        // SAFETY: the pointer is to a live Winsize.
        let done = unsafe { libc::ioctl(self.keys.as_raw_fd(), libc::TIOCSWINSZ, &raw const size) };
        assert_eq!(done, 0, "{}", std::io::Error::last_os_error());
        self.size = (usize::from(columns), usize::from(rows));
    }

    fn take(&mut self) {
        while let Ok(bytes) = self.shown.try_recv() {
            self.text += &String::from_utf8_lossy(&bytes);
            self.bytes.extend_from_slice(&bytes);
        }
    }

    /// Waits until the terminal shows a text, and returns all that it has shown.
    pub fn await_text(&mut self, wanted: &str) -> String {
        let what = format!("`{wanted}` on the terminal");
        wait_for(&what, || {
            self.take();
            self.text.contains(wanted)
        });
        self.text.clone()
    }

    /// Waits until the picture on the screen has a text, and returns the picture.
    pub fn await_screen(&mut self, wanted: &str) -> String {
        self.await_picture(&format!("`{wanted}` on the screen"), |screen| screen.contains(wanted))
    }

    /// Waits until the picture on the screen is one of a kind, and returns it.
    pub fn await_picture(&mut self, what: &str, is_one: impl Fn(&str) -> bool) -> String {
        let mut screen = String::new();
        wait_for(what, || {
            self.take();
            screen = picture(&String::from_utf8_lossy(&self.bytes), self.size);
            is_one(&screen)
        });
        screen
    }

    /// Waits for the end of the command and returns how it ended.
    pub fn end(&mut self) -> std::process::ExitStatus {
        let mut status = None;
        wait_for("the end of the command", || {
            self.take();
            status = self.child.try_wait().expect("a child");
            status.is_some()
        });
        // What was written last may still be on its way. The reader ends with the last program on the terminal.
        while let Ok(bytes) = self.shown.recv_timeout(std::time::Duration::from_secs(2)) {
            self.text += &String::from_utf8_lossy(&bytes);
            self.bytes.extend_from_slice(&bytes);
        }
        status.expect("an end")
    }

    /// True if the modes of the terminal are those from before the command.
    pub fn has_old_modes(&self) -> bool {
        let now = tcgetattr(&self.keys).expect("its modes");
        let flags = |modes: &Termios| {
            (
                modes.input_flags,
                modes.output_flags,
                modes.control_flags,
                modes.local_flags,
                modes.control_chars,
            )
        };
        flags(&now) == flags(&self.before)
    }

    /// True if the command has left the other screen of the terminal and shows the cursor.
    pub fn has_old_screen(&self) -> bool {
        let last = |text: &str| self.text.rfind(text);
        last("\u{1b}[?1049l") > last("\u{1b}[?1049h") && last("\u{1b}[?25h") > last("\u{1b}[?25l")
    }
}

/// The picture that rprof's own escape sequences make on a screen of this size.
fn picture(text: &str, (columns, rows): (usize, usize)) -> String {
    let mut cells = vec![vec![' '; columns]; rows];
    let (mut x, mut y) = (0, 0);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' if chars.next_if_eq(&'[').is_some() => {
                let mut words = String::new();
                let end = loop {
                    match chars.next() {
                        Some(c) if ('@'..='~').contains(&c) => break c,
                        Some(c) => words.push(c),
                        None => break ' ',
                    }
                };
                match (end, words.as_str()) {
                    ('H', _) => {
                        let mut places =
                            words.split(';').map(|place| place.parse::<usize>().unwrap_or(1) - 1);
                        (y, x) = (places.next().unwrap_or(0), places.next().unwrap_or(0));
                    }
                    ('J', "2") => cells.iter_mut().for_each(|row| row.fill(' ')),
                    _ => {}
                }
            }
            '\r' => x = 0,
            '\n' => y += 1,
            c => {
                if let Some(cell) = cells.get_mut(y).and_then(|row| row.get_mut(x)) {
                    *cell = c;
                }
                x += 1;
            }
        }
    }
    let line = |row: Vec<char>| String::from_iter(row).trim_end().to_owned() + "\n";
    cells.into_iter().map(line).collect()
}
