//! The arguments of `rprof peak` that print the memory to request from a cluster or a workflow manager.

use clap::{ArgGroup, Args};
use rprof_findings::request::Margin;
use rprof_trace::Bytes;

const REQUEST: &str = "Request for the next run";

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("system").args(["slurm", "kubernetes", "nextflow", "snakemake"]))]
#[allow(clippy::struct_excessive_bools, reason = "one flag for each system")]
pub struct RequestArgs {
    /// Print the memory to request as `#SBATCH --mem=…`
    ///
    /// The request covers all that a memory limit counts, from the upper bound of the peak of each run. The largest run
    /// counts; ranks of one job on one host are added.
    #[arg(long, help_heading = REQUEST)]
    pub slurm: bool,
    /// Print the memory to request as the resources of a container, in YAML
    #[arg(long, help_heading = REQUEST)]
    pub kubernetes: bool,
    /// Print the memory to request as `memory = …`, for a process of Nextflow
    #[arg(long, help_heading = REQUEST)]
    pub nextflow: bool,
    /// Print the memory to request as `mem_mb=…`, for a rule of Snakemake
    #[arg(long, help_heading = REQUEST)]
    pub snakemake: bool,
    /// The part of the request that no run needed: a share, at least 16 MiB, or a size [default: 20%]
    #[arg(long, value_name = "PERCENT|SIZE", value_parser = margin, requires = "system", help_heading = REQUEST)]
    pub margin: Option<Margin>,
}

/// The form of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    Slurm,
    Kubernetes,
    Nextflow,
    Snakemake,
}

impl RequestArgs {
    /// The system to print a request for.
    pub fn system(&self) -> Option<System> {
        let all = [
            (self.slurm, System::Slurm),
            (self.kubernetes, System::Kubernetes),
            (self.nextflow, System::Nextflow),
            (self.snakemake, System::Snakemake),
        ];
        all.into_iter().find(|(is_set, _)| *is_set).map(|(_, system)| system)
    }

    /// The margin, a fifth by default.
    pub fn margin(&self) -> Margin {
        self.margin.unwrap_or(Margin::Share(0.2))
    }
}

/// `20%`, or a size with a unit. A bare number could be either.
fn margin(text: &str) -> Result<Margin, String> {
    const EXPECTED: &str = "use a percentage such as 20%, or a size such as 512MiB";
    if let Some(number) = text.strip_suffix('%') {
        let share = number.trim().parse::<f64>().ok().filter(|share| (0.0..=1000.0).contains(share));
        return share.map(|share| Margin::Share(share / 100.0)).ok_or_else(|| EXPECTED.to_owned());
    }
    if text.ends_with(|c: char| c.is_ascii_digit()) && text != "0" {
        return Err(EXPECTED.to_owned());
    }
    text.parse::<Bytes>().map(Margin::Size).map_err(|error| format!("{error}; {EXPECTED}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_margin_is_a_share_or_a_size() {
        assert_eq!(margin("20%"), Ok(Margin::Share(0.2)));
        assert_eq!(margin("0%"), Ok(Margin::Share(0.0)));
        assert_eq!(margin("512MiB"), Ok(Margin::Size(Bytes(512 << 20))));
        assert_eq!(margin("0"), Ok(Margin::Size(Bytes(0))));
        for bad in ["20", "-5%", "x%", "%", "", "NaN%", "1001%", "5 parsecs"] {
            assert!(margin(bad).is_err_and(|error| error.contains("20%")), "{bad}");
        }
    }
}
