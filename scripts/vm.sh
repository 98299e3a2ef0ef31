#!/usr/bin/env bash
# Runs a command as root in a virtual machine with Debian's kernel and control groups of version 2.
#
# The machine sees the files of this one, read-only below an overlay in memory, so it runs what was built here. It is
# emulated, 5 to 20 times slower than real, and has no network. Kernel and busybox come from the package archive.
# Usage: scripts/vm.sh COMMAND [ARGS...]   (files by absolute paths); exits with the command's code
#   VM_DIR=DIR (default .tools/vm)  VM_KERNEL=linux-image-amd64 (not the cloud kernel, which lacks 9p)  VM_SECONDS=900
set -euo pipefail
cd "$(dirname "$0")/.."
command=("$@")
directory=${VM_DIR:-$PWD/.tools/vm}
package=${VM_KERNEL:-linux-image-amd64}
modules="virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci netfs fscache 9pnet 9pnet_virtio 9p overlay"

skip() {
    echo "skipped: the tests in a virtual machine: $1" >&2
    exit 0
}

[ "$(uname -sm)" = "Linux x86_64" ] || skip "they need Linux on x86-64"
[ "$(id -u)" = 0 ] || skip "they need root, to share all files of this machine"
for program in qemu-system-x86_64 apt-get dpkg python3; do
    command -v "$program" >/dev/null ||
        skip "\`$program\` is not installed (apt-get install --no-install-recommends qemu-system-x86)"
done

# Downloads a package and unpacks it to a directory.
fetch() {
    (cd "$directory" && apt-get download "$1" >/dev/null 2>&1 && dpkg -x "$1"_*.deb "$2" && rm "$1"_*.deb)
}

init() {
    cat <<INIT
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc p /proc; mount -t sysfs s /sys; mount -t devtmpfs d /dev
ln -s /proc/self/fd /dev/fd; ln -s fd/0 /dev/stdin; ln -s fd/1 /dev/stdout; ln -s fd/2 /dev/stderr
for module in $modules; do [ ! -e /modules/\$module.ko ] || insmod /modules/\$module.ko || echo "cannot load \$module"; done
mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=262144,cache=loose host /lower
mount -t tmpfs t /rw; mkdir /rw/upper /rw/work
mount -t overlay -o lowerdir=/lower,upperdir=/rw/upper,workdir=/rw/work o /new
mount -t proc p /new/proc; mount -t sysfs s /new/sys; mount -t devtmpfs d /new/dev
mkdir -p /new/dev/pts /new/dev/shm; mount -t devpts p /new/dev/pts; mount -t tmpfs t /new/dev/shm
mount -t cgroup2 c /new/sys/fs/cgroup
echo "+memory +pids" > /new/sys/fs/cgroup/cgroup.subtree_control
ip link set lo up
chroot /new /bin/bash \$(sed 's/.*vmscript=\([^ ]*\).*/\1/' /proc/cmdline)
echo "VM-EXIT \$?"
poweroff -f
INIT
}

# An archive in the format of cpio, which is not installed everywhere.
pack() {
    python3 - "$1" <<'PACK'
import gzip, os, sys
root = sys.argv[1]
with gzip.open(sys.stdout.buffer, "wb", 1) as out:
    def add(name, mode, body=b""):
        name = name.encode() + b"\0"
        fields = [0, mode, 0, 0, 1, 0, len(body), 0, 0, 0, 0, len(name), 0]
        head = b"070701" + b"".join(b"%08X" % field for field in fields) + name
        out.write(head + b"\0" * (-len(head) % 4) + body + b"\0" * (-len(body) % 4))
    for place, directories, files in os.walk(root):
        for name in directories:
            add(os.path.relpath(os.path.join(place, name), root), 0o40755)
        for name in files:
            path = os.path.join(place, name)
            add(os.path.relpath(path, root), 0o100755, open(path, "rb").read())
    add("TRAILER!!!", 0)
PACK
}

build() {
    rm -rf "$directory"
    mkdir -p "$directory"/root/{bin,proc,sys,dev,lower,modules,rw,new}
    local real
    real=$(apt-cache depends "$package" 2>/dev/null | sed -n 's/.*Depends: \(linux-image-[^ ]*\).*/\1/p' | head -n 1)
    fetch "${real:-$package}" kernel && fetch busybox-static busybox ||
        skip "apt-get cannot download \`$package\` and \`busybox-static\` (run apt-get update?)"
    cp "$(find "$directory/busybox" -path "*bin/busybox" -type f)" "$directory/root/bin/"
    for module in $modules; do
        find "$directory/kernel" -name "$module.ko" -exec cp {} "$directory/root/modules/" \;
    done
    init >"$directory/root/init"
    pack "$directory/root" >"$directory/initrd.tmp"
    mv "$directory/initrd.tmp" "$directory/initrd.gz"
}

# Built anew when this script has changed.
[ "$directory/initrd.gz" -nt scripts/vm.sh ] || build
script=$(mktemp /var/tmp/rprof-vm.XXXXXX)
trap 'rm -f "$script" "$script.out"' EXIT
{
    printf 'export PATH=%q HOME=/root\nexec' "$PATH"
    printf ' %q' "${command[@]}"
    echo
} >"$script"
timeout "${VM_SECONDS:-900}" qemu-system-x86_64 -accel tcg,thread=multi -cpu max -m 4096 -smp 2 \
    -kernel "$directory"/kernel/boot/vmlinuz-* -initrd "$directory/initrd.gz" \
    -append "console=ttyS0 quiet panic=-1 vmscript=$script" -nographic -no-reboot -nic none \
    -virtfs local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap 2>&1 |
    sed -u 's/\r//g; 1,/Booting from ROM/d' | tee "$script.out" | grep --line-buffered -v '^VM-EXIT'
code=$(sed -n 's/^VM-EXIT //p' "$script.out")
[ -n "$code" ] || echo "the virtual machine did not finish" >&2
exit "${code:-125}"
