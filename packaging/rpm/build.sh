#!/usr/bin/env bash
# Builds the .rpm: build.sh TREE VERSION OUT THIRD_PARTY_LICENCES ZSH_COMPLETIONS. The binary is static: no dependencies.
set -euo pipefail

tree=$1 version=$2 out=$3 licences=$4 zsh=$5
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$(dirname "$here")")
command -v rpmbuild >/dev/null || { echo "skipped: the .rpm: rpmbuild is not installed (package rpm or rpm-build)" >&2; exit 0; }
echo "== .rpm"

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
package=$place/package
cp -r "$tree" "$package"
install -D -m 644 "$zsh" "$package/usr/share/zsh/site-functions/_rprof"
install -m 644 -t "$package/usr/share/doc/rprof" "$root/README.md" "$root/CHANGELOG.md"
install -D -m 644 -t "$package/usr/share/licenses/rprof" "$root"/LICENSE* "$licences"
# The time of the build and of the files is that of the commit, and the host is no fact about the package.
rpmbuild -bb --quiet --target "$(uname -m)" --define "_topdir $place" --define "_rpmdir $out" --define "_dbpath $place/db" \
    --define "_rpmfilename rprof-$version-1.%{_target_cpu}.rpm" --define "_buildhost localhost" \
    --define "use_source_date_epoch_as_buildtime 1" --define "clamp_mtime_to_source_date_epoch 1" \
    --define "rprof_version $version" --define "rprof_tree $package" "$here/rprof.spec"
