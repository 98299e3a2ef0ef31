//! Commands that leave the work to a daemon, whose processes are not in the tree of the command.

use std::path::Path;

use rprof_trace::Arg;

/// The sentence for the summary; `None` if the command is no such client.
pub fn hint(command: &[Arg]) -> Option<String> {
    let words: Vec<String> =
        command.iter().map(|word| String::from_utf8_lossy(word.as_bytes()).into_owned()).collect();
    let words = without_wrappers(&words);
    let program = program(words.first()?)?;
    let has = |names: &[&str]| own_options(&words[1..]).any(|word| names.contains(&word));
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

/// The options of the client itself: those before the command that it starts.
fn own_options(words: &[String]) -> impl Iterator<Item = &str> {
    // Options of systemd-run and podman with their value in the next word.
    const WITH_VALUE: [&str; 20] = [
        "-p",
        "--property",
        "-E",
        "--setenv",
        "-u",
        "--unit",
        "--slice",
        "--description",
        "--uid",
        "--gid",
        "--nice",
        "--working-directory",
        "--service-type",
        "-M",
        "--machine",
        "-H",
        "--host",
        "-c",
        "--connection",
        "--url",
    ];
    let mut is_value = false;
    words.iter().map(String::as_str).map_while(move |word| {
        let (was_value, is_option) = (is_value, word.starts_with('-'));
        is_value = !was_value && WITH_VALUE.contains(&word);
        (was_value || is_option).then_some(word)
    })
}

/// The name of a program without its directory.
fn program(word: &str) -> Option<&str> {
    Path::new(word).file_name()?.to_str()
}

/// The command without the wrappers before it, as in `sudo timeout 9 docker run`. A wrapper's options, assignments and
/// numbers are skipped, too; an option with a value in the next word is not understood, and then there is no hint.
fn without_wrappers(mut words: &[String]) -> &[String] {
    const WRAPPERS: [&str; 9] =
        ["env", "ionice", "nice", "nohup", "setsid", "stdbuf", "sudo", "time", "timeout"];
    while let [first, rest @ ..] = words
        && program(first).is_some_and(|name| WRAPPERS.contains(&name))
    {
        let is_argument = |word: &&String| {
            word.starts_with(['-', '+'])
                || word.contains('=')
                || word.starts_with(|c: char| c.is_ascii_digit())
        };
        words = &rest[rest.iter().take_while(is_argument).count()..];
    }
    words
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
            "podman --url unix:///a --remote run debian",
            "sudo timeout -k 1 9m docker run debian",
            "/usr/bin/env A=1 nice -n 5 systemd-run ./a",
        ] {
            assert!(is_client(client), "{client}");
        }
        for other in [
            "podman run debian",
            "systemd-run -p MemoryMax=1G -u a --scope ./a",
            "env docker=1 true",
            "timeout 9 echo docker",
            "sudo",
            "systemd-run --user --scope ./a",
            "./docker.sh",
            "make docker",
            "true",
        ] {
            assert!(!is_client(other), "{other}");
        }
        assert_eq!(hint(&[]), None);
    }
}
