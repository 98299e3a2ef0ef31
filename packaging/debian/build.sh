#!/usr/bin/env bash
# Builds the .deb: build.sh TREE VERSION OUT THIRD_PARTY_LICENCES ZSH_COMPLETIONS. The binary is static: no dependencies.
set -euo pipefail

tree=$1 version=$2 out=$3 licences=$4 zsh=$5
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$(dirname "$here")")
command -v dpkg-deb >/dev/null || { echo "skipped: the .deb: dpkg-deb is not installed (Debian package dpkg)" >&2; exit 0; }
echo "== .deb"

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
architecture=$(dpkg --print-architecture)
maintainer=$(cat "$here/maintainer")
package=$place/package
doc=$package/usr/share/doc/rprof
cp -r "$tree" "$package"
chmod 755 "$package"
install -D -m 644 "$zsh" "$package/usr/share/zsh/vendor-completions/_rprof"
install -D -m 644 "$here/lintian-overrides" "$package/usr/share/lintian/overrides/rprof"
gzip -9n < "$root/CHANGELOG.md" > "$doc/changelog.gz"
gzip -9n < "$root/README.md" > "$doc/README.md.gz"
gzip -9n < "$licences" > "$doc/THIRD-PARTY-LICENSES.gz"
cp "$here/copyright" "$doc/copyright"
gzip -9n > "$doc/changelog.Debian.gz" <<END
rprof ($version-1) unstable; urgency=medium

  * Release $version; changelog.gz has the changes.

 -- $maintainer  $(date -u -R -d "@$SOURCE_DATE_EPOCH")
END

mkdir -p "$package/DEBIAN"
(cd "$package" && find usr -type f -print0 | sort -z | xargs -0 md5sum > DEBIAN/md5sums)
size=$(du -k -s --apparent-size "$package/usr" | cut -f1)
sed -e "s/@VERSION@/$version-1/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@SIZE@/$size/" \
    -e "s/@MAINTAINER@/$maintainer/" "$here/control" > "$package/DEBIAN/control"
find "$package" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
# xz, which dpkg of every supported Debian can read; zstd is newer.
dpkg-deb --root-owner-group -Zxz --build "$package" "$out/rprof_$version-1_$architecture.deb" >/dev/null
