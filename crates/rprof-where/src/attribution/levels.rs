//! The memory of all functions at some moments of a run: as many as are asked for, and the peak among them.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::bounds::Bounds;
use super::names::Names;
use super::replay::{moments, views};
use super::table::{By, Entry, Table};
use crate::file::Log;

/// The memory of functions at some moments.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    /// The moments, in order.
    pub moments: Vec<Level>,
    /// All that held memory at one of them, or called what did, by its largest amount.
    pub held: Vec<Held>,
}

/// The tree at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// Nanoseconds since the start of the run.
    pub time: u64,
    /// The RSS of the tree in bytes.
    pub rss: u64,
    /// The sum of all that is held, which is nearly the RSS.
    pub bytes: u64,
}

/// The memory of one function, or memory of one kind without a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The row of the table at the first moment that has it. Its bytes are those of that moment.
    pub entry: Entry,
    /// Self bytes at each moment.
    pub bytes: Vec<u64>,
    /// Total bytes at each moment.
    pub totals: Vec<u64>,
    /// The bounds of the self bytes and of the total bytes at the highest moment, the first of equal ones; `None` if it
    /// held nothing there.
    pub bounds: Option<(Bounds, Bounds)>,
}

impl Held {
    /// The largest amount of self bytes.
    pub fn most(&self) -> u64 {
        self.bytes.iter().copied().max().unwrap_or(0)
    }
}

/// The levels at `most` moments. If there are more, each slice of the run has its highest one.
pub fn levels(log: &Log, names: &Names, most: usize) -> Levels {
    let chosen = chosen(log, most);
    let peak = highest(log, &chosen);
    let mut levels = Levels::default();
    let mut places: HashMap<(String, String), usize> = HashMap::new();
    views(log, &chosen, &mut |view| {
        let table = Table::new(&view, log, names, By::Function);
        let moment = levels.moments.len();
        levels.moments.push(Level { time: view.time, rss: view.rss, bytes: table.bytes });
        for entry in table.entries {
            let (bytes, total) = (entry.self_bytes, entry.total_bytes);
            let bounds = (entry.self_bounds, entry.total_bounds);
            let at = *places.entry((entry.name.clone(), entry.library.clone())).or_insert_with(|| {
                let none = vec![0; chosen.len()];
                levels.held.push(Held { entry, bytes: none.clone(), totals: none, bounds: None });
                levels.held.len() - 1
            });
            let held = &mut levels.held[at];
            (held.bytes[moment], held.totals[moment]) = (bytes, total);
            if peak == Some(moment) {
                held.bounds = Some(bounds);
            }
        }
    });
    levels.held.sort_by_cached_key(|held| {
        (Reverse(held.most()), held.entry.name.clone(), held.entry.library.clone())
    });
    levels
}

/// The place of the highest of the chosen moments, of equal ones the first.
fn highest(log: &Log, chosen: &[usize]) -> Option<usize> {
    let rss: Vec<u64> = moments(log).map(|(_, rss)| rss).collect();
    let of = |place: &usize| chosen.get(*place).and_then(|number| rss.get(*number));
    // Of equal ones `max_by_key` takes the last.
    (0..chosen.len()).rev().max_by_key(of)
}

