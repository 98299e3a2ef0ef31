#!/usr/bin/env bash
# Installs, runs and removes the packages of a directory in clean Debian systems: test_dist.sh DIST VERSION SUITE...
# The systems are made with debootstrap under .tools/debian/ and used as copies. After each removal, the files of the
# system must be those from before. What the machine cannot do is skipped with a line that starts with `skipped:`.
set -euo pipefail

dist=$(realpath "$1") version=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
base=$(dirname "$here")/.tools/debian
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
place=$(mktemp -d)

skip() { echo "skipped: $*" >&2; }
fail() { echo "test-dist: $*" >&2; exit 1; }
say() { printf '== %s\n' "$*"; }
clean() {
    if mountpoint -q "$place/system/proc"; then umount "$place/system/proc"; fi
    rm -rf "$place"
}
trap clean EXIT

# A user's first steps: each must work, and the figure must be one.
steps='
rprof --version
rprof run -q -o t.dat -- sh -c "head -c 30000000 /dev/zero | tail -c 30000000 > /dev/null"
rprof peak t.dat
rprof plot -o t.svg t.dat
grep -q "</svg>" t.svg
rprof help exit-codes > /dev/null
rm t.dat t.svg'

inside() { chroot "$place/system" /usr/bin/env -i HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin:/opt/rprof bash -euc "cd /root; $1"; }

# Every file of the system, but for the logs and caches of its package manager.
listing() {
    (cd "$place/system" && find . -xdev \( -path ./proc -o -path ./var/log -o -path ./var/cache -o -path ./var/lib/apt \
        -o -path ./var/lib/rpm -o -path ./root/.rpmdb -o -name '*-old' -o -path ./var/lib/dpkg/lock\* \) -prune -o -printf '%y %m %u %p %l\n' |
        LC_ALL=C sort)
}
# Runs a command and compares the system with what it was.
without_a_trace() {
    local name=$1 begun=$SECONDS
    listing > "$place/before"
    "$2"
    listing > "$place/after"
    diff "$place/before" "$place/after" || fail "$name left something behind"
    echo "test-dist: $suite: $name installed, run and removed without a trace, in $((SECONDS - begun)) s"
}

by_deb() {
    cp "$deb" "$place/system/root/rprof.deb"
    inside "apt-get -qq -o Dpkg::Use-Pty=0 install -y ./rprof.deb > /dev/null; $steps
        test -s /usr/share/man/man1/rprof-run.1.gz
        bash -n /usr/share/bash-completion/completions/rprof
        dpkg --verify rprof
        apt-get -qq -o Dpkg::Use-Pty=0 purge -y rprof > /dev/null
        rm rprof.deb"
}
by_rpm() {
    cp "$rpm" "$place/system/root/rprof.rpm"
    # Some versions of Debian's rpm want to be sure that no alien package is meant.
    inside "force=; if rpm --force-debian --version > /dev/null 2>&1; then force=--force-debian; fi
        rpm \$force --quiet -i rprof.rpm; $steps
        rpm --quiet -V rprof
        rpm \$force -e rprof
        rm rprof.rpm"
}
by_tarball() {
    cp "$tarball" "$place/system/root/rprof.tar.gz"
    inside "mkdir /opt/rprof; tar -xzf rprof.tar.gz -C /opt/rprof --strip-components=1; $steps
        rm -r /opt/rprof rprof.tar.gz"
}
by_wheel() {
    cp "$wheel" "$here/../python/test_wheel.sh" "$place/system/root/"
    inside "bash test_wheel.sh $(basename "$wheel"); rm test_wheel.sh *.whl"
}
# The image of the Dockerfile, built and run without a daemon.
by_image() {
    mkdir -p "$place/image/context"
    tar -xzf "$tarball" -C "$place/image/context" --strip-components=1 --wildcards '*/rprof'
    image() { buildah --storage-driver vfs --root "$place/image/store" --runroot "$place/image/run" "$@"; }
    image bud --quiet --isolation chroot -f "$here/docker/Dockerfile" -t rprof "$place/image/context" > /dev/null
    local container
    container=$(image from localhost/rprof)
    image run --isolation chroot "$container" /rprof run -q -o /t.dat -- /rprof --version
    image run --isolation chroot "$container" /rprof plot -o /t.svg /t.dat
    image run --isolation chroot "$container" /rprof peak /t.dat
    image rm -a > /dev/null
    image rmi -a > /dev/null
    echo "test-dist: the image records and draws, with nothing else in it"
}

one() { # The only file of a pattern, or nothing.
    local found
    found=$(compgen -G "$dist/$1") || return 0
    [ "$(wc -l <<< "$found")" = 1 ] || fail "several files $1"
    echo "$found"
}
deb=$(one 'rprof_*.deb') rpm=$(one 'rprof-*.rpm') tarball=$(one 'rprof-*-linux-musl.tar.gz') wheel=$(one 'rprof-*manylinux*.whl')
[ -n "$tarball" ] && [ -n "$wheel" ] || fail "no packages in $dist; run \`make dist\`"

say "checksums, completions and the list of contents"
(cd "$dist" && sha256sum --quiet -c SHA256SUMS)
bash -n "$dist/completions/rprof.bash"
"${PYTHON:-python3}" - "$dist/rprof-$version.cdx.json" <<'LOOK'
import json, sys

