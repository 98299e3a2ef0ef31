//! The limit of a run, and the time until it is reached.

use rprof_findings::growth::Growth;
use rprof_trace::{Bytes, Seconds};

/// A limit on memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// The limit.
    pub bytes: Bytes,
    /// The memory that counts against it.
    pub used: Bytes,
    /// The source of the value, in words.
    pub of: &'static str,
}

impl Limit {
    /// The time until it is reached if memory grows on at this rate; `None` if it is not sure to grow. 0 if it is passed.
    pub fn time_left(&self, growth: &Growth) -> Option<Seconds> {
        let left = self.bytes.0.saturating_sub(self.used.0);
        (growth.low > 0.0).then(|| Seconds(left as f64 / growth.bytes_per_second))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sure_growth_has_a_time() {
        let limit = Limit { bytes: Bytes(1000), used: Bytes(400), of: "limit" };
        let growth = |low| Growth { bytes_per_second: 60.0, low, high: 99.0, from: Seconds(0.0), blocks: 20 };
        assert_eq!(limit.time_left(&growth(1.0)), Some(Seconds(10.0)));
        assert_eq!(limit.time_left(&growth(-1.0)), None);
        assert_eq!(Limit { used: Bytes(2000), ..limit }.time_left(&growth(1.0)), Some(Seconds(0.0)));
    }
}
