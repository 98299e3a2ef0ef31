//! The variables that make interpreters write the names of the code that they generate.

use std::ffi::{OsStr, OsString};

const PYTHON: &str = "PYTHONPERFSUPPORT";
const NODE: &str = "NODE_OPTIONS";
const NODE_OPTION: &str = "--perf-basic-prof";

/// The variables to set for the command. Python has the first one since 3.12; older versions ignore it.
pub fn environment(node_options: Option<&OsStr>) -> Vec<(OsString, OsString)> {
    let mut options = node_options.map(OsStr::to_owned).unwrap_or_default();
    if !options.is_empty() {
        options.push(" ");
    }
    options.push(NODE_OPTION);
    vec![(PYTHON.into(), "1".into()), (NODE.into(), options)]
}
