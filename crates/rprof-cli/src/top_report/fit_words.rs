//! The answer of `rprof top --fit` in sentences: the number first, then its computation.

use std::path::Path;

use rprof_findings::fit::{Basis, Fit};
use rprof_trace::{Bytes, shown};

/// The lines.
pub fn text(path: &Path, fit: &Fit, size: Bytes) -> String {
    let mut lines = vec![format!("{}: {}", shown(path), answer(fit, size)), each(fit)];
    if fit.basis == Basis::Seen {
        lines.push(
            "no upper bound of the peak is known, so a job may need more between two ticks, and this may be too many"
                .to_owned(),
        );
    }
    if fit.aside.0 > 0 {
        lines.push(format!(
            "{} are set aside once: pages that the run may have shared with other programs, in full",
            fit.aside
        ));
    }
    if let (Some(more), Some(file)) = (fit.jobs_if_shared, fit.file) {
        lines.push(format!(
            "if all of them map the same files, their {file} of file-backed pages exist once, and {more} fit"
        ));
    }
    lines.push(
        "nothing is set aside for the system, its page cache and other programs: take SIZE without their memory".to_owned(),
    );
    lines.join("\n") + "\n"
}

/// `5 jobs like this one fit into 16.00 GiB`
fn answer(fit: &Fit, size: Bytes) -> String {
    match fit.jobs {
        0 => format!("not one job like this one fits into {size}"),
        1 => format!("1 job like this one fits into {size}"),
        jobs => format!("{jobs} jobs like this one fit into {size}"),
    }
}

/// `each gets 3.01 GiB: the upper bound of its PSS, 3.00 GiB, and 9.1 MiB of page tables, huge pages and swap; …`
fn each(fit: &Fit) -> String {
    let basis = match fit.basis {
        Basis::PssBound => {
            "the upper bound of the peak of PSS, in which shared pages are divided among processes"
        }
        Basis::OnceBound => "the upper bound of the peak with each shared page counted once",
        Basis::Bound => "the upper bound of the peak",
        Basis::Seen => "the largest value that was seen",
    };
    let mut line = format!("each gets {}: {basis}", fit.each);
    if fit.beside.0 > 0 {
        let rest = Bytes(fit.each.0 - fit.beside.0);
        line += &format!(" ({rest}), and {} of page tables, huge pages and swap", fit.beside);
    }
    line + "; no page counts as shared between two jobs"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_computation_follows_the_number() {
        let fit = Fit {
            jobs: 6,
            each: Bytes(150 << 20),
            basis: Basis::Bound,
            aside: Bytes(0),
            beside: Bytes(50 << 20),
            file: Some(Bytes(60 << 20)),
            jobs_if_shared: Some(9),
        };
        assert_eq!(
            text(Path::new("t.dat"), &fit, Bytes(900 << 20)),
            "t.dat: 6 jobs like this one fit into 900.0 MiB\n\
             each gets 150.0 MiB: the upper bound of the peak (100.0 MiB), and 50.0 MiB of page tables, huge pages and \
             swap; no page counts as shared between two jobs\n\
             if all of them map the same files, their 60.0 MiB of file-backed pages exist once, and 9 fit\n\
             nothing is set aside for the system, its page cache and other programs: take SIZE without their memory\n"
        );
        let seen =
            Fit { jobs: 0, basis: Basis::Seen, beside: Bytes(0), file: None, jobs_if_shared: None, ..fit };
        let words = text(Path::new("t.dat"), &seen, Bytes(1 << 20));
        assert!(words.starts_with("t.dat: not one job like this one fits into 1.0 MiB\n"), "{words}");
        assert!(words.contains("may be too many"), "{words}");
    }
}
