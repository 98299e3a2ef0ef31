//! The processes of a run in order of their memory, and their groups by name of the program.

use std::cmp::Reverse;
use std::collections::HashMap;

use rprof_trace::{Bytes, ProcessLife, Profile, Seconds};

use crate::targets::target;

/// The order of processes or groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// By peak, the largest first.
    #[default]
    Peak,
    /// By the part of the tree's peak, the largest first.
    AtPeak,
    /// By start, the first one first.
    Start,
}

/// A process of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<'a> {
    /// Its life.
    pub life: &'a ProcessLife,
    /// The file that a compiler or linker works on; `None` for any other program.
    pub target: Option<String>,
}

/// All processes that ran programs of one name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Group<'a> {
    /// The name of the program.
    pub name: &'a str,
    /// The number of processes.
    pub count: u64,
    /// The largest peak of one of them; `None` if none was measured.
    pub largest: Option<Bytes>,
    /// Their sum at the tree's peak; `None` if it is unknown.
    pub at_peak: Option<Bytes>,
    /// The start of the first one.
    pub start: Seconds,
}

/// The processes of a run. Equal ones stay in the order of their appearance.
///
/// The profile must have been read with [`lives`](rprof_trace::ProfileOptions::lives).
pub fn rows(profile: &Profile, order: Order) -> Vec<Row<'_>> {
    let mut lives: Vec<&ProcessLife> = profile.lives.iter().collect();
    match order {
        Order::Peak => lives.sort_by_key(|life| Reverse(life.peak)),
        Order::AtPeak => lives.sort_by_key(|life| Reverse((life.at_peak, life.peak))),
        Order::Start => lives.sort_by(|a, b| a.start.0.total_cmp(&b.start.0)),
    }
    lives.into_iter().map(|life| Row { life, target: target(&life.name, &life.args) }).collect()
}

/// The groups of a run.
pub fn groups(profile: &Profile, order: Order) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for life in &profile.lives {
        let at = *places.entry(&life.name).or_insert_with(|| {
            groups.push(Group { name: &life.name, start: life.start, ..Group::default() });
            groups.len() - 1
        });
        let group = &mut groups[at];
        group.count += 1;
        group.largest = group.largest.max(life.peak);
        group.at_peak = match (group.at_peak, life.at_peak) {
            (Some(sum), Some(more)) => Some(sum.plus(more)),
            (sum, more) => sum.or(more),
        };
    }
    match order {
        Order::Peak => groups.sort_by_key(|group| Reverse(group.largest)),
        Order::AtPeak => groups.sort_by_key(|group| Reverse((group.at_peak, group.largest))),
        Order::Start => groups.sort_by(|a, b| a.start.0.total_cmp(&b.start.0)),
    }
    groups
}

/// The number of processes that had ended before they could be measured.
pub fn unmeasured(profile: &Profile) -> usize {
    profile.lives.iter().filter(|life| life.peak.is_none()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn life(name: &str, start: f64, peak: Option<u64>, at_peak: u64) -> ProcessLife {
        ProcessLife {
            name: name.to_owned(),
            start: Seconds(start),
            peak: peak.map(Bytes),
            at_peak: Some(Bytes(at_peak)),
            ..ProcessLife::default()
        }
    }

    fn profile() -> Profile {
        let lives = vec![
            life("make", 0.0, Some(3), 3),
            life("cc1", 1.0, Some(50), 10),
            life("ld", 3.0, None, 0),
            life("cc1", 2.0, Some(40), 40),
            life("as", 0.5, Some(3), 0),
        ];
        Profile { lives, ..Profile::default() }
    }

    #[test]
    fn processes_are_in_the_order_that_is_asked_for() {
        let profile = profile();
        let starts = |order| rows(&profile, order).iter().map(|row| row.life.start.0).collect::<Vec<_>>();
        assert_eq!(starts(Order::Peak), [1.0, 2.0, 0.0, 0.5, 3.0]);
        assert_eq!(starts(Order::AtPeak), [2.0, 1.0, 0.0, 0.5, 3.0]);
        assert_eq!(starts(Order::Start), [0.0, 0.5, 1.0, 2.0, 3.0]);
        assert_eq!(unmeasured(&profile), 1);
    }

    #[test]
    fn a_group_has_the_largest_process_and_the_sum_at_the_peak() {
        let profile = profile();
        let all = groups(&profile, Order::Peak);
        let names: Vec<_> = all.iter().map(|group| group.name).collect();
        assert_eq!(names, ["cc1", "make", "as", "ld"]);
        assert_eq!((all[0].count, all[0].largest, all[0].at_peak), (2, Some(Bytes(50)), Some(Bytes(50))));
        assert_eq!(all[3].largest, None);
        assert_eq!(groups(&profile, Order::Start)[1].name, "as");
    }
}
