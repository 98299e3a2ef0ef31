//! Process ids of the trace: `pid:name`, each used for one process only.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::parse::CommandName;

/// The ids that are in use. It stores a hash of 8 bytes for each, so that a run of any length stays small.
#[derive(Debug, Default)]
pub struct ProcessIds(HashSet<u64>);

impl ProcessIds {
    /// A new id for a process with this pid and name; it ends in `#2`, `#3`, … when the kernel reused both.
    pub fn assign(&mut self, pid: u32, name: &CommandName) -> String {
        // An id is one field of a line, so it must not contain white space.
        let name: String = name
            .to_text()
            .chars()
            .map(|c| if c.is_whitespace() || c.is_control() { '_' } else { c })
            .collect();
        let base = format!("{pid}:{name}");
        let mut id = base.clone();
        for n in 2.. {
            let mut hasher = DefaultHasher::new();
            id.hash(&mut hasher);
            if self.0.insert(hasher.finish()) {
                break;
            }
            id = format!("{base}#{n}");
        }
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_one_field_and_is_used_once() {
        let mut ids = ProcessIds::default();
        assert_eq!(ids.assign(7, &CommandName::new(b"a b\n\xff")), "7:a_b_\u{fffd}");
        assert_eq!(ids.assign(7, &CommandName::new(b"sh")), "7:sh");
        assert_eq!(ids.assign(7, &CommandName::new(b"sh")), "7:sh#2");
        assert_eq!(ids.assign(7, &CommandName::new(b"sh")), "7:sh#3");
    }
}
