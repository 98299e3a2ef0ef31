//! The file of a baseline: read, and replaced at once, so that a reader or a crash never sees half of it.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use rprof_findings::baseline::Baseline;
use rprof_trace::shown;

/// A larger file is no baseline.
const LARGEST: u64 = 64 << 20;

/// Reads a baseline.
///
/// # Errors
/// When the file cannot be read or is no baseline.
pub fn read(path: &Path) -> anyhow::Result<Baseline> {
    match existing(path)? {
        Some(baseline) => Ok(baseline),
        None => bail!(
            "the baseline `{}` does not exist; write it with `rprof check --save-baseline {}` from good runs",
            shown(path),
            shown(path)
        ),
    }
}

/// Changes a baseline, or creates it. Other entries stay, also those that another rprof writes at the same time.
///
/// # Errors
/// When the file exists and is no baseline, or it cannot be written.
pub fn update(path: &Path, change: impl FnOnce(&mut Baseline)) -> anyhow::Result<()> {
    let failed = || format!("cannot write the baseline `{}`", shown(path));
    // A link stays a link: the file that it names is replaced.
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let directory = target.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."));
    // The lock of the directory is no file that stays behind. A file system without locks loses only the protection.
    let lock = File::open(directory).with_context(failed)?;
    let _ = lock.lock();
    let mut baseline = existing(&target)?.unwrap_or_default();
    change(&mut baseline);
    replace(&target, baseline.to_json().as_bytes()).with_context(failed)
}

fn existing(path: &Path) -> anyhow::Result<Option<Baseline>> {
    let failed = || format!("cannot read the baseline `{}`", shown(path));
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        file => file.with_context(failed)?,
    };
    let mut text = Vec::new();
    file.take(LARGEST).read_to_end(&mut text).with_context(failed)?;
    // A text that is not UTF-8 is no JSON either.
    let text = String::from_utf8_lossy(&text);
    Baseline::parse(&text).map(Some).with_context(failed)
}

/// Writes a new file beside the old one and moves it there.
fn replace(target: &Path, content: &[u8]) -> std::io::Result<()> {
    let aside = beside(target);
    let _ = std::fs::remove_file(&aside);
    let file = OpenOptions::new().write(true).create_new(true).mode(0o666).open(&aside)?;
    let moved = fill(file, target, content).and_then(|()| std::fs::rename(&aside, target));
    moved.inspect_err(|_| _ = std::fs::remove_file(&aside))
}

fn fill(mut file: File, target: &Path, content: &[u8]) -> std::io::Result<()> {
    if let Ok(old) = std::fs::metadata(target) {
        file.set_permissions(old.permissions())?;
    }
    file.write_all(content)?;
    // Without it, a crash of the machine could leave the new name with no content.
    file.sync_all()
}

fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.new", std::process::id()));
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use rprof_trace::{Bytes, Metric};

    use super::*;

    #[test]
    fn updates_at_the_same_time_lose_no_entry() {
        let place = tempfile::tempdir().expect("a place");
        let path = place.path().join("mem.json");
        std::thread::scope(|scope| {
            for number in 0..8_u64 {
                let path = &path;
                scope.spawn(move || {
                    let name = format!("job {number}");
                    update(path, |baseline| baseline.set(&name, Metric::Rss, vec![Bytes(number)]))
                        .expect("written");
                });
            }
        });
        assert_eq!(read(&path).expect("a baseline").entries.len(), 8);
        assert_eq!(std::fs::read_dir(place.path()).expect("a place").count(), 1, "no file is left behind");
    }

    #[test]
    fn a_file_that_is_no_baseline_stays_as_it_is() {
        let place = tempfile::tempdir().expect("a place");
        let path = place.path().join("package.json");
        for text in ["{\"name\": \"x\"}", "{\"rprof_baseline\": 99}", "\u{0}"] {
            std::fs::write(&path, text).expect("room");
            let error = update(&path, |_| ()).expect_err(text);
            assert!(format!("{error:#}").contains("package.json"), "{error:#}");
            assert_eq!(std::fs::read_to_string(&path).expect("kept"), text);
        }
    }

    #[test]
    fn a_link_stays_a_link_and_the_mode_stays() {
        use std::os::unix::fs::PermissionsExt;
        let place = tempfile::tempdir().expect("a place");
        let (path, link) = (place.path().join("mem.json"), place.path().join("link.json"));
        let set = |name: &'static str| {
            move |baseline: &mut Baseline| baseline.set(name, Metric::Rss, vec![Bytes(1)])
        };
        update(&path, set("a")).expect("written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).expect("ours");
        std::os::unix::fs::symlink("mem.json", &link).expect("a link");
        update(&link, set("b")).expect("written");
        assert!(std::fs::symlink_metadata(&link).expect("there").is_symlink());
        assert_eq!(read(&path).expect("a baseline").entries.len(), 2);
        let mode = std::fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
    }
}
