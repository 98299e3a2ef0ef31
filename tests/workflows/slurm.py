"""A Slurm of one node on the loopback address: munged, slurmctld and slurmd, for the time of one recipe."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 60
CONFIGURATION = """
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
CredType=cred/munge
SlurmctldPort={port}
SlurmdPort={second}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory=1000 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


@contextmanager
def running(place: Path, env: dict[str, str]):
    """Starts the daemons; yields why they do not run, or nothing."""
    if os.getuid() != 0:
        yield "its daemons need root"
        return
    folder = place / ".slurm"
    try:
        yield start(folder, env)
    finally:
        for name in ["slurmd.pid", "slurmctld.pid", "munge/pid"]:
            stop(folder / name)


def start(folder: Path, env: dict[str, str]) -> str:
    for name in ["", "state", "spool", "munge"]:
        (folder / name).mkdir(mode=0o711)
    key = folder / "munge/key"
    key.write_bytes(os.urandom(1024))
    key.chmod(0o400)
    configuration = folder / "slurm.conf"
    port = free_port()
    configuration.write_text(
        CONFIGURATION.format(
            host=socket.gethostname().split(".")[0],
            folder=folder,
            port=port,
            second=free_port(port),
            cpus=os.cpu_count() or 1,
        )
    )
    env["SLURM_CONF"] = str(configuration)
    env["PATH"] += ":/usr/sbin"
    munge = folder / "munge"
    files = [f"--{name}-file={munge / name}" for name in ["key", "pid", "log", "seed"]]
    commands = [
        ["munged", "--force", f"--socket={munge}/socket", *files],
        ["slurmctld", "-f", configuration],
        ["slurmd", "-f", configuration],
    ]
    for words in commands:
        done = subprocess.run(words, env=env, cwd=folder, capture_output=True, text=True, timeout=PATIENCE)
        if done.returncode != 0:
            return f"{words[0]} does not start: {(done.stderr.strip().splitlines() or ['no message'])[-1]}"
    deadline = time.monotonic() + PATIENCE
    while True:
        words = ["sinfo", "-h", "-o", "%T"]
        state = subprocess.run(words, env=env, capture_output=True, text=True, timeout=PATIENCE).stdout.strip()
        if state == "idle":
            return ""
        if time.monotonic() > deadline:
            return f"its node does not become idle: {state or 'no state'}"
        time.sleep(0.2)


def stop(file: Path) -> None:
    try:
        pid = int(file.read_text())
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            os.kill(pid, 0)
            time.sleep(0.05)
        os.kill(pid, signal.SIGKILL)
    except (OSError, ValueError):
        pass


def free_port(other: int = 0) -> int:
    while True:
        with socket.socket() as server:
            server.bind(("127.0.0.1", 0))
            port = server.getsockname()[1]
        if port != other:
            return port
