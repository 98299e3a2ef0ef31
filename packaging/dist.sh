#!/usr/bin/env bash
# Builds the packages around a static binary: dist.sh BINARY TARGET VERSION OUT. All of them install the same tree. A
# package whose tool the machine lacks is skipped with a line that starts with `skipped:`.
set -euo pipefail
umask 022

binary=$(realpath "$1") target=$2 version=$3 out=$(realpath "$4")
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
python=${PYTHON:-python3}
: "${SOURCE_DATE_EPOCH:?the time of the packages, in seconds since 1970}"
export SOURCE_DATE_EPOCH LC_ALL=C.UTF-8
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

skip() { echo "skipped: $*" >&2; }
step() { printf '== %s\n' "$*"; }
# Compressed without the name and the time of the file.
compressed() { gzip -9n < "$1" > "$2"; }

# A release is stripped already; other builds are made as small.
cp "$binary" "$work/rprof"
strip "$work/rprof" 2>/dev/null || skip "stripping the binary: \`strip\` is not installed"
binary=$work/rprof

step "man pages and completions"
"$binary" man "$out/man"
mkdir -p "$out/completions"
for row in bash:rprof.bash zsh:_rprof fish:rprof.fish elvish:rprof.elv powershell:rprof.ps1 nushell:rprof.nu; do
    "$binary" completions "${row%%:*}" > "$out/completions/${row#*:}"
done

step "list of contents (SBOM) and the licences of the crates"
"$python" "$here/contents.py" sbom "$root" "$target" > "$out/rprof-$version.cdx.json"
"$python" "$here/contents.py" licences "$root" "$target" > "$work/THIRD-PARTY-LICENSES"

step "tarball"
name=rprof-$version-$target
tree=$work/$name
install -D -m 755 "$binary" "$tree/rprof"
cp -r "$out/man" "$out/completions" "$tree/"
install -D -m 644 -t "$tree/include" "$root/include/rprof.h"
install -m 644 -t "$tree" "$root/README.md" "$root/CHANGELOG.md" "$root"/LICENSE* "$work/THIRD-PARTY-LICENSES"
tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -cf - "$name" |
    gzip -9n > "$out/$name.tar.gz"

# The tree of the .deb and the .rpm.
step "tree of the system packages"
tree=$work/tree
share=$tree/usr/share
install -D -m 755 "$binary" "$tree/usr/bin/rprof"
install -D -m 644 -t "$tree/usr/include" "$root/include/rprof.h"
install -D -m 644 "$out/completions/rprof.bash" "$share/bash-completion/completions/rprof"
install -D -m 644 "$out/completions/rprof.fish" "$share/fish/vendor_completions.d/rprof.fish"
mkdir -p "$share/man/man1" "$share/doc/rprof"
for page in "$out"/man/*.1; do
    compressed "$page" "$share/man/man1/$(basename "$page").gz"
done

"$here/debian/build.sh" "$tree" "$version" "$out" "$work/THIRD-PARTY-LICENSES" "$out/completions/_rprof"
"$here/rpm/build.sh" "$tree" "$version" "$out" "$work/THIRD-PARTY-LICENSES" "$out/completions/_rprof"

step "recipes for other package managers"
sum=$(sha256sum "$out/$name.tar.gz" | cut -d' ' -f1)
for recipe in homebrew/rprof.rb conda/recipe.yaml; do
    # The files in packaging/ name the last release; these name this one.
    sed -e "s/@VERSION@/$version/g" -e "s/@SHA256_$target@/$sum/g" "$here/$recipe" > "$out/$(basename "$recipe")"
done
cp "$here/docker/Dockerfile" "$out/"
