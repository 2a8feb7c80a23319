"""The SQLite file under the journal: opened, checked, and its errors told in ours."""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Any, Self
from urllib.parse import quote

from runner.endpoint import normal_endpoint
from runner.errors import JournalError, RunnerError
from runner.journal.schema import APPLICATION_ID, TABLES, UPGRADES, VERSION

Parameters = Sequence[Any]

BUSY_SECONDS = 10.0
_FETCHED = 500


class Database:
    """One connection. Used by one thread at a time, though not always by the same one.

    In WAL mode with `synchronous=FULL`, a commit is on the disk when it returns, and all commits before it are. With
    `synchronous=NORMAL` it is with the operating system: it outlives the process, and a power cut may take it back,
    though never in part nor out of order. FULL is the default; `runner.journal.claims` says what is NORMAL, and why.
    """

    def __init__(self, path: Path | None, *, to_read: bool = False, busy_seconds: float = BUSY_SECONDS) -> None:
        """Opens the journal, and makes it where there is none.

        Args:
            path: the file; None for one that is private to this object and gone with it.
            to_read: whether nothing is to be written. No file is made then: where there is none, an empty one that is
                private stands for it. It may lie where nothing can be written.
            busy_seconds: that another process is waited for which holds the journal.

        Raises:
            JournalError: it cannot be opened, is no journal, or was written by a newer version.
        """
        self.path = path
        self._busy_seconds = busy_seconds
        self._durable = True
        with self._as_journal_error():
            if path is not None and to_read and path.exists():
                self._open_to_read(path)
            elif path is None or to_read:
                self._open_private()
            else:
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                _make_private(path)
                self._open(str(path), self._prepare)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[None]:
        """All of it or nothing.

        Args:
            durable: whether it is on the disk when it ends, or only safe from the end of this process.

        Raises:
            JournalError: it cannot be written; nothing of it is.
        """
        with self._as_journal_error():
            if self.path is not None and durable is not self._durable:  # it cannot be changed within one
                self._pragma("synchronous=FULL" if durable else "synchronous=NORMAL")
                self._durable = durable
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All that is read meanwhile is of one moment, whatever others write.

        Raises:
            JournalError: it cannot be read.
        """
        self.execute("BEGIN")
        try:
            yield  # what else fails meanwhile, such as a disk that is written to, is not the journal's
        finally:
            if self._connection.in_transaction:
                self.execute("COMMIT")

    def execute(self, sql: str, parameters: Parameters = ()) -> sqlite3.Cursor:
        """One statement.

        Raises:
            JournalError: it cannot be carried out.
        """
        with self._as_journal_error():
            return self._connection.execute(sql, parameters)

    def execute_many(self, sql: str, parameters: Iterable[Parameters]) -> int:
        """One statement for each set of parameters; gives how many rows it changed in all.

        Raises:
            JournalError: it cannot be carried out.
        """
        with self._as_journal_error():
            return self._connection.executemany(sql, parameters).rowcount

    def stream(self, sql: str, parameters: Parameters = ()) -> Iterator[sqlite3.Row]:
        """The rows of a query, as they are asked for.

        Raises:
            JournalError: they cannot be read.
        """
        cursor = self.execute(sql, parameters)
        while True:
            with self._as_journal_error():
                rows = cursor.fetchmany(_FETCHED)
            if not rows:
                return
            yield from rows

    def _open_private(self) -> None:
        self.path = None
        self._open("", self._prepare)

    def _open_to_read(self, path: Path) -> None:
        uri = uri_of(path.absolute())
        try:
            self._open(f"{uri}?mode=rw", self._prepare_to_read, uri=True)
        except sqlite3.OperationalError as error:
            # Where SQLite may not write, it cannot share the file with others; nor need it, where nobody has it open.
            if not error.sqlite_errorname.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")):
                raise
            unfinished = path.with_name(f"{path.name}-wal")
            if unfinished.exists() and unfinished.stat().st_size:
                raise JournalError(
                    f"The journal {path} was left open by a process that ended early, and its folder may only be "
                    "read. Copy the whole folder to where you may write, and name the copy with --home.",
                    f"运行记录 {path} 未正常关闭，且所在文件夹为只读。请将整个文件夹复制到可写位置，并用 --home 指定。",
                ) from error
            self._open(f"{uri}?mode=ro&immutable=1", self._prepare_to_read, uri=True)

    def _open(self, place: str, prepare: Callable[[], None], *, uri: bool = False) -> None:
        self._connection = sqlite3.connect(
            place, timeout=self._busy_seconds, isolation_level=None, check_same_thread=False, uri=uri
        )
        self._connection.row_factory = sqlite3.Row
        try:
            prepare()
        except BaseException:
            self._connection.close()
            raise

    def _prepare_to_read(self) -> None:
        if self._is_blank():  # another process is just about to make its tables
            self._connection.close()
            self._open_private()
            return
        if self._version_if_ours() < VERSION:
            self._upgrade()
        self._pragma("query_only=ON")

    def _prepare(self) -> None:
        # Blank or not comes first: another process may make the tables meanwhile, and marks the file with them.
        blank = self._is_blank()
        version = VERSION if blank else self._version_if_ours()
        self._pragma("journal_mode=WAL" if self.path else "journal_mode=MEMORY")
        self._pragma("synchronous=FULL" if self.path else "synchronous=OFF")  # a private one outlives nothing
        if blank:
            with self.transaction():
                if self._is_blank():
                    self._carry_out(TABLES)
                    self._pragma(f"application_id={APPLICATION_ID}")
                    self._pragma(f"user_version={VERSION}")
        elif version < VERSION:
            self._upgrade()

    def _is_blank(self) -> bool:
        return bool(self._connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0)

    def _version_if_ours(self) -> int:
        version = int(self._pragma("user_version"))
        if self._pragma("application_id") != APPLICATION_ID:
            raise JournalError(
                f"{self.path} is not a journal of this program. Choose another folder with --home.",
                f"{self.path} 不是本程序的运行记录文件。请用 --home 选择其他文件夹。",
            )
        if version > VERSION:
            raise JournalError(
                f"The journal {self.path} was written by a newer version ({version}, this one knows {VERSION}). "
                "Update recallflow-runner.",
                f"运行记录 {self.path} 由更新的版本（{version}）写入，当前支持 {VERSION}。请升级 recallflow-runner。",
            )
        return version

    def _upgrade(self) -> None:
        self._connection.create_function("normal_endpoint", 1, lambda url: url and normal_endpoint(url))
        with self.transaction():
            for version in range(self._pragma("user_version"), VERSION):  # which another process may have raised by now
                self._carry_out(UPGRADES[version])
            self._pragma(f"user_version={VERSION}")

    def _carry_out(self, statements: str) -> None:
        for statement in statements.split(";\n"):
            self._connection.execute(statement)

    def _pragma(self, pragma: str) -> Any:  # noqa: ANN401 - SQLite's own answer
        row = self._connection.execute(f"PRAGMA {pragma}").fetchone()
        return row[0] if row else None

    @contextmanager
    def _as_journal_error(self) -> Iterator[None]:
        try:
            yield
        except RunnerError:
            raise
        except sqlite3.Error as error:
            raise self._explained(error) from error
        except OSError as error:
            raise JournalError(
                f"The journal {self.path} cannot be used ({error.strerror}). Choose another folder with --home.",
                f"无法使用运行记录 {self.path}（{error.strerror}）。请用 --home 选择其他文件夹。",
            ) from error

    def _explained(self, error: sqlite3.Error) -> JournalError:
        name = getattr(error, "sqlite_errorname", "SQLITE_ERROR")
        for prefix, (en, zh) in _EXPLAINED.items():
            if name.startswith(prefix):
                return JournalError(f"The journal {self.path} {en}", f"运行记录 {self.path} {zh}")
        return JournalError(
            f"The journal {self.path} cannot be used ({error}). Choose another folder with --home.",
            f"无法使用运行记录 {self.path}（{error}）。请用 --home 选择其他文件夹。",
        )


_EXPLAINED = {
    "SQLITE_FULL": ("cannot grow: the disk is full. Make room.", "无法写入：磁盘已满。请清理磁盘空间。"),
    "SQLITE_IOERR": (
        "cannot be written: the disk is full or failing. Make room, or use another disk with --home.",
        "无法写入：磁盘已满或有故障。请清理空间，或用 --home 换到其他磁盘。",
    ),
    "SQLITE_READONLY": (
        "may only be read. Allow writing, or choose another folder with --home.",
        "为只读。请允许写入，或用 --home 选择其他文件夹。",
    ),
    "SQLITE_CANTOPEN": (
        "cannot be opened. Check who may write there, or choose another folder with --home.",
        "无法打开。请检查写入权限，或用 --home 选择其他文件夹。",
    ),
    "SQLITE_BUSY": (
        "is held by another process. Wait for it to end, and try again.",
        "正被其他进程占用。请等待其结束后重试。",
    ),
    "SQLITE_NOTADB": (
        "is not a journal of this program. Choose another folder with --home.",
        "不是本程序的运行记录文件。请用 --home 选择其他文件夹。",
    ),
    "SQLITE_CORRUPT": (
        "is damaged. Keep a copy of it, and choose another folder with --home.",
        "已损坏。请保留其副本，并用 --home 选择其他文件夹。",
    ),
}


def uri_of(path: PurePath) -> str:
    """The URI of a file as SQLite wants it: with nothing where a host would stand, on a server of Windows' as well.

    See https://sqlite.org/uri.html; `PurePath.as_uri` makes a host of the server.
    """
    place = path.as_posix()
    return "file://" + quote(os.fsencode(place if place.startswith("/") else f"/{place}"), safe="/:")


def _make_private(path: Path) -> None:
    """It holds what will be said to people: nobody else is to read it. On Windows the user's profile sees to that."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
