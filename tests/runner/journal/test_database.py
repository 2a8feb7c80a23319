import errno
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

import pytest

from runner.errors import JournalError
from runner.journal.claims import Claims
from runner.journal.database import Database, uri_of
from runner.journal.ledger import Ledger
from runner.journal.same_rules import kept_rules
from runner.journal.schema import APPLICATION_ID, VERSION
from runner.journal.tenancy import LeaseTerms
from runner.outcome import State
from tests.runner.journal.old_journals import old_journal
from tests.runner.journal.sample_run import NEW_RUN, STARTED, filled_run, guests


@pytest.fixture
def open_umask() -> Iterator[None]:
    """As on a machine where new files are readable by everybody."""
    before = os.umask(0)
    yield
    os.umask(before)


def test_the_journal_is_made_on_first_use_together_with_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "home" / "deeper" / "journal.db"
    with Database(path):
        assert path.is_file()


def test_another_process_sees_what_the_file_is_and_of_which_version(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with Database(path):
        plain = sqlite3.connect(path)
        try:
            assert plain.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
            assert plain.execute("PRAGMA user_version").fetchone() == (VERSION,)
            assert plain.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        finally:
            plain.close()


@pytest.mark.usefixtures("open_umask")
def test_nobody_else_may_read_the_journal_nor_the_files_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    with Database(folder / "journal.db") as database:
        filled_run(database, guests(3))
        files = sorted(folder.iterdir())
        assert [file.name for file in files] == ["journal.db", "journal.db-shm", "journal.db-wal"]
        for path, allowed in [(folder, 0o700), *((file, 0o600) for file in files)]:
            mode = stat.S_IMODE(path.stat().st_mode)
            assert os.name != "posix" or mode == allowed, f"{path.name}: {mode:o}"


def test_what_was_committed_is_there_when_the_journal_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with Database(path) as database:
        filled_run(database, guests(3))
    with Database(path) as database:
        assert database.execute("SELECT count(*) FROM requests").fetchone()[0] == 3


def test_a_journal_that_another_process_holds_is_waited_for_and_then_told(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with Database(path) as database:
        filled_run(database, guests(3))
    holder = sqlite3.connect(path, isolation_level=None)
    try:
        holder.execute("BEGIN IMMEDIATE")
        with (
            Database(path, busy_seconds=0.01) as database,
            pytest.raises(JournalError, match="held by another process") as caught,
        ):
            filled_run(database, guests(3))
        assert "正被其他进程占用" in caught.value.zh
        with Database(path, to_read=True) as database:
            assert [run.requests for run in Ledger(database).runs()] == [3], "it can still be read"
    finally:
        holder.close()
    with Database(path, busy_seconds=0.01) as database:
        filled_run(database, guests(3), name_seed=1)


def test_a_private_journal_leaves_no_file() -> None:
    with Database(None) as database:
        filled_run(database, guests(3))
        assert database.path is None
        assert database.execute("PRAGMA database_list").fetchone()["file"] == ""


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with Database(tmp_path / "journal.db") as database:
        run = filled_run(database, guests(2))
        with pytest.raises(LookupError):
            delete_all_and_fail(database, run)
        assert database.execute("SELECT count(*) FROM requests").fetchone()[0] == 2
        with database.transaction():
            database.execute("DELETE FROM requests WHERE run = ? AND ordinal = 1", (run,))
        assert database.execute("SELECT count(*) FROM requests").fetchone()[0] == 1


def test_a_transaction_that_sqlite_refuses_leaves_nothing_and_is_told_as_a_journal_error(tmp_path: Path) -> None:
    with Database(tmp_path / "journal.db") as database:
        run = filled_run(database, guests(2))
        with pytest.raises(JournalError) as told:
            delete_all_and_add_a_run_that_is_there(database, run)
        assert_clear(told.value, tmp_path / "journal.db")
        assert database.execute("SELECT count(*) FROM requests").fetchone()[0] == 2


def test_rows_come_as_they_are_asked_for(tmp_path: Path) -> None:
    with Database(tmp_path / "journal.db") as database:
        filled_run(database, guests(5))
        rows = database.stream("SELECT key FROM requests ORDER BY ordinal")
        assert next(rows)["key"] == "guest-1"
        assert [row["key"] for row in rows] == ["guest-2", "guest-3", "guest-4", "guest-5"]


def test_execute_many_says_how_many_rows_it_changed_in_all(tmp_path: Path) -> None:
    with Database(tmp_path / "journal.db") as database:
        run = filled_run(database, guests(5))
        sql = "UPDATE requests SET code = ? WHERE run = ? AND ordinal = ?"
        assert database.execute_many(sql, [("x", run, ordinal) for ordinal in (1, 2, 99)]) == 2


def delete_all_and_fail(database: Database, run: int) -> None:
    with database.transaction():
        database.execute("DELETE FROM requests WHERE run = ?", (run,))
        raise LookupError


def delete_all_and_add_a_run_that_is_there(database: Database, run: int) -> None:
    with database.transaction():
        database.execute("DELETE FROM requests WHERE run = ?", (run,))
        database.execute("INSERT INTO runs (id) VALUES (?)", (run,))


def newer(path: Path) -> None:
    with Database(path) as database:
        database.execute(f"PRAGMA user_version={VERSION + 1}")


def another_programs(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE contacts (name TEXT)")
    connection.execute("INSERT INTO contacts VALUES ('Li Na')")
    connection.commit()
    connection.close()


def a_letter(path: Path) -> None:
    path.write_text("Dear customer,\n" * 500)


def a_short_note(path: Path) -> None:
    path.write_text("buy milk")


@pytest.mark.parametrize(
    ("make", "words_en", "words_zh"),
    [
        pytest.param(newer, "newer version", "更新的版本", id="written by a newer version"),
        pytest.param(another_programs, "not a journal", "不是本程序的运行记录", id="another program's SQLite file"),
        pytest.param(a_letter, "not a journal", "不是本程序的运行记录", id="a text file"),
        pytest.param(
            a_short_note, "not a journal", "不是本程序的运行记录", id="a text file shorter than SQLite's header"
        ),
    ],
)
def test_a_file_that_is_no_journal_of_this_version_is_refused_and_left_as_it_is(
    tmp_path: Path, make: Callable[[Path], None], words_en: str, words_zh: str
) -> None:
    path = tmp_path / "journal.db"
    make(path)
    before = path.read_bytes()
    for to_read in (False, True):
        with pytest.raises(JournalError) as told:
            Database(path, to_read=to_read)
        assert_clear(told.value, path)
        assert words_en in told.value.en
        assert words_zh in told.value.zh
        assert path.read_bytes() == before


@pytest.mark.parametrize(
    "place",
    [
        pytest.param("letter.txt/journal.db", id="the folder is a file"),
        pytest.param("letter.txt/home/journal.db", id="a folder above is a file"),
        pytest.param("home", id="the file is a folder"),
    ],
)
def test_a_place_that_cannot_be_written_is_one_clear_error(tmp_path: Path, place: str) -> None:
    (tmp_path / "letter.txt").write_text("Dear customer")
    (tmp_path / "home").mkdir()
    with pytest.raises(JournalError) as told:
        Database(tmp_path / place)
    assert_clear(told.value, tmp_path / place)
    assert "--home" in told.value.en
    assert "--home" in told.value.zh


def test_a_journal_that_may_only_be_read_says_so(tmp_path: Path) -> None:
    with Database(tmp_path / "journal.db") as database:
        run = filled_run(database, guests(1))
        database.execute("PRAGMA query_only=ON")
        with pytest.raises(JournalError, match="may only be read") as told, database.transaction():
            database.execute("DELETE FROM requests WHERE run = ?", (run,))
        assert_clear(told.value, tmp_path / "journal.db")
        assert "只读" in told.value.zh


@pytest.mark.parametrize("version", [1, 2, 5, 6])
def test_a_journal_of_an_earlier_version_keeps_its_runs_and_gets_the_tables_of_a_new_one(
    tmp_path: Path, version: int
) -> None:
    path = old_journal(tmp_path / "old.db", version)
    with Database(path) as old, Database(tmp_path / "new.db") as new:
        assert old.execute("PRAGMA user_version").fetchone()[0] == VERSION
        assert tables_of(old) == tables_of(new)
        record = Ledger(old).run(1)
        assert (record.name, record.requests, record.counts[State.SUCCEEDED]) == ("20250615-150640-0001", 3, 1)
        assert (record.user, kept_rules(old, record.id), record.undoes) == ("", None, None)
        assert record.guards is None
        claims = Claims(old, 1, LeaseTerms(owner="host:1"), now=STARTED + 3_600, reopen=True)
        assert [(request.key, request.unclear) for request in claims.claim(9, now=STARTED + 3_600)] == [
            ("guest-2", False),
            ("guest-3", True),
        ]
    with Database(path) as again:
        assert Ledger(again).run(1).requests == 3


@pytest.mark.parametrize("version", [1, 2])
def test_where_the_runs_of_an_earlier_version_went_is_spelled_as_it_is_now(tmp_path: Path, version: int) -> None:
    path = old_journal(tmp_path / "old.db", version)
    typed = (("HTTPS://Vendor.Example:443/Greet", "a"), ("sandbox", "b"), (None, "c"))
    plain = sqlite3.connect(path)
    columns = "job, state, source, sha256, key_column, key_heading, started"
    plain.executemany(
        f"INSERT INTO runs (endpoint, name, {columns}) VALUES (?, ?, '', 'done', '', '', '', '', 0)",
        typed,
    )
    plain.commit()
    plain.close()
    with Database(path) as database:
        assert [record.endpoint for record in Ledger(database).runs()] == [
            None,
            "sandbox",
            "https://vendor.example/Greet/",
            "https://vendor.example/greet/",
        ]


def test_opening_to_read_makes_nothing_and_finds_nothing_where_there_is_no_journal(tmp_path: Path) -> None:
    with Database(tmp_path / "home" / "journal.db", to_read=True) as database:
        assert list(Ledger(database).runs()) == []
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_about_to_become_a_journal_is_left_to_who_makes_it(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.touch()
    with Database(path, to_read=True) as database:
        assert list(Ledger(database).runs()) == []
    assert path.read_bytes() == b""


def test_what_is_opened_to_read_sees_what_another_process_writes_and_writes_nothing(tmp_path: Path) -> None:
    with Database(tmp_path / "journal.db") as writer, Database(tmp_path / "journal.db", to_read=True) as reader:
        run = filled_run(writer, guests(3))
        assert Ledger(reader).run(run).requests == 3
        with pytest.raises(JournalError), reader.transaction():
            reader.execute("DELETE FROM requests")
    assert [file.name for file in tmp_path.iterdir()] == ["journal.db"]


@pytest.mark.parametrize("version", [1, 2, 5, 6])
def test_a_journal_of_an_earlier_version_can_be_read_at_once(tmp_path: Path, version: int) -> None:
    with Database(old_journal(tmp_path / "old.db", version), to_read=True) as database:
        assert [record.requests for record in Ledger(database).runs()] == [3]
        assert list(Ledger(database).notices(1)) == []


@pytest.mark.parametrize("place", ["home #1?mode=rwc&x=%41", "文件夹", "file:home"])
def test_a_journal_is_found_whatever_its_folder_is_called(tmp_path: Path, place: str) -> None:
    with Database(tmp_path / place / "journal.db") as database:
        filled_run(database, guests(1))
    with Database(tmp_path / place / "journal.db", to_read=True) as database:
        assert len(list(Ledger(database).runs())) == 1


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        (PurePosixPath("/home/li/journal.db"), "file:///home/li/journal.db"),
        (PurePosixPath("/a b/#1?x=%41/文"), "file:///a%20b/%231%3Fx%3D%2541/%E6%96%87"),
        (PureWindowsPath(r"C:\Users\Li Na\journal.db"), "file:///C:/Users/Li%20Na/journal.db"),
        (PureWindowsPath(r"\\server\share\a b\#1%\journal.db"), "file:////server/share/a%20b/%231%25/journal.db"),
    ],
)
def test_the_uri_of_a_journal_names_no_host_and_means_what_the_path_does(path: PurePath, uri: str) -> None:
    assert uri_of(path) == uri


def tables_of(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """The columns of each table and index: name, type, whether it may be null, default, place in the key."""
    names = [row["name"] for row in database.execute("SELECT name FROM sqlite_schema").fetchall()]
    return {
        name: [tuple(row)[1:] for row in database.execute(f"PRAGMA table_xinfo({name})").fetchall()] for name in names
    }


def test_two_processes_may_open_the_same_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with Database(path) as mine, Database(path) as theirs:
        filled_run(mine, guests(2), name_seed=1)
        filled_run(theirs, guests(3), name_seed=2)
        for database in (mine, theirs):
            row = database.execute("SELECT count(*) AS runs, min(job) AS job, max(started) AS started FROM runs")
            assert tuple(row.fetchone()) == (2, NEW_RUN.job, STARTED)


def assert_clear(error: JournalError, path: Path) -> None:
    """The message names the file, in English and in Chinese, and is one sentence or two rather than a traceback."""
    assert str(error) == error.en
    for message in (error.en, error.zh):
        assert str(path) in message
        assert "\n" not in message
    assert not any(is_chinese(character) for character in error.en.replace(str(path), ""))
    assert any(is_chinese(character) for character in error.zh)


def is_chinese(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


def test_what_fails_beside_the_journal_while_it_is_read_is_not_taken_for_a_failure_of_the_journal(
    tmp_path: Path,
) -> None:
    with Database(tmp_path / "journal.db") as database:
        with pytest.raises(OSError, match="full"), database.snapshot():
            raise OSError(errno.ENOSPC, "the disk of the report is full")
        with database.transaction():
            database.execute("DELETE FROM runs")
