//! The variables that make interpreters write the names of the code that they generate.

use std::ffi::{OsStr, OsString};

const PYTHON: &str = "PYTHONPERFSUPPORT";
const NODE: &str = "NODE_OPTIONS";
const NODE_OPTION: &str = "--perf-basic-prof";

/// The variables to set for the command, from the values that they have. Python reads its own since 3.12; older versions
/// ignore it. A user who has set it has chosen: `0` is for scripts whose calls are too deep for it.
pub fn environment(python: Option<&OsStr>, node_options: Option<&OsStr>) -> Vec<(OsString, OsString)> {
    let mut options = node_options.map(OsStr::to_owned).unwrap_or_default();
    if !options.is_empty() {
        options.push(" ");
    }
    options.push(NODE_OPTION);
    let mut variables = vec![(NODE.into(), options)];
    if python.is_none() {
        variables.push((PYTHON.into(), "1".into()));
    }
    variables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_of_the_user_is_kept() {
        let set = environment(None, None);
        assert_eq!(set, [(NODE.into(), NODE_OPTION.into()), (PYTHON.into(), "1".into())]);
        let set = environment(Some("0".as_ref()), Some("--no-warnings".as_ref()));
        assert_eq!(set, [(NODE.into(), "--no-warnings --perf-basic-prof".into())]);
    }
}
