//! The difference of two groups of runs: change of the median, its 95 % interval, a test, and a verdict.

use super::ALPHA;
use super::description::{Description, median};
use super::power::detectable_deviations;
use super::rank_test::{critical, p_value};

/// The smallest number of runs in each of two equal groups that can show a difference. Three against three are ordered
/// in one of twenty ways, so that even complete separation has a probability of 10 % without any difference.
pub const FEWEST_RUNS: usize = 4;

/// The finding about the other group against the reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The other is smaller.
    Smaller,
    /// The other is larger.
    Larger,
    /// No difference can be seen. `Difference::detectable` says which one would have been.
    NotSeen,
}

/// The difference of two groups of runs. All values are fractions of the reference: 0.05 is 5 % more.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// Median of the other divided by median of the reference, minus 1. Infinite if only the reference is 0.
    pub change: f64,
    /// Lower end of the 95 % interval of the change; -1 if there are too few runs for an interval.
    pub low: f64,
    /// Upper end of that interval; infinite if there are too few runs for an interval.
    pub high: f64,
    /// Two-sided p-value of the Mann-Whitney test.
    pub p: f64,
    /// The smallest change that this many runs with this spread show with 80 % probability: 0 without spread. `None` if
    /// this many runs never show one.
    pub detectable: Option<f64>,
    /// The finding at a level of 5 %.
    pub verdict: Verdict,
}

impl Difference {
    /// Compares two groups; `None` if either is empty, or if a value is negative or not finite.
    ///
    /// The interval is that of Hodges and Lehmann for a shift, on the scale of ratios: two order statistics of the ratios of
    /// all pairs of runs (Hollander and Wolfe, Nonparametric Statistical Methods, 4.3). It assumes no distribution, is
    /// exact for few runs, and excludes 0 where the Mann-Whitney test finds a difference, except with ties.
    pub fn between(reference: &[f64], other: &[f64]) -> Option<Self> {
        let is_amount = |value: &f64| value.is_finite() && *value >= 0.0;
        if reference.is_empty() || other.is_empty() || !reference.iter().chain(other).all(is_amount) {
            return None;
        }
        let change = ratio(median(reference), median(other)) - 1.0;
        let p = p_value(reference, other);
        let (mut low, mut high) = (-1.0, f64::INFINITY);
        let critical = critical(reference.len(), other.len());
        if let Some(critical) = critical {
            let ratios = Ratios::new(reference, other);
            let pairs = reference.len() * other.len();
            // The ratio of the medians may lie outside if a group has two centres.
            low = (ratios.smallest(pairs + 1 - critical) - 1.0).min(change);
            high = (ratios.smallest(critical) - 1.0).max(change);
        }
        let verdict = match change {
            _ if p > ALPHA || critical.is_none() => Verdict::NotSeen,
            c if c > 0.0 => Verdict::Larger,
            c if c < 0.0 => Verdict::Smaller,
            _ => Verdict::NotSeen,
        };
        let detectable = critical.and_then(|_| detectable(reference, other));
        Some(Self { change, low, high, p, detectable, verdict })
    }
}

/// Nothing against nothing is no change; anything against nothing is infinitely more.
fn ratio(reference: f64, other: f64) -> f64 {
    if reference > 0.0 {
        other / reference
    } else if other > 0.0 {
        f64::INFINITY
    } else {
        1.0
    }
}

/// The ratios of all pairs, in an order that is searched without writing them down: 5000 runs a side have 25 million.
struct Ratios {
    reference: Vec<f64>,
    other: Vec<f64>,
}

impl Ratios {
    fn new(reference: &[f64], other: &[f64]) -> Self {
        let sorted = |values: &[f64]| {
            let mut values = values.to_vec();
            values.sort_by(f64::total_cmp);
            values
        };
        Self { reference: sorted(reference), other: sorted(other) }
    }

