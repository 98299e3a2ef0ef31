//! Outliers: values that are far from the median of their group, by the modified Z-score.

use super::description::median;

/// A value further from the median than this many standard deviations is an outlier. hyperfine has the same threshold.
const DEVIATIONS: f64 = 10.0;
/// Standard deviations in a median absolute deviation, for values from a normal distribution.
const NORMAL: f64 = 1.4826;
/// The smallest median absolute deviation that counts, as a share of the median. Most runs of a program need exactly the
/// same memory. The deviation is then 0, and one page more would be an outlier.
const LEAST: f64 = 0.001;

/// The places of the outliers among the values; none if a value is not finite.
///
/// The modified Z-score is the distance from the median divided by the median absolute deviation (Iglewicz and Hoaglin,
/// How to Detect and Handle Outliers, 1993). An outlier changes neither, while it changes mean and standard deviation.
pub fn outliers(values: &[f64]) -> Vec<usize> {
    if values.is_empty() || values.iter().any(|value| !value.is_finite()) {
        return Vec::new();
    }
    let middle = median(values);
    let distances: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    let deviation = median(&distances).max(LEAST * middle.abs());
    let is_far = |distance: f64| distance > DEVIATIONS * NORMAL * deviation;
    (0..values.len()).filter(|at| is_far(distances[*at])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_far_from_the_others_is_an_outlier() {
        assert_eq!(outliers(&[10.0, 11.0, 9.0, 10.5, 60.0, 9.5]), [4]);
        assert_eq!(outliers(&[10.0, 11.0, 9.0, 10.5, 16.0, 9.5]), [0_usize; 0]);
        assert_eq!(outliers(&[]), [0_usize; 0]);
        assert_eq!(outliers(&[1.0, f64::NAN, 500.0]), [0_usize; 0]);
    }

    /// One page more than 300 MiB is no outlier, 10 MiB more are.
    #[test]
    fn among_equal_values_a_small_deviation_is_no_outlier() {
        let mut values = [314_572_800.0; 9];
        values[3] += 4096.0;
        assert_eq!(outliers(&values), [0_usize; 0]);
        values[3] += 10.0 * 1_048_576.0;
        assert_eq!(outliers(&values), [3]);
    }
}
