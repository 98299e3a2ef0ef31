//! `rprof config`: print the defaults that apply, and where each is set.

use rprof_trace::{shown, visible};

use crate::output;
use crate::settings::{KEYS, Settings, origin_words};

/// Prints a line for each key, and the configuration file.
pub fn config() -> anyhow::Result<()> {
    let settings = Settings::load()?;
    let path = settings.path.as_deref();
    let mut rows = vec![["key".to_owned(), "value".to_owned(), "from".to_owned()]];
    for (key, setting) in KEYS.iter().zip(&settings.found) {
        let value = setting.as_ref().map_or(key.usual, |setting| &setting.value);
        let origin = origin_words(setting.as_ref(), key, path);
        rows.push([key.name.to_owned(), visible(value), origin]);
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let (first, second) = (width(0), width(1));
    let mut text = String::new();
    for [key, value, origin] in &rows {
        text += &format!("{key:first$}  {value:second$}  {origin}\n");
    }
    text += &match (path, &settings.unread) {
        (Some(path), Some(reason)) => {
            format!("\nconfiguration file: {} (not used, cannot be read: {reason})\n", shown(path))
        }
        (Some(path), None) if path.exists() => format!("\nconfiguration file: {}\n", shown(path)),
        (Some(path), None) => format!("\nconfiguration file: {} (does not exist)\n", shown(path)),
        (None, _) => "\nconfiguration file: none\n".to_owned(),
    };
    Ok(output::print(&text)?)
}
