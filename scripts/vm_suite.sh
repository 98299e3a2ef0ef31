#!/usr/bin/env bash
# Runs the end-to-end tests as root of a machine of one's own, under settings that few machines have. scripts/vm.sh runs
# this in a virtual machine; it changes the machine that it runs on.
# Usage: vm_suite.sh SUITE [FILTER...]   (the program of the tests, by an absolute path; all tests if there is no filter)
set -uo pipefail
suite=$1
filters=("${@:2}")
user=1000
# An emulated machine is 5 to 20 times slower.
export RPROF_TEST_PATIENCE_S=600 TMPDIR=/var/tmp/rprof-suite
mkdir -p "$TMPDIR" && chmod 1777 "$TMPDIR" || exit 1
failed=0

# Runs the suite with a title, as a user.
tests() {
    local title=$1 id=$2
    shift 2
    printf '\n== %s\n' "$title"
    # Two at once: more would only be slower.
    setpriv --reuid "$id" --regid "$id" --clear-groups env HOME="$TMPDIR" "$suite" --test-threads 2 "$@" || failed=1
}

echo 3 >/proc/sys/kernel/perf_event_paranoid
echo always >/sys/kernel/mm/transparent_hugepage/enabled
umount /sys/kernel/tracing /sys/kernel/debug/tracing 2>/dev/null
printf 'kernel %s; perf_event_paranoid %s; huge pages %s\n' "$(uname -r)" \
    "$(cat /proc/sys/kernel/perf_event_paranoid)" "$(cat /sys/kernel/mm/transparent_hugepage/enabled)"

tests 'ordinary user, huge pages always, no tracefs' "$user" ${filters[@]+"${filters[@]}"}
# The tests that depend on the processes that a user may see. 1 hides what other users' processes do; 2 and 4 hide them.
for level in 1 2 4; do
    mount -o "remount,hidepid=$level" /proc
    tests "ordinary user, hidepid=$level" "$user" attach:: permissions::
done
mount -o remount,hidepid=0 /proc
tests 'root' 0 permissions:: limits::
exit "$failed"
