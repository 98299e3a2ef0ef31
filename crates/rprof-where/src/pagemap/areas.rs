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
