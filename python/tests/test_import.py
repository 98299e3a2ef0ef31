"""The module is imported by measured programs, so an import must cost little."""

import json
import sys

import rprof

from .support import PlaceCase

HEAVY = ("json", "subprocess", "dataclasses", "typing", "tempfile", "shutil", "argparse", "IPython", "pytest", "pandas")


class Import(PlaceCase):
    def test_no_heavy_module_is_imported_before_it_is_used(self) -> None:
        code = f"import sys; old = set(sys.modules); import rprof; print(set({HEAVY}) & (set(sys.modules) - old))"
        done = self.python("-c", code)
        self.assertEqual((done.stdout, done.stderr), ("set()\n", ""))

    def test_every_name_is_there(self) -> None:
        for name in rprof.__all__:
            self.assertTrue(getattr(rprof, name).__module__.startswith("rprof"), name)
        self.assertLessEqual(set(rprof.__all__), set(dir(rprof)))
        self.assertRaises(AttributeError, getattr, rprof, "no_such_name")
        done = self.python("-c", "from rprof import *; print(measure, read)")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_missing_command_is_an_error_with_a_remedy(self) -> None:
        code = "import rprof\ntry: rprof.peak('x.dat')\nexcept rprof.RprofError as e: print(e)"
        self.write("x.dat", "")
        env = {"RPROF_BIN": "", "PATH": "/nowhere"}
        done = self.python("-c", code, env=env)
        if "was not found" not in done.stdout:
            self.skipTest("the command is installed with this Python")
        self.assertIn("RPROF_BIN", done.stdout)

    def test_the_module_of_a_script_has_all_of_it(self) -> None:
        self.needs_linux()
        code = "import rprof, json\nprint(rprof.__file__)\nwith rprof.measure() as m: pass\nprint(m.peak_bytes)"
        self.write("s.py", code)
        words = [self.rprof, "run", "-q", "-o", "t.dat", "--python", sys.executable, "s.py"]
        done = self.python("-c", f"import subprocess, sys; sys.exit(subprocess.run({json.dumps(words)}).returncode)")
        self.assertEqual(done.returncode, 0, done.stderr)
        module, peak = done.stdout.split()
        self.assertNotIn("/python/rprof/", module)
        self.assertGreater(int(peak), 1 << 20)
