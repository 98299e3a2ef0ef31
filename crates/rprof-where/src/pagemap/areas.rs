//! The parser of `/proc/PID/maps`.

use crate::model::Area;

/// The areas of an address space, in order and without overlaps.
///
/// Other threads may map memory between two parts of the text. An area that has grown meanwhile is in both parts.
pub fn parse(maps: &str) -> Vec<Area> {
    let mut end = 0;
    let after_last = |mut area: Area| {
        area.start = area.start.max(end);
        end = end.max(area.end);
        (area.start < area.end).then_some(area)
    };
    maps.lines().filter_map(area).filter(|area| counts(&area.name)).filter_map(after_last).collect()
}

/// The areas at one time, and the parts of those at a later time that are in none of them.
pub fn united(mut areas: Vec<Area>, later: Vec<Area>) -> Vec<Area> {
    let mut added = Vec::new();
    for area in later {
        let first = areas.partition_point(|known| known.end <= area.start);
        let mut start = area.start;
        for known in areas[first..].iter().take_while(|known| known.start < area.end) {
            if start < known.start {
                added.push(Area { start, end: known.start, ..area.clone() });
            }
            start = known.end;
        }
        if start < area.end {
            added.push(Area { start, ..area });
        }
    }
    areas.extend(added);
    areas.sort_unstable_by_key(|area| area.start);
    areas
}

fn area(line: &str) -> Option<Area> {
    let mut fields = line.splitn(6, ' ');
    let (start, end) = fields.next()?.split_once('-')?;
    let name = fields.nth(4).unwrap_or("").trim_start();
    Some(Area {
        start: u64::from_str_radix(start, 16).ok()?,
        end: u64::from_str_radix(end, 16).ok()?,
        name: name.strip_suffix(" (deleted)").unwrap_or(name).to_owned(),
    })
}

/// False for areas that RSS does not count: pages of the kernel, and reserved huge pages.
fn counts(name: &str) -> bool {
    let never = ["[vdso]", "[vvar]", "[vvar_vclock]", "[vsyscall]"];
    !never.contains(&name) && !name.starts_with("/anon_hugepage") && !name.starts_with("/dev/hugepages/")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Regression: beside busy programs a third of a moment was in an area that was mapped after the maps were read.
    #[test]
    fn areas_that_were_mapped_meanwhile_are_added() {
        let areas = |ranges: &[(u64, u64)]| -> Vec<Area> {
            ranges.iter().map(|(start, end)| Area { start: *start, end: *end, name: String::new() }).collect()
        };
        let all = united(areas(&[(10, 20), (30, 40)]), areas(&[(5, 12), (18, 45), (50, 60)]));
        assert_eq!(all, areas(&[(5, 10), (10, 20), (20, 30), (30, 40), (40, 45), (50, 60)]));
    }

    #[test]
    fn areas_have_their_names() {
        let maps = "55d0-55e0 r-xp 00000000 fe:00 1234     /usr/bin/a b (deleted)\n\
                    7f00-7f10 rw-p 00000000 00:00 0 \n\
                    7f20-7f30 rw-p 00000000 00:00 0 [heap]\n\
                    7f40-7f50 r-xp 00000000 00:00 0    [vdso]\n\
                    damaged\n";
        let areas: Vec<_> = parse(maps).into_iter().map(|area| (area.start, area.name)).collect();
        let expected = [(0x55d0, "/usr/bin/a b"), (0x7f00, ""), (0x7f20, "[heap]")];
        assert_eq!(areas, expected.map(|(start, name)| (start, name.to_owned())));
    }

    /// A file whose areas overlapped was read up to there only: three threads of a Python program lost its names.
    #[test]
    fn areas_that_grow_while_they_are_read_do_not_overlap() {
        let maps = "7f00-7f10 rw-p 00000000 00:00 0 \n7f00-7f30 rw-p 00000000 00:00 0 \n7f20-7f30 rw-p 00000000 00:00 0 \n";
        let spans: Vec<_> = parse(maps).into_iter().map(|area| (area.start, area.end)).collect();
        assert_eq!(spans, [(0x7f00, 0x7f10), (0x7f10, 0x7f30)]);
    }
}
