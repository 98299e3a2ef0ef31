//! The pages of a process that are present, from `/proc/PID/pagemap`, and its areas and RSS.

mod areas;
mod pages;
mod resident;

pub use pages::scan;
pub use resident::{resident, shares_memory};
