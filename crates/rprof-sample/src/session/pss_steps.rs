//! The bounds of PSS at the times between two rounds, in constant space.

use rprof_trace::Bytes;

/// The largest number of steps between two rounds. Later ones are merged.
const MAX_STEPS: usize = 16;

/// The bounds of a time that is over.
#[derive(Debug, Clone, Copy, Default)]
pub struct Step {
    /// The bound by RSS and by the round before.
    pub before: Bytes,
    /// The most that PSS may have lost from some instant of this time to the look that ends it.
    pub lost: Bytes,
    /// The memory given back from the last round to that look.
    pub then: Bytes,
}

/// The steps since the last round, each larger than all before it.
#[derive(Debug, Default)]
pub struct PssSteps {
    steps: [Step; MAX_STEPS],
    count: usize,
}

impl PssSteps {
    /// The largest bound of the steps, which are then forgotten.
    pub fn close(&mut self, bound: impl Fn(&Step) -> Bytes) -> Bytes {
        let steps = &self.steps[..std::mem::take(&mut self.count)];
        steps.iter().map(bound).max().unwrap_or_default()
    }

    /// Keeps a step. An earlier step loses at least as much until the next round, so a later step that is no higher adds
    /// nothing.
    pub fn push(&mut self, step: Step) {
        let is_full = self.count == MAX_STEPS;
        match self.steps[..self.count].last_mut() {
            Some(last) if step.before <= last.before && step.lost <= last.lost => {}
            Some(last) if is_full => {
                last.before = last.before.max(step.before);
                last.lost = last.lost.max(step.lost);
            }
            _ => {
                self.steps[self.count] = step;
                self.count += 1;
            }
        }
    }
}
