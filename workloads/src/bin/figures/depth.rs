//! How deep an array the machine holds: the library's own check is asked; nothing is reckoned here but a reserve.

use rprof_workloads::Error;

/// A 50th of a depth that only just fits is left off: the workload asks again when it starts, and what is free has
/// changed a little by then.
const RESERVE: usize = 50;

/// The depth, `wanted` or the largest that `check` finds room for; that it is smaller is said on stderr.
///
/// # Errors
/// What `check` says when no depth fits, or it cannot tell.
pub fn fitting(wanted: usize, check: impl Fn(usize) -> Result<(), Error>) -> Result<usize, Error> {
    let mut depth = wanted;
    loop {
        match check(depth) {
            Ok(()) => return Ok(depth),
            Err(ref error @ Error::NoRoom { fitting: Some(fitting), .. }) if fitting < depth => {
                depth = fitting - fitting / RESERVE;
                eprintln!("figures: a depth of {depth} instead of {wanted}: {error}");
            }
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A machine that holds so many slices.
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
    fn what_fits_is_taken_as_it_was_asked_for() {
        assert_eq!(fitting(500, machine(500)).expect("room"), 500);
    }

    #[test]
    fn what_does_not_fit_is_made_smaller_with_a_reserve() {
        assert_eq!(fitting(500, machine(499)).expect("room"), 490);
        assert_eq!(fitting(500, machine(1)).expect("room"), 1);
    }

    #[test]
    fn where_no_slice_fits_the_reason_is_given() {
        let said = fitting(500, machine(0)).expect_err("no room").to_string();
        assert!(said.starts_with("not enough memory"), "{said}");
    }
}
