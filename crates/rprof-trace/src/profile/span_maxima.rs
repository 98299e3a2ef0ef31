//! The largest value of a run since each of its spans began, for all spans at once.

use std::collections::BTreeMap;

use crate::units::Bytes;

/// The largest value since the begin of each span, by the span's number in the order of begin.
///
/// Updating every open span at every tick would cost ticks × spans. Instead one list holds the maxima of all spans. A span
/// that began later never has a larger maximum, so the maxima fall in the order of begin. A new value replaces all smaller
/// maxima at the end of the list by one entry. The list is a map, because a proven peak changes entries in the middle.
#[derive(Debug, Clone, Default)]
pub(crate) struct SpanMaxima {
    /// For spans from this number on, up to the number of the next entry: the largest value since they began. Numbers
    /// rise and values fall along the list.
    list: BTreeMap<usize, Option<Bytes>>,
    /// Number of spans that have begun.
    begun: usize,
}

impl SpanMaxima {
    /// A span begins. Returns its number.
    pub fn begin(&mut self) -> usize {
        if self.list.last_key_value().is_none_or(|(_, largest)| largest.is_some()) {
            self.list.insert(self.begun, None);
        }
        self.begun += 1;
        self.begun - 1
    }

    /// Raises the maximum of every span that has begun to at least this value.
    pub fn raise(&mut self, value: Bytes) {
        // At most ticks no span has a smaller maximum.
        if self.list.last_key_value().is_some_and(|(_, largest)| *largest <= Some(value)) {
            self.raise_entries(usize::MAX, value);
        }
    }

    /// Raises the maximum of the first `count` spans only.
    pub fn raise_first(&mut self, count: usize, value: Bytes) {
        let next = self.list.range(count..).next().map_or(self.begun, |(first, _)| *first);
        // The last entry before the limit may cover spans on both sides of it.
        if next > count
            && let Some((_, largest)) = self.list.range(..count).next_back()
            && *largest <= Some(value)
        {
            let largest = *largest;
            self.list.insert(count, largest);
        }
        self.raise_entries(count, value);
    }

    /// Joins the entries below `limit` that are not larger than a value to one with that value.
    fn raise_entries(&mut self, limit: usize, value: Bytes) {
        loop {
            let mut entries = self.list.range_mut(..limit).rev();
            let Some((first, largest)) = entries.next() else { return };
            if *largest > Some(value) {
                return;
            }
            if entries.next().is_none_or(|(_, before)| *before > Some(value)) {
                *largest = Some(value);
                return;
            }
            let first = *first;
            self.list.remove(&first);
        }
    }

    /// The largest value since the span of this number began.
    pub fn largest(&self, number: usize) -> Option<Bytes> {
        self.list.range(..=number).next_back().and_then(|(_, largest)| *largest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list of one maximum for each span gives the same answers, for any order of calls.
    #[test]
    fn the_maxima_are_those_of_a_plain_list() {
        let mut random = 1_u64;
        let mut next = |limit: u64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) % limit
        };
        for _ in 0..300 {
            let (mut maxima, mut plain) = (SpanMaxima::default(), Vec::<Option<Bytes>>::new());
            for _ in 0..60 {
                let value = Bytes(next(9));
                match next(3) {
                    0 => {
                        assert_eq!(maxima.begin(), plain.len());
                        plain.push(None);
                    }
                    1 => {
                        maxima.raise(value);
                        plain.iter_mut().for_each(|own| *own = (*own).max(Some(value)));
                    }
                    _ => {
                        let count = usize::try_from(next(plain.len() as u64 + 1)).expect("a small number");
                        maxima.raise_first(count, value);
                        plain[..count].iter_mut().for_each(|own| *own = (*own).max(Some(value)));
                    }
                }
                let found: Vec<_> = (0..plain.len()).map(|number| maxima.largest(number)).collect();
                assert_eq!(found, plain);
            }
        }
    }
}
