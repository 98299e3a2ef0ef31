#!/usr/bin/env python3
"""Tests of control groups of version 2, as root of a machine of one's own. scripts/vm.sh runs them in a virtual one.

Usage: vm_tests.py RPROF TRUTH
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time

RPROF, TRUTH = sys.argv[1:3]
ROOT = "/sys/fs/cgroup"
MIB = 1 << 20
LIMIT = 150 * MIB
USER = 1000
# The emulated machine is slow.
PATIENCE = 300


def write(path, text):
    with open(path, "w") as file:
        file.write(str(text))


def read(path):
    with open(path) as file:
        return file.read()


class Group:
    """A group with a limit, removed with its subgroups at the end of a test."""

    def __init__(self, name, limit=None, owner=None):
        self.path = f"{ROOT}/{name}"
        os.mkdir(self.path)
        if limit:
            write(f"{self.path}/memory.max", limit)
            # With swap the limit would only move pages out.
            if os.path.exists(f"{self.path}/memory.swap.max"):
                write(f"{self.path}/memory.swap.max", 0)
        if owner is not None:
            # What systemd gives to the user with Delegate=yes.
            for file in ["", "/cgroup.procs", "/cgroup.subtree_control", "/cgroup.threads"]:
                os.chown(self.path + file, owner, owner)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for place, _, _ in os.walk(self.path, topdown=False):
            os.rmdir(place)

    def events(self):
        return dict(line.split() for line in read(f"{self.path}/memory.events").splitlines())

    def subgroups(self):
        return [entry.name for entry in os.scandir(self.path) if entry.is_dir()]


def run(options, script, group=None, user=None, place=None, command=None):
    """Runs rprof in a group as a user; returns its exit code, its messages, and the object of `rprof peak --json`."""
    place = place or tempfile.mkdtemp()
    os.chmod(place, 0o777)
    words = [RPROF, "run", "--force", "-o", "t.dat", *options.split(), "--", *(command or [TRUTH, *script.split()])]

    def enter():
        if group:
            write(f"{group.path}/cgroup.procs", os.getpid())
        if user:
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)

    done = subprocess.run(words, cwd=place, preexec_fn=enter, capture_output=True, text=True, timeout=PATIENCE)
    trace = f"{place}/t.dat"
    peak = None
    if os.path.exists(trace):
        out = subprocess.run([RPROF, "peak", "--json", trace], capture_output=True, text=True, check=True).stdout
        peak = json.loads(out)[0]
    return done.returncode, done.stderr, peak


def near(value, truth, slack):
    assert value is not None and truth <= value <= truth + slack, f"{value} is not in [{truth}, {truth + slack}]"


def shared_memory_that_no_process_maps():
    code, messages, peak = run("--cgroup -T 20ms", "memfd 200MiB hold 4s exit 4")
    assert code == 4, messages
    group = peak["cgroup"]
    assert (group["version"], group["own"]) == (2, True), group
    # The page tables, stacks and slabs of the processes come on top.
    near(group["peak_bytes"], 200 * MIB, 16 * MIB)
    near(group["largest_reading"]["shmem_bytes"], 200 * MIB, MIB)
    assert peak["peak_bytes"] < 20 * MIB, peak
    assert "control group: peak 20" in messages, messages


def anonymous_memory():
    code, messages, peak = run("--cgroup -T 20ms", "touch 100MiB hold 4s")
    assert code == 0, messages
    near(peak["cgroup"]["largest_reading"]["anon_bytes"], 100 * MIB, 4 * MIB)
    near(peak["cgroup"]["peak_bytes"], 100 * MIB, 16 * MIB)


def a_shared_group_is_context_only():
    with Group("shared", LIMIT) as limited:
        code, messages, peak = run("", "touch 20MiB", limited)
        assert code == 0 and "control group" not in messages, messages
        group = peak["cgroup"]
        assert (group["path"], group["own"], group["limit_bytes"]) == ("/shared", False, LIMIT), group
        assert group["peak_bytes"] is None and group["killed"] == [], group
        # The limit of an ancestor counts, too.
        write(f"{limited.path}/cgroup.subtree_control", "+memory")
        with Group("shared/inner", 2 * LIMIT) as inner:
            _, _, peak = run("", "touch 20MiB", inner)
            assert peak["cgroup"]["limit_bytes"] == LIMIT, peak["cgroup"]


def oom_of_the_command():
    with Group("command", LIMIT) as group:
        code, messages, peak = run("-T 20ms", "touch 400MiB", group)
        assert code == 137 and peak["reason"] == "out of memory", messages
        [kill] = peak["cgroup"]["killed"]
        assert kill["certain"] and kill["process"].endswith(":truth"), kill
        assert kill["limit_bytes"] == LIMIT, kill
        near(kill["rss_bytes"], LIMIT * 9 // 10, LIMIT // 8)
        assert group.events()["oom_kill"] == "1", group.events()
        assert "limit of its control group 150.0 MiB" in messages, messages


def oom_of_a_child():
    with Group("child", LIMIT) as group:
        script = "touch 10MiB fork 1 [ touch 400MiB ] wait exit 3"
        code, messages, peak = run("-T 20ms", script, group)
        assert code == 3 and peak["reason"] is None, messages
        [kill] = peak["cgroup"]["killed"]
        assert kill["certain"] and kill["limit_bytes"] == LIMIT, kill
        assert f"out of memory: the kernel killed {kill['process']}" in messages, messages


def a_kill_by_a_user_beside_an_oom_kill_elsewhere():
    """The machine's counter rises while the command runs, and the command is killed by kill -9."""
    place = tempfile.mkdtemp()
    with Group("elsewhere", LIMIT) as group:
        enter = f"echo $$ > {group.path}/cgroup.procs; exec {TRUTH} touch 400MiB"
        script = f"({{ sh -c '{enter}'; }}); kill -9 $$"
        code, messages, peak = run("", "", place=place, command=["sh", "-c", script])
        assert group.events()["oom_kill"] == "1", group.events()
        assert code == 137 and peak["reason"] is None, messages
        assert "killed by SIGKILL" in messages, messages


