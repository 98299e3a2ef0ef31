//! The choice of the largest of many items, which keeps the lists of a profile bounded.

use std::cmp::Reverse;
use std::collections::HashMap;

/// The places in the list by falling size. Of equal sizes the first comes first.
pub(crate) fn by_size<T, S: Ord>(list: &[T], size: impl Fn(&T) -> S) -> Vec<usize> {
    let mut order: Vec<usize> = (0..list.len()).collect();
    order.sort_by_cached_key(|at| Reverse(size(&list[*at])));
    order
}

/// Keeps the `count` largest items of a list in their order. `places` are the places of some items by their names; those
/// of dropped items are removed.
pub(crate) fn keep_largest<T, S: Ord>(
    list: &mut Vec<T>,
    places: &mut HashMap<String, usize>,
    count: usize,
    size: impl Fn(&T) -> S,
) {
    let mut keep = vec![false; list.len()];
    by_size(list, size).into_iter().take(count).for_each(|at| keep[at] = true);
    let mut next = 0;
    let new_places: Vec<Option<usize>> = keep
        .iter()
        .map(|keep| {
            next += usize::from(*keep);
            keep.then(|| next - 1)
        })
        .collect();
    places.retain(|_, at| match new_places[*at] {
        Some(place) => {
            *at = place;
            true
        }
        None => false,
    });
    let mut keep = keep.into_iter();
    list.retain(|_| keep.next().unwrap_or(true));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_stay_in_their_order_with_their_places() {
        let mut list = vec![5, 1, 9, 7, 2, 7];
        let mut places: HashMap<String, usize> = [("five", 0), ("one", 1), ("nine", 2), ("last", 5)]
            .map(|(name, at)| (name.to_owned(), at))
            .into();
        keep_largest(&mut list, &mut places, 4, |item| *item);
        assert_eq!(list, [5, 9, 7, 7]);
        let mut left: Vec<_> = places.into_iter().collect();
        left.sort();
        let wanted = [("five", 0), ("last", 3), ("nine", 1)].map(|(name, at)| (name.to_owned(), at));
        assert_eq!(left, wanted);
    }
}
