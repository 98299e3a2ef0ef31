//! The lines that systems read. A size is rounded up to the unit of its system.

use rprof_trace::Bytes;

use crate::cli::System;

const MIB: u64 = 1 << 20;
const MB: u64 = 1_000_000;

/// The request for a system; `huge` are huge pages, which Kubernetes counts apart.
pub fn text(system: System, memory: Bytes, huge: Bytes) -> String {
    let mib = memory.0.div_ceil(MIB);
    match system {
        // Slurm's M is 2^20 bytes.
        System::Slurm => format!("#SBATCH --mem={mib}M\n"),
        System::Kubernetes => kubernetes(mib, huge.0.div_ceil(2 * MIB) * 2),
        // So is Nextflow's MB.
        System::Nextflow => format!("memory = {mib}.MB\n"),
        // Snakemake's MB is 10^6 bytes, but executors pass the number on as MiB: either way it is enough.
        System::Snakemake => format!("mem_mb={}\n", memory.0.div_ceil(MB)),
    }
}

fn kubernetes(mib: u64, huge_mib: u64) -> String {
    let mut sizes = format!("    memory: {mib}Mi\n");
    if huge_mib > 0 {
        sizes += &format!("    hugepages-2Mi: {huge_mib}Mi\n");
    }
    format!("resources:\n  requests:\n{sizes}  limits:\n{sizes}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_rounded_up_to_the_unit() {
        let memory = Bytes(700 * MIB + 1);
        let of = |system| text(system, memory, Bytes(0));
        assert_eq!(of(System::Slurm), "#SBATCH --mem=701M\n");
        assert_eq!(of(System::Nextflow), "memory = 701.MB\n");
        assert_eq!(of(System::Snakemake), "mem_mb=735\n");
        assert_eq!(
            of(System::Kubernetes),
            "resources:\n  requests:\n    memory: 701Mi\n  limits:\n    memory: 701Mi\n"
        );
        let huge = text(System::Kubernetes, memory, Bytes(3 * MIB));
        assert_eq!(huge.matches("    hugepages-2Mi: 4Mi\n").count(), 2, "{huge}");
    }
}
