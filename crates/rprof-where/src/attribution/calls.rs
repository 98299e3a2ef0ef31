//! The memory below all calls that a condition selects, with its bounds. Such calls may be rows of several names and
//! libraries, and their totals overlap where one calls another: they are no sum of rows.

use super::bounds::{Bounds, Rows, Sums};
use super::names::{Call, Names};
use super::replay::View;
use crate::file::Log;

/// The memory that some calls, or anything that they called, touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Total {
    /// The bytes by the best estimate, which lie between the bounds.
    pub bytes: u64,
    /// The least that is certain, and the most with all memory that may be theirs.
    pub bounds: Bounds,
}

/// The memory of a view below the calls that `is_wanted` selects. Each byte counts once.
pub fn total_of(view: &View, log: &Log, names: &Names, is_wanted: &dyn Fn(&Call) -> bool) -> Total {
    // One row has all of it; other bytes have no row.
    let rows = |node: u32| -> Rows {
        let is_below = names.stack(log, node).into_iter().any(is_wanted);
        Rows { own: 0, all: if is_below { vec![0] } else { Vec::new() } }
    };
    let mut total = Total::default();
    let mut sums = Sums::default();
    for share in &view.shares {
        let own = rows(share.node);
        if !own.all.is_empty() {
            total.bytes = total.bytes.saturating_add(share.bytes);
        }
        if share.has_recorded_stack() {
            let rival = share.rival.map(|(_, node)| rows(node));
            sums.add(share.bytes, &own, rival.as_ref().unwrap_or(&own));
        } else {
            sums.add_unknown(share.bytes);
        }
    }
    total.bounds = sums.of(0).1;
    total
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribution::{Class, Doubt, Process, Share, is_named};
    use crate::file::Writer;
    use crate::model::{Frame, Header, Node, Record, Symbol};

    /// Stacks: 1 is `main`, 2 `main;a::load`, 3 `main;b::load`, 4 `main;a::load;b::load`, 5 `main;other`.
    fn log() -> Log {
        let header =
            Header { writer: "t".into(), period: 1, kernel: true, page_size: 4096, huge_size: 2 << 20 };
        let mut writer = Writer::new(Vec::new(), &header);
        writer.write(&Record::Module("/bin/t".into()));
        for (frame, name) in (0..).zip(["main", "a::load", "b::load", "other"]) {
            writer.write(&Record::Frame(Frame { module: 0, offset: u64::from(frame) * 16 }));
            let symbol = Symbol { name: name.into(), file: String::new(), line: 0 };
            writer.write(&Record::Symbols { frame, symbols: vec![symbol] });
        }
        for (parent, frame) in [(0, 0), (1, 1), (1, 2), (2, 2), (1, 3)] {
            writer.write(&Record::Node(Node { parent, frame }));
        }
        Log::read(&writer.finish().expect("a vector accepts everything")).expect("sound")
    }

    fn total(shares: Vec<Share>, wanted: &str) -> (u64, u64, u64) {
        let log = log();
        let processes = vec![Process { pid: 7, name: "t".into() }];
        let view = View { processes, shares, ..View::default() };
        let found = total_of(&view, &log, &Names::new(&log), &|call| is_named(call, wanted));
        (found.bounds.lower, found.bytes, found.bounds.upper)
    }

    fn share(node: u32, bytes: u64) -> Share {
        Share {
            process: 0,
            node,
            class: Class::Exact,
            doubt: Doubt::None,
            rival: None,
            area: String::new(),
            file: false,
            bytes,
        }
    }

    /// A sum of the rows of a table would count the memory of stack 4 twice, and its bounds would be too wide.
    #[test]
    fn each_byte_counts_once_also_below_two_calls_of_a_name() {
        let shares = vec![share(1, 1), share(2, 10), share(3, 100), share(4, 1000), share(5, 10_000)];
        assert_eq!(total(shares.clone(), "load"), (1110, 1110, 1110));
        assert_eq!(total(shares.clone(), "a::load"), (1010, 1010, 1010));
        assert_eq!(total(shares, "main"), (11_111, 11_111, 11_111));
    }

    #[test]
    fn bytes_that_others_may_have_are_only_in_the_upper_bound() {
        let rival = |node, rival, bytes| Share { rival: Some((0, rival)), ..share(node, bytes) };
        let shares = vec![rival(2, 5, 10), rival(5, 3, 100), rival(2, 3, 1000)];
        assert_eq!(total(shares, "load"), (1000, 1010, 1110));
        let unseen = Share { class: Class::Unseen, ..share(2, 10) };
        let lost = Share { doubt: Doubt::Lost, ..share(3, 100) };
        let moved = Share { doubt: Doubt::Moved, ..share(5, 1000) };
        assert_eq!(total(vec![unseen, lost, moved, share(0, 10_000)], "load"), (0, 110, 11_110));
    }
}
