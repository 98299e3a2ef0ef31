//! Stacks files with known memory, for tests of what is read from them: recording needs rights that not every machine gives.

use rprof_where::Writer;
use rprof_where::model::{
    Area, Event, EventKind, Fault, Frame, Header, Moment, Node, Record, Run, Scan, Symbol,
};

use super::{MIB, Place};

const PID: u32 = 7;

/// The memory of a call stack at the only moment of a run.
pub struct Held<'a> {
    /// The functions, the outermost first; none for memory without a fault.
    pub calls: &'a [&'a str],
    pub mib: u64,
    /// True if the stacks of its faults were lost and concluded from others.
    pub is_lost: bool,
}

/// Writes the stacks of a trace, at 50 ms. A page has 1 MiB, and the functions are in the library `libt.so`.
pub fn write_stacks(place: &Place, trace: &str, held: &[Held<'_>]) {
    let header =
        Header { writer: "test".into(), period: 1, kernel: true, page_size: MIB, huge_size: 2 * MIB };
    let mut writer = Writer::new(Vec::new(), &header);
    writer.write(&Record::Module("/usr/lib/libt.so".into()));
    let (mut frames, mut nodes): (Vec<&str>, Vec<Node>) = (Vec::new(), Vec::new());
    let mut faults = Vec::new();
    let mut scan = Scan::default();
    for (number, stack) in (1..).zip(held) {
        let node = stack.calls.iter().fold(0, |parent, call| {
            let frame = frames.iter().position(|known| known == call).unwrap_or_else(|| {
                frames.push(call);
                frames.len() - 1
            });
            let node = Node { parent, frame: u32::try_from(frame).unwrap() };
            let known = nodes.iter().position(|known| known.parent == parent && known.frame == node.frame);
            let place = known.unwrap_or_else(|| {
                nodes.push(node);
                nodes.len() - 1
            });
            u32::try_from(place).unwrap() + 1
        });
        let (start, end) = (number << 40, (number << 40) + stack.mib * MIB);
        scan.areas.push(Area { start, end, name: "[heap]".into() });
        scan.runs.push(Run { start, end, huge: false, file: false });
        scan.rss += end - start;
        for page in 0..stack.mib {
            let (address, has_stack) = (start + page * MIB, !stack.is_lost);
            let fault = Fault { tid: PID, address, size: MIB, node, weight: 1, has_stack };
            faults.extend((node > 0).then_some(EventKind::Fault(fault)));
        }
    }
    for (frame, name) in (0..).zip(&frames) {
        writer.write(&Record::Frame(Frame { module: 0, offset: u64::from(frame) * 64 }));
        let symbol = Symbol { name: (*name).into(), file: String::new(), line: 0 };
        writer.write(&Record::Symbols { frame, symbols: vec![symbol] });
    }
    for node in nodes {
        writer.write(&Record::Node(node));
    }
    let moment = EventKind::Moment(Moment { processes: vec![(PID, scan.rss)] });
    let name = EventKind::Name { name: "t".into(), exec: true };
    for kind in [name].into_iter().chain(faults).chain([EventKind::Scan(Box::new(scan)), moment]) {
        writer.write(&Record::Event(Event { time: 50_000_000, pid: PID, kind }));
    }
    std::fs::write(place.path(&format!("{trace}.stacks")), writer.finish().unwrap()).unwrap();
}
