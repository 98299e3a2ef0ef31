//! The Mann-Whitney test: exact for small groups, also with ties, and by the normal approximation for large ones.
//!
//! `statrs` has this test too. Its exact method walks through all combinations, 8 * 10^12 for 5 runs against 1000, and does
//! not take ties. Memory is often exactly equal in several runs, so this module counts by sums instead.

use statrs::distribution::{ContinuousCDF, Normal};

use super::ALPHA;

/// Groups with at most this many pairs are tested exactly.
pub const EXACT_PAIRS: usize = 400;

/// The two-sided p-value of the hypothesis that both groups come from one distribution. Neither is empty.
///
/// Twice the smaller tail, at most 1, as in `scipy.stats.mannwhitneyu`.
pub fn p_value(reference: &[f64], other: &[f64]) -> f64 {
    let ranks = doubled_ranks(reference, other);
    let sum: usize = ranks[reference.len()..].iter().sum();
    if reference.len() * other.len() > EXACT_PAIRS {
        return normal_p(&ranks, other.len(), sum);
    }
    let counts = Counts::new(&ranks, other.len());
    (2.0 * counts.at_most(sum).min(counts.at_least(sum))).min(1.0)
}

/// Twice the rank of each value among all values, those of the reference first. Ties share the mean of their ranks, which
/// is a whole number when doubled.
fn doubled_ranks(reference: &[f64], other: &[f64]) -> Vec<usize> {
    let values: Vec<f64> = reference.iter().chain(other).copied().collect();
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0; values.len()];
    let mut before = 0;
    for tied in order.chunk_by(|a, b| values[*a].total_cmp(&values[*b]).is_eq()) {
        let rank = 2 * before + tied.len() + 1;
        tied.iter().for_each(|at| ranks[*at] = rank);
        before += tied.len();
    }
    ranks
}

/// For each sum of doubled ranks, the share of all choices of a group that has it.
///
/// All choices are equally likely if both groups come from one distribution. The sums are counted by adding one rank after
/// the other: the shift algorithm (Streitberg and Röhmel, Statistical Software Newsletter 12, 1986), exact with ties.
struct Counts {
    shares: Vec<f64>,
}

impl Counts {
    fn new(ranks: &[usize], chosen: usize) -> Self {
        // The sums of the smaller group are those of the larger one, counted from the other end.
        let total: usize = ranks.iter().sum();
        let smaller = chosen.min(ranks.len() - chosen);
        let mut sorted = ranks.to_vec();
        sorted.sort_unstable();
        let largest: usize = sorted.iter().rev().take(smaller).sum();
        let mut counts = vec![vec![0.0; largest + 1]; smaller + 1];
        counts[0][0] = 1.0;
        for (before, rank) in sorted.into_iter().enumerate() {
            for size in (1..=smaller.min(before + 1)).rev() {
                for sum in (rank..=largest).rev() {
                    counts[size][sum] += counts[size - 1][sum - rank];
                }
            }
        }
        let of_smaller = counts.swap_remove(smaller);
        let all: f64 = of_smaller.iter().sum();
        let mut shares = vec![0.0; total + 1];
        for (sum, count) in of_smaller.into_iter().enumerate() {
            let sum = if smaller == chosen { sum } else { total - sum };
            shares[sum] = count / all;
        }
        Self { shares }
    }

    fn at_most(&self, sum: usize) -> f64 {
        self.shares[..=sum].iter().sum()
    }

    fn at_least(&self, sum: usize) -> f64 {
        self.shares[sum..].iter().sum()
    }
}

/// The p-value by the normal approximation, with corrections for ties and continuity.
fn normal_p(ranks: &[usize], chosen: usize, sum: usize) -> f64 {
    let (n, m) = (ranks.len() as f64, chosen as f64);
    let mean = m * (n + 1.0) / 2.0;
    let mut sorted = ranks.to_vec();
    sorted.sort_unstable();
    let ties: f64 =
        sorted.chunk_by(|a, b| a == b).map(|tied| (tied.len() as f64).powi(3) - tied.len() as f64).sum();
    let deviation = (m * (n - m) / 12.0 * (n + 1.0 - ties / (n * (n - 1.0)))).max(0.0).sqrt();
    let distance = ((sum as f64 / 2.0 - mean).abs() - 0.5).max(0.0);
    if deviation > 0.0 { (2.0 * Normal::standard().sf(distance / deviation)).min(1.0) } else { 1.0 }
}