/// The numbers of the moments, in order.
fn chosen(log: &Log, most: usize) -> Vec<usize> {
    let (count, last) = moments(log).fold((0, 0), |(count, _), (time, _)| (count + 1, time));
    if count <= most {
        return (0..count).collect();
    }
    let width = last / most.max(1) as u64 + 1;
    // Slice, number and RSS of the first highest moment of each slice.
    let mut highest: Vec<(u64, usize, u64)> = Vec::new();
    for (number, (time, rss)) in moments(log).enumerate() {
        let slice = time / width;
        match highest.last_mut() {
            Some(last) if last.0 == slice && last.2 >= rss => {}
            Some(last) if last.0 == slice => *last = (slice, number, rss),
            _ => highest.push((slice, number, rss)),
        }
    }
    highest.into_iter().map(|(_, number, _)| number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribution::{Which, view};
    use crate::file::Writer;
    use crate::model::{
        Area, Event, EventKind, Fault, Frame, Header, Moment, Node, Record, Run, Scan, Symbol,
    };

    const PAGE: u64 = 4096;

    /// A process whose functions `even` and `odd` touch a page in turn, so many times; a moment after each page.
    /// Then it gives all but the first page back.
    fn log(pages: u64) -> Log {
        let header =
            Header { writer: "t".into(), period: 1, kernel: true, page_size: PAGE, huge_size: 2 << 20 };
        let mut writer = Writer::new(Vec::new(), &header);
        writer.write(&Record::Module("/bin/t".into()));
        for (frame, name) in [(0, "even"), (1, "odd")] {
            writer.write(&Record::Frame(Frame { module: 0, offset: frame.into() }));
            writer.write(&Record::Node(Node { parent: 0, frame }));
            let symbol = Symbol { name: name.into(), file: format!("{name}.c"), line: 3 };
            writer.write(&Record::Symbols { frame, symbols: vec![symbol] });
        }
        let mut look = |time: u64, pages: u64, touched: Option<u64>| {
            let mut event = |kind| writer.write(&Record::Event(Event { time, pid: 7, kind }));
            if let Some(page) = touched {
                let address = (1000 + page) * PAGE;
                let node = 1 + (page % 2) as u32;
                event(EventKind::Fault(Fault {
                    tid: 7,
                    address,
                    size: PAGE,
                    node,
                    weight: 1,
                    has_stack: true,
                }));
            }
            let (start, end) = (1000 * PAGE, (1000 + pages) * PAGE);
            event(EventKind::Scan(Box::new(Scan {
                rss: pages * PAGE,
                areas: vec![Area { start, end: 1 << 40, name: String::new() }],
                runs: vec![Run { start, end, huge: false, file: false }],
            })));
            event(EventKind::Moment(Moment { processes: vec![(7, pages * PAGE)] }));
        };
        for page in 0..pages {
            look(page * 10, page + 1, Some(page));
        }
        look(pages * 10, 1, None);
        Log::read(&writer.finish().expect("a vector accepts everything")).expect("sound")
    }

    fn held(levels: &Levels, name: &str) -> Vec<u64> {
        let pages = |held: &Held| held.bytes.iter().map(|bytes| bytes / PAGE).collect();
        levels.held.iter().find(|held| held.entry.name == name).map(pages).unwrap_or_default()
    }

    #[test]
    fn few_moments_are_all_there() {
        let log = log(4);
        let levels = levels(&log, &Names::new(&log), 10);
        assert_eq!(levels.moments.len(), 5);
        assert_eq!(held(&levels, "even"), [1, 1, 2, 2, 1]);
        assert_eq!(held(&levels, "odd"), [0, 1, 1, 2, 0]);
        assert_eq!(levels.held[0].entry.file, "even.c");
    }

    /// A page has a limited number of moments, and the one that its reader looks for first is the peak.
    #[test]
    fn of_many_moments_the_peak_is_kept_and_equals_its_view() {
        let log = log(99);
        for most in [1, 2, 7, 50] {
            let names = Names::new(&log);
            let levels = levels(&log, &names, most);
            assert!(levels.moments.len() <= most, "{} for {most}", levels.moments.len());
            assert!(levels.moments.is_sorted_by_key(|moment| moment.time));
            let at = levels.moments.iter().position(|moment| moment.rss == 99 * PAGE).expect("the peak");
            let peak = view(&log, Which::Peak).expect("a moment");
            let table = Table::new(&peak, &log, &names, By::Function);
            assert_eq!((levels.moments[at].time, levels.moments[at].bytes), (peak.time, table.bytes));
            for entry in table.entries {
                let pages = held(&levels, &entry.name);
                assert_eq!(pages[at] * PAGE, entry.self_bytes, "{}", entry.name);
                let held = levels.held.iter().find(|held| held.entry.name == entry.name).expect("a row");
                assert_eq!(held.totals[at], entry.total_bytes, "{}", entry.name);
                assert_eq!(held.bounds, Some((entry.self_bounds, entry.total_bounds)), "{}", entry.name);
            }
        }
    }

    #[test]
    fn a_run_without_a_moment_has_no_levels() {
        let header =
            Header { writer: "t".into(), period: 1, kernel: true, page_size: PAGE, huge_size: 2 << 20 };
        let file = Writer::new(Vec::new(), &header).finish().expect("a vector accepts everything");
        let log = Log::read(&file).expect("sound");
        let levels = levels(&log, &Names::new(&log), 10);
        assert!(levels.moments.is_empty() && levels.held.is_empty());
    }
}
