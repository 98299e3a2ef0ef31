//! What no tick has seen: who was born and gone between two of them, and what those who ended held after their last.

use rprof_trace::Bytes;

use super::Tree;
use super::peak_bounds::Lost;

impl Tree {
    /// How many of those born and gone since the last tick may have been of this tree: none unless some member has
    /// waited for a child since, or one was found dead.
    pub(super) fn unseen(&mut self) -> Option<u32> {
        let dead = std::mem::take(&mut self.found_dead);
        let gone = self.gone.replace(0)?;
        if gone == 0 {
            return Some(dead);
        }
        let mut waited = false;
        for member in &mut self.members {
            match member.process.child_faults() {
                Ok(faults) => waited |= std::mem::replace(&mut member.child_faults, faults) != faults,
                Err(_) => waited = true,
            }
        }
        Some(if waited { gone + dead } else { dead })
    }

    /// How many of the tree may have lived and ended unseen since the last tick, at the end of the run.
    pub fn gone(&mut self) -> Option<u32> {
        self.find();
        self.gone.map(|gone| gone + self.found_dead)
    }

    /// What the tree cannot have exceeded since the last tick, at the end of the run, when no process was ever larger
    /// than `largest`; `None` when a mark is not known.
    pub fn ceiling(&mut self, largest: Bytes) -> Option<Lost> {
        self.members.iter_mut().try_fold(self.lost, |mut lost, member| {
            let most = match (member.hwm, member.process.read()) {
                (Some(hwm), _) => member.last_words().min(largest.max(hwm)),
                // Found after the last tick: its own mark now, or it has ended and was waited for.
                (None, Ok(reading)) if !reading.dead => reading.memory.hwm?,
                (None, _) => largest,
            };
            lost.add(most);
            Some(lost)
        })
    }
}
