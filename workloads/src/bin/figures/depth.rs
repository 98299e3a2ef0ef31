//! The choice of a depth that fits the machine. The check is the library's; this module only adds a reserve.

use rprof_workloads::Error;

/// The reserve is a 50th of the largest depth that fits. The workload checks again when it starts, and the free memory
/// or disk may have changed a little by then.
const RESERVE: usize = 50;

/// Returns `wanted`, or else the largest depth that passes `check`, less the reserve. Prints a smaller depth to stderr.
///
/// # Errors
/// The error of `check` if no depth fits or the check fails.
pub fn fitting(wanted: usize, check: impl Fn(usize) -> Result<(), Error>) -> Result<usize, Error> {
    let mut depth = wanted;
    loop {
        match check(depth) {
            Ok(()) => return Ok(depth),
            Err(ref error @ Error::NoRoom { fitting: Some(fitting), .. }) if fitting < depth => {
                depth = fitting - fitting / RESERVE;
                eprintln!("figures: using a depth of {depth} instead of {wanted}: {error}");
            }
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the check of a machine with room for a number of slices.
    fn machine(slices: usize) -> impl Fn(usize) -> Result<(), Error> {
        move |depth| {
            if depth <= slices {
                return Ok(());
            }
            Err(Error::NoRoom {
                resource: "memory".to_owned(),
                needed: 2.0,
                available: 1.0,
                source_of_limit: "a test".to_owned(),
                fitting: (slices > 0).then_some(slices),
            })
        }
    }

    #[test]
    fn a_depth_that_fits_is_used_unchanged() {
        assert_eq!(fitting(500, machine(500)).expect("room"), 500);
    }

    #[test]
    fn a_depth_that_does_not_fit_is_reduced_with_a_reserve() {
        assert_eq!(fitting(500, machine(499)).expect("room"), 490);
        assert_eq!(fitting(500, machine(1)).expect("room"), 1);
    }

    #[test]
    fn the_reason_is_given_if_no_slice_fits() {
        let said = fitting(500, machine(0)).expect_err("no room").to_string();
        assert!(said.starts_with("not enough memory"), "{said}");
    }
}
