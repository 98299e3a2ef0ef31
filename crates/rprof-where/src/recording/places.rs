//! The stacks of faults whose own were lost: a thread that is at the same instruction with the same stack pointer as before
//! or after is most likely there by the same calls.

use std::collections::HashMap;

/// Stays at one place, and places, that are kept.
const MOST_STAYS: usize = 4096;
const MOST_PLACES: usize = 1 << 16;

/// Process and thread, program counter and stack pointer.
pub type Place = (u32, u32, u64, u64);

/// A time during which all faults at a place had one stack.
#[derive(Debug, Clone, Copy)]
struct Stay {
    first: u64,
    last: u64,
    node: u32,
}

/// The stacks at each place, in the order of time.
#[derive(Debug, Default)]
pub struct Places {
    stays: HashMap<Place, Vec<Stay>>,
}

impl Places {
    /// Adds a fault with its stack; no earlier one is added later.
    pub fn add(&mut self, place: Place, time: u64, node: u32) {
        if self.stays.len() >= MOST_PLACES && !self.stays.contains_key(&place) {
            self.stays.clear();
        }
        let stays = self.stays.entry(place).or_default();
        match stays.last_mut() {
            Some(last) if last.node == node => last.last = time,
            _ => stays.push(Stay { first: time, last: time, node }),
        }
        if stays.len() > MOST_STAYS {
            stays.drain(..MOST_STAYS / 2);
        }
    }

    /// The stack that a fault at a place most likely had; 0 if no stack of this place is known.
    pub fn stack_at(&self, place: &Place, time: u64) -> u32 {
        let stays = self.stays.get(place).map_or(&[][..], Vec::as_slice);
        let later = stays.partition_point(|stay| stay.first <= time);
        let before = later.checked_sub(1).and_then(|at| stays.get(at));
        let after = stays.get(later);
        match (before, after) {
            (Some(before), Some(after)) => {
                let is_nearer = time.saturating_sub(before.last) <= after.first - time;
                if is_nearer { before.node } else { after.node }
            }
            (Some(only), None) | (None, Some(only)) => only.node,
            (None, None) => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Place = (1, 1, 0x1000, 0x7000);

    #[test]
    fn the_nearest_stack_of_the_same_place_counts() {
        let mut places = Places::default();
        for (time, node) in [(10, 1), (20, 1), (30, 2), (40, 2)] {
            places.add(HERE, time, node);
        }
        let stacks: Vec<_> = [5, 15, 24, 26, 35, 90].map(|time| places.stack_at(&HERE, time)).to_vec();
        assert_eq!(stacks, [1, 1, 1, 2, 2, 2]);
        assert_eq!(places.stack_at(&(1, 2, 0x1000, 0x7000), 15), 0, "another thread");
        assert_eq!(places.stack_at(&(1, 1, 0x1000, 0x7008), 15), 0, "another depth");
    }

    #[test]
    fn calls_that_alternate_take_bounded_memory() {
        let mut places = Places::default();
        for time in 0..50_000 {
            places.add(HERE, time, time as u32 % 2 + 1);
            places.add((1, 1, time, 0), time, 1);
        }
        assert!(places.stays[&HERE].len() <= MOST_STAYS && places.stays.len() <= MOST_PLACES);
    }
}