/// The smallest number of pairs in which the other is larger that the test takes for a difference; `None` if not even all
/// pairs are enough.
pub fn critical(reference: usize, other: usize) -> Option<usize> {
    let pairs = reference * other;
    if pairs > EXACT_PAIRS {
        let deviation = (pairs as f64 * (reference + other + 1) as f64 / 12.0).sqrt();
        let quantile = Normal::standard().inverse_cdf(1.0 - ALPHA / 2.0);
        let critical = (pairs as f64 / 2.0 + 0.5 + quantile * deviation).ceil();
        return Some(critical as usize).filter(|critical| *critical <= pairs);
    }
    let ranks: Vec<usize> = (1..=reference + other).map(|rank| 2 * rank).collect();
    let counts = Counts::new(&ranks, other);
    // The sum of doubled ranks when the other is larger in no pair.
    let none = other * (other + 1);
    // A count of 21 in 840 must be 2.5 % despite rounding.
    let is_rare = |larger: &usize| counts.at_least(none + 2 * larger) <= ALPHA / 2.0 * (1.0 + 1e-9);
    (0..=pairs).find(is_rare)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-12 + 1e-9 * expected, "{found} is not {expected}");
    }

    /// The example of scipy's documentation:
    /// `mannwhitneyu([19, 22, 16, 29, 24], [20, 11, 17, 12], method="exact").pvalue`.
    #[test]
    fn small_groups_are_tested_exactly() {
        let (males, females) = ([19.0, 22.0, 16.0, 29.0, 24.0], [20.0, 11.0, 17.0, 12.0]);
        close(p_value(&males, &females), 1.0 / 9.0);
        close(p_value(&females, &males), 1.0 / 9.0);
        // Complete separation is one choice in C(n + m, n), in two directions.
        close(p_value(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]), 0.1);
        close(p_value(&[1.0, 2.0, 3.0, 4.0], &[5.0, 6.0, 7.0, 8.0]), 2.0 / 70.0);
        close(p_value(&[1.0], &[2.0]), 1.0);
    }

    /// All groups of four out of eight values with ties, counted one by one:
    /// `scipy.stats.permutation_test` does the same with `permutation_type="independent"`.
    #[test]
    fn ties_are_tested_exactly_too() {
        // Twice the ranks 2 and 4: the three 5 share the mean of 1, 2 and 3.
        assert_eq!(doubled_ranks(&[5.0, 7.0], &[5.0, 5.0]), [4, 8, 4, 4]);
        close(p_value(&[5.0; 4], &[5.0; 4]), 1.0);
        close(p_value(&[5.0; 4], &[7.0; 4]), 2.0 / 70.0);
        // The one 6 is in either group with the same probability.
        close(p_value(&[5.0, 5.0, 5.0, 5.0], &[5.0, 5.0, 5.0, 6.0]), 1.0);
        // Three of the four 6 in one group: C(4,3) * C(4,1) + 1 of 70 choices in this direction.
        close(p_value(&[5.0, 5.0, 5.0, 6.0], &[6.0, 6.0, 6.0, 5.0]), 2.0 * 17.0 / 70.0);
    }

    /// The example of scipy's documentation with `method="asymptotic"`: 0.11134688653314041.
    #[test]
    fn large_groups_are_tested_by_the_normal_approximation() {
        let ranks = doubled_ranks(&[19.0, 22.0, 16.0, 29.0, 24.0], &[20.0, 11.0, 17.0, 12.0]);
        close(normal_p(&ranks, 4, ranks[5..].iter().sum()), 0.111_346_886_533_140_41);
        assert!((p_value(&[1.0; 100], &[1.0; 100]) - 1.0).abs() < 1e-12);
    }

    /// Tables of the test at 5 %, two-sided: U at most 0 for 4 and 4, 2 for 5 and 5, 23 for 10 and 10, 127 for 20 and 20.
    #[test]
    fn critical_values_are_those_of_the_tables() {
        let smallest = |n: usize, m: usize| critical(n, m).map(|larger| n * m - larger);
        assert_eq!([smallest(4, 4), smallest(5, 5), smallest(10, 10)], [Some(0), Some(2), Some(23)]);
        assert_eq!([smallest(20, 20), smallest(3, 5), smallest(5, 3)], [Some(127), Some(0), Some(0)]);
        assert_eq!([smallest(3, 3), smallest(1, 20), smallest(2, 7)], [None, None, None]);
        // Beyond the exact counts, the normal approximation goes on without a jump.
        assert_eq!(smallest(21, 21), Some(142));
    }

    proptest! {
        #[test]
        fn the_order_of_values_and_groups_does_not_matter(
            mut one in prop::collection::vec(0_u8..9, 1..9),
            two in prop::collection::vec(0_u8..9, 1..9),
        ) {
            let floats = |values: &[u8]| values.iter().map(|value| f64::from(*value)).collect::<Vec<_>>();
            let p = p_value(&floats(&one), &floats(&two));
            prop_assert!((0.0..=1.0).contains(&p));
            prop_assert!((p - p_value(&floats(&two), &floats(&one))).abs() < 1e-9);
            one.reverse();
            prop_assert!((p - p_value(&floats(&one), &floats(&two))).abs() < 1e-9);
        }
    }
}
