"""The content of a trace as columns. The command reads the file (`rprof export --format jsonl`); here it is sorted."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from typing import IO, Any

from ._binary import binary, existing, settle
from ._peak import Peak, parse_peaks
from ._table import Columns, Table

#: Bytes that are parsed at once.
_CHUNK = 1 << 20


class Run:
    """One recording. Times are in seconds since its start, sizes in bytes; `processes` name a process by its id, `pid:name`."""

    def __init__(self, tables: _Tables, peak: Peak) -> None:
        #: The header of the trace: `host`, `os`, `start`, `interval_s`, … A trace of mprof has almost none.
        self.header = tables.header
        #: The command, quoted for a shell, and its arguments; None in a trace of mprof.
        self.command = peak.command
        self.args = tables.args
        #: The metric of the curve: `rss`, `pss`, `uss` or `footprint`.
        self.metric = peak.metric
        #: The record of the end: `elapsed_s`, `exit_code`, `signal`, … None if rprof was killed, and in a trace of mprof.
        self.end = tables.end
        #: The peak and its bounds.
        self.peak = peak
        #: A row for each tick: `time_s`, the metric (`rss_bytes`), `upper_bytes`, `processes`, and the kinds of memory.
        self.ticks = tables.ticks.table()
        #: A row for each process whose memory has changed since its last row. Empty if there was only one process.
        self.samples = tables.samples.table()
        #: A row for each program that a process ran, with its birth and its end.
        self.processes = tables.lives()
        #: Named intervals; `end_s` is None if a span never ended.
        self.spans = tables.all_spans()
        #: Named instants.
        self.marks = tables.marks.table()
        #: Named values.
        self.notes = tables.notes.table()
        #: Intervals in which nothing was measured.
        self.gaps = tables.gaps.table()
        #: Peaks between two ticks.
        self.proven = tables.proven.table()
        #: PSS of the tree, where it was measured.
        self.pss = tables.pss.table()
        #: Readings of the control group of the command.
        self.cgroup = tables.cgroup.table()

    def __repr__(self) -> str:
        return f"<rprof.Run: {self.command}: {len(self.ticks)} ticks, peak {self.peak}>"

    def tables(self) -> dict[str, Table]:
        """Returns all tables by name."""
        return {name: value for name, value in vars(self).items() if isinstance(value, Table)}

    def to_pandas(self) -> dict[str, Any]:
        """Returns all tables as frames of pandas, by name."""
        return {name: table.to_pandas() for name, table in self.tables().items()}

    def to_polars(self) -> dict[str, Any]:
        """Returns all tables as frames of polars, by name."""
        return {name: table.to_polars() for name, table in self.tables().items()}

    def curves(self, largest: int = 20) -> Table:
        """Returns the memory at each tick: `time_s`, `tree`, and a column for each of the largest processes, by its id.

        A value holds until the next one. It is None before the birth and after the end of a process.
        """
        times, value = self.ticks["time_s"], f"{self.metric}_bytes"
        columns = {"time_s": list(times), "tree": list(self.ticks[value])}
        lists: dict[str, list[tuple[float, int]]] = {}
        for time, process, memory in zip(self.samples["time_s"], self.samples["process"], self.samples[value]):
            lists.setdefault(process, []).append((time, memory))
        ends = self._ends()
        sizes = {process: max(memory for _, memory in curve) for process, curve in lists.items()}
        for process in sorted(sizes, key=lambda name: -sizes[name])[:largest]:
            columns[process] = _held(times, lists[process], ends.get(process))
        return Table(columns)

    def _ends(self) -> dict[str, float]:
        """The end of each process, or its exec of a program with another name."""
        ends: dict[str, float] = {}
        table = self.processes
        for process, was, born, gone in zip(table["process"], table["was"], table["born_s"], table["exit_s"]):
            if gone is not None:
                ends[process] = gone
            if was is not None and was != process:
                ends.setdefault(was, born)
        return ends


def _held(times: list[float], curve: list[tuple[float, int]], end: float | None) -> list[int | None]:
    values: list[int | None] = []
    at, last = 0, None
    for time in times:
        while at < len(curve) and curve[at][0] <= time:
            last = curve[at][1]
            at += 1
        values.append(None if end is not None and time >= end else last)
    return values


class Trace:
    """The runs of a file. Most files hold one: `trace.run`."""

    def __init__(self, path: str, runs: list[Run]) -> None:
        self.path = path
        self.runs = runs

    @property
    def run(self) -> Run:
        """The only run. Raises ValueError if there are several."""
        if len(self.runs) != 1:
            raise ValueError(f"{self.path!r} has {len(self.runs)} runs; choose one of `runs`")
        return self.runs[0]

    def __iter__(self) -> Iterator[Run]:
        return iter(self.runs)

    def __len__(self) -> int:
        return len(self.runs)

    def __getitem__(self, number: int) -> Run:
        return self.runs[number]

    def __repr__(self) -> str:
        return f"<rprof.Trace: {self.path!r}: {self.runs!r}>"


def read(path: str | os.PathLike[str]) -> Trace:
    """Reads a trace: `.dat` or `.csv`, of rprof or mprof, also compressed, and the files that `rprof import` reads.

    Raises FileNotFoundError if there is no such file, and RprofError if it is not a trace.
    """
    name = existing(path)
    asked = subprocess.Popen(
        [binary(), "peak", "--json", "--", name],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        tables = _export(name)
    finally:
        stdout, stderr = asked.communicate()
    # The warnings of this command are those of the export.
    settle(asked.returncode, stderr if asked.returncode else b"", ("peak", name))
    peaks = parse_peaks(stdout)
    return Trace(name, [Run(tables.get(number, _Tables("rss")), found) for number, found in enumerate(peaks)])


def _export(name: str) -> dict[int, _Tables]:
    """The tables of each run, by its number."""
    command = [binary(), "export", "--format", "jsonl", "--", name]
    runs: dict[int, _Tables] = {}
    with tempfile.TemporaryFile() as stderr:
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr) as export:
            assert export.stdout is not None
            for record in _records(export.stdout):
                number = record["run"]
                tables = runs.get(number)
                if tables is None:
                    header = record["detail"] if record["record"] == "run" else {}
                    tables = runs[number] = _Tables(header.get("metric") or "rss")
                tables.add(record)
        stderr.seek(0)
        settle(export.returncode, stderr.read(), ("export", name))
    return runs


def _records(file: IO[bytes]) -> Iterator[dict[str, Any]]:
    """The objects of JSON lines. Many lines are parsed at once, which is twice as fast as one at a time."""
    rest = b""
    while True:
        chunk = file.read(_CHUNK)
        lines, newline, rest = (rest + chunk).rpartition(b"\n") if chunk else (rest, b"", b"")
        if newline or not chunk:
            yield from json.loads(b"[" + lines.rstrip(b"\n").replace(b"\n", b",") + b"]")
        if not chunk:
            return


class _Tables:
    """The tables of one run while it is read."""

    def __init__(self, metric: str) -> None:
        self.header: dict[str, Any] = {}
        self.args: list[str] | None = None
        self.end: dict[str, Any] | None = None
        self.value = f"{metric}_bytes"
        self.ticks = Columns(["time_s", self.value, "upper_bytes", "processes"])
        self.samples = Columns(["time_s", "process", self.value])
        self.marks = Columns(["time_s", "name"])
        self.notes = Columns(["key", "value"])
        self.gaps = Columns(["start_s", "end_s"])
        self.proven = Columns(["time_s", self.value, "from_s", "to_s"])
        self.pss = Columns(["time_s", "pss_bytes"])
        self.cgroup = Columns(["time_s"])
        self.born: list[dict[str, Any]] = []
        self.latest: dict[str, dict[str, Any]] = {}
        self.spans: list[dict[str, Any]] = []
        self.open: dict[str, dict[str, Any]] = {}
        #: The span that ended in the record before: its `function` record follows.
        self.ended: dict[str, Any] | None = None
        self.names: dict[str, str] = {}
        self.kinds: dict[str, Callable[[dict[str, Any]], None]] = {
            "run": self._header,
            "tree": self._tick,
            "process": self._sample,
            "proven": self._proven,
            "born": self._born,
            "exit": self._exit,
            "span_begin": self._begin,
            "span_end": self._end_span,
            "function": self._function,
            "pss": partial(_add, self.pss, {"time_s": "time_s", "value_bytes": "pss_bytes"}),
            "mark": partial(_add, self.marks, {"time_s": "time_s", "name": "name"}),
            "note": partial(_add, self.notes, {"key": "key", "value": "value"}),
            "gap": partial(_add, self.gaps, {"time_s": "start_s", "to_s": "end_s"}),
            "cgroup": lambda record: self.cgroup.add({"time_s": record["time_s"], **record["detail"]}),
            "end": self._end,
        }

    def add(self, record: dict[str, Any]) -> None:
        """Takes in a record. A kind that a later rprof may add is skipped."""
        take = self.kinds.get(record["record"])
        if take is not None:
            take(record)
        if record["record"] != "span_end":
            self.ended = None

    def _header(self, record: dict[str, Any]) -> None:
        self.header = record["detail"]
        command = self.header.get("command")
        self.args = [_text(word) for word in command] if command else None

    def _end(self, record: dict[str, Any]) -> None:
        self.end = record["detail"]

    def _memory(self, record: dict[str, Any]) -> dict[str, Any]:
        names = self.names
        row = {}
        for part, value in record["memory"].items():
            name = names.get(part)
            if name is None:
                name = names[part] = f"{part}_bytes"
            row[name] = value
        row[self.value] = record["value_bytes"]
        row["time_s"] = record["time_s"]
        return row

    def _tick(self, record: dict[str, Any]) -> None:
        row = self._memory(record)
        row["upper_bytes"] = record.get("upper_bytes")
        row["processes"] = record.get("processes")
        self.ticks.add(row)

    def _sample(self, record: dict[str, Any]) -> None:
        row = self._memory(record)
        row["process"] = record["process"]
        self.samples.add(row)

    def _proven(self, record: dict[str, Any]) -> None:
        since, until = record["within_s"]
        row = {"time_s": record["time_s"], self.value: record["value_bytes"], "from_s": since, "to_s": until}
        self.proven.add(row)

    def _born(self, record: dict[str, Any]) -> None:
        row = {"process": record["process"], "born_s": record["time_s"], **record["detail"]}
        self.latest[record["process"]] = row
        self.born.append(row)

    def _exit(self, record: dict[str, Any]) -> None:
        row = self.latest.get(record["process"])
        if row is not None:
            row.update(record["detail"], exit_s=record["time_s"])

    def lives(self) -> Table:
        """The table of the processes."""
        names = ["process", "pid", "ppid", "name", "was", "args", "born_s", "exit_s", "hwm_bytes", "exact"]
        table = Columns([*names, "exit_code", "signal"])
        for row in self.born:
            if "args" in row:
                row["args"] = [_text(word) for word in row["args"]]
            table.add(row)
        return table.table()

    def _begin(self, record: dict[str, Any]) -> None:
        thread = record["span"].rpartition(".")[0]
        span = {"name": record["name"], "start_s": record["time_s"], "end_s": None, "thread": thread}
        self.open[record["span"]] = span
        self.spans.append(span)

    def _end_span(self, record: dict[str, Any]) -> None:
        self.ended = self.open.pop(record["span"], None)
        if self.ended is not None:
            self.ended["end_s"] = record["time_s"]

    def _function(self, record: dict[str, Any]) -> None:
        # A program writes it for mprof's readers with the end of a span. Alone, it is a span in mprof's form.
        span = self.ended
        if span is None:
            span = {"name": record["name"], "start_s": record["time_s"], "end_s": record["to_s"], "thread": None}
            self.spans.append(span)
        span["level"] = record.get("level")
        span["enter_bytes"], span["leave_bytes"] = record["enter_bytes"], record["leave_bytes"]

    def all_spans(self) -> Table:
        """The table of the spans, in the order of their begins."""
        table = Columns(["name", "start_s", "end_s", "thread", "level", "enter_bytes", "leave_bytes"])
        for span in self.spans:
            table.add(span)
        return table.table()


def _add(table: Columns, keys: dict[str, str], record: dict[str, Any]) -> None:
    table.add({name: record.get(key) for key, name in keys.items()})


def _text(word: Any) -> str:
    """An argument: a text, or an object with its bytes if they are not UTF-8."""
    return word if isinstance(word, str) else os.fsdecode(bytes(word["bytes"]))
