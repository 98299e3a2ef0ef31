//! The quality of the random numbers: moments, shape, tails and independence, on tens of millions of values.
//! The seeds are fixed, so a test passes always or never. Every bound is 4 standard errors.

use rprof_workloads::random::Random;

const BLOCK: usize = 1 << 20;
const BLOCKS: usize = 40;
const SAMPLES: f64 = (BLOCK * BLOCKS) as f64;
const BINS: usize = 256;

/// Asserts that a measured value is within 4 standard errors of the true one.
fn assert_near(what: &str, measured: f64, truth: f64, standard_error: f64) {
    let off = (measured - truth) / standard_error;
    assert!(off.abs() < 4.0, "{what}: {measured}, not {truth}: {off:.1} standard errors off");
}

/// Asserts that the counts fit equally likely bins. Chi-square with k degrees of freedom has mean k and variance 2k.
fn assert_even(what: &str, counts: &[u64]) {
    let expected = counts.iter().sum::<u64>() as f64 / counts.len() as f64;
    let chi_square: f64 = counts.iter().map(|&count| (count as f64 - expected).powi(2) / expected).sum();
    let freedom = counts.len() as f64 - 1.0;
    assert_near(&format!("chi-square of {what}"), chi_square, freedom, (2.0 * freedom).sqrt());
}

/// Asserts that values `lag` apart are not correlated. The values have mean 0 and the given variance.
fn assert_uncorrelated(what: &str, values: &[f64], variance: f64) {
    // A lag of 1 compares neighbouring lanes, a lag of 64 the two values of a Box-Muller pair, and a lag of 256
    // successive steps of a lane.
    for lag in [1, 2, 63, 64, 65, 128, 192, 256] {
        let products: f64 = values.iter().zip(&values[lag..]).map(|(one, other)| one * other).sum();
        let count = (values.len() - lag) as f64;
        assert_near(&format!("{what} {lag} apart"), products / count, 0.0, variance / count.sqrt());
    }
}

#[test]
fn uniform_float64() {
    let mut random = Random::new(1);
    let (mut sum, mut squares) = (0.0, 0.0);
    let mut bins = vec![0; BINS];
    // The eight lowest of the 53 bits must be random, too.
    let mut low_bins = vec![0; BINS];
    for _ in 0..BLOCKS {
        for value in random.uniform(BLOCK) {
            assert!((0.0..1.0).contains(&value));
            sum += value - 0.5;
            squares += (value - 0.5).powi(2);
            bins[(value * BINS as f64) as usize] += 1;
            low_bins[((value * 9_007_199_254_740_992.0) as u64 & 0xff) as usize] += 1;
        }
    }
    assert_near("mean", sum / SAMPLES, 0.0, (1.0 / 12.0 / SAMPLES).sqrt());
    assert_near("variance", squares / SAMPLES, 1.0 / 12.0, (1.0 / 180.0 / SAMPLES).sqrt());
    assert_even("high bits", &bins);
    assert_even("low bits", &low_bins);
}

#[test]
fn normal_float32() {
    let mut random = Random::new(2);
    let quantiles = normal_quantiles();
    let mut powers = [0.0; 4];
    let mut bins = vec![0; BINS];
    let mut beyond = [0_u64; 3];
    let mut positive = 0_u64;
    for _ in 0..BLOCKS {
        for value in random.normal(BLOCK) {
            let value = f64::from(value);
            let square = value * value;
            for (sum, power) in powers.iter_mut().zip([value, square, square * value, square * square]) {
                *sum += power;
            }
            bins[quantiles.partition_point(|&quantile| quantile < value)] += 1;
            for (count, limit) in beyond.iter_mut().zip([3.0, 4.0, 5.0]) {
                *count += u64::from(value.abs() > limit);
            }
            positive += u64::from(value > 0.0);
        }
    }
    // The variances of the moments follow from the powers of a normal: E x^2k = 1, 3, 15, 105.
    let [mean, variance, skew, kurtosis] = powers.map(|sum| sum / SAMPLES);
    assert_near("mean", mean, 0.0, (1.0 / SAMPLES).sqrt());
    assert_near("variance", variance, 1.0, (2.0 / SAMPLES).sqrt());
    assert_near("skew", skew, 0.0, (15.0 / SAMPLES).sqrt());
    assert_near("kurtosis", kurtosis, 3.0, (96.0 / SAMPLES).sqrt());
    assert_even("equally likely bins", &bins);
    assert_near("share above 0", positive as f64 / SAMPLES, 0.5, (0.25 / SAMPLES).sqrt());
    // The expected shares are erfc(k / sqrt 2).
    for (count, (limit, share)) in
        beyond.into_iter().zip([(3, 2.699_796e-3), (4, 6.334_248e-5), (5, 5.733_031e-7)])
    {
        assert_near(
            &format!("beyond {limit} sigma"),
            count as f64,
            SAMPLES * share,
            (SAMPLES * share).sqrt(),
        );
    }
}

#[test]
fn neighbouring_values_are_independent() {
    let mut random = Random::new(3);
    let uniform: Vec<f64> = random.uniform(4 << 20).into_iter().map(|value| value - 0.5).collect();
    assert_uncorrelated("uniform", &uniform, 1.0 / 12.0);
    let normal: Vec<f64> = random.normal(4 << 20).into_iter().map(f64::from).collect();
    assert_uncorrelated("normal", &normal, 1.0);
    // The squares reveal values that wrongly share a radius.
    let squares: Vec<f64> = normal.iter().map(|value| value * value - 1.0).collect();
    assert_uncorrelated("squared normal", &squares, 2.0);
}

/// Returns the 255 values that divide the standard normal into 256 equally likely parts, found by bisection.
fn normal_quantiles() -> Vec<f64> {
    let quantile = |share: f64| {
        let (mut low, mut high) = (-10.0, 10.0);
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            if normal_share(middle) < share { low = middle } else { high = middle }
        }
        low
    };
    (1..BINS).map(|bin| quantile(bin as f64 / BINS as f64)).collect()
}

/// Returns the share of a standard normal below `x`, by Simpson's rule from 0.
fn normal_share(x: f64) -> f64 {
    const PARTS: u32 = 400;
    let density = |at: f64| (-0.5 * at * at).exp() / std::f64::consts::TAU.sqrt();
    let width = x / f64::from(PARTS);
    let inner: f64 =
        (1..PARTS).map(|part| f64::from(2 + 2 * (part % 2)) * density(width * f64::from(part))).sum();
    0.5 + (density(0.0) + inner + density(x)) * width / 3.0
}
