//! The exit codes that count as success.

use anyhow::Context;
use rprof_sample::ExitStatus;

/// The ways to end that do not stop the runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepted {
    /// Exit code 0 alone.
    Success,
    /// Every end, also one by a signal.
    All,
    /// Exit code 0 and these.
    Codes(Vec<i32>),
}

impl Accepted {
    /// The meaning of `--ignore-failure`.
    ///
    /// # Errors
    /// When an exit code is no number.
    pub fn new(option: Option<&str>) -> anyhow::Result<Self> {
        match option {
            None => Ok(Self::Success),
            Some("all-non-zero" | "") => Ok(Self::All),
            Some(codes) => {
                let code = |text: &str| {
                    let context =
                        || format!("`{text}` in --ignore-failure is no exit code; use a list such as 1,2");
                    text.trim().parse().with_context(context)
                };
                Ok(Self::Codes(codes.split(',').map(code).collect::<anyhow::Result<_>>()?))
            }
        }
    }

    /// True if this end does not stop the runs.
    pub fn accepts(&self, status: ExitStatus) -> bool {
        match (self, status) {
            (Self::All, _) | (_, ExitStatus::Exited(0)) => true,
            (Self::Codes(codes), ExitStatus::Exited(code)) => codes.contains(&code),
            // A shell gives a command that a signal killed this code.
            (Self::Codes(codes), ExitStatus::Killed(number)) => codes.contains(&(128 + number)),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_named_codes_are_accepted() {
        let accepts = |option, status| Accepted::new(option).expect("codes").accepts(status);
        let (zero, two, killed) = (ExitStatus::Exited(0), ExitStatus::Exited(2), ExitStatus::Killed(9));
        assert!(accepts(None, zero) && !accepts(None, two) && !accepts(None, killed));
        let all = Some("all-non-zero");
        assert!(accepts(all, zero) && accepts(all, two) && accepts(all, killed));
        let some = Some("1, 2,137");
        assert!(accepts(some, zero) && accepts(some, two) && accepts(some, killed));
        assert!(!accepts(some, ExitStatus::Exited(3)) && !accepts(Some("1"), killed));
        assert!(Accepted::new(Some("1,x")).is_err());
    }
}
