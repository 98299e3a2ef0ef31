"""The sections of the report as they were measured, one JSON file each. A run may measure some and keep the others."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from .section import Section, Verdict


@dataclass(frozen=True)
class Measured:
    """A section, the day, the version of rprof, the load of the machine before the run, and the machine with its tools."""

    section: Section
    date: str
    rprof: str
    load: float
    machine: str


def save(place: Path, name: str, measured: Measured) -> None:
    """Writes a section; it replaces the one of an earlier run."""
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{name}.json").write_text(json.dumps(asdict(measured), indent=1) + "\n")


def load(place: Path, names: Iterable[str]) -> list[Measured]:
    """Returns the sections that have been measured, in the order of their names."""
    files = [place / f"{name}.json" for name in names]
    return [_measured(json.loads(file.read_text())) for file in files if file.exists()]


def _measured(fields: dict) -> Measured:
    section = fields.pop("section")
    verdicts = [Verdict(**verdict) for verdict in section.pop("verdicts")]
    return Measured(Section(**section, verdicts=verdicts), **fields)
