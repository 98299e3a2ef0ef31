//! Facts of the build for `rprof --version`, the commit and the target, and the kind of executable. The commit is that of
//! `RPROF_COMMIT`, of the package's own record, or of git. A source without any of them builds too.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=RPROF_COMMIT");
    let commit = given().or_else(of_package).or_else(of_checkout);
    let words = commit.map(|commit| format!(" (commit {commit})")).unwrap_or_default();
    println!("cargo::rustc-env=RPROF_COMMIT_WORDS={words}");
    println!("cargo::rustc-env=RPROF_TARGET={}", std::env::var("TARGET").unwrap_or_default());
    // A program at a fixed address needs no relocation of its tables at each start: about 0.5 MiB that stay pages of the
    // file, and a tenth of the time of a start. The C library and the stack keep their random addresses.
    let is = |key: &str, value: &str| std::env::var(key).is_ok_and(|found| found == value);
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        println!("cargo::rustc-link-arg-bin=rprof=-no-pie");
    }
}

/// The commit that a packager names.
fn given() -> Option<String> {
    short(&std::env::var("RPROF_COMMIT").ok()?)
}

/// The commit in the file that cargo adds to a package for a registry.
fn of_package() -> Option<String> {
    let record = std::fs::read_to_string(".cargo_vcs_info.json").ok()?;
    short(record.split_once("\"sha1\"")?.1.split('"').nth(1)?)
}

/// The commit of the checkout. Builds without optimisation do not ask: they would be built anew after every commit.
fn of_checkout() -> Option<String> {
    // Else git would answer for a repository that only contains this source.
    let is_checkout = Path::new("../../.git").exists() && Path::new("../../Cargo.lock").exists();
    if !is_checkout || std::env::var("OPT_LEVEL").is_ok_and(|level| level == "0") {
        return None;
    }
    let git = |words: &[&str]| -> Option<String> {
        let output =
            Command::new("git").args(words).output().ok().filter(|output| output.status.success())?;
        Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
    };
    // The log of HEAD changes with every commit and checkout.
    let log = git(&["rev-parse", "--git-path", "logs/HEAD"])?;
    if Path::new(&log).exists() {
        println!("cargo::rerun-if-changed={log}");
    }
    short(&git(&["rev-parse", "HEAD"])?)
}

/// The first 12 digits of a commit; `None` if the text is none.
fn short(commit: &str) -> Option<String> {
    let is_hash = commit.len() >= 12 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then(|| commit[..12].to_owned())
}
