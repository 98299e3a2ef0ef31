"""A test case with a trace in a temporary file, and a reader of its lines."""

import os
import tempfile
import unittest
from typing import Dict, List, NamedTuple

from rprof import _trace


class FoundSpan(NamedTuple):
    """A span that was read from the trace."""

    name: str
    begun: float
    ended: float
    level: int
    open: bool


class TraceCase(unittest.TestCase):
    """A test case that has its own trace."""

    def setUp(self) -> None:
        file, self.path = tempfile.mkstemp(suffix=".dat")
        os.close(file)
        self.before, _trace._path = _trace._path, self.path

    def tearDown(self) -> None:
        _trace._path = self.before
        if os.path.exists(self.path):
            os.unlink(self.path)

    def lines(self, keyword: str = "") -> List[str]:
        with open(self.path, encoding="utf-8", newline="\n") as file:
            text = file.read()
        assert text == "" or text.endswith("\n"), text
        return [line for line in text.split("\n")[:-1] if line.startswith(keyword)]

    def spans(self) -> List[FoundSpan]:
        """Returns the spans in the order of their begins."""
        begun: Dict[str, List[str]] = {}
        ended: Dict[str, float] = {}
        levels: Dict[str, int] = {}
        last = ""
        for line in self.lines():
            word, _, rest = line.partition(" ")
            if word == "SPAN" and rest.startswith("begin "):
                _, id, time, name = rest.split(" ", 3)
                self.assertNotIn(id, begun)
                begun[id] = [time, name]
            elif word == "SPAN":
                _, last, time = rest.split(" ")
                ended[last] = float(time)
            elif word == "FUNC":
                name, _, _, _, _, level = rest.split(" ")
                self.assertEqual(name, begun[last][1].replace(" ", "_"))
                levels[last] = int(level)
        return [
            FoundSpan(name, float(time), ended.get(id, 0.0), levels.get(id, -1), id not in ended)
            for id, (time, name) in begun.items()
        ]
