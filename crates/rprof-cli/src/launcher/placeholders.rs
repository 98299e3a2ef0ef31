//! The placeholders of `-o`: `trace-{host}-{rank}.dat`. Values are made safe for a file name; what is unknown or missing
//! is refused, because ranks would write to one file.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use anyhow::bail;
use rprof_trace::{Job, shown};

/// The names of all placeholders.
const NAMES: [&str; 8] = ["host", "rank", "local_rank", "jobid", "taskid", "pid", "time", "name"];
/// The longest value in a file name, in bytes: a name may have 255.
const LONGEST: usize = 100;

/// The values of the placeholders.
#[derive(Debug, Clone, Default)]
pub struct Values {
    /// The place in a job; `None` without a launcher.
    pub job: Option<Job>,
    /// The host name.
    pub host: String,
    /// The process id of rprof.
    pub pid: u32,
    /// The start of the run, `YYYYMMDDhhmmss`.
    pub time: String,
    /// The name of the program.
    pub name: String,
}

impl Values {
    fn of(&self, placeholder: &str) -> Option<String> {
        let job = self.job.as_ref();
        match placeholder {
            "host" => Some(self.host.clone()).filter(|host| !host.is_empty()),
            "rank" => job?.rank.map(|rank| rank.to_string()),
            "local_rank" => job?.local_rank.map(|rank| rank.to_string()),
            "jobid" => job?.job_id.clone(),
            "taskid" => job?.task_id.clone(),
            "pid" => Some(self.pid.to_string()),
            "time" => Some(self.time.clone()),
            "name" => Some(self.name.clone()).filter(|name| !name.is_empty()),
            _ => None,
        }
    }
}

/// True if the name of a trace is not the same for every run.
pub fn has_placeholder(template: &Path) -> bool {
    template.as_os_str().as_bytes().contains(&b'{')
}

/// The path with a value for each placeholder. `{{` is a brace; so is a `}` that closes nothing, and `}}`.
///
/// # Errors
/// When a placeholder is unknown or not closed, or has no value.
pub fn expand(template: &Path, values: &Values) -> anyhow::Result<PathBuf> {
    let mut rest = template.as_os_str().as_bytes();
    let mut path = Vec::with_capacity(rest.len());
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after.first()) {
            (b'{', Some(b'{')) | (b'}', Some(b'}')) => {
                path.push(byte);
                rest = &after[1..];
            }
            (b'{', _) => {
                let Some(end) = after.iter().position(|byte| *byte == b'}') else {
                    bail!("`{}` has a `{{` without `}}`; write `{{{{` for a brace", shown(template));
                };
                let name = String::from_utf8_lossy(&after[..end]).into_owned();
                path.extend_from_slice(value(&name, template, values)?.as_bytes());
                rest = &after[end + 1..];
            }
            _ => path.push(byte),
        }
    }
    Ok(PathBuf::from(OsString::from_vec(path)))
}

fn value(name: &str, template: &Path, values: &Values) -> anyhow::Result<String> {
    let placeholder = shown(OsStr::new(name)).to_string();
    if !NAMES.contains(&name) {
        let all = NAMES.map(|name| format!("{{{name}}}")).join(", ");
        bail!(
            "unknown placeholder `{{{placeholder}}}` in `{}`; use {all}, or `{{{{` for a brace",
            shown(template)
        );
    }
    let Some(value) = values.of(name) else {
        let variables = super::variables(name);
        let cause = match &variables[..] {
            [] => "this system does not report it".to_owned(),
            all => format!("none of {} is set", all.join(", ")),
        };
        bail!(
            "`{{{placeholder}}}` in `{}` has no value: {cause}; start rprof within the launcher, as in `mpirun -n 4 rprof \
             run …`, or use another placeholder, such as {{pid}}",
            shown(template)
        );
    };
    Ok(safe(&value))
}

/// A value as a part of a file name: letters, digits and `._+=@%-`; anything else becomes `_`. It begins with no dot, so
/// that it is neither hidden nor `..`.
fn safe(value: &str) -> String {
    let keeps = |c: char| c.is_alphanumeric() || "._+=@%-".contains(c);
    let mut name = String::new();
    for c in value.chars().map(|c| if keeps(c) { c } else { '_' }) {
        if name.len() + c.len_utf8() > LONGEST {
            break;
        }
        name.push(if name.is_empty() && c == '.' { '_' } else { c });
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Values {
        let job = Job { rank: Some(3), job_id: Some("4711".to_owned()), ..Job::default() };
        Values {
            job: Some(job),
            host: "n02".to_owned(),
            pid: 99,
            time: "20261122201318".to_owned(),
            name: "solve".to_owned(),
        }
    }

    fn expanded(template: &str) -> String {
        let path = expand(Path::new(template), &values()).expect(template);
        path.to_string_lossy().into_owned()
    }

    fn refused(template: &str) -> String {
        expand(Path::new(template), &values()).expect_err(template).to_string()
    }

    #[test]
    fn placeholders_get_their_values() {
        assert_eq!(expanded("t-{host}-{rank}.dat"), "t-n02-3.dat");
        assert_eq!(expanded("{jobid}/{name}.{pid}.{time}.dat"), "4711/solve.99.20261122201318.dat");
        assert_eq!(expanded("plain.dat"), "plain.dat");
    }

    #[test]
    fn doubled_braces_are_braces() {
        assert_eq!(expanded("{{rank}}.dat"), "{rank}.dat");
        assert_eq!(expanded("{{{rank}}}.dat"), "{3}.dat");
        assert_eq!(expanded("a}b.dat"), "a}b.dat");
    }

    #[test]
    fn an_unknown_placeholder_is_refused_with_those_that_there_are() {
        for unknown in ["{ranks}.dat", "{}.dat", "{Rank}.dat", "{rank }.dat"] {
            let message = refused(unknown);
            assert!(message.contains("unknown placeholder") && message.contains("{local_rank}"), "{message}");
        }
        assert!(refused("t-{rank.dat").contains("`{{` for a brace"));
    }

    #[test]
    fn a_missing_value_is_refused_with_cause_and_remedy() {
        let message = refused("t-{local_rank}.dat");
        for part in ["`{local_rank}`", "OMPI_COMM_WORLD_LOCAL_RANK", "SLURM_LOCALID", "mpirun -n 4 rprof run"]
        {
            assert!(message.contains(part), "{part}: {message}");
        }
        assert!(refused("t-{taskid}.dat").contains("SLURM_ARRAY_TASK_ID"));
    }

    /// A host or a job may have any name; the trace stays in its folder.
    #[test]
    fn values_cannot_leave_the_folder() {
        for (value, name) in [
            ("../../etc/x", "_._.._etc_x"),
            ("..", "_."),
            (".hidden", "_hidden"),
            ("a b/c\n\0d", "a_b_c__d"),
            ("größe", "größe"),
            ("4711.server+x@y=1%", "4711.server+x@y=1%"),
        ] {
            assert_eq!(safe(value), name);
        }
        assert_eq!(safe(&"ä".repeat(300)).len(), LONGEST);
    }

    #[test]
    fn a_path_that_is_not_text_keeps_its_bytes() {
        let template = PathBuf::from(OsString::from_vec(b"\xff-{rank}.dat".to_vec()));
        let path = expand(&template, &values()).expect("a path");
        assert_eq!(path.as_os_str().as_bytes(), b"\xff-3.dat");
    }
}
