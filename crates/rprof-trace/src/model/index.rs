//! The index of a long trace: sections that can be read without reading what stands before them.

use serde::{Deserialize, Serialize};

use crate::units::{Bytes, Seconds};

/// The sections of a run, in the order of the file. Only a trace above 3 MiB has an index; it stands before the end record.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Index {
    /// Size of the file in bytes when the record was made. The record starts there, or up to 64 KiB later if other
    /// processes wrote to the trace at that moment.
    pub at: u64,
    /// The sections. The first one starts with the header.
    #[serde(rename = "parts")]
    pub sections: Vec<Section>,
}

impl Index {
    /// `true` if each section starts after the one before it.
    pub(crate) fn is_in_order(&self) -> bool {
        self.sections.windows(2).all(|two| two[0].at < two[1].at)
    }
}

/// A stretch of a trace that can be read on its own: its first lines write every column.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Section {
    /// Offset of its first byte in the file. It ends where the next section starts.
    pub at: u64,
    /// Time of its first tick.
    pub from_s: Seconds,
    /// The largest value in it.
    pub peak_bytes: Bytes,
    /// Time of the largest value, at which a figure draws it.
    pub peak_s: Seconds,
    /// The interval of the largest value if no tick saw it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within_s: Option<(Seconds, Seconds)>,
    /// `true` if it contains records that a reader of any window needs: spans, marks, notes or gaps.
    #[serde(rename = "stamps", skip_serializing_if = "std::ops::Not::not")]
    pub annotated: bool,
}

impl Section {
    /// Takes a value into account. Of equal values the first one is kept.
    pub(crate) fn add(&mut self, value: Bytes, time: Seconds, within: Option<(Seconds, Seconds)>) {
        if value > self.peak_bytes {
            (self.peak_bytes, self.peak_s, self.within_s) = (value, time, within);
        }
    }

    /// Extends this section by the next one.
    pub(crate) fn join(&mut self, next: &Self) {
        self.add(next.peak_bytes, next.peak_s, next.within_s);
        self.annotated |= next.annotated;
    }
}
