"""Attachments that the vendor gave back, kept beside the journal, so that what it had can be sent again.

Each is kept once, under its SHA-256, and goes when no run refers to it any more. It is found by that, and not by the
path that was written down: the folder may have been moved since, or be called otherwise.
"""

import os
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile

from runner.errors import JournalError
from runner.journal.database import Database
from runner.request import PLACEHOLDER, Attachment

FOLDER = "attachments"
"""In the journal's folder."""

_YOUNG = 3_600.0
"""Seconds for which a file may be about to be referred to, by a run that is being read at this moment."""


def attachment_of(database: Database, row: sqlite3.Row) -> Attachment:
    """An attachment that the journal has; one that is kept lies beside the journal, wherever that is by now.

    Args:
        database: the journal.
        row: with its `path`, `size` and `sha256`.
    """
    path = Path(row["path"])
    is_kept = path.name == row["sha256"] and path.parent.name == FOLDER  # a user's file has an ending
    if is_kept and database.path is not None:
        path = _folder_beside(database.path) / path.name
    return Attachment(path=path, size=row["size"], sha256=row["sha256"])


def attachments_of(database: Database, run: int, ordinal: int) -> tuple[Attachment, ...]:
    """The files of a request.

    Raises:
        JournalError: the journal cannot be read.
    """
    rows = database.execute(_ATTACHMENTS, (run, ordinal)).fetchall()
    return tuple(attachment_of(database, row) for row in rows)


class KeptFiles:
    """The files beside one journal."""

    def __init__(self, database: Database) -> None:
        """Takes the journal; one that is private keeps none."""
        self._folder = None if database.path is None else _folder_beside(database.path)

    def keep(self, files: Mapping[str, bytes]) -> tuple[Attachment, ...]:
        """Keeps files, on the disk when it returns. Gives them as attachments.

        Args:
            files: by their tokens.

        Raises:
            JournalError: they cannot be written.
        """
        if self._folder is None:
            return ()
        try:
            return tuple([self._keep(self._folder, token, content) for token, content in files.items()])
        except OSError as error:
            raise JournalError(
                f"An audio file that the vendor gave back cannot be kept in {self._folder} ({error.strerror}).",
                f"无法将供应商返回的音频文件保存到 {self._folder}（{error.strerror}）。",
            ) from error

    def _keep(self, folder: Path, token: str, content: bytes) -> Attachment:
        digest = token.removeprefix(PLACEHOLDER)
        path = folder / digest
        if path.is_file() and path.read_bytes() == content:  # one that was damaged is written anew
            os.utime(path)  # so that nobody takes it away just now
        else:
            _write(path, content)
        return Attachment(path=path, size=len(content), sha256=digest)

    def forget_unused(self, database: Database, *, now: float) -> int:
        """Deletes what no run refers to. Gives how many there were.

        Args:
            database: the journal.
            now: Unix seconds.

        Raises:
            JournalError: the journal cannot be read.
        """
        if self._folder is None or not self._folder.is_dir():
            return 0
        used = {row["sha256"] for row in database.execute("SELECT DISTINCT sha256 FROM attachments")}
        forgotten = 0
        for path in self._folder.iterdir():
            try:
                if path.name not in used and path.stat().st_mtime < now - _YOUNG:
                    path.unlink()
                    forgotten += 1
            except OSError:
                continue  # the next one who tidies up meets with it again
        return forgotten


def _folder_beside(journal: Path) -> Path:
    return journal.absolute().parent / FOLDER


def _write(path: Path, content: bytes) -> None:
    """All of it or nothing; for its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:  # which nobody else may read
        written = Path(file.name)
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            file.close()
            written.unlink(missing_ok=True)
            raise
    written.replace(path)
    if os.name == "posix":  # elsewhere a folder cannot be opened
        _sync(path.parent)


def _sync(folder: Path) -> None:
    """A new name is on the disk only when its folder is."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


_ATTACHMENTS = "SELECT path, size, sha256 FROM attachments WHERE run = ? AND ordinal = ?"
