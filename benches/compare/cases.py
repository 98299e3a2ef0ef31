"""The twelve hard cases. Each truth follows from the script alone and is not measured.

Every process of a run has {dir} in its arguments. This finds the processes that a tool leaves behind.
"""

from __future__ import annotations

from .case import Case, touched

SIBLINGS_AT_ONCE = 6
SWARM_AT_ONCE = 10
SWARM_MIB = 30

CASES = (
    Case(
        name="spike",
        what="a process sleeps 0.3 s, touches 300 MiB, frees them immediately, and sleeps 0.5 s",
        words="{truth} ready {dir}/begun hold 300ms touch 300MiB free hold 500ms",
        truth=touched(300, 1, "300 MiB in one process, for a moment"),
    ),
    Case(
        name="spike in the last 50 ms",
        what="a process holds 20 MiB for 0.9 s, touches 40 MiB more in about 30 ms, and ends",
        words="{truth} ready {dir}/begun touch 20MiB hold 900ms touch 40MiB",
        truth=touched(60, 1, "20 + 40 MiB in one process, at its end"),
    ),
    Case(
        name="20 ms command",
        what="a command that runs for about 20 ms",
        words="{truth} ready {dir}/begun touch 20MiB hold 2ms",
        truth=touched(20, 1, "20 MiB in one process, at its end"),
    ),
    Case(
        name="fork sharing",
        what="a process touches 100 MiB and forks four children that touch nothing",
        words="{truth} ready {dir}/begun touch 100MiB fork 4 [ hold 1s ] wait",
        truth=touched(100, 1, "100 MiB, because five processes share it; the sum of RSS counts it five times"),
        shared=True,
    ),
    Case(
        name="parallel children",
        what="two children hold 100 and 200 MiB at the same time",
        words="{truth} fork 1 [ touch 100MiB ready {dir}/one await {dir}/two hold 600ms ] "
        "fork 1 [ touch 200MiB ready {dir}/two await {dir}/one hold 600ms ] wait",
        truth=touched(300, 3, "300 MiB, because each child waits until the other has touched its memory"),
    ),
    Case(
        name="double fork",
        what="the command starts a process that starts a daemon and ends; "
        "the daemon holds 100 MiB for a second while the command waits",
        words="{truth} daemon [ touch 100MiB ready {dir}/touched hold 1s ] await {dir}/touched hold 1500ms",
        truth=touched(100, 2, "100 MiB in the daemon; the command ends after it"),
    ),
    Case(
        name="setsid",
        what="the command `setsid` starts a child in a session of its own and waits for it; the child holds 100 MiB",
        words="setsid -f -w {truth} ready {dir}/begun touch 100MiB hold 800ms",
        truth=touched(100, 2, "100 MiB in the child, plus `setsid` itself"),
    ),
    Case(
        name="vanishing siblings",
        what="a grandchild holds 100 MiB for 3 s, while children start and end every few milliseconds",
        words="sh {scripts}/siblings.sh {truth} {dir} " + str(SIBLINGS_AT_ONCE),
        truth=touched(100, SIBLINGS_AT_ONCE + 4, "100 MiB or more at every moment of the middle half of the run"),
        steady=True,
    ),
    Case(
        name="short-lived swarm",
        what=f"{{swarm}} processes of {SWARM_MIB} MiB run in batches of {SWARM_AT_ONCE}; "
        "a batch ends 20 ms after the last of its processes has touched its memory",
        words="sh {scripts}/swarm.sh {truth} {dir} {swarm} " + f"{SWARM_AT_ONCE} {SWARM_MIB}MiB",
        truth=touched(
            SWARM_AT_ONCE * SWARM_MIB,
            SWARM_AT_ONCE + 2,
            "300 MiB, because the ten processes of a batch wait for each other and hold their memory at the same time; "
            "the next batch begins when all have ended",
        ),
        limit=300.0,
    ),
    Case(
        name="exec chain",
        what="one process runs three programs, one after the other (exec): they touch 50, 200 and 20 MiB. "
        "The second ends as soon as it has touched its memory",
        words="{truth} touch 50MiB hold 200ms exec touch 200MiB exec touch 20MiB hold 500ms ready {dir}/done",
        truth=touched(200, 1, "200 MiB, because each exec frees the memory of the program before"),
    ),
    Case(
        name="killed",
        what="a command kills itself with SIGKILL; the tool must exit with 137 and keep its measurements",
        words="{truth} ready {dir}/begun touch 100MiB hold 500ms kill 9",
        truth=touched(100, 1, "100 MiB in one process"),
        exit_code=137,
    ),
    Case(
        name="SIGTERM",
        what="the tool itself gets SIGTERM; the command must end, and the tool must exit with 143 and keep its "
        "measurements",
        words="{truth} touch 100MiB hold 500ms ready {dir}/touched hold 20s",
        truth=touched(100, 1, "100 MiB in one process"),
        exit_code=143,
        terminate_at="touched",
    ),
)
