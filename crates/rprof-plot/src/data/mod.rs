//! The numbers of a figure before they have a place on the sheet: curves, stacks, bands, slopes, limits, ends,
//! span groups, the time range.
//! All of them are seconds and bytes; this room must not know pixels, colours or fonts.

pub mod band;
pub mod bounds;
pub mod curve;
pub mod endings;
pub mod limits;
pub mod process_names;
pub mod rounds;
pub mod slope;
pub mod span_groups;
pub mod span_ranks;
pub mod span_stack;
pub mod stack;
pub mod steps;
pub mod time_range;
