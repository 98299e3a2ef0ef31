"""The set-up of the interpreter before a script of `rprof run script.py`. The script may notice nothing but `profile`.

Interpreters that multiprocessing starts are set up in the same way, because they import the script and its decorators.
"""

from __future__ import annotations

import builtins
import os
import sys

from ._memory_profiler import StandIn, only_profile_is_imported, record
from ._profile import profile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def begin(directory: str, quiet: bool) -> None:
    """Puts `profile` into builtins. `directory` is the bootstrap's; `quiet` is true under `rprof run -q`."""
    builtins.profile = profile  # type: ignore[attr-defined]
    changes: dict[str, Callable[[Any], None]] = {
        "multiprocessing.util": lambda module: _follow(module, directory),
        "memory_profiler": record,
    }
    for name in [name for name in changes if name in sys.modules]:
        changes.pop(name)(sys.modules[name])
    sys.meta_path.insert(0, _Finder(changes, quiet))


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


def _is_child() -> bool:
    """True if multiprocessing has started this process, or is setting it up now."""
    processes = sys.modules.get("multiprocessing.process")
    if processes is None:
        return False
    inheriting = getattr(processes.current_process(), "_inheriting", False)
    return bool(inheriting) or processes.parent_process() is not None


class _Finder:
    """An import hook that changes a few modules after they are loaded. It creates memory_profiler if it is missing."""

    def __init__(self, changes: dict[str, Callable[[Any], None]], quiet: bool) -> None:
        self.changes = changes
        self.quiet = quiet

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """Returns the spec that the other finders return, with a loader that changes the module afterwards."""
        change = self.changes.get(name)
        if change is None:
            return None
        for finder in sys.meta_path:
            if finder is not self and hasattr(finder, "find_spec"):
                spec = finder.find_spec(name, path, target)
                if spec is not None:
                    _change_after(spec, change)
                    return spec
        if name != "memory_profiler" or not only_profile_is_imported():
            return None
        from importlib.machinery import ModuleSpec

        loader: Any = StandIn(hint=not (self.quiet or _is_child()))
        return ModuleSpec(name, loader)


def _change_after(spec: Any, change: Callable[[Any], None]) -> None:
    """Lets the loader of a spec apply a change to the module that it has executed. Its type stays as it is."""
    loader = spec.loader
    execute = getattr(loader, "exec_module", None)
    # A loader that is a class or has no `__dict__` serves other modules, too.
    if execute is None or not hasattr(loader, "__dict__") or isinstance(loader, type):
        return

    def exec_module(module: Any) -> None:
        loader.__dict__.pop("exec_module", None)
        execute(module)
        if module.__name__ == spec.name:
            change(module)

    loader.exec_module = exec_module
