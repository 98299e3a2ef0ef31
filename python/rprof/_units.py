"""Sizes and times as rprof reads and prints them."""

from __future__ import annotations

import re

_SIZE = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*([a-z]*)\s*", re.IGNORECASE)
_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}
_UNITS.update({unit + suffix: 1 << 10 * power for power, unit in enumerate("kmgt", 1) for suffix in ("", "ib")})


def parse_size(value: object) -> int:
    """Returns the bytes of `4096`, `"500MB"` or `"1.5 GiB"`. Raises ValueError for anything else."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    found = _SIZE.fullmatch(value) if isinstance(value, str) else None
    unit = _UNITS.get(found[2].lower()) if found else None
    if found is None or unit is None:
        raise ValueError(f"{value!r} is not a size: use bytes, or a text such as '500MB' or '2GiB'")
    return round(float(found[1]) * unit)


def size(value: int) -> str:
    """Returns `512 B`, `1.5 KiB`, `301.2 MiB`, `14.95 GiB`; with a minus if it is negative."""
    sign, amount = ("-" if value < 0 else ""), abs(value)
    if amount < 1 << 10:
        return f"{sign}{amount} B"
    for unit, power, digits in (("KiB", 10, 1), ("MiB", 20, 1), ("GiB", 30, 2)):
        if amount < 1 << (power + 10):
            return f"{sign}{amount / (1 << power):.{digits}f} {unit}"
    return f"{sign}{amount / (1 << 40):.2f} TiB"


def duration(value: float) -> str:
    """Returns `20 ms`, `0.35 s`, `41.1 s`, `185 s`."""
    if value < 0.0995:
        return f"{value * 1e3:.0f} ms"
    return f"{value:.2f} s" if value < 9.995 else f"{value:.1f} s" if value < 99.95 else f"{value:.0f} s"
