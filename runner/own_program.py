"""How a part of this program is started as a process of its own."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path


def own_program(module: str) -> list[str]:
    """The command that runs a module of ours.

    On Windows a venv's interpreter only starts the real one, which nobody could watch or end; see multiprocessing.
    """
    base = str(getattr(sys, "_base_executable", sys.executable))
    return [base if sys.platform == "win32" else sys.executable, "-P", "-m", module]


def own_environment(inherited: Mapping[str, str]) -> dict[str, str]:
    """The environment in which it finds what this process finds.

    Args:
        inherited: what it gets besides.
    """
    paths = [Path(entry) for entry in sys.path]
    here = {"PYTHONPATH": os.pathsep.join(str(path.absolute()) for path in paths if path.exists())}
    if sys.platform == "win32":
        here["__PYVENV_LAUNCHER__"] = sys.executable
    return {**inherited, **here}
