"""What `rprof run script.py` does in the interpreter before the script: nothing that the script could notice but `profile`.

The environment is as it was before; interpreters that multiprocessing starts get the same again, since they import the
script and with it its decorators.
"""

from __future__ import annotations

import builtins
import os
import sys

from ._profile import profile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def begin(directory: str) -> None:
    """Puts `profile` into builtins; `directory` is where this was found, the first entry of PYTHONPATH."""
    builtins.profile = profile  # type: ignore[attr-defined]
    _restore(directory)
    changes: dict[str, Callable[[Any], None]] = {
        "multiprocessing.util": lambda module: _follow(module, directory),
        "memory_profiler": _stand_in,
    }
    for name in [name for name in changes if name in sys.modules]:
        changes.pop(name)(sys.modules[name])
    sys.meta_path.insert(0, _Finder(changes))


def _restore(directory: str) -> None:
    ours, _, before = os.environ.get("PYTHONPATH", "").partition(os.pathsep)
    if ours == directory:
        if before:
            os.environ["PYTHONPATH"] = before
        else:
            del os.environ["PYTHONPATH"]


def _follow(util: Any, directory: str) -> None:
    """Lets the interpreters of multiprocessing's `spawn` and `forkserver` find the bootstrap too."""
    start = util.spawnv_passfds

    def spawnv_passfds(path: Any, args: Any, passfds: Any) -> Any:
        before = os.environ.get("PYTHONPATH")
        # Past os.environ, which stays as the script left it.
        os.putenv("PYTHONPATH", directory + os.pathsep + before if before else directory)
        try:
            return start(path, args, passfds)
        finally:
            if before is None:
                os.unsetenv("PYTHONPATH")
            else:
                os.putenv("PYTHONPATH", before)

    util.spawnv_passfds = spawnv_passfds


def _stand_in(module: Any) -> None:
    """`from memory_profiler import profile` stamps, instead of a report line by line that no one could plot."""
    module.profile = profile
    if not _is_child():
        sys.stderr.write(
            "rprof: the `profile` of memory_profiler stamps the trace here; the import is not needed "
            "(its report by line: --nopython)\n"
        )


def _is_child() -> bool:
    """Whether multiprocessing has started this process, or is about to make it one of its own."""
    processes = sys.modules.get("multiprocessing.process")
    if processes is None:
        return False
    inheriting = getattr(processes.current_process(), "_inheriting", False)
    return bool(inheriting) or processes.parent_process() is not None


class _Finder:
    """Changes a few modules once they are loaded, and makes memory_profiler where there is none."""

    def __init__(self, changes: dict[str, Callable[[Any], None]]) -> None:
        self.changes = changes

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """The module as the others find it, with a loader that changes it afterwards."""
        change = self.changes.get(name)
        if change is None:
            return None
        for finder in sys.meta_path:
            if finder is not self and hasattr(finder, "find_spec"):
                spec = finder.find_spec(name, path, target)
                if spec is not None:
                    loader: Any = _Loader(spec.loader, change)
                    spec.loader = loader
                    return spec
        if name != "memory_profiler":
            return None
        from importlib.machinery import ModuleSpec

        nothing: Any = _Loader(_Nothing(), change)
        return ModuleSpec(name, nothing)


class _Loader:
    """Another loader, with a word of ours at the end."""

    def __init__(self, loader: Any, change: Callable[[Any], None]) -> None:
        self._loader = loader
        self._change = change

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: Any) -> Any:
        """As the other loader."""
        return self._loader.create_module(spec)

    def exec_module(self, module: Any) -> None:
        """As the other loader, which the module then has for its own; and the change."""
        module.__loader__ = module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        self._change(module)


class _Nothing:
    """Loads a module with nothing in it: memory_profiler in an interpreter that has none."""

    def create_module(self, spec: Any) -> Any:
        """A module as usual."""
        return None

    def exec_module(self, module: Any) -> None:
        """Says what is missing when it is asked for."""
        module.__doc__ = "Of memory_profiler, which is not installed, rprof has `profile`."
        module.__getattr__ = _missing


def _missing(name: str) -> Any:
    raise AttributeError(f"memory_profiler is not installed; rprof stands in for its `profile`, not for `{name}`")
