"""The blocks of docs/python.md are run in order, as a reader would run them."""

import os
import re
import subprocess
import sys
from typing import List, Tuple

from .support import ROOT, PlaceCase
from .test_read import SCRIPT

DOCUMENT = os.path.join(ROOT, "docs", "python.md")


def blocks() -> "List[Tuple[str, str]]":
    """The language line and the text of each block."""
    with open(DOCUMENT, encoding="utf-8") as file:
        return re.findall(r"^```(\w.*)\n((?:.*\n)*?)```$", file.read(), re.MULTILINE)


class Document(PlaceCase):
    def setUp(self) -> None:
        super().setUp()
        self.needs_linux()
        if not os.path.exists(DOCUMENT):
            self.skipTest("no docs/python.md beside the package")

    def of(self, language: str) -> "List[str]":
        found = [text for line, text in blocks() if line == language]
        self.assertTrue(found, language)
        return found

    def record(self) -> None:
        self.write("s.py", SCRIPT)
        words = [self.rprof, "run", "-q", "-T", "20ms", "-o", "t.dat", "--python", sys.executable, "s.py"]
        subprocess.run(words, cwd=self.place, check=True)

    def runs(self, blocks_of_python: "List[str]") -> None:
        self.record()
        for block in blocks_of_python:
            name = self.write("block.py", block)
            done = self.python(name)
            self.assertEqual((done.returncode, done.stderr), (0, ""), block)

    def test_blocks_of_python(self) -> None:
        self.runs(self.of("python"))

    def test_blocks_with_pandas(self) -> None:
        self.needs("pandas")
        self.runs(self.of("python needs=pandas"))

    def test_blocks_with_polars(self) -> None:
        self.needs("polars")
        self.runs(self.of("python needs=polars"))

    def test_cells(self) -> None:
        from .test_ipython import Notebook

        notebook = Notebook("cells")
        self.addCleanup(notebook.doCleanups)
        notebook.setUp()
        notebook.write("script.py", "@profile\ndef f(): pass\nf()\n")
        for outputs in notebook.cells(*self.of("ipython")):
            self.assertEqual(notebook.errors(outputs), [], outputs)

    def test_tests(self) -> None:
        self.needs("pytest")
        ((line, text),) = [(line, text) for line, text in blocks() if "file=" in line]
        name = line.partition("file=")[2]
        self.write(name, text)
        (command,) = self.of("sh")
        self.assertEqual(command, f"pytest {name}\n")
        done = self.python("-m", "pytest", "-p", "rprof.pytest_plugin", "-p", "no:cacheprovider", name)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertRegex(done.stdout, r"memory of tests \(rprof\)(.*\n)+ *\d+\.\d MiB .*test_load")

    def test_the_table_beside_pytest_memray(self) -> None:
        self.needs("pytest", "pytest_memray")
        with open(DOCUMENT, encoding="utf-8") as file:
            section = file.read().partition("### Beside pytest-memray")[2].partition("\n## ")[0]
        rows = re.findall(r"^\| (\w.*?) \| (fails|passes) \| (fails|passes) \|$", section, re.MULTILINE)
        self.assertEqual({name for name, *_ in rows}, set(CASES))
        tests = "import mmap, multiprocessing, subprocess, sys, threading, pytest\nALL = 200 << 20\n"
        tests += "def touch(): return bytearray(ALL)\n"
        for number, name in enumerate(CASES):
            body = "".join(f"    {line}\n" for line in CASES[name].split("\n"))
            tests += f'@pytest.mark.MARKER("100 MB")\ndef test_{number}(tmp_path):\n{body}'
        for at, marker, words in (
            (1, 'limit_memory("100 MB")', ["-p", "no:rprof.pytest_plugin"]),
            (2, 'rprof(max="100MB")', ["-p", "rprof.pytest_plugin", "-p", "no:memray"]),
        ):
            self.write("test_both.py", tests.replace('MARKER("100 MB")', marker))
            done = self.python("-m", "pytest", "-p", "no:cacheprovider", "-rA", "--tb=no", *words, "test_both.py")
            for row in rows:
                number = list(CASES).index(row[0])
                verdict = "(FAILED|MEMORY PROBLEMS)" if row[at] == "fails" else "PASSED"
                self.assertRegex(done.stdout, rf"\n{verdict} test_both.py::test_{number}\b", row)


#: The code of the rows of the table.
CASES = {
    "allocates memory": "touch()",
    "allocates in a thread": "thread = threading.Thread(target=touch)\nthread.start()\nthread.join()",
    "allocates many small objects": "kept = [bytes(1000) for _ in range(200_000)]",
    "reads a mapped file": "path = tmp_path / 'x'\npath.write_bytes(b'x' * ALL)\nwith open(path, 'rb') as file:\n"
    "    with mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as area:\n"
    "        for at in range(0, ALL, 4096): area[at]",
    "starts a program that allocates": "code = 'b = bytearray(200 << 20); import time; time.sleep(1)'\n"
    "subprocess.run([sys.executable, '-c', code], check=True)",
    "forks a process that allocates": "process = multiprocessing.get_context('fork').Process(target=touch)\n"
    "process.start()\nprocess.join()",
    "maps memory and does not touch it": "mmap.mmap(-1, ALL).close()",
}
