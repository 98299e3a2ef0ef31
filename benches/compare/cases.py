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
        what="a process touches 300 MiB and frees them at once, in the middle of a second of sleep",
        words="{truth} ready {dir}/begun hold 300ms touch 300MiB free hold 500ms",
        truth=touched(300, 1, "one process that holds 300 MiB for an instant"),
    ),
    Case(
        name="spike in the last 50 ms",
        what="a process holds 20 MiB for 0.9 s, touches 40 MiB more in about 30 ms, and ends",
        words="{truth} ready {dir}/begun touch 20MiB hold 900ms touch 40MiB",
        truth=touched(60, 1, "one process that ends with 20 + 40 MiB"),
    ),
    Case(
        name="20 ms command",
        what="a command that runs for about 20 ms",
        words="{truth} ready {dir}/begun touch 20MiB hold 2ms",
        truth=touched(20, 1, "one process that ends with 20 MiB"),
    ),
    Case(
        name="fork sharing",
        what="a process touches 100 MiB and forks four children that touch nothing",
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
        what="a daemon, whose parent ends on purpose, holds 100 MiB for a second while the command waits",
        words="{truth} daemon [ touch 100MiB ready {dir}/touched hold 1s ] await {dir}/touched hold 1500ms",
        truth=touched(100, 2, "the daemon's 100 MiB; the command outlives it"),
    ),
    Case(
        name="setsid",
        what="a child in its own session, for which the command waits",
        words="setsid -f -w {truth} ready {dir}/begun touch 100MiB hold 800ms",
        truth=touched(100, 2, "the child's 100 MiB, and the setsid process"),
    ),
    Case(
        name="vanishing siblings",
        what="a grandchild holds 100 MiB for 3 s, while children start and end every few milliseconds",
        words="sh {scripts}/siblings.sh {truth} {dir} " + str(SIBLINGS_AT_ONCE),
        truth=touched(100, SIBLINGS_AT_ONCE + 4, "the grandchild's 100 MiB at every instant of the middle half"),
        steady=True,
    ),
    Case(
        name="short-lived swarm",
        what=f"{{swarm}} processes of {SWARM_MIB} MiB run in batches of {SWARM_AT_ONCE}; "
        "a batch ends 20 ms after its last process has touched its memory",
        words="sh {scripts}/swarm.sh {truth} {dir} {swarm} " + f"{SWARM_AT_ONCE} {SWARM_MIB}MiB",
        truth=touched(
            SWARM_AT_ONCE * SWARM_MIB,
            SWARM_AT_ONCE + 2,
            "the ten processes of a batch wait for each other, so all hold their memory at one instant; "
            "the next batch begins when all have ended",
        ),
        limit=300.0,
    ),
    Case(
        name="exec chain",
        what="one process id, three programs: touch 50 MiB, exec, touch 200 MiB, exec at once, touch 20 MiB",
        words="{truth} touch 50MiB hold 200ms exec touch 200MiB exec touch 20MiB hold 500ms ready {dir}/done",
        truth=touched(200, 1, "each exec frees the memory of the program before"),
    ),
    Case(
        name="killed",
        what="a command kills itself with SIGKILL; the tool must exit with 137 and keep its measurements",
        words="{truth} ready {dir}/begun touch 100MiB hold 500ms kill 9",
        truth=touched(100, 1, "one process of 100 MiB"),
        exit_code=137,
    ),
    Case(
        name="SIGTERM",
        what="the tool itself gets SIGTERM; the command must end, and the tool must exit with 143 and keep its "
        "measurements",
        words="{truth} touch 100MiB hold 500ms ready {dir}/touched hold 20s",
        truth=touched(100, 1, "one process of 100 MiB"),
        exit_code=143,
        terminate_at="touched",
    ),
)
