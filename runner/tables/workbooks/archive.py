"""A zip archive's parts, found as lenient readers find them: whatever the case and the slashes of their names."""

import posixpath
import zipfile
from pathlib import Path
from typing import IO, Self

from runner.tables.workbooks.overlay import Damaged

_CHUNK = 2**20


class Archive:
    """A workbook as a zip archive."""

    def __init__(self, path: Path) -> None:
        """Raises zipfile.BadZipFile: it is none."""
        self._zip = zipfile.ZipFile(path)
        self._names = {_plain(name): name for name in self._zip.namelist()}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def __contains__(self, name: str) -> bool:
        return _plain(name) in self._names

    def unpacked_bytes(self) -> int:
        """What all parts come to, by the archive's own directory."""
        return sum(entry.file_size for entry in self._zip.infolist())

    def open(self, name: str) -> IO[bytes]:
        """The part, to be read once and as often as one seeks to its start.

        Raises:
            Damaged: there is no such part.
        """
        if name not in self:
            raise Damaged(f"it has no part {name}")
        return self._zip.open(self._names[_plain(name)])

    def has_any(self, name: str, traces: tuple[bytes, ...]) -> bool:
        """Whether any of these bytes is in the part."""
        overlap = max(map(len, traces), default=1) - 1
        with self.open(name) as part:
            tail = b""
            while chunk := part.read(_CHUNK):
                window = tail + chunk
                if any(trace in window for trace in traces):
                    return True
                tail = window[len(window) - overlap :]
        return False


def resolve(base: str, target: str) -> str:
    """The part that a relationship of part `base` leads to (ECMA-376 part 2, 8.3)."""
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(base), target)).lstrip("/")


def relations_of(part: str) -> str:
    """The name of the part that holds a part's relationships (ECMA-376 part 2, 8.3.4)."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()