def a_delegated_group_of_an_ordinary_user():
    with Group("user", LIMIT, USER) as group:
        code, messages, peak = run("--cgroup -T 20ms", "memfd 50MiB hold 2s", group, USER)
        assert code == 0, messages
        found = peak["cgroup"]
        assert found["own"] and found["path"].startswith("/user/rprof-"), found
        near(found["peak_bytes"], 50 * MIB, 16 * MIB)
        assert found["limit_bytes"] == LIMIT, found
        assert group.subgroups() == [] and read(f"{group.path}/cgroup.subtree_control").strip() == "", "not tidied"
        # This user may not read the kernel's log: the events of the group decide.
        script = "fork 1 [ touch 400MiB ] wait exit 3"
        code, messages, peak = run("--cgroup -T 20ms", script, group, USER)
        [kill] = peak["cgroup"]["killed"]
        assert code == 3 and kill["certain"] and kill["limit_bytes"] == LIMIT, (kill, messages)


def a_group_that_is_not_delegated():
    with Group("foreign") as group:
        code, messages, peak = run("--cgroup", "touch 1MiB", group, USER)
        assert code == 125 and peak is None, messages
        assert "permission denied" in messages and "Delegate=yes" in messages, messages


def a_group_with_other_processes():
    with Group("busy") as group:
        other = subprocess.Popen(["sleep", "600"])
        try:
            write(f"{group.path}/cgroup.procs", other.pid)
            code, messages, peak = run("--cgroup", "touch 1MiB", group)
            assert code == 125 and peak is None, messages
            assert "`/busy` has other processes" in messages and group.subgroups() == [], messages
        finally:
            other.kill()
            other.wait()


