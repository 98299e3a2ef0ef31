//! The smallest difference that two groups of given sizes show with 80 % probability.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use statrs::distribution::{ContinuousCDF, Normal};

use super::ALPHA;
use super::rank_test::{EXACT_PAIRS, critical};

/// The probability of seeing the difference.
const POWER: f64 = 0.8;
/// Simulated experiments of small groups.
const EXPERIMENTS: usize = 1000;
/// The efficiency of the rank test relative to the t-test for values from a normal distribution: 3 / π.
const EFFICIENCY: f64 = 3.0 / std::f64::consts::PI;

/// The smallest difference of two normal distributions, in their standard deviations, that the rank test shows with 80 %
/// probability; `None` if groups of these sizes never show one.
pub fn detectable_deviations(reference: usize, other: usize) -> Option<f64> {
    /// Each pair of sizes is simulated once.
    static SIMULATED: Mutex<BTreeMap<(usize, usize), f64>> = Mutex::new(BTreeMap::new());
    let critical = critical(reference, other)?;
    if reference * other > EXACT_PAIRS {
        let normal = Normal::standard();
        let distance = normal.inverse_cdf(1.0 - ALPHA / 2.0) + normal.inverse_cdf(POWER);
        let size = 1.0 / reference as f64 + 1.0 / other as f64;
        return Some(distance * (size / EFFICIENCY).sqrt());
    }
    let mut simulated = SIMULATED.lock().unwrap_or_else(PoisonError::into_inner);
    Some(*simulated.entry((reference, other)).or_insert_with(|| simulate(reference, other, critical)))
}

/// Simulates experiments without a difference. In each, the test would show a difference that lifts the other group above
/// the reference in the critical number of pairs: the order statistic of that number among the distances of the pairs.
/// 80 % of the experiments have a smaller one than the result.
fn simulate(reference: usize, other: usize, critical: usize) -> f64 {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(0x0072_7072_6f66);
    let normal = Normal::standard();
    let mut draw = |count: usize| -> Vec<f64> {
        // In the middle of 2^53 equal steps, never 0 or 1, where the quantile is infinite.
        let uniform = |bits: u64| ((bits >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
        (0..count).map(|_| normal.inverse_cdf(uniform(random.next_u64()))).collect()
    };
    let mut needed: Vec<f64> = (0..EXPERIMENTS)
        .map(|_| {
            let (from, to) = (draw(reference), draw(other));
            let mut distances: Vec<f64> =
                to.iter().flat_map(|to| from.iter().map(move |from| from - to)).collect();
            *distances.select_nth_unstable_by(critical - 1, f64::total_cmp).1
        })
        .collect();
    let at = (EXPERIMENTS as f64 * POWER) as usize;
    *needed.select_nth_unstable_by(at, f64::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The two ways agree where one takes over from the other.
    #[test]
    fn the_simulation_agrees_with_the_formula_for_groups_of_twenty() {
        let (simulated, formula) = (detectable_deviations(20, 20), detectable_deviations(21, 21));
        let ratio = simulated.expect("enough") / formula.expect("enough");
        assert!((0.95..1.15).contains(&ratio), "{simulated:?} and {formula:?}");
    }

    /// For complete separation of 4 and 4 the smallest of one group must exceed the largest of the other. Both are 1.03
    /// deviations from their centres on average, so that half of the experiments need 2.06 and 80 % need more.
    #[test]
    fn few_runs_show_only_large_differences() {
        let four = detectable_deviations(4, 4).expect("enough");
        assert!((2.5..3.2).contains(&four), "{four}");
        assert!(detectable_deviations(10, 10).expect("enough") < four / 1.5);
        assert_eq!((detectable_deviations(3, 3), detectable_deviations(1, 9)), (None, None));
    }
}
