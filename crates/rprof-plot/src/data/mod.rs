//! The numbers of a figure before they have a place on the sheet: curves, fitted slopes, span groups, the time range.
//! Seconds and bytes only; nothing in here knows pixels, colours or fonts.

pub mod curve;
pub mod slope;
pub mod span_groups;
pub mod time_range;
