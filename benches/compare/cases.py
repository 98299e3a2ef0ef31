"""The twelve hard cases. Each truth follows from the script alone; nothing in it is measured.

The first word that names {dir} also marks the processes of a run, by which any that are left behind are found.
"""

from __future__ import annotations

from .case import Case, touched

SIBLINGS_AT_ONCE = 6
SWARM_AT_ONCE = 10
SWARM_MIB = 30

CASES = (
    Case(
        name="spike",
        what="300 MiB are touched and freed at once, in the middle of a second of nothing",
        words="{truth} ready {dir}/begun hold 300ms touch 300MiB free hold 500ms",
        truth=touched(300, 1, "one process that holds 300 MiB for an instant"),
    ),
    Case(
        name="spike in the last 50 ms",
        what="20 MiB for 0.9 s, then 40 MiB more, touched in about 30 ms, and the end",
        words="{truth} ready {dir}/begun touch 20MiB hold 900ms touch 40MiB",
        truth=touched(60, 1, "one process that ends with 20 + 40 MiB"),
    ),
    Case(
        name="20 ms command",
        what="a command whose whole life is about 20 ms",
        words="{truth} ready {dir}/begun touch 20MiB hold 2ms",
        truth=touched(20, 1, "one process that ends with 20 MiB"),
    ),
    Case(
        name="fork sharing",
        what="100 MiB, then four forks that touch none of it",
        words="{truth} ready {dir}/begun touch 100MiB fork 4 [ hold 1s ] wait",
        truth=touched(100, 1, "five processes share the same 100 MiB; RSS added up counts them five times"),
        shared=True,
    ),
    Case(
        name="parallel children",
        what="two children hold 100 and 200 MiB at the same time",
        words="{truth} fork 1 [ touch 100MiB ready {dir}/one await {dir}/two hold 600ms ] "
        "fork 1 [ touch 200MiB ready {dir}/two await {dir}/one hold 600ms ] wait",
        truth=touched(300, 3, "each child waits until the other has touched its memory"),
    ),
    Case(
        name="double fork",
        what="a daemon, orphaned on purpose, holds 100 MiB for a second while the command waits",
        words="{truth} daemon [ touch 100MiB ready {dir}/touched hold 1s ] await {dir}/touched hold 1500ms",
        truth=touched(100, 2, "the daemon's 100 MiB; the command outlives it"),
    ),
    Case(
        name="setsid",
        what="a child in a session of its own, waited for",
        words="setsid -f -w {truth} ready {dir}/begun touch 100MiB hold 800ms",
        truth=touched(100, 2, "the child's 100 MiB and setsid"),
    ),
    Case(
        name="vanishing siblings",
        what="100 MiB held by a grandchild for 3 s, while children come and go every few milliseconds",
        words="sh {scripts}/siblings.sh {truth} {dir} " + str(SIBLINGS_AT_ONCE),
        truth=touched(100, SIBLINGS_AT_ONCE + 4, "the grandchild's 100 MiB at every instant of the middle half"),
        steady=True,
    ),
    Case(
        name="short-lived swarm",
        what=f"{{swarm}} processes of {SWARM_MIB} MiB, {SWARM_AT_ONCE} at a time, gone 20 ms after the last touched",
        words="sh {scripts}/swarm.sh {truth} {dir} {swarm} " + f"{SWARM_AT_ONCE} {SWARM_MIB}MiB",
        truth=touched(
            SWARM_AT_ONCE * SWARM_MIB,
            SWARM_AT_ONCE + 2,
            "the ten of a batch wait for each other, so all of them hold their memory at one instant; "
            "the next batch begins when all have ended",
        ),
        limit=300.0,
    ),
    Case(
        name="exec chain",
        what="50 MiB, exec, 200 MiB, exec at once, 20 MiB: one process id, three programs",
        words="{truth} touch 50MiB hold 200ms exec touch 200MiB exec touch 20MiB hold 500ms ready {dir}/done",
        truth=touched(200, 1, "each exec frees what was held before"),
    ),
    Case(
        name="killed",
        what="a command that kills itself with SIGKILL; the tool must exit with 137 and keep what it saw",
        words="{truth} ready {dir}/begun touch 100MiB hold 500ms kill 9",
        truth=touched(100, 1, "one process of 100 MiB"),
        exit_code=137,
    ),
    Case(
        name="SIGTERM",
        what="the tool itself is sent SIGTERM; the command must end too, the tool exit with 143 and keep what it saw",
        words="{truth} touch 100MiB hold 500ms ready {dir}/touched hold 20s",
        truth=touched(100, 1, "one process of 100 MiB"),
        exit_code=143,
        terminate_at="touched",
    ),
)
