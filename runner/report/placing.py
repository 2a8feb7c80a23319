"""Puts a finished file in its place: whole or not at all, and never over another file."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def unfinished(path: Path) -> Iterator[Path]:
    """A file beside the path, to be written before it gets the name; afterwards it is gone under its own.

    Args:
        path: of the finished file. Its folder is made.

    Raises:
        OSError: nothing can be written there.
    """
    file = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        yield file
    finally:
        with suppress(OSError):
            file.unlink(missing_ok=True)


def put_in_place(file: Path, path: Path) -> None:
    """Gives the file its name.

    Raises:
        FileExistsError: something is there already.
        OSError: it cannot be put there.
    """
    try:
        os.link(file, path)  # which is made only where nothing is
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if path.exists():
            raise FileExistsError(str(path)) from None
        file.rename(path)
