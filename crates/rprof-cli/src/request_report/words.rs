//! The computation of a request in sentences.

use rprof_findings::fit::Basis;
use rprof_findings::request::{Margin, Need, Request};
use rprof_trace::Bytes;

/// The names of traces that a message shows.
const NAMED: usize = 3;

/// The lines. `has_groups` is true if every run had a control group of its own.
pub fn lines(request: &Request, margin: Margin, has_groups: bool) -> Vec<String> {
    let need = &request.need;
    let mut lines = vec![computation(request, margin), source(request)];
    if need.basis == Basis::Seen && need.group_peak.is_none() {
        lines.push("no upper bound of the peak is known: a rerun may need more between two ticks".to_owned());
    }
    for (found, ranks) in &request.incomplete {
        lines.push(format!(
            "{found} of the {ranks} ranks of a job have a trace here: the others are missing in the sum"
        ));
    }
    if need.huge.0 > 0 {
        lines.push(format!("{} of huge pages are not in it: this limit does not count them", need.huge));
    }
    if !has_groups {
        lines.push(
            "tmpfs files and shared memory that no process maps are not in it: `rprof run --cgroup` records them"
                .to_owned(),
        );
    }
    lines
}

/// `735.0 MiB = 600.0 MiB upper bound of the peak + … + 122.5 MiB margin (20 %)`
fn computation(request: &Request, margin: Margin) -> String {
    let unit = request.memory;
    let mut parts = parts(&request.need);
    parts.push((request.around, "for rprof, a shell and the launcher".to_owned()));
    let share = match margin {
        Margin::Share(share) => format!("margin ({} %, at least 16 MiB)", share * 100.0),
        Margin::Size(_) => "margin".to_owned(),
    };
    parts.push((request.margin, share));
    let parts: Vec<String> =
        parts.iter().map(|(size, name)| format!("{} {name}", size.in_unit_of(unit))).collect();
    format!("{} = {}", request.memory, parts.join(" + "))
}

fn parts(need: &Need) -> Vec<(Bytes, String)> {
    if let Some(peak) = need.group_peak {
        return vec![(peak, "the most that the kernel counted for its control group".to_owned())];
    }
    let basis = match need.basis {
        Basis::PssBound => "upper bound of the peak of PSS",
        Basis::OnceBound => "upper bound of the peak, shared pages counted once",
        Basis::Bound => "upper bound of the peak",
        Basis::Seen => "largest value that was seen",
    };
    let all = [
        (need.held, basis),
        (need.shared, "pages of files and shared memory that other programs may map too"),
        (need.swap, "swap"),
        (need.kernel, "page tables and kernel memory of the processes"),
        (need.unmapped.unwrap_or_default(), "tmpfs files and shared memory that no process maps"),
    ];
    all.into_iter().filter(|(size, _)| size.0 > 0).map(|(size, name)| (size, name.to_owned())).collect()
}

/// `from t.dat, the largest of 12 runs`
fn source(request: &Request) -> String {
    let mut names =
        request.of.iter().take(NAMED).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if request.of.len() > NAMED {
        names += &format!(" and {} more", request.of.len() - NAMED);
    }
    let sum = if request.of.len() > 1 {
        format!("the sum of {} ranks on one host: ", request.of.len())
    } else {
        String::new()
    };
    match request.considered {
        1 => format!("from {sum}{names}"),
        several => format!("from {sum}{names}, the largest of {several} runs"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found() -> Request {
        let mib = |size: u64| Bytes(size << 20);
        Request {
            memory: mib(735),
            need: Need {
                held: mib(600),
                basis: Basis::Bound,
                shared: Bytes(0),
                swap: Bytes(0),
                kernel: mib(4),
                unmapped: None,
                group_peak: None,
                huge: Bytes(0),
            },
            around: mib(8),
            margin: mib(123),
            of: vec!["t.dat".to_owned()],
            considered: 1,
            incomplete: Vec::new(),
        }
    }

    #[test]
    fn every_part_is_named() {
        let lines = lines(&found(), Margin::Share(0.2), false);
        assert_eq!(
            lines[0],
            "735.0 MiB = 600.0 MiB upper bound of the peak + 4.0 MiB page tables and kernel memory of the processes + \
             8.0 MiB for rprof, a shell and the launcher + 123.0 MiB margin (20 %, at least 16 MiB)"
        );
        assert_eq!(lines[1], "from `t.dat`");
        assert!(lines[2].contains("rprof run --cgroup"), "{lines:?}");
        assert_eq!(lines.len(), 3);
    }

    #[test]
    fn what_the_request_does_not_cover_is_named() {
        let mut request = found();
        request.need.basis = Basis::Seen;
        request.need.huge = Bytes(1 << 30);
        request.of = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
        request.considered = 2;
        request.incomplete = vec![(3, 4)];
        let lines = lines(&request, Margin::Size(Bytes(123 << 20)), true);
        assert!(lines[0].ends_with("+ 123.0 MiB margin"), "{lines:?}");
        assert_eq!(
            lines[1],
            "from the sum of 4 ranks on one host: `a`, `b`, `c` and 1 more, the largest of 2 runs"
        );
        assert!(lines[2].contains("no upper bound") && lines[3].contains("3 of the 4 ranks"), "{lines:?}");
        assert!(lines[4].contains("1.00 GiB of huge pages"), "{lines:?}");
        assert_eq!(lines.len(), 5);
    }
}
