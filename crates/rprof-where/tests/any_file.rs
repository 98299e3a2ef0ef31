//! Any stacks file, sound or not: its views add up to the present pages, and nothing panics.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use proptest::prelude::*;
use rprof_where::attribution::{By, Names, Table, Which, diff, over_time, series, view};
use rprof_where::export::{flame_graph, folded, speedscope};
use rprof_where::model::{
    Area, Event, EventKind, Fault, Frame, Header, Mapped, Moment, Node, Record, Run, Scan, Symbol,
};
use rprof_where::{Log, Writer};

const PAGE: u64 = 4096;

/// An address: mostly within a few hundred pages, so that ranges meet; sometimes at the end of all addresses.
fn address() -> impl Strategy<Value = u64> {
    prop_oneof![8 => (0..2000u64).prop_map(|page| page * PAGE), 1 => any::<u64>(), 1 => Just(u64::MAX - PAGE)]
}

fn scan() -> impl Strategy<Value = Scan> {
    let ranges = prop::collection::vec((0..300u64, 1..300u64, any::<bool>(), any::<bool>()), 0..8);
    (ranges, prop::collection::vec((0..500u64, 1..1000u64), 0..4)).prop_map(|(runs, areas)| {
        let mut at = 0;
        let mut scan = Scan::default();
        for (gap, pages, huge, file) in runs {
            let start = at + gap * PAGE;
            at = start + pages * PAGE;
            scan.runs.push(Run { start, end: at, huge, file });
        }
        at = 0;
        for (gap, pages) in areas {
            let start = at + gap * PAGE;
            at = start + pages * PAGE;
            scan.areas.push(Area { start, end: at, name: "[heap]".into() });
        }
        scan
    })
}

fn event() -> impl Strategy<Value = EventKind> {
    let size = prop_oneof![Just(0), Just(PAGE), Just(2 << 20), Just(1u64 << 40)];
    let fault = (address(), size, 0..4u32, 0..20u32).prop_map(|(address, size, node, weight)| {
        EventKind::Fault(Fault { tid: weight % 3, address, size, node, weight, has_stack: weight % 5 > 0 })
    });
    let map = (address(), 0..4000u64, 0..3u32).prop_map(|(start, pages, tid)| {
        EventKind::Map(Mapped { tid, start, end: start.saturating_add(pages * PAGE) })
    });
    prop_oneof![
        8 => fault,
        2 => map,
        2 => scan().prop_map(|scan| EventKind::Scan(Box::new(scan))),
        2 => prop::collection::vec((0..3u32, any::<u64>()), 0..3)
            .prop_map(|processes| EventKind::Moment(Moment { processes })),
        1 => (0..3u32).prop_map(|parent| EventKind::Fork { parent }),
        1 => any::<bool>().prop_map(|exec| EventKind::Name { name: "sh;\n".into(), exec }),
        1 => Just(EventKind::Exit),
    ]
}

fn file(events: Vec<(u32, EventKind)>) -> Vec<u8> {
    let header =
        Header { writer: "test".into(), period: 16, kernel: false, page_size: PAGE, huge_size: 2 << 20 };
    let mut writer = Writer::new(Vec::new(), &header);
    writer.write(&Record::Module("/usr/bin/x".into()));
    writer.write(&Record::Module("[generated 7]".into()));
    for (frame, module) in [(0u32, 0), (1, 1), (2, 0)] {
        writer.write(&Record::Frame(Frame { module, offset: frame.into() }));
        writer.write(&Record::Node(Node { parent: frame, frame }));
    }
    let symbol = |name: &str| vec![Symbol { name: name.into(), file: "a.c".into(), line: 3 }];
    writer.write(&Record::Symbols { frame: 0, symbols: symbol("main") });
    writer.write(&Record::Symbols { frame: 1, symbols: symbol("py::f;\u{1b}:a.py") });
    for (time, (pid, kind)) in (0..).zip(events) {
        writer.write(&Record::Event(Event { time, pid, kind }));
    }
    writer.finish().unwrap()
}

/// Reads a file in all ways.
fn use_all(bytes: &[u8]) {
    let Ok(log) = Log::read(bytes) else { return };
    let names = Names::new(&log);
    let mut last: Option<Table> = None;
    for which in [Which::Peak, Which::At(0), Which::At(u64::MAX), Which::Gross] {
        let Some(seen) = view(&log, which) else { continue };
        for by in [By::Function, By::Line, By::Library, By::Process] {
            let table = Table::new(&seen, &log, &names, by);
            let own: u64 = table.entries.iter().map(|entry| entry.self_bytes).fold(0, u64::saturating_add);
            assert!(own == table.bytes || table.bytes == u64::MAX, "self values add up");
            assert!(table.entries.iter().all(|entry| entry.self_bytes <= entry.total_bytes));
            if let Some(last) = last.replace(table) {
                diff(&last, last.entries.first().map_or(&last, |_| &last));
            }
        }
        let lines = folded(&seen, &log, &names, 1);
        assert!(lines.iter().all(|line| !line.contains('\n')));
        speedscope(&seen, &log, &names, "x");
        let _ = flame_graph(&seen, &log, &names, ("x", "y"), &mut Vec::new());
    }
    series(&log, 1, &mut drop);
    let bands = over_time(&log, &names, 3);
    assert!(bands.len() <= 3);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_events_can_be_replayed(events in prop::collection::vec((0..3u32, event()), 0..60)) {
        use_all(&file(events));
    }

    #[test]
    fn damage_is_survived(
        events in prop::collection::vec((0..3u32, event()), 0..20),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = file(events);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        use_all(&bytes);
    }

    /// Every present page within an area has exactly one owner, whatever the faults.
    #[test]
    fn a_view_adds_up_to_the_present_pages(
        events in prop::collection::vec((Just(1u32), event()), 0..40),
        last in scan(),
    ) {
        let present: u64 = last.runs.iter().flat_map(|run| last.areas.iter().map(move |area| {
            run.end.min(area.end).saturating_sub(run.start.max(area.start))
        })).sum();
        let mut events: Vec<_> = events.into_iter().filter(|(_, kind)| !matches!(kind, EventKind::Moment(_))).collect();
        events.push((1, EventKind::Scan(Box::new(last))));
        events.push((0, EventKind::Moment(Moment { processes: vec![(1, 1)] })));
        let log = Log::read(&file(events)).unwrap();
        prop_assert_eq!(view(&log, Which::Peak).unwrap().bytes(), present);
    }
}
