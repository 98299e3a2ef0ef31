//! Faults that a later use of the same memory has overtaken. The kernel reports no unmapping, and only some of the faults of
//! the later use are recorded.

use super::space::Touch;

/// Removes each fault that has newer ones on both sides within `reach` bytes: the page was touched anew between them.
///
/// Only a fault that stands for several can hide one that was not recorded. Memory that grows in one direction has newer faults on one side only, so it keeps all of its own.
pub fn without_stale(faults: Vec<(u64, Touch)>, reach: u64) -> Vec<(u64, Touch)> {
    let newer_on = |index: usize, neighbours: &mut dyn Iterator<Item = usize>| {
        let (page, touch) = faults[index];
        neighbours
            .take_while(|other| faults[*other].0.abs_diff(page) <= reach)
            .map(|other| &faults[other].1)
            .any(|other| other.weight > 1 && other.order > touch.order && other.node != touch.node)
    };
    let keep: Vec<bool> = (0..faults.len())
        .map(|index| {
            let stale =
                newer_on(index, &mut (0..index).rev()) && newer_on(index, &mut (index + 1..faults.len()));
            !stale
        })
        .collect();
    faults.into_iter().zip(keep).filter_map(|(fault, keep)| keep.then_some(fault)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(page: u64, order: u64, node: u32) -> (u64, Touch) {
        (page, Touch { order, node, process: 0, size: 1, weight: 16, has_stack: true })
    }

    #[test]
    fn a_second_pass_over_the_same_memory_hides_the_first() {
        let faults = vec![
            fault(0, 1, 1),
            fault(3, 11, 2),
            fault(8, 2, 1),
            fault(12, 12, 2),
            fault(16, 3, 1),
            fault(20, 13, 2),
        ];
        let left: Vec<u64> = without_stale(faults, 16).into_iter().map(|(page, _)| page).collect();
        assert_eq!(left, [0, 3, 12, 20]);
    }

    #[test]
    fn memory_that_grows_keeps_its_faults() {
        let faults: Vec<_> = (0..50).map(|page| fault(page * 8, page, page as u32 % 3)).collect();
        assert_eq!(without_stale(faults.clone(), 16), faults);
        let down: Vec<_> = (0..50).map(|page| fault(page * 8, 50 - page, page as u32 % 3)).collect();
        assert_eq!(without_stale(down.clone(), 16), down);
    }
}