    /// The ratio with this rank among all, counted from 1.
    fn smallest(&self, rank: usize) -> f64 {
        // The bits of numbers that are not negative have the order of the numbers: a search over them is exact.
        let (mut low, mut high) = (0, f64::INFINITY.to_bits());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.at_most(f64::from_bits(middle)) >= rank {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        f64::from_bits(low)
    }

    /// The number of pairs with at most this ratio. The larger the other, the larger its reference must be.
    fn at_most(&self, limit: f64) -> usize {
        let mut from = 0;
        let count = |other: &f64| {
            while self.reference.get(from).is_some_and(|reference| ratio(*reference, *other) > limit) {
                from += 1;
            }
            self.reference.len() - from
        };
        self.other.iter().map(count).sum()
    }
}

/// The smallest relative difference that can be shown, from the spread of both groups about their own medians.
fn detectable(reference: &[f64], other: &[f64]) -> Option<f64> {
    let mut squares = 0.0;
    for values in [reference, other] {
        let Description { median, mean, stddev, max, .. } = Description::of(values)?;
        if max > 0.0 {
            // About the mean, so that the divisor below is right; relative to the median, as the change is.
            let relative = stddev.unwrap_or(0.0) / if median > 0.0 { median } else { mean };
            squares += relative.powi(2) * (values.len() - 1) as f64;
        }
    }
    let freedom = (reference.len() + other.len() - 2) as f64;
    let spread = (squares / freedom).sqrt();
    detectable_deviations(reference.len(), other.len()).map(|deviations| deviations * spread)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn between(reference: &[f64], other: &[f64]) -> Difference {
        Difference::between(reference, other).expect("values")
    }

    /// The interval of the logarithms is that of R's `wilcox.test(log(y), log(x), conf.int = TRUE)`: for 4 against 4 from
    /// the smallest to the largest of the 16 pairs, a level of 97.1 %.
    #[test]
    fn the_interval_of_few_runs_spans_all_pairs() {
        let found = between(&[100.0, 101.0, 102.0, 104.0], &[110.0, 112.0, 113.0, 115.0]);
        assert!((found.change - (112.5 / 101.5 - 1.0)).abs() < 1e-12);
        assert!((found.low - (110.0 / 104.0 - 1.0)).abs() < 1e-12);
        assert!((found.high - 0.15).abs() < 1e-12);
        assert_eq!(found.verdict, Verdict::Larger);
        let back = between(&[110.0, 112.0, 113.0, 115.0], &[100.0, 101.0, 102.0, 104.0]);
        assert_eq!(back.verdict, Verdict::Smaller);
    }

    #[test]
    fn equal_runs_that_differ_between_the_groups_are_a_difference_without_uncertainty() {
        let found = between(&[300.0; 5], &[330.0; 5]);
        assert!([found.change, found.low, found.high].iter().all(|change| (change - 0.1).abs() < 1e-12));
        assert_eq!((found.detectable, found.verdict), (Some(0.0), Verdict::Larger));
        let same = between(&[300.0; 5], &[300.0; 5]);
        assert_eq!((same.change, same.low, same.high, same.p), (0.0, 0.0, 0.0, 1.0));
        assert_eq!(same.verdict, Verdict::NotSeen);
    }

    #[test]
    fn three_runs_a_side_show_nothing_and_say_so() {
        let found = between(&[300.0, 301.0, 302.0], &[600.0, 601.0, 602.0]);
        assert!((found.p - 0.1).abs() < 1e-12 && found.change > 0.99);
        assert_eq!((found.low, found.high, found.detectable), (-1.0, f64::INFINITY, None));
        assert_eq!(found.verdict, Verdict::NotSeen);
        assert_ne!(between(&[1.0; FEWEST_RUNS], &[2.0; FEWEST_RUNS]).verdict, Verdict::NotSeen);
        assert_eq!(between(&[1.0; FEWEST_RUNS - 1], &[2.0; FEWEST_RUNS - 1]).verdict, Verdict::NotSeen);
    }

    #[test]
    fn zero_is_a_value() {
        let none = between(&[0.0; 4], &[0.0; 4]);
        assert_eq!((none.change, none.low, none.high, none.verdict), (0.0, 0.0, 0.0, Verdict::NotSeen));
        let from_nothing = between(&[0.0; 4], &[7.0; 4]);
        assert_eq!((from_nothing.change, from_nothing.verdict), (f64::INFINITY, Verdict::Larger));
        let to_nothing = between(&[7.0; 4], &[0.0; 4]);
        assert_eq!((to_nothing.change, to_nothing.low, to_nothing.verdict), (-1.0, -1.0, Verdict::Smaller));
    }

    #[test]
    fn what_is_no_amount_has_no_difference() {
        for bad in [f64::NAN, f64::INFINITY, -1.0] {
            assert_eq!(Difference::between(&[1.0, bad], &[1.0]), None);
        }
        assert_eq!(Difference::between(&[], &[1.0]), None);
        assert_eq!(Difference::between(&[1.0], &[]), None);
    }

    /// 2000 runs a side have four million pairs; writing them down would take 32 MB, and 20000 runs 3.2 GB.
    #[test]
    fn many_runs_are_compared_in_little_space() {
        let reference: Vec<f64> = (0..20_000).map(|run| 1e8 + f64::from(run % 997)).collect();
        let other: Vec<f64> = reference.iter().map(|value| value * 1.01).collect();
        let found = between(&reference, &other);
        assert!(found.low <= found.change && found.change <= found.high && found.high - found.low < 1e-6);
        assert_eq!(found.verdict, Verdict::Larger);
    }

    /// A difference as large as `detectable` is seen in about 80 % of experiments, and none at all in at most 5 %.
    #[test]
    fn the_verdict_has_the_level_and_the_power_that_it_states() {
        use rand_xoshiro::Xoshiro256PlusPlus;
        use rand_xoshiro::rand_core::{Rng, SeedableRng};
        let mut random = Xoshiro256PlusPlus::seed_from_u64(13);
        // The sum of twelve uniform numbers is nearly normal, with a deviation of 1.
        let mut normal =
            || (0..12).map(|_| (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64).sum::<f64>() - 6.0;
        let mut group = |centre: f64, count: usize| -> Vec<f64> {
            (0..count).map(|_| centre * (1.0 + 0.02 * normal())).collect()
        };
        for (one, two) in [(5, 5), (10, 6)] {
            let mut seen = [0, 0];
            let larger = 100.0 * (1.0 + 0.02 * detectable_deviations(one, two).expect("enough"));
            for _ in 0..400 {
                for (seen, centre) in seen.iter_mut().zip([100.0, larger]) {
                    let verdict = between(&group(100.0, one), &group(centre, two)).verdict;
                    *seen += u32::from(verdict != Verdict::NotSeen);
                }
            }
            assert!(seen[0] <= 32 && (296..=344).contains(&seen[1]), "{one} against {two}: {seen:?} of 400");
        }
    }

    proptest! {
        #[test]
        fn an_interval_contains_the_change_and_scales_with_the_values(
            reference in prop::collection::vec(1_u32..1000, 1..12),
            other in prop::collection::vec(1_u32..1000, 1..12),
        ) {
            let floats = |values: &[u32], unit: f64| values.iter().map(|value| f64::from(*value) * unit).collect::<Vec<_>>();
            let found = between(&floats(&reference, 1.0), &floats(&other, 1.0));
            prop_assert!(found.low <= found.change && found.change <= found.high);
            prop_assert!(found.low >= -1.0);
            let in_bytes = between(&floats(&reference, 1_048_576.0), &floats(&other, 1_048_576.0));
            prop_assert_eq!(found.verdict, in_bytes.verdict);
            prop_assert!((found.change - in_bytes.change).abs() < 1e-9);
        }

        #[test]
        fn the_search_finds_the_order_statistic_of_all_pairs(
            reference in prop::collection::vec(0_u32..20, 1..8),
            other in prop::collection::vec(0_u32..20, 1..8),
        ) {
            let floats = |values: &[u32]| values.iter().map(|value| f64::from(*value)).collect::<Vec<_>>();
            let (reference, other) = (floats(&reference), floats(&other));
            let mut all: Vec<f64> =
                other.iter().flat_map(|o| reference.iter().map(move |r| ratio(*r, *o))).collect();
            all.sort_by(f64::total_cmp);
            let ratios = Ratios::new(&reference, &other);
            for (at, expected) in all.iter().enumerate() {
                prop_assert_eq!(ratios.smallest(at + 1).to_bits(), expected.to_bits());
            }
        }
    }
}
