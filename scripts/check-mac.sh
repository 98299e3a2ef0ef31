#!/usr/bin/env bash
# The checks for macOS that need no Mac. Every target must compile without a warning. Every system call of the binary
# must exist in the system's libraries; zig links against its stubs of them. The binary must need no other library, and
# no macOS newer than 11.0 (macho.py). The code for systems without a sampler must compile, too. A check that is
# not possible is skipped with a line that starts with `skipped:`. Nothing is run; running the tests needs `cargo test`
# on a Mac.
set -eu

cd "$(dirname "$0")/.."
targets="aarch64-apple-darwin x86_64-apple-darwin"
out=${CARGO_TARGET_DIR:-target}
zig=.tools/zig

skip() { printf 'skipped: %s\n' "$*"; }
step() { printf '== %s\n' "$*"; }
has_std() { ls "$(rustc --print target-libdir --target "$1")"/libstd-*.rlib >/dev/null 2>&1; }

available() {
    if ! has_std "$1" && command -v rustup >/dev/null; then
        rustup target add "$1" || true
    fi
    has_std "$1"
}

zig_ready() {
    [ -x "$zig/bin/cargo-zigbuild" ] && return
    python3 -m venv "$zig" && "$zig/bin/pip" install --quiet ziglang cargo-zigbuild
}

link() {
    if [ "$(uname)" = Darwin ]; then
        skip "linking with zig: this is a Mac, where every build links"
        return
    fi
    if ! zig_ready; then
        rm -rf "$zig"
        skip "linking for $1: cannot install zig; this needs python3 with venv and pip, and a package index"
        return
    fi
    step "link for $1 (a warning about xcrun is harmless: the stubs stand in for the SDK)"
    # The oldest macOS for which Rust builds on Apple silicon. Without it, zig links for the newest that it knows.
    export MACOSX_DEPLOYMENT_TARGET=11.0
    PATH="$PWD/$zig/bin:$PATH" cargo zigbuild --target "$1" --bins
    python3 scripts/macho.py "$1" "$out/$1/debug/rprof" "$MACOSX_DEPLOYMENT_TARGET"
    # The tests of rprof-sample call every function of the platform module, so linking them checks all of it.
    PATH="$PWD/$zig/bin:$PATH" cargo zigbuild --target "$1" --package rprof-sample --tests
}

step "compile for systems without a sampler"
RUSTFLAGS="--cfg rprof_unsupported -D warnings" cargo check --package rprof-sample --target-dir "$out/unsupported"

# The workloads are not checked: they are no default members, because they link a C library.
linked=
for target in $targets; do
    if available "$target"; then
        step "compile for $target"
        RUSTFLAGS="-D warnings" cargo check --all-targets --target "$target"
        linked="$linked $target"
    else
        skip "compiling for $target: its standard library is not installed; run \`rustup target add $target\`"
    fi
done
for target in $linked; do
    link "$target"
done
[ -n "$linked" ] || skip "linking: no target could be compiled"
