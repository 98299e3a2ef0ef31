# The start of the bootstrap. `rprof run script.py` puts this directory first on PYTHONPATH, and Python imports it.
# It hides itself, puts `profile` into builtins and imports the sitecustomize that this Python has without rprof.
# The syntax must stay readable for Pythons before 3.9: they import this file too, and must print the message below.
import os
import sys


def _restore(directory):
    """Restores the user's environment: PYTHONPATH without this directory. Returns true under `rprof run -q`."""
    ours, _, before = os.environ.get("PYTHONPATH", "").partition(os.pathsep)
    if ours == directory:
        if before:
            os.environ["PYTHONPATH"] = before
        else:
            del os.environ["PYTHONPATH"]
    return os.environ.pop("RPROF_QUIET", "") == "1"


def _begin(directory):
    quiet = _restore(directory)
    sys.path[:] = [entry for entry in sys.path if entry != directory]
    sys.path_importer_cache.pop(directory, None)
    if sys.version_info < (3, 9):
        sys.stderr.write("rprof: `profile` needs Python 3.9 or later; this is %s\n" % sys.version.split()[0])
        return
    sys.path.insert(0, directory)
    # The module is always kept compiled, even under `python -B`: this directory belongs to rprof, not to the program.
    unwritten, sys.dont_write_bytecode = sys.dont_write_bytecode, False
    try:
        import rprof._startup
    except Exception as error:
        sys.stderr.write("rprof: `profile` is not available: %r\n" % error)
    else:
        rprof._startup.begin(directory, quiet)
    finally:
        sys.dont_write_bytecode = unwritten
        sys.path.remove(directory)
        for entry in (directory, directory + "/rprof"):
            sys.path_importer_cache.pop(entry, None)


try:
    _begin(__file__.rpartition("/")[0])
finally:
    del sys.modules["sitecustomize"]
# A Python without its own sitecustomize raises ImportError here. `site` expects that error and ignores it.
import sitecustomize  # noqa: E402, F401
