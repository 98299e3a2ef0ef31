//! The arguments of `top`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use rprof_findings::top::Order;
use rprof_trace::Bytes;

use super::values::memory_limit;

#[derive(Debug, Args)]
#[command(args_override_self = true)]
pub struct TopArgs {
    /// A trace by name or index (0 the oldest, -1 the newest) [default: -1]
    #[arg(value_name = "TRACE|INDEX", allow_negative_numbers = true)]
    pub trace: Option<PathBuf>,
    /// The order of the processes
    #[arg(long, value_enum, value_name = "ORDER", default_value_t = OrderName::Peak)]
    pub by: OrderName,
    /// Print only the first N processes or groups; 0 prints all [default: 20, with --json all]
    #[arg(short, value_name = "N")]
    pub number: Option<usize>,
    /// Print a row for each name of a program: the number of its processes, the largest, and their sum at the peak
    #[arg(long)]
    pub group: bool,
    /// Print how many jobs like this run fit into SIZE beside each other, and how that was computed
    ///
    /// Each job gets the most memory that the run can have needed, by the upper bounds of its peak, and shares nothing
    /// with the others. Nothing is set aside for the system, its page cache and other programs.
    #[arg(long, value_name = "SIZE", value_parser = memory_limit, conflicts_with_all = ["group", "by", "number"])]
    pub fit: Option<Bytes>,
    /// Print JSON: an array of processes or groups; with --fit an object
    #[arg(long)]
    pub json: bool,
}

/// An order as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OrderName {
    /// By peak, the largest first
    Peak,
    /// By what each held at the peak of the tree, the largest first
    AtPeak,
    /// By start
    Start,
}

impl From<OrderName> for Order {
    fn from(name: OrderName) -> Self {
        match name {
            OrderName::Peak => Self::Peak,
            OrderName::AtPeak => Self::AtPeak,
            OrderName::Start => Self::Start,
        }
    }
}