found = json.load(open(sys.argv[1]))
names = {component["name"] for component in found["components"]}
assert found["bomFormat"] == "CycloneDX" and {"clap", "resvg", "rprof-trace", "std"} <= names, sorted(names)
assert not names & {"proptest", "assert_cmd", "clap_derive"}, "crates that are not linked"
assert all("licenses" in component for component in found["components"]), "a crate without a licence"
known = names | {"rprof-cli"}
assert all(entry["ref"].split("/")[1].split("@")[0] in known for entry in found["dependencies"])
print(f"test-dist: the SBOM names {len(names)} components")
LOOK
if [ -z "$deb" ]; then
    skip "the .deb: it was not built"
elif command -v lintian >/dev/null; then
    say "lintian"
    lintian --fail-on error --suppress-tags initial-upload-closes-no-bugs,bogus-mail-host --allow-root "$deb" || fail "lintian finds an error"
else
    skip "lintian is not installed: the .deb is not checked by it"
fi
[ -n "$rpm" ] || skip "the .rpm: it was not built"

# The package of Nix as its own evaluator sees it, with stand-ins for what nixpkgs gives.
nix_package='let
  lib = { cleanSource = path: path; licenses = { mit = "mit"; asl20 = "asl20"; }; platforms = { linux = [ ]; darwin = [ ]; }; };
  found = import '"$here"'/nix/package.nix { inherit lib; rustPlatform.buildRustPackage = given: given; installShellFiles = null; };
in assert found.version == "'"$version"'" && builtins.pathExists found.cargoLock.lockFile; found.meta.mainProgram'
if command -v nix-instantiate >/dev/null; then
    [ "$(nix-instantiate --eval --strict --expr "$nix_package")" = '"rprof"' ] || fail "packaging/nix/package.nix has other values"
fi
# The recipe for conda: each file that it installs is in the tarball.
yaml=$(dirname "$here")/.tools/peers/bin/python
if "$yaml" -c 'import yaml' 2>/dev/null; then
    "$yaml" - "$dist/recipe.yaml" "$tarball" <<'LOOK' || fail "the recipe for conda is wrong"
import fnmatch, hashlib, sys, tarfile, yaml

recipe = yaml.safe_load(open(sys.argv[1]))
names = {name.split("/", 1)[1] for name in tarfile.open(sys.argv[2]).getnames() if "/" in name}
assert recipe["source"]["sha256"] == hashlib.sha256(open(sys.argv[2], "rb").read()).hexdigest(), "another checksum"
installed = [line.split()[3] for line in recipe["build"]["script"] if line.startswith("install ")]
missing = [name for name in installed + recipe["about"]["license_file"] if not fnmatch.filter(names, name)]
assert len(installed) == 6 and not missing, f"the tarball does not have {missing}"
LOOK
else
    skip "no Python with PyYAML (\`make peers\`): packaging/conda/recipe.yaml is not read"
fi

for row in 'ruby -c:homebrew/rprof.rb' 'nix-instantiate --parse:nix/flake.nix' 'nix-instantiate --parse:nix/default.nix'; do
    program=${row%% *}
    if command -v "$program" >/dev/null; then
        ${row%%:*} "$here/${row#*:}" >/dev/null || fail "$program refuses packaging/${row#*:}"
    else
        skip "$program is not installed: packaging/${row#*:} is not parsed"
    fi
done

if [ "$(id -u)" != 0 ] || ! command -v debootstrap >/dev/null; then
    skip "clean Debian systems need root and debootstrap: no package is installed"
    exit 0
fi
if command -v buildah >/dev/null; then
    say "an image with one file"
    by_image
else
    skip "buildah is not installed: the image of packaging/docker/Dockerfile is not built"
fi

for suite in "$@"; do
    say "$suite"
    if [ ! -e "$base/$suite/ok" ]; then
        rm -rf "${base:?}/$suite"
        mkdir -p "$base"
        if ! debootstrap --variant=minbase "$suite" "$base/$suite" "$mirror" > "$place/log" 2>&1; then
            tail -n 3 "$place/log" >&2
            skip "debootstrap cannot make $suite from the mirror"
            continue
        fi
        touch "$base/$suite/ok"
    fi
    rm -rf "$place/system"
    cp -a --reflink=auto "$base/$suite" "$place/system"
    mount -t proc proc "$place/system/proc"
    cp /etc/resolv.conf "$place/system/etc/resolv.conf"
    inside "cat /etc/debian_version"
    without_a_trace "the tarball" by_tarball
    [ -z "$deb" ] || without_a_trace "the .deb" by_deb
    # The interpreter and rpm are no part of a clean system; rprof does not need them.
    if inside "apt-get -qq update; apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends \
        python3 python3-venv ${rpm:+rpm}" > "$place/log" 2>&1; then
        inside "python3 --version"
        without_a_trace "the wheel" by_wheel
        [ -z "$rpm" ] || without_a_trace "the .rpm" by_rpm
    else
        tail -n 3 "$place/log" >&2
        skip "$suite: cannot install python3-venv and rpm; the wheel and the .rpm are not installed"
    fi
    umount "$place/system/proc"
done
