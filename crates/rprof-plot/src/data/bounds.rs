//! A value between two bounds in words.

use rprof_trace::{Bytes, Sizes};

/// `24.9–62.7 MiB`; one value if both bounds are printed alike.
pub fn range(lower: Bytes, upper: Bytes, sizes: Sizes) -> String {
    let (low, high) = (sizes.beside(lower, upper), sizes.text(upper.max(lower)));
    match low.split_once(' ') {
        Some((number, _)) if low != high => format!("{number}–{high}"),
        _ => high,
    }
}

/// A lower bound with an upper one that may be unknown: `≥ 24.9 MiB`.
pub fn bounds(lower: Bytes, upper: Option<Bytes>, sizes: Sizes) -> String {
    upper.map_or_else(|| format!("≥ {}", sizes.text(lower)), |upper| range(lower, upper, sizes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(lower: Bytes, upper: Option<Bytes>) -> String {
        super::bounds(lower, upper, Sizes::default())
    }

    #[test]
    fn two_bounds_share_their_unit() {
        let mib = |size: f64| Bytes((size * 1_048_576.0) as u64);
        assert_eq!(bounds(mib(24.9), Some(mib(62.7))), "24.9–62.7 MiB");
        assert_eq!(bounds(mib(62.7), Some(mib(62.7001))), "62.7 MiB");
        assert_eq!(bounds(mib(980.0), Some(mib(1240.0))), "0.96–1.21 GiB");
        assert_eq!(bounds(mib(62.7), Some(mib(24.9))), "62.7 MiB");
        assert_eq!(bounds(mib(24.9), None), "≥ 24.9 MiB");
    }
}
