//! The long version: the commit if the build knew it, the platform, and what this build can measure and write.

use std::sync::LazyLock;

use rprof_sample::METRICS;

/// The answer to `--version`; `-V` prints the number alone.
pub static LONG: LazyLock<String> = LazyLock::new(|| {
    let metrics: Vec<_> = METRICS.iter().map(|metric| metric.name().to_lowercase()).collect();
    format!(
        "{}{}\nplatform: {}\nfeatures: {}metrics {}; figures svg pdf png html; traces dat csv, read also as gz and zst",
        env!("CARGO_PKG_VERSION"),
        // Empty, or ` (commit …)`, from build.rs.
        env!("RPROF_COMMIT_WORDS"),
        env!("RPROF_TARGET"),
        if cfg!(feature = "where") { "where; " } else { "" },
        metrics.join(" ")
    )
});
