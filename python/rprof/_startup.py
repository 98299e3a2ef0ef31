"""The set-up of the interpreter before a script of `rprof run script.py`. The script may notice nothing but `profile`.

The environment is restored to the user's. Interpreters that multiprocessing starts are set up in the same way, because
they import the script and its decorators.
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
    """Puts `profile` into builtins. `directory` is the bootstrap's directory, the first entry of PYTHONPATH."""
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
    """Removes the bootstrap's directory from PYTHONPATH."""
    ours, _, before = os.environ.get("PYTHONPATH", "").partition(os.pathsep)
    if ours == directory:
        if before:
            os.environ["PYTHONPATH"] = before
        else:
            del os.environ["PYTHONPATH"]


def _follow(util: Any, directory: str) -> None:
    """Lets the interpreters that multiprocessing starts (`spawn` and `forkserver`) find the bootstrap, too."""
    start = util.spawnv_passfds

    def spawnv_passfds(path: Any, args: Any, passfds: Any) -> Any:
        before = os.environ.get("PYTHONPATH")
        # putenv bypasses os.environ, which stays as the script left it.
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
    """Makes `from memory_profiler import profile` record spans. Its own line-by-line report cannot be plotted."""
    module.profile = profile
    if not _is_child():
        sys.stderr.write(
            "rprof: memory_profiler's `profile` records spans in the trace under rprof; the import is not needed "
            "(use --nopython for its line-by-line report)\n"
        )


def _is_child() -> bool:
    """True if multiprocessing has started this process, or is setting it up now."""
    processes = sys.modules.get("multiprocessing.process")
    if processes is None:
        return False
    inheriting = getattr(processes.current_process(), "_inheriting", False)
    return bool(inheriting) or processes.parent_process() is not None


class _Finder:
    """An import hook that changes a few modules after they are loaded. It creates memory_profiler if it is missing."""

    def __init__(self, changes: dict[str, Callable[[Any], None]]) -> None:
        self.changes = changes

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """Returns the spec that the other finders return, with a loader that changes the module afterwards."""
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
    """A loader that runs another loader and then applies a change to the module."""

    def __init__(self, loader: Any, change: Callable[[Any], None]) -> None:
        self._loader = loader
        self._change = change

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: Any) -> Any:
        """Creates the module as the other loader does."""
        return self._loader.create_module(spec)

    def exec_module(self, module: Any) -> None:
        """Executes the module with the other loader, which the module keeps as its loader, and applies the change."""
        module.__loader__ = module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        self._change(module)


class _Nothing:
    """A loader of an empty module: memory_profiler in an interpreter where it is not installed."""

    def create_module(self, spec: Any) -> Any:
        """Returns None, for the default module."""
        return None

    def exec_module(self, module: Any) -> None:
        """Gives the module an error for every attribute that it lacks."""
        module.__doc__ = "memory_profiler is not installed; rprof provides its `profile` only."
        module.__getattr__ = _missing


def _missing(name: str) -> Any:
    raise AttributeError(f"memory_profiler is not installed; rprof provides its `profile`, not its `{name}`")
