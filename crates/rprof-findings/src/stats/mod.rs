//! Statistics of repeated runs: description of one group, its outliers, and the difference of two groups.
//! Every function is deterministic: the same values give the same result on every machine.

mod description;
mod difference;
mod outliers;
mod power;
mod rank_test;

pub use description::{Description, median_interval};
pub use difference::{Difference, FEWEST_RUNS, Verdict};
pub use outliers::outliers;

/// The probability with which an interval contains the true value.
const LEVEL: f64 = 0.95;
/// The largest probability of reporting a difference where there is none.
const ALPHA: f64 = 1.0 - LEVEL;

/// The 97.5 % quantile of Student's t distribution, for intervals of 95 %; infinite without a degree of freedom.
pub(crate) fn student(freedom: f64) -> f64 {
    use statrs::distribution::{ContinuousCDF, StudentsT};
    StudentsT::new(0.0, 1.0, freedom).map_or(f64::INFINITY, |t| t.inverse_cdf(1.0 - ALPHA / 2.0))
}

#[cfg(test)]
mod tests {
    use super::student;

    /// `scipy.stats.t.ppf(0.975, df)`; also in every printed table of the distribution.
    #[test]
    fn quantiles_of_student_are_those_of_the_tables() {
        for (freedom, quantile) in
            [(1.0, 12.7062), (2.0, 4.3027), (10.0, 2.2281), (30.0, 2.0423), (1000.0, 1.9623)]
        {
            assert!((student(freedom) - quantile).abs() < 1e-4, "{freedom}: {}", student(freedom));
        }
        assert!(student(0.0).is_infinite());
    }
}
