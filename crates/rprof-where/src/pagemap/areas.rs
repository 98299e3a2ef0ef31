//! The parser of `/proc/PID/maps`.

use crate::model::Area;
use crate::ranges::uncovered;

/// An area with the right to use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The addresses and the name.
    pub area: Area,
    /// False for addresses that are reserved only, and for guards of stacks.
    pub is_accessible: bool,
}

/// The areas of an address space, in order and without overlaps.
///
/// Other threads may map memory between two parts of the text. An area that has grown meanwhile is in both parts.
pub fn parse(maps: &str) -> Vec<Mapping> {
    let mut end = 0;
    let after_last = |mut mapping: Mapping| {
        let area = &mut mapping.area;
        area.start = area.start.max(end);
        end = end.max(area.end);
        (area.start < area.end).then_some(mapping)
    };
    let mappings = maps.lines().filter_map(mapping).filter(|mapping| counts(&mapping.area.name));
    mappings.filter_map(after_last).collect()
}

/// The areas at one time, and the parts of those at a later time that are in none of them.
pub fn united(mut mappings: Vec<Mapping>, later: Vec<Mapping>) -> Vec<Mapping> {
    let mut added = Vec::new();
    for mapping in later {
        let Area { start, end, .. } = mapping.area;
        let first = mappings.partition_point(|known| known.area.end <= start);
        let known = mappings[first..].iter().map(|known| (known.area.start, known.area.end));
        for (start, end) in uncovered((start, end), known) {
            let mut part = mapping.clone();
            (part.area.start, part.area.end) = (start, end);
            added.push(part);
        }
    }
    mappings.extend(added);
    mappings.sort_unstable_by_key(|mapping| mapping.area.start);
    mappings
}

fn mapping(line: &str) -> Option<Mapping> {
    let mut fields = line.splitn(6, ' ');
    let (start, end) = fields.next()?.split_once('-')?;
    let rights = fields.next()?;
    let name = fields.nth(3).unwrap_or("").trim_start();
    let area = Area {
        start: u64::from_str_radix(start, 16).ok()?,
        end: u64::from_str_radix(end, 16).ok()?,
        name: name.strip_suffix(" (deleted)").unwrap_or(name).to_owned(),
    };
    Some(Mapping { area, is_accessible: !rights.starts_with("---") })
}

/// False for areas that RSS does not count: pages of the kernel, and reserved huge pages.
fn counts(name: &str) -> bool {
    let never = ["[vdso]", "[vvar]", "[vvar_vclock]", "[vsyscall]"];
    !never.contains(&name) && !name.starts_with("/anon_hugepage") && !name.starts_with("/dev/hugepages/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(mappings: &[Mapping]) -> Vec<(u64, u64)> {
        mappings.iter().map(|mapping| (mapping.area.start, mapping.area.end)).collect()
    }

    /// Regression: beside busy programs a third of a moment was in an area that was mapped after the maps were read.
    #[test]
    fn areas_that_were_mapped_meanwhile_are_added() {
        let mappings = |ranges: &[(u64, u64)]| {
            let line = |(start, end): &(u64, u64)| format!("{start:x}-{end:x} rw-p 00000000 00:00 0 \n");
            parse(&ranges.iter().map(line).collect::<String>())
        };
        let all = united(mappings(&[(10, 20), (30, 40)]), mappings(&[(5, 12), (18, 45), (50, 60)]));
        assert_eq!(spans(&all), [(5, 10), (10, 20), (20, 30), (30, 40), (40, 45), (50, 60)]);
    }

    #[test]
    fn areas_have_their_names_and_rights() {
        let maps = "55d0-55e0 r-xp 00000000 fe:00 1234     /usr/bin/a b (deleted)\n\
                    7f00-7f10 rw-p 00000000 00:00 0 \n\
                    7f10-7f20 ---p 00000000 00:00 0 \n\
                    7f20-7f30 rw-p 00000000 00:00 0 [heap]\n\
                    7f40-7f50 r-xp 00000000 00:00 0    [vdso]\n\
                    damaged\n";
        let mappings = parse(maps);
        let of = |mapping: &Mapping| (mapping.area.start, mapping.area.name.clone(), mapping.is_accessible);
        let expected = [
            (0x55d0, "/usr/bin/a b", true),
            (0x7f00, "", true),
            (0x7f10, "", false),
            (0x7f20, "[heap]", true),
        ];
        let expected = expected.map(|(start, name, access)| (start, name.to_owned(), access));
        assert_eq!(mappings.iter().map(of).collect::<Vec<_>>(), expected);
    }

    /// A file whose areas overlapped was read up to there only: three threads of a Python program lost its names.
    #[test]
    fn areas_that_grow_while_they_are_read_do_not_overlap() {
        let maps = "7f00-7f10 rw-p 00000000 00:00 0 \n7f00-7f30 rw-p 00000000 00:00 0 \n7f20-7f30 rw-p 00000000 00:00 0 \n";
        assert_eq!(spans(&parse(maps)), [(0x7f00, 0x7f10), (0x7f10, 0x7f30)]);
    }
}
