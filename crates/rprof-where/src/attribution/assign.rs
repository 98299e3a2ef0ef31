//! The join of present pages and faults: each byte of a scan goes to the fault that most likely made it present.

use super::moves::gap_limit;
use super::space::{Space, Touch};
use super::stale::without_stale;
use super::{Class, Doubt};
use crate::model::{Area, Header, Run, Scan};

/// Faults of file pages make up to 16 pages present.
const AROUND: u64 = 16;

/// A number of bytes with its origin.
#[derive(Debug, Clone, Copy)]
pub struct Piece<'a> {
    /// The bytes.
    pub bytes: u64,
    /// The certainty.
    pub class: Class,
    /// The fault; `None` if none was seen.
    pub touch: Option<Touch>,
    /// The fault on the other side of a gap, to which the bytes may belong as well.
    pub rival: Option<Touch>,
    /// Stacks before and after the mapping was made; only if no fault was seen.
    pub around: (u32, u32),
    /// The area.
    pub area: &'a Area,
    /// True for pages of a file or shared memory.
    pub file: bool,
    /// The reason for which the fault is not certain.
    pub doubt: Doubt,
}

/// The fault that owns bytes, and the one that may.
type Origin = (Option<Touch>, Option<Touch>);

/// A part of a run within one area and one mapping.
struct Segment<'a> {
    start: u64,
    end: u64,
    /// The range whose faults may explain it.
    domain: (u64, u64),
    around: (u32, u32),
    area: &'a Area,
    run: Run,
}

/// A recorded fault and the addresses that it made present.
#[derive(Clone, Copy)]
struct Point {
    start: u64,
    end: u64,
    touch: Touch,
}

/// The join for one process.
pub struct Assignment<'a> {
    header: &'a Header,
    faults: Vec<(u64, Touch)>,
    space: &'a Space,
    /// Faults were lost, so that longer gaps are to be expected.
    lossy: bool,
}

impl<'a> Assignment<'a> {
    pub fn new(space: &'a Space, header: &'a Header, lossy: bool) -> Self {
        let faults = space.faults.iter().map(|(page, touch)| (*page, *touch)).collect();
        let reach = header.period * header.page_size * 3 / 2;
        Self { header, faults: without_stale(faults, reach), space, lossy }
    }

