//! The unwind information of a file with code.
#![allow(unsafe_code)]

use std::fs::File;
use std::ops::{Deref, Range};
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;

use framehop::{ExplicitModuleSectionInfo, Module};
use memmap2::Mmap;
use object::elf::PF_X;
use object::{Object, ObjectSection, ObjectSegment, SegmentFlags};

/// A part of a mapped file.
#[derive(Debug, Clone)]
pub struct Bytes {
    map: Arc<Mmap>,
    range: Range<usize>,
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.map.get(self.range.clone()).unwrap_or_default()
    }
}

/// A segment of the file: offset, length, address, and whether it is code.
#[derive(Debug, Clone, Copy)]
struct Segment {
    offset: u64,
    length: u64,
    address: u64,
    code: bool,
}

/// The unwind information of one file.
#[derive(Debug, Clone)]
pub struct Image {
    sections: ExplicitModuleSectionInfo<Bytes>,
    segments: Vec<Segment>,
}

impl Image {
    /// Reads a file; `None` if it is no program or library, or is not the one that the kernel mapped.
    pub fn open(path: &str, inode: u64) -> Option<Self> {
        let file = File::open(path).ok()?;
        let data = file.metadata().ok()?;
        if !data.is_file() || (inode != 0 && data.ino() != inode) {
            return None;
        }
        // SAFETY: the file is a program that is mapped for execution just now. Whoever truncates it breaks that program, too.
        let map = Arc::new(unsafe { Mmap::map(&file) }.ok()?);
        let object = object::File::parse(&map[..]).ok()?;
        let range = |name: &str| {
            let section = object.section_by_name(name)?;
            let (offset, length) = section.file_range()?;
            let range = usize::try_from(offset).ok()?..usize::try_from(offset.checked_add(length)?).ok()?;
            let address = section.address();
            // Compressed sections have another length in memory.
            (section.size() == length)
                .then(|| (Bytes { map: Arc::clone(&map), range }, address..address.saturating_add(length)))
        };
        let address_of = |name: &str| {
            object.section_by_name(name).map(|section| {
                let start = section.address();
                start..start.saturating_add(section.size())
            })
        };
        let segments: Vec<Segment> = object
            .segments()
            .map(|segment| {
                let (offset, length) = segment.file_range();
                let code = matches!(segment.flags(), SegmentFlags::Elf { p_flags } if p_flags & PF_X != 0);
                Segment { offset, length, address: segment.address(), code }
            })
            .collect();
        let (eh_frame, eh_frame_svma) = range(".eh_frame").unzip();
        let (eh_frame_hdr, eh_frame_hdr_svma) = range(".eh_frame_hdr").unzip();
        let debug_frame = if eh_frame.is_none() { range(".debug_frame").map(|(data, _)| data) } else { None };
        let base_svma = segments.iter().map(|segment| segment.address).min()?;
        let sections = ExplicitModuleSectionInfo {
            base_svma,
            text_svma: address_of(".text"),
            got_svma: address_of(".got"),
            eh_frame_svma,
            eh_frame,
            eh_frame_hdr_svma,
            eh_frame_hdr,
            debug_frame,
            text: None,
            stubs_svma: None,
            stub_helper_svma: None,
            unwind_info: None,
            text_segment_svma: None,
            text_segment: None,
        };
        Some(Self { sections, segments })
    }

    /// The module for a mapping of a part of the file.
    pub fn module(&self, name: &str, start: u64, end: u64, offset: u64) -> Option<Module<Bytes>> {
        let holds = |segment: &&Segment| {
            // A mapping begins at a page, at or before the segment. That page may hold the end of another segment.
            segment.code
                && offset < segment.offset.saturating_add(segment.length)
                && segment.offset < offset.saturating_add(end - start)
        };
        let segment = self.segments.iter().find(holds)?;
        let address = segment.address.wrapping_add(offset).wrapping_sub(segment.offset);
        let base = start.wrapping_sub(address).wrapping_add(self.sections.base_svma);
        Some(Module::new(name.to_owned(), start..end, base, self.sections.clone()))
    }
}
