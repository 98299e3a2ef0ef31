//! Process ids of the trace: `pid:name`, each used for one process only.
//! Their memory grows with the number of pids that the kernel has, not with the length of the run.

use std::collections::HashMap;

use crate::parse::CommandName;

/// The number of pids whose uses are counted in one block.
const BLOCK: u32 = 1024;

/// The number of processes of the tree that have had each pid so far.
#[derive(Debug, Default)]
pub struct ProcessIds(HashMap<u32, Box<[u16; BLOCK as usize]>>);

/// The id of one process. An exec changes it.
#[derive(Debug)]
pub struct ProcessId {
    text: String,
    /// The number of processes that have had this pid, with this one.
    uses: u16,
    /// The names that this process has had, and how often.
    names: Vec<(String, u32)>,
}

impl ProcessIds {
    /// The id of a new process; it ends in `#2`, `#3`, … when the kernel reused its pid.
    pub fn assign(&mut self, pid: u32, name: &CommandName) -> ProcessId {
        let block = self.0.entry(pid / BLOCK).or_insert_with(|| Box::new([0; BLOCK as usize]));
        let uses = &mut block[(pid % BLOCK) as usize];
        *uses = uses.saturating_add(1);
        let mut id = ProcessId { text: String::new(), uses: *uses, names: Vec::new() };
        id.rename(pid, name);
        id
    }
}

impl ProcessId {
    /// The id in the trace.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The id in the trace, when the process has ended.
    pub fn into_text(self) -> String {
        self.text
    }

    /// Gives the process another id after an exec, and returns the old one. A name that it had before gets `#1.2`.
    pub fn rename(&mut self, pid: u32, name: &CommandName) -> String {
        // An id is one field of a line, so it must not contain white space.
        let name = name.to_text();
        let name: String =
            name.chars().map(|c| if c.is_whitespace() || c.is_control() { '_' } else { c }).collect();
        let at = self.names.iter().position(|(earlier, _)| *earlier == name).unwrap_or(self.names.len());
        if at == self.names.len() {
            self.names.push((name, 0));
        }
        let (name, times) = &mut self.names[at];
        *times += 1;
        let suffix = match (self.uses, *times) {
            // A name may itself end in what looks like a suffix.
            (1, 1) if !name.contains('#') => String::new(),
            (uses, 1) => format!("#{uses}"),
            (uses, times) => format!("#{uses}.{times}"),
        };
        let text = format!("{pid}:{name}{suffix}");
        std::mem::replace(&mut self.text, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> CommandName {
        CommandName::new(text.as_bytes())
    }

    #[test]
    fn an_id_is_one_field_and_is_used_once() {
        let mut ids = ProcessIds::default();
        assert_eq!(ids.assign(7, &CommandName::new(b"a b\n\xff")).text(), "7:a_b_\u{fffd}");
        assert_eq!(ids.assign(7, &name("sh")).text(), "7:sh#2");
        assert_eq!(ids.assign(7 + BLOCK, &name("sh")).text(), "1031:sh");
        assert_eq!(ids.assign(7, &name("sh")).text(), "7:sh#3");
    }

    /// A script that calls exec goes back and forth between two programs.
    #[test]
    fn a_name_that_a_process_had_before_is_a_new_id() {
        let mut ids = ProcessIds::default();
        let mut id = ids.assign(7, &name("sh"));
        assert_eq!((id.rename(7, &name("make")), id.text()), ("7:sh".to_owned(), "7:make"));
        assert_eq!((id.rename(7, &name("sh")), id.text()), ("7:make".to_owned(), "7:sh#1.2"));
        let mut next = ids.assign(7, &name("sh"));
        assert_eq!(next.text(), "7:sh#2");
        next.rename(7, &name("sh"));
        assert_eq!(next.text(), "7:sh#2.2");
    }

    #[test]
    fn a_name_cannot_look_like_a_suffix() {
        let mut ids = ProcessIds::default();
        assert_eq!(ids.assign(7, &name("sh#2")).text(), "7:sh#2#1");
        assert_eq!(ids.assign(7, &name("sh")).text(), "7:sh#2");
    }
}
