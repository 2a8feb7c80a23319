"""Commands as a person can type them."""

import shlex
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path


def typed(words: Iterable[str | Path]) -> str:
    """The words as one line for the shell: quoted where they need it.

    Args:
        words: of the command; a path that begins with a dash is written so that no program takes it for an option.
    """
    written = [_as_argument(word) if isinstance(word, Path) else word for word in words]
    return subprocess.list2cmdline(written) if sys.platform == "win32" else shlex.join(written)


def _as_argument(path: Path) -> str:
    words = str(path)
    return str(Path.cwd() / path) if words.startswith("-") else words