def a_time_limit_kills_the_whole_group():
    script = "daemon [ hold 600s ] fork 2 [ hold 600s ] hold 600s"
    code, messages, peak = run("--cgroup --timeout 3s", script)
    assert code == 124 and peak["reason"] == "time limit", messages
    assert [name for name in os.listdir(ROOT) if name.startswith("rprof-")] == []


def a_group_left_by_a_killed_rprof_is_removed():
    place = tempfile.mkdtemp()
    ready = f"{place}/up"
    command = [RPROF, "run", "--cgroup", "-o", "t.dat", "--", TRUTH, "ready", ready, "hold", "1s"]
    rprof = subprocess.Popen(command, cwd=place, stderr=subprocess.DEVNULL)
    left = f"{ROOT}/rprof-{rprof.pid}"
    deadline = time.monotonic() + PATIENCE
    while not os.path.exists(ready):
        assert time.monotonic() < deadline, "the command did not start"
        time.sleep(0.02)
    rprof.send_signal(signal.SIGKILL)
    rprof.wait()
    while "populated 1" in read(f"{left}/cgroup.events"):
        assert time.monotonic() < deadline, "the command did not end"
        time.sleep(0.02)
    code, messages, _ = run("--cgroup", "touch 1MiB")
    assert code == 0 and not os.path.exists(left), messages


def a_process_alone_in_its_group_is_attached_to():
    place = tempfile.mkdtemp()
    with Group("service", LIMIT) as group:
        def enter():
            write(f"{group.path}/cgroup.procs", os.getpid())

        service = subprocess.Popen(
            [TRUTH, "memfd", "50MiB", "ready", f"{place}/up", "await", f"{place}/go"], preexec_fn=enter
        )
        deadline = time.monotonic() + PATIENCE
        while not os.path.exists(f"{place}/up"):
            assert time.monotonic() < deadline, "the service did not start"
            time.sleep(0.02)
        words = [RPROF, "attach", "--duration", "3s", "-o", f"{place}/t.dat", str(service.pid)]
        done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE)
        write(f"{place}/go", "")
        service.wait()
        out = subprocess.run([RPROF, "peak", "--json", f"{place}/t.dat"], capture_output=True, text=True).stdout
        found = json.loads(out)[0]["cgroup"]
        assert found["own"] and found["path"] == "/service", (found, done.stderr)
        near(found["largest_reading"]["shmem_bytes"], 50 * MIB, MIB)


def a_command_that_moves_to_a_group_of_its_own():
    """As systemd-run --scope does."""
    with Group("scope") as group:
        script = f"sleep 1; echo $$ > {group.path}/cgroup.procs; exec {TRUTH} memfd 50MiB hold 4s"
        _, messages, peak = run("-T 20ms", "", command=["sh", "-c", script])
        found = peak["cgroup"]
        assert found["own"] and found["path"] == "/scope", (found, messages)
        near(found["largest_reading"]["shmem_bytes"], 50 * MIB, MIB)


TESTS = [
    shared_memory_that_no_process_maps,
    anonymous_memory,
    a_shared_group_is_context_only,
    oom_of_the_command,
    oom_of_a_child,
    a_kill_by_a_user_beside_an_oom_kill_elsewhere,
    a_delegated_group_of_an_ordinary_user,
    a_group_that_is_not_delegated,
    a_group_with_other_processes,
    a_time_limit_kills_the_whole_group,
    a_process_alone_in_its_group_is_attached_to,
    a_command_that_moves_to_a_group_of_its_own,
    a_group_left_by_a_killed_rprof_is_removed,
]


def main():
    print(f"kernel {os.uname().release}", flush=True)
    failed = 0
    for test in TESTS:
        try:
            test()
            print(f"ok      {test.__name__}", flush=True)
        except Exception as error:  # noqa: BLE001: every failure is reported, and the next test runs
            failed += 1
            print(f"FAILED  {test.__name__}: {type(error).__name__}: {error}", flush=True)
    sys.exit(1 if failed else 0)


main()
