//! The parser of `/proc/PID/maps`.

use crate::model::Area;

/// The areas of an address space, in order.
pub fn parse(maps: &str) -> Vec<Area> {
    maps.lines().filter_map(area).filter(|area| counts(&area.name)).collect()
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
}
