//! Facts about the machine from calls that every Unix has.

/// The name of the host; empty when it has none.
pub fn host() -> String {
    nix::unistd::gethostname().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

/// System, release and machine: `Linux 6.18.1 x86_64`, `Darwin 24.4.0 arm64`.
pub fn os() -> String {
    nix::sys::utsname::uname().map_or_else(
        |_| std::env::consts::OS.to_owned(),
        |u| [u.sysname(), u.release(), u.machine()].map(|s| s.to_string_lossy().into_owned()).join(" "),
    )
}

/// The page size in bytes.
pub fn page_size() -> u64 {
    let size = nix::unistd::sysconf(nix::unistd::SysconfVar::PAGE_SIZE).ok().flatten();
    size.and_then(|n| u64::try_from(n).ok()).unwrap_or(4096)
}

/// The name of a user, or the number when there is no name.
pub fn user(uid: u32) -> String {
    let user = nix::unistd::User::from_uid(uid.into()).ok().flatten();
    user.map_or_else(|| uid.to_string(), |u| u.name)
}
