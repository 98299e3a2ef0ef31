"""The stacks of `rprof run --where`, which not every machine allows to record."""

from __future__ import annotations

from .run import Skipped

REFUSED = "--where has no effect: "


def check(messages: str) -> None:
    """Raises `Skipped` with the reason if the messages of a run report that it has no stacks."""
    if REFUSED in messages:
        raise Skipped(messages.partition(REFUSED)[2].strip())
