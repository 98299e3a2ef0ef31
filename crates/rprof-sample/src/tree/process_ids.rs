//! The words processes have in the trace: `pid:name`, and never one word for two processes.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::parse::proc::Name;

/// The words given out. It keeps a hash of each, 8 bytes, so that a run of any length stays small.
#[derive(Debug, Default)]
pub struct Names(HashSet<u64>);

impl Names {
    /// A new word for a process of this pid and name; with `#2`, `#3` … when a pid was used again for the same name.
    pub fn give(&mut self, pid: u32, name: &Name) -> String {
        let name: String = name
            .to_text()
            .chars()
            .map(|c| if c.is_whitespace() || c.is_control() { '_' } else { c })
            .collect();
        let word = format!("{pid}:{name}");
        let mut id = word.clone();
        for n in 2.. {
            let mut hasher = DefaultHasher::new();
            id.hash(&mut hasher);
            if self.0.insert(hasher.finish()) {
                break;
            }
            id = format!("{word}#{n}");
        }
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_one_word_and_given_once() {
        let mut names = Names::default();
        assert_eq!(names.give(7, &Name::new(b"a b\n\xff")), "7:a_b_\u{fffd}");
        assert_eq!(names.give(7, &Name::new(b"sh")), "7:sh");
        assert_eq!(names.give(7, &Name::new(b"sh")), "7:sh#2");
        assert_eq!(names.give(7, &Name::new(b"sh")), "7:sh#3");
    }
}
