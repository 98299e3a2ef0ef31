//! Commands that leave the work to a daemon, whose processes are not in the tree of the command.

use std::path::Path;

use rprof_trace::Arg;

/// The sentence for the summary; `None` if the command is no such client.
pub fn hint(command: &[Arg]) -> Option<String> {
    let words: Vec<String> =
        command.iter().map(|word| String::from_utf8_lossy(word.as_bytes()).into_owned()).collect();
    let program = Path::new(words.first()?).file_name()?.to_str()?;
    // Options of the client stand before the first word without a dash; later ones belong to the command that it starts.
    let has = |names: &[&str]| {
        let options = words[1..].iter().take_while(|word| word.starts_with('-'));
        options.clone().any(|word| names.contains(&word.as_str()))
    };
    let is_client = match program {
        "docker" | "nerdctl" | "podman-remote" | "kubectl" | "sbatch" | "srun" | "qsub" | "bsub" => true,
        "podman" => has(&["--remote", "-r"]),
        // With --scope systemd-run executes the command itself.
        "systemd-run" => !has(&["--scope"]),
        _ => false,
    };
    is_client.then(|| {
        format!("`{program}` leaves the work to another service, whose memory is not measured; run rprof inside it")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_client(line: &str) -> bool {
        hint(&line.split(' ').map(|word| Arg::new(word.as_bytes())).collect::<Vec<_>>()).is_some()
    }

    #[test]
    fn clients_of_daemons_are_known_by_name_and_option() {
        for client in [
            "docker run --rm debian true",
            "/usr/bin/docker build .",
            "podman --remote run debian",
            "systemd-run --user -p MemoryMax=1G ./a",
            "systemd-run ./a --scope",
            "sbatch job.sh",
        ] {
            assert!(is_client(client), "{client}");
        }
        for other in
            ["podman run debian", "systemd-run --user --scope ./a", "./docker.sh", "make docker", "true"]
        {
            assert!(!is_client(other), "{other}");
        }
        assert_eq!(hint(&[]), None);
    }
}
