//! The birth of a process, or its exec: its parent, its name and its command line.

use std::fmt;

use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::model::Arg;

/// The most arguments, and bytes of them, that are read of one process. rprof writes fewer; without a limit a forged line
/// of empty arguments would take ten times its length.
const MOST_ARGS: usize = 1 << 12;
const MOST_BYTES: usize = 1 << 16;

/// A process that was seen for the first time, or that called exec.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Born {
    /// Process id.
    pub pid: u32,
    /// Parent's process id when first seen.
    pub ppid: u32,
    /// Command name from the kernel, at most 15 bytes on Linux.
    pub name: String,
    /// The id of this process before an exec. It is the same id if the exec did not change the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// The command line, argument by argument; empty if it is not known.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "bounded")]
    pub args: Vec<Arg>,
    /// `true` if the command line was too long: `…` then stands for its middle.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub args_truncated: bool,
}

/// Reads arguments up to the limits, and skips the rest.
fn bounded<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Arg>, D::Error> {
    struct Bounded;

    impl<'de> Visitor<'de> for Bounded {
        type Value = Vec<Arg>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array of arguments")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
            let (mut args, mut bytes) = (Vec::new(), 0);
            while args.len() < MOST_ARGS && bytes < MOST_BYTES {
                let Some(arg) = items.next_element::<Arg>()? else { return Ok(args) };
                bytes += arg.as_bytes().len();
                args.push(arg);
            }
            while items.next_element::<IgnoredAny>()?.is_some() {}
            Ok(args)
        }
    }

    from.deserialize_seq(Bounded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_birth_without_arguments_is_as_short_as_before() {
        let born = Born { pid: 7, ppid: 1, name: "sh".to_owned(), ..Born::default() };
        let text = serde_json::to_string(&born).expect("JSON");
        assert_eq!(text, r#"{"pid":7,"ppid":1,"name":"sh"}"#);
        assert_eq!(serde_json::from_str::<Born>(&text).expect("a birth"), born);
    }

    #[test]
    fn no_more_arguments_are_read_than_rprof_can_have_written() {
        let args = vec![r#""""#; 3 * MOST_ARGS].join(",");
        let born: Born = serde_json::from_str(&format!("{{\"args\":[{args}],\"pid\":7}}")).expect("a birth");
        assert_eq!((born.args.len(), born.pid), (MOST_ARGS, 7));
        let long = "x".repeat(MOST_BYTES);
        let born: Born = serde_json::from_str(&format!("{{\"args\":[\"{long}\",\"y\"]}}")).expect("a birth");
        assert_eq!(born.args.len(), 1);
    }
}
