//! The description of one group of values: count, mean, standard deviation, median, smallest and largest.

use statrs::distribution::{Binomial, DiscreteCDF};

use super::ALPHA;

/// A group of values in a few numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Description {
    /// Number of values.
    pub count: usize,
    /// Arithmetic mean.
    pub mean: f64,
    /// Standard deviation of the population that the values are a sample of (divisor n - 1); `None` for one value.
    pub stddev: Option<f64>,
    /// The middle value; of an even number of values the mean of the two in the middle.
    pub median: f64,
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
}

impl Description {
    /// Describes the values; `None` if there are none or if one is not finite.
    pub fn of(values: &[f64]) -> Option<Self> {
        if values.is_empty() || values.iter().any(|value| !value.is_finite()) {
            return None;
        }
        let count = values.len();
        // Shifted by one of the values: equal values then have exactly this mean and no deviation.
        let shift = values[0];
        let mean = shift + values.iter().map(|value| (value - shift) / count as f64).sum::<f64>();
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        Some(Self {
            count,
            mean,
            stddev: (count > 1).then(|| (squares / (count - 1) as f64).sqrt()),
            median: median(values),
            min: values.iter().copied().fold(f64::INFINITY, f64::min),
            max: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        })
    }
}

/// The 95 % interval of the median of the population that the values are a sample of; `None` for fewer than six values,
/// which are too few, or if one is not finite.
///
/// Two order statistics, whose distance from the middle comes from the binomial distribution (David and Nagaraja, Order
/// Statistics, 7.1). It assumes no distribution of the values.
pub fn median_interval(values: &[f64]) -> Option<(f64, f64)> {
    let count = values.len();
    let binomial = Binomial::new(0.5, count as u64).ok()?;
    // The number of values that are dropped at each end.
    let dropped = (0..count / 2).take_while(|k| binomial.cdf(*k as u64) <= ALPHA / 2.0).count();
    if dropped == 0 || values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    Some((sorted[dropped - 1], sorted[count - dropped]))
}

/// The median of at least one value.
pub(super) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { f64::midpoint(sorted[middle - 1], sorted[middle]) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `numpy.std([2, 4, 4, 4, 5, 5, 7, 9], ddof=1)` is 2.138089935299395.
    #[test]
    fn known_values_have_the_known_description() {
        let described = Description::of(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]).expect("values");
        assert_eq!((described.count, described.mean, described.median), (8, 5.0, 4.5));
        assert_eq!((described.min, described.max), (2.0, 9.0));
        assert!((described.stddev.expect("several") - 2.138_089_935_299_395).abs() < 1e-12);
    }

    /// Tables of the sign test at 5 %, two-sided: the smallest and the largest of 6, the second of 9, the 40th of 100.
    #[test]
    fn the_interval_of_a_median_is_that_of_the_tables() {
        let interval = |count: u32| median_interval(&(1..=count).map(f64::from).collect::<Vec<_>>());
        assert_eq!([interval(0), interval(1), interval(5)], [None, None, None]);
        assert_eq!(interval(6), Some((1.0, 6.0)));
        assert_eq!(interval(9), Some((2.0, 8.0)));
        assert_eq!(interval(100), Some((40.0, 61.0)));
        assert_eq!(median_interval(&[7.0; 30]), Some((7.0, 7.0)));
        assert_eq!(median_interval(&[f64::NAN; 30]), None);
        assert!(interval(5000).is_some_and(|(low, high)| low > 2400.0 && high < 2600.0));
    }

    #[test]
    fn one_value_has_no_deviation_and_no_value_no_description() {
        let one = Description::of(&[7.0]).expect("a value");
        assert_eq!((one.mean, one.median, one.stddev), (7.0, 7.0, None));
        assert_eq!(Description::of(&[]), None);
        assert_eq!(Description::of(&[1.0, f64::NAN]), None);
        assert_eq!(Description::of(&[1.0, f64::INFINITY]), None);
    }

    /// Memory is often equal in every run. Rounding must not invent a deviation.
    #[test]
    fn equal_values_deviate_by_nothing() {
        let described = Description::of(&[314_572_800.1; 7]).expect("values");
        assert_eq!((described.mean, described.stddev), (314_572_800.1, Some(0.0)));
    }

    proptest! {
        #[test]
        fn the_middle_lies_between_the_ends(values in prop::collection::vec(0.0..1e13, 1..40)) {
            let Description { mean, median, min, max, .. } = Description::of(&values).expect("values");
            let slack = 1e-9 * max;
            prop_assert!(min <= median && median <= max);
            prop_assert!(min - slack <= mean && mean <= max + slack);
        }
    }
}
