//! The command lines of the members, and the execs that show by nothing else: `sh` that calls `exec sh other.sh`.
//! A command line is read once for each program, never at an ordinary tick.

use rprof_trace::{Born, Metric, Record, Seconds};

use super::Tree;
use super::member::Member;
use crate::Sink;
use crate::parse::CommandLine;
use crate::platform::Process;

/// The program of a member, as far as the trace knows it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Program {
    /// A number that an exec changes; 0 when not known.
    image: u64,
    /// The hash of its command line.
    args: u64,
    /// The number of looks for an exec that no other reading paid for.
    looks: u32,
}

/// The number of such looks of a process that come at each tick with a change, and the distance of the later ones. Most
/// programs call exec soon or never.
const FIRST_LOOKS: u32 = 16;
const LATER_LOOKS: u32 = 8;

impl Program {
    /// Reads the program of a process and its command line.
    ///
    /// The number comes first: an exec between the two readings then shows at the next tick.
    pub fn read(process: &mut Process) -> (Self, CommandLine) {
        let image = process.image();
        let line = process.command_line();
        (Self { image, args: line.fingerprint(), looks: 0 }, line)
    }

    /// True if an exec may have replaced the program of this number by that of another.
    ///
    /// The kernel gives no number while an exec is under way. If rprof found the process at such a time, its own number is 0,
    /// and any number may be that of another program.
    fn may_be_another(&self, image: u64) -> bool {
        image != 0 && image != self.image
    }

    /// True if a look is due at this tick.
    fn is_due(&mut self) -> bool {
        self.looks = self.looks.saturating_add(1);
        self.looks <= FIRST_LOOKS || self.looks.is_multiple_of(LATER_LOOKS)
    }
}

impl Member {
    /// The new command line if an exec has replaced the program and its arguments.
    ///
    /// `has_counts` is true if the bounds read the counters of each member whose memory has changed. They have the number
    /// of the program, too.
    fn new_command_line(&mut self, has_counts: bool) -> Option<CommandLine> {
        let image = if has_counts {
            self.counts().map_or(0, |counts| counts.image)
        } else if self.has_changed() && self.program.is_due() {
            self.process.image()
        } else {
            0
        };
        if !self.program.may_be_another(image) {
            return None;
        }
        let line = self.process.command_line();
        let (old, new) = (self.program.args, line.fingerprint());
        self.program = Program { image, args: new, ..self.program };
        (old != new).then_some(line)
    }

    /// Reads the program after an exec with a new name.
    pub fn read_program(&mut self) -> CommandLine {
        let (program, line) = Program::read(&mut self.process);
        self.program = program;
        line
    }

    /// The entry for a program that replaced the one before. `was` is the id until then.
    pub(super) fn born(&self, line: CommandLine, was: String) -> Born {
        let CommandLine { args, truncated: args_truncated } = line;
        let name = self.name().to_text();
        Born { pid: self.pid(), ppid: self.ppid(), name, was: Some(was), args, args_truncated }
    }
}

impl Tree {
    /// Reads the program of a process that was found, and its command line.
    pub(super) fn read_program(&self, process: &mut Process, is_dead: bool) -> (Program, CommandLine) {
        let is_read = self.args && !is_dead;
        if is_read { Program::read(process) } else { (Program::default(), CommandLine::default()) }
    }

    /// Records the command lines of members that have called exec and kept their name.
    pub(super) fn follow_execs(&mut self, time: Seconds, sink: Sink<'_>) {
        if !self.args {
            return;
        }
        let has_counts = self.is_plural() && self.metric == Metric::Rss;
        for member in &mut self.members {
            if let Some(line) = member.new_command_line(has_counts) {
                let born = member.born(line, member.id().to_owned());
                sink(&Record::Born(member.id(), time, born));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program that was born without its number kept the command line of its parent for ever, after each exec.
    #[test]
    fn a_program_whose_number_was_not_known_may_be_another() {
        let program = |image| Program { image, ..Program::default() };
        assert!(program(0).may_be_another(7));
        assert!(program(5).may_be_another(7));
        assert!(!program(7).may_be_another(7));
        assert!(!program(7).may_be_another(0), "it may not be read");
    }
}
