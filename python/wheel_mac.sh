#!/usr/bin/env bash
# Builds the wheels for macOS into a directory. A Mac links with its own linker. Other systems link with zig, which
# carries stubs of the system's libraries. A wheel that cannot be built is skipped with a line that starts with
# `skipped:`. The wheels are not run. The script checks the tag, the module and the load commands of the binary.
set -euo pipefail

tools=$1 out=$2
shift 2
export PATH="$tools/bin:$PATH"

skip() { echo "skipped: $*" >&2; }
fail() { echo "wheel-mac: $*" >&2; exit 1; }
has_std() { ls "$(rustc --print target-libdir --target "$1")"/libstd-*.rlib >/dev/null 2>&1; }

# The tag of the wheel and the binary name the same oldest macOS, as in scripts/check-mac.sh.
export MACOSX_DEPLOYMENT_TARGET=11.0
link=()
if [ "$(uname)" != Darwin ]; then
    "$tools/bin/pip" install --quiet --disable-pip-version-check ziglang ||
        { skip "wheels for macOS: cannot install ziglang, which linking needs on other systems"; exit 0; }
    link=(--zig)
fi

# The processor, and the end of the wheel's tag.
for row in 'aarch64 arm64' 'x86_64 x86_64'; do
    read -r processor tag <<<"$row"
    target=$processor-apple-darwin
    if ! has_std "$target" && command -v rustup >/dev/null; then
        rustup target add "$target" || true
    fi
    has_std "$target" ||
        { skip "the wheel for $target: its standard library is not installed; run \`rustup target add $target\`"; continue; }
    rm -f "$out"/rprof-*-macosx_*_"$tag".whl
    maturin build --release "${link[@]}" --target "$target" --out "$out" "$@"
    wheel=$(ls "$out"/rprof-*-py3-none-macosx_*_"$tag".whl) || fail "maturin built no wheel with the tag macosx and $tag"
    python - "$wheel" <<'LOOK' || fail "the contents of $wheel are wrong"
import sys, zipfile

with zipfile.ZipFile(sys.argv[1]) as wheel:
    names = wheel.namelist()
    binary, = (name for name in names if name.endswith(".data/scripts/rprof"))
    assert "rprof/__init__.py" in names and "rprof/_startup.py" in names, names
    assert wheel.getinfo(binary).external_attr >> 16 & 0o111, "not executable"
LOOK
    python "$(dirname "$0")/../scripts/macho.py" "$target" "$wheel" || fail "macOS would not run the binary of $wheel"
    echo "wheel-mac: built $(basename "$wheel"); not run"
done
