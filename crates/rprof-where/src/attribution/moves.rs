//! Memory that `mremap` moved, as a growing vector does: its pages appear without a fault, where others have vanished.

use super::space::{Space, Touch};
use crate::model::{Header, Run, Scan};
use crate::ranges::uncovered;

/// The pages without a fault from which on a gap counts as moved or filled by the kernel.
const GAP_PERIODS: u64 = 16;

/// The same for a buffer that was moved: other memory of its length must have vanished, so that it may be smaller.
const MOVED_PERIODS: u64 = 4;

/// The smallest gap that cannot come from leaving out faults, in bytes.
pub fn gap_limit(header: &Header) -> u64 {
    GAP_PERIODS * header.period * header.page_size
}

/// Finds new runs that begin without a fault, and gives them the faults of the vanished range of the same length. `gone` are
/// the faults that have vanished.
pub fn follow(space: &mut Space, scan: &Scan, gone: &[(u64, Touch)], header: &Header) {
    let old = space.scan.clone();
    let old = old.as_ref().map_or(&[][..], |scan| &scan.runs);
    let clusters = clusters(gone, header);
    if clusters.is_empty() {
        return;
    }
    let vanished: u64 = clusters.iter().map(|cluster| cluster.end - cluster.start).sum();
    for gap in gaps(space, scan, old, header) {
        let length = gap.1 - gap.0;
        // Up to a period of faults is not recorded at each end of the gap. A short buffer in huge pages has fewer faults than
        // that, so its length limits the slack, too.
        let left_out = 2 * header.period * if gap.2 { header.huge_size } else { header.page_size };
        let slack = left_out.min(length / 8);
        let fits = |cluster: &&Cluster| (cluster.end - cluster.start).abs_diff(length) <= slack;
        if let Some(cluster) = clusters.iter().find(fits) {
            for (page, touch) in &gone[cluster.first..cluster.last] {
                let page = (page - cluster.start).saturating_add(gap.0);
                space.faults.entry(page).or_insert(*touch);
            }
        } else if vanished.saturating_add(slack) >= length / 2
            && let Some(touch) = grower(space, gap.1, slack).or_else(|| largest(&clusters, gone))
        {
            // Several moves between two scans: the buffer grew by the code that is still at it.
            let unit = if gap.2 { header.huge_size } else { header.page_size };
            let step = usize::try_from(header.period * unit).unwrap_or(usize::MAX);
            for page in (gap.0..gap.1).step_by(step) {
                space.faults.entry(page).or_insert(Touch { weight: 0, size: unit, ..touch });
            }
        }
    }
}

/// The first fault behind a gap: a buffer that was moved grows at its end. The kernel reports no mapping for it, so a fault in
/// a mapping is another buffer's.
fn grower(space: &Space, end: u64, slack: u64) -> Option<Touch> {
    let (page, touch) = space.faults.range(end..end.saturating_add(slack)).next()?;
    space.objects.at(*page).is_none().then_some(*touch)
}

/// The newest fault of the largest buffer that has vanished.
fn largest(clusters: &[Cluster], gone: &[(u64, Touch)]) -> Option<Touch> {
    let cluster = clusters.iter().max_by_key(|cluster| cluster.end - cluster.start)?;
    let faults = gone[cluster.first..cluster.last].iter().map(|(_, touch)| *touch);
    faults.max_by_key(|touch| touch.order)
}

/// Vanished faults that lay close together: one buffer.
#[derive(Debug)]
struct Cluster {
    start: u64,
    end: u64,
    first: usize,
    last: usize,
}

fn clusters(gone: &[(u64, Touch)], header: &Header) -> Vec<Cluster> {
    let limit = gap_limit(header);
    let mut clusters: Vec<Cluster> = Vec::new();
    for (index, (page, touch)) in gone.iter().enumerate() {
        let end = page.saturating_add(touch.size);
        match clusters.last_mut() {
            Some(last) if page.saturating_sub(last.end) <= limit => {
                last.end = last.end.max(end);
                last.last = index + 1;
            }
            _ => clusters.push(Cluster { start: *page, end, first: index, last: index + 1 }),
        }
    }
    clusters.retain(|cluster| cluster.end - cluster.start >= moved_limit(header));
    clusters
}

/// The smallest buffer whose move is followed, in bytes.
fn moved_limit(header: &Header) -> u64 {
    MOVED_PERIODS * header.period * header.page_size
}

/// The starts of new pages up to their first fault, if that is far: start, end, and whether the pages are huge. The kernel
/// reports new mappings and no moves, so pages in a mapping were not moved: the kernel filled them, or only some of their
/// faults were recorded.
fn gaps(space: &Space, scan: &Scan, old: &[Run], header: &Header) -> Vec<(u64, u64, bool)> {
    let mut gaps: Vec<(u64, u64, bool)> = Vec::new();
    for run in scan.runs.iter().filter(|run| !run.file) {
        for (start, end) in without(run, old) {
            let first = space.faults.range(start..end).next().map_or(end, |(page, _)| *page);
            match gaps.last_mut() {
                // Small and huge pages alternate within one buffer.
                Some(last) if last.1 == start => *last = (last.0, first, last.2 || run.huge),
                _ => gaps.push((start, first, run.huge)),
            }
        }
    }
    let moved = gaps.into_iter().flat_map(|(start, end, huge)| {
        space.objects.uncovered(start, end).into_iter().map(move |(start, end)| (start, end, huge))
    });
    moved.filter(|(start, end, _)| end - start >= moved_limit(header)).collect()
}

/// The parts of a run that were not present before.
fn without(run: &Run, old: &[Run]) -> Vec<(u64, u64)> {
    let first = old.partition_point(|old| old.end <= run.start);
    uncovered((run.start, run.end), old[first..].iter().map(|old| (old.start, old.end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_pages_are_those_that_no_old_run_had() {
        let run = |start, end| Run { start, end, huge: false, file: false };
        let old = [run(0, 10), run(20, 30), run(40, 60)];
        assert_eq!(without(&run(5, 50), &old), [(10, 20), (30, 40)]);
        assert_eq!(without(&run(12, 18), &old), [(12, 18)]);
        assert_eq!(without(&run(55, 70), &old), [(60, 70)]);
        assert_eq!(without(&run(22, 28), &old), []);
    }
}
