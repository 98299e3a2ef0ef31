#!/bin/sh
# Replaces uPlot, the chart library of the page, by a version from npm: its files, its licence, and the version in its README.
set -eu
version=${1:?"usage: scripts/update-uplot.sh VERSION"}
cd "$(dirname "$0")/.."
vendor=$PWD/crates/rprof-plot/src/page/assets/vendor
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
npm pack --silent "uplot@$version" >/dev/null || {
    echo "npm cannot fetch uplot@$version: there is no such version, or no network" >&2
    exit 1
}
tar xzf uplot-*.tgz
cp package/dist/uPlot.iife.min.js package/dist/uPlot.min.css package/LICENSE "$vendor/"
sed -i.old "s/uPlot [0-9.]*[0-9]/uPlot $version/" "$vendor/README.md"
rm -f "$vendor/README.md.old"
echo "uPlot $version; look at the page, and run make test-page"
