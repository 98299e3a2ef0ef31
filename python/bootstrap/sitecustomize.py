# Found by the interpreters that `rprof run script.py` starts, first on PYTHONPATH: hides itself, puts `profile` into
# builtins and gives way to the sitecustomize that this Python would have had. Old Pythons read it too.
import sys


def _begin(directory):
    sys.path[:] = [entry for entry in sys.path if entry != directory]
    sys.path_importer_cache.pop(directory, None)
    if sys.version_info < (3, 9):
        sys.stderr.write("rprof: `profile` needs Python 3.9 or later; this is %s\n" % sys.version.split()[0])
        return
    sys.path.insert(0, directory)
    # Kept compiled whatever the program wants of its own files: this directory is rprof's.
    unwritten, sys.dont_write_bytecode = sys.dont_write_bytecode, False
    try:
        import rprof._startup
    except Exception as error:
        sys.stderr.write("rprof: no `profile` here: %r\n" % error)
    else:
        rprof._startup.begin(directory)
    finally:
        sys.dont_write_bytecode = unwritten
        sys.path.remove(directory)
        for entry in (directory, directory + "/rprof"):
            sys.path_importer_cache.pop(entry, None)


try:
    _begin(__file__.rpartition("/")[0])
finally:
    del sys.modules["sitecustomize"]
# Not found is what `site` expects of a Python that has none, and leaves no trace of this one.
import sitecustomize  # noqa: E402, F401