    /// Passes every present byte of the scan on.
    pub fn assign(&self, scan: &'a Scan, out: &mut dyn FnMut(Piece<'a>)) {
        let mut first = 0;
        for run in &scan.runs {
            while scan.areas.get(first).is_some_and(|area| area.end <= run.start) {
                first += 1;
            }
            for area in scan.areas[first..].iter().take_while(|area| area.start < run.end) {
                self.assign_run(run, area, out);
            }
        }
    }

    fn assign_run(&self, run: &Run, area: &'a Area, out: &mut dyn FnMut(Piece<'a>)) {
        let end = run.end.min(area.end);
        let mut at = run.start.max(area.start);
        while at < end {
            let segment = self.segment(at, end, run, area);
            self.fill(&segment, out);
            at = segment.end;
        }
    }

    /// The part that begins at `start` and ends where the mapping does.
    fn segment(&self, start: u64, end: u64, run: &Run, area: &'a Area) -> Segment<'a> {
        let objects = &self.space.objects;
        let object = objects.at(start).copied();
        let stop = match object {
            Some(object) => object.end,
            None => objects.after(start).map_or(end, |next| next.start),
        };
        let whole = (area.start, area.end);
        let mut domain = whole;
        if let Some(object) = object {
            let own = (object.start.max(area.start), object.end.min(area.end));
            // A small mapping may have no recorded fault, and its neighbours in the area are probably of the same kind.
            if own.1 - own.0 > gap_limit(self.header) || self.range(own.0, own.1).next().is_some() {
                domain = own;
            }
        }
        let end = end.min(stop);
        Segment { start, end, domain, around: object.map_or((0, 0), |o| o.around), area, run: *run }
    }

    fn range(&self, start: u64, end: u64) -> impl DoubleEndedIterator<Item = &(u64, Touch)> {
        let first = self.faults.partition_point(|(page, _)| *page < start);
        let last = first + self.faults[first..].partition_point(|(page, _)| *page < end);
        self.faults[first..last].iter()
    }

    /// The faults within a segment, and the nearest one on each side in its domain.
    fn points(&self, segment: &Segment<'_>) -> Vec<Point> {
        let (low, high) = segment.domain;
        // Memory in huge pages was touched by faults of huge pages: an older fault of a small page is from a time before,
        // when the memory was mapped for another use. Only a collapse by the kernel leaves small ones alone.
        let large = |fault: &&(u64, Touch)| fault.1.size > self.header.page_size;
        let only_large = segment.run.huge && self.range(low, high).any(|fault| large(&fault));
        let counts = |fault: &&(u64, Touch)| !only_large || large(fault);
        let before = self.range(low, segment.start).rfind(counts);
        let after = self.range(segment.end, high).find(counts);
        let inside = self.range(segment.start, segment.end).filter(counts);
        let mut points: Vec<Point> = Vec::new();
        for (page, touch) in before.into_iter().chain(inside).chain(after) {
            let unit = if segment.run.huge { self.header.huge_size } else { self.header.page_size };
            let size = touch.size.max(unit);
            let start = page & !(size - 1);
            let point = Point { start, end: start.saturating_add(size), touch: *touch };
            match points.last_mut() {
                // Several faults of one huge page: the newest one counts.
                Some(last) if last.end > point.start => {
                    if last.touch.order < touch.order {
                        *last = Point { start: last.start, end: last.end.max(point.end), ..point };
                    }
                }
                _ => points.push(point),
            }
        }
        points
    }

    /// The longest gap between two recorded faults of one buffer whose pages have this size.
    fn limit(&self, segment: &Segment<'_>, unit: u64) -> u64 {
        let mut limit = (gap_limit(self.header) / self.header.page_size).saturating_mul(unit);
        if segment.run.file {
            limit = limit.saturating_mul(AROUND);
        }
        if self.lossy { limit.saturating_mul(AROUND) } else { limit }
    }

    fn fill(&self, segment: &Segment<'a>, out: &mut dyn FnMut(Piece<'a>)) {
        let points = self.points(segment);
        let mut put = |start: u64, end: u64, class: Class, (touch, rival): Origin| {
            let (start, end) = (start.max(segment.start), end.min(segment.end));
            if start < end {
                let around = if touch.is_none() { segment.around } else { (0, 0) };
                let (area, Run { file, huge, .. }) = (segment.area, segment.run);
                let doubt = touch.map_or(Doubt::None, |touch| match touch.doubt() {
                    Doubt::None if huge && touch.size <= self.header.page_size => Doubt::Joined,
                    doubt => doubt,
                });
                out(Piece { bytes: end - start, class, touch, rival, around, area, file, doubt });
            }
        };
        let own = |point: &Point| match (segment.run.huge, point.touch.size > self.header.page_size) {
            _ if point.touch.doubt() != Doubt::None => Class::Estimated,
            (true, true) => Class::Huge,
            (false, false) => Class::Exact,
            (true, false) | (false, true) => Class::Estimated,
        };
        let mut left: Option<Point> = None;
        for point in points.iter().copied().map(Some).chain([None]) {
            let from = left.map_or(segment.start, |left| left.end.max(segment.start));
            let to = point.map_or(segment.end, |point| point.start.min(segment.end));
            if from < to {
                self.fill_gap(segment, (from, to), (left, point), &mut put);
            }
            if let Some(point) = point {
                put(point.start, point.end, own(&point), (Some(point.touch), None));
            }
            left = point;
        }
    }

    /// The pages between two recorded faults go to the nearer one, unless there are too many of them.
    fn fill_gap(
        &self,
        segment: &Segment<'a>,
        (from, to): (u64, u64),
        (left, right): (Option<Point>, Option<Point>),
        put: &mut dyn FnMut(u64, u64, Class, Origin),
    ) {
        // Before Linux 6.7, the page map does not show which pages are huge. Recorded faults have the size of their page.
        let is_large = |point: &Point| point.touch.size > self.header.page_size;
        let huge = segment.run.huge || [left, right].iter().flatten().any(is_large);
        let unit = if huge { self.header.huge_size } else { self.header.page_size };
        let limit = self.limit(segment, unit);
        let low = left.map_or(from, |point| point.end);
        let high = right.map_or(to, |point| point.start);
        let (left, right) = (left.map(|point| point.touch), right.map(|point| point.touch));
        let reach = self.header.period * unit;
        match (left, right) {
            (None, None) => put(from, to, Class::Unseen, (None, None)),
            _ if high - low > limit => {
                let (left_end, right_start) = (
                    left.map_or(from, |_| low.saturating_add(reach).clamp(from, to)),
                    right.map_or(to, |_| high.saturating_sub(reach).clamp(from, to)),
                );
                put(from, left_end, Class::Estimated, (left, None));
                put(left_end, right_start, Class::Unseen, (None, None));
                put(right_start, to, Class::Estimated, (right, None));
            }
            _ => {
                let middle = (low + (high - low) / 2) & !(unit - 1);
                let middle = match (left, right) {
                    (_, None) => to,
                    (None, _) => from,
                    _ => middle.clamp(from, to),
                };
                put(from, middle, Class::Estimated, (left, right));
                put(middle, to, Class::Estimated, (right, left));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::model::{Fault, Mapped};

    const PAGE: u64 = 4096;

    fn header() -> Header {
        Header { writer: String::new(), period: 16, kernel: false, page_size: PAGE, huge_size: 2 << 20 }
    }

    fn scan(pages: std::ops::Range<u64>, huge: bool) -> Scan {
        let (start, end) = (pages.start * PAGE, pages.end * PAGE);
        Scan {
            rss: end - start,
            areas: vec![Area { start: 0, end: 1 << 40, name: String::new() }],
            runs: vec![Run { start, end, huge, file: false }],
        }
    }

    fn fault(page: u64, node: u32, size: u64) -> Fault {
        Fault { tid: 1, address: page * PAGE, size, node, weight: 16, has_stack: true }
    }

    /// A space with the faults of one stack: at each so many pages, of pages of this size.
    fn touched(pages: std::ops::Range<u64>, step: usize, size: u64) -> Space {
        let mut space = Space::default();
        for page in pages.step_by(step) {
            space.touch(&fault(page, 1, size), page, 0, &header());
        }
        space
    }

    /// The pages of each stack, and those without one.
    fn assigned(space: &Space, scan: &Scan) -> Vec<(u32, Class, u64)> {
        let header = header();
        let mut pieces: Vec<(u32, Class, u64)> = Vec::new();
        Assignment::new(space, &header, false).assign(scan, &mut |piece| {
            let key = (piece.touch.map_or(0, |touch| touch.node), piece.class);
            match pieces.iter_mut().find(|(node, class, _)| (*node, *class) == key) {
                Some((_, _, pages)) => *pages += piece.bytes / PAGE,
                None => pieces.push((key.0, key.1, piece.bytes / PAGE)),
            }
        });
        pieces.sort_unstable();
        pieces
    }

    #[test]
    fn pages_between_two_faults_go_to_the_nearer_one() {
        let mut space = Space::default();
        space.touch(&fault(110, 1, PAGE), 1, 0, &header());
        space.touch(&fault(121, 2, PAGE), 2, 0, &header());
        let got = assigned(&space, &scan(100..130, false));
        assert_eq!(
            got,
            [
                (1, Class::Exact, 1),
                (1, Class::Estimated, 15),
                (2, Class::Exact, 1),
                (2, Class::Estimated, 13)
            ]
        );
    }

    /// Regression of the prototype: a buffer that `read` filled was given to the stack of its neighbour.
    #[test]
    fn a_long_gap_belongs_to_neither_neighbour() {
        let mut space = Space::default();
        space.touch(&fault(100, 1, PAGE), 1, 0, &header());
        space.touch(&fault(1100, 2, PAGE), 2, 0, &header());
        let got = assigned(&space, &scan(100..1101, false));
        assert_eq!(got.iter().find(|(_, class, _)| *class == Class::Unseen), Some(&(0, Class::Unseen, 967)));
        assert_eq!(got.iter().map(|(_, _, pages)| pages).sum::<u64>(), 1001);
    }

    #[test]
    fn a_huge_page_goes_to_its_own_fault_also_if_another_is_nearer() {
        let mut space = Space::default();
        let huge = 2 << 20;
        space.touch(&fault(512, 1, huge), 1, 0, &header());
        space.touch(&fault(1024, 2, huge), 2, 0, &header());
        let got = assigned(&space, &scan(512..2048, true));
        assert_eq!(got, [(1, Class::Huge, 512), (2, Class::Huge, 512), (2, Class::Estimated, 512)]);
    }

    /// Debian 12 once had 22 MiB of a program of 237 without a function.
    #[test]
    fn huge_pages_of_an_older_kernel_are_known_by_their_faults() {
        let mut space = Space::default();
        space.touch(&fault(512, 1, 2 << 20), 1, 0, &header());
        space.touch(&fault(512 * 9, 1, 2 << 20), 2, 0, &header());
        let got = assigned(&space, &scan(512..512 * 10, false));
        assert_eq!(got, [(1, Class::Estimated, 512 * 9)]);
    }

    #[test]
    fn mappings_that_the_kernel_merged_stay_apart() {
        let mut space = Space::default();
        space.map(&Mapped { tid: 1, start: 1000 * PAGE, end: 2000 * PAGE });
        space.touch(&fault(1001, 1, PAGE), 1, 0, &header());
        space.map(&Mapped { tid: 1, start: 0, end: 2000 * PAGE });
        let got = assigned(&space, &scan(0..1010, false));
        assert_eq!(got.last(), Some(&(1, Class::Estimated, 9)));
        assert_eq!(got[0], (0, Class::Unseen, 1000));
    }

    /// Regression of the prototype: a growing vector was moved by `mremap`, and its first half had no fault.
    #[test]
    fn moved_pages_take_their_faults_along() {
        let mut space = touched(1000..2000, 16, PAGE);
        space.scanned(Rc::new(scan(1000..2000, false)), &header());
        for page in (6003..7000).step_by(16) {
            space.touch(&fault(page, 2, PAGE), page, 0, &header());
        }
        space.scanned(Rc::new(scan(5000..7000, false)), &header());
        let got = assigned(&space, &scan(5000..7000, false));
        let of = |node| got.iter().filter(|piece| piece.0 == node).map(|piece| piece.2).sum::<u64>();
        assert!(of(1).abs_diff(1000) < 16 && of(1) + of(2) == 2000, "{got:?}");
    }

    /// The buffer came to the end of memory that was there before, and was as large as the smallest one: both were missed.
    #[test]
    fn a_small_buffer_is_followed_beside_older_pages() {
        let mut space = touched(1000..1256, 16, PAGE);
        let mut before = scan(1000..1256, false);
        before.runs.insert(0, Run { start: 500 * PAGE, end: 600 * PAGE, huge: false, file: false });
        space.scanned(Rc::new(before), &header());
        space.scanned(Rc::new(scan(500..856, false)), &header());
        let got = assigned(&space, &scan(600..856, false));
        assert_eq!(got.iter().filter(|piece| piece.0 == 1).map(|piece| piece.2).sum::<u64>(), 256, "{got:?}");
    }

    /// rprof once gave a buffer in huge pages to a vector that grew later. It had recorded no fault of the buffer.
    #[test]
    fn a_new_mapping_without_faults_was_not_moved() {
        for is_scanned_before in [false, true] {
            let mut space = touched(1000..2000, 16, PAGE);
            space.scanned(Rc::new(scan(1000..2000, false)), &header());
            space.map(&Mapped { tid: 1, start: 6000 * PAGE, end: 7000 * PAGE });
            if is_scanned_before {
                space.scanned(Rc::new(scan(1000..2000, false)), &header());
            }
            space.scanned(Rc::new(scan(6000..7000, false)), &header());
            assert_eq!(assigned(&space, &scan(6000..7000, false)), [(0, Class::Unseen, 1000)]);
        }
    }

    /// One in 16 faults of an array in huge pages is recorded, and a scan came before its last 5 pages. Then a vector moved,
    /// and these went to the function of the array behind them.
    #[test]
    fn the_end_of_an_array_in_huge_pages_is_not_that_of_the_next_array() {
        const HUGE: u64 = 512;
        let mut space = touched(HUGE * 132..HUGE * 140, 16, PAGE);
        space.map(&Mapped { tid: 1, start: HUGE * 100 * PAGE, end: HUGE * 132 * PAGE });
        for page in (HUGE * 101..HUGE * 132).step_by(16 * 512) {
            space.touch(&fault(page, 2, 512 * PAGE), page, 0, &header());
        }
        for page in (0..HUGE * 20).step_by(16) {
            space.touch(&fault(page, 3, PAGE), page, 0, &header());
        }
        let behind = Run { start: HUGE * 132 * PAGE, end: HUGE * 140 * PAGE, huge: false, file: false };
        let mut before = scan(HUGE * 100..HUGE * 127, true);
        before.runs.insert(0, Run { start: 0, end: HUGE * 20 * PAGE, huge: false, file: false });
        before.runs.push(behind);
        space.scanned(Rc::new(before), &header());
        let mut after = scan(HUGE * 100..HUGE * 132, true);
        after.runs.push(behind);
        space.scanned(Rc::new(after), &header());
        let of_array: u64 = assigned(&space, &scan(HUGE * 100..HUGE * 132, true))
            .iter()
            .map(|(node, _, pages)| if *node == 2 { *pages } else { 0 })
            .sum();
        assert_eq!(of_array, HUGE * 32);
    }

    /// The kernel reports a new mapping together with the older area that it is merged with.
    #[test]
    fn a_vector_that_grew_in_place_keeps_its_faults_when_memory_is_mapped_before_it() {
        let mut space = Space::default();
        space.map(&Mapped { tid: 1, start: 1000 * PAGE, end: 1100 * PAGE });
        for page in (1000..1500).step_by(16) {
            space.touch(&fault(page, 1, PAGE), page, 0, &header());
        }
        space.map(&Mapped { tid: 1, start: 800 * PAGE, end: 1500 * PAGE });
        let got = assigned(&space, &scan(1000..1500, false));
        assert_eq!(got.iter().filter(|piece| piece.0 == 1).map(|piece| piece.2).sum::<u64>(), 500, "{got:?}");
    }

    /// Huge pages that another buffer had before are no reason to take any vanished one for theirs.
    #[test]
    fn huge_pages_are_moved_from_a_buffer_of_their_length() {
        for (pages, node) in [(512 * 8, 1), (512 * 40, 0)] {
            let mut space = touched(0..512 * 8, 512, 2 << 20);
            space.scanned(Rc::new(scan(0..512 * 8, true)), &header());
            let moved = 512 * 100..512 * 100 + pages;
            space.scanned(Rc::new(scan(moved.clone(), true)), &header());
            assert_eq!(assigned(&space, &scan(moved, true))[0].0, node, "{pages} pages");
        }
    }
}
