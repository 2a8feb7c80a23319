"""A disk that is full, or anything else in the middle of writing, leaves nothing behind and loses nothing."""

import gc
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.errors import ReportError
from runner.journal.database import Database
from runner.journal.ledger import Ledger
from runner.report.book import Book
from runner.report.long_sheet import LongSheet, ReportColumn
from runner.report.workbook import write_report
from tests.runner.journal.sample_run import filled_run, guests
from tests.runner.sending.fake_job import Greet

ROOT = Path(__file__).parents[3]

IN_A_TINY_DISK = 'mount -t tmpfs -o size=200k tiny "$1" && shift && exec "$@"'
"""For a shell that has a view of the file systems of its own."""

WRITES = """
import os, sys, tempfile
from pathlib import Path
from runner.errors import ReportError
from runner.journal.database import Database
from runner.journal.ledger import Ledger
from runner.report.workbook import write_report
from tests.runner.sending.fake_job import Greet

tempfile.tempdir = "/nowhere"
folder, journal, run, bytes_a_file = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
if bytes_a_file:
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_a_file, bytes_a_file))
with Database(journal) as database:
    try:
        write_report(folder / "report.xlsx", Ledger(database), run, Greet(), "en")
    except ReportError as error:
        print(error.en)
        print(error.zh)
print(sorted(os.listdir(folder)))
"""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "journal.db") as database:
        yield database


def written(folder: Path, journal: Path, run: int, *, bytes_a_file: int = 0, before: tuple[str, ...] = ()) -> list[str]:
    """What a process says that writes the report, line by line, and at last what it leaves in the folder.

    There is no other place for temporary files.
    """
    made = subprocess.run(
        [*before, sys.executable, "-c", WRITES, str(folder), str(journal), str(run), str(bytes_a_file)],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
    )
    assert not made.stderr, made.stderr
    return made.stdout.splitlines()


def tiny_disk(folder: Path) -> tuple[str, ...]:
    """Puts what follows on a command line into a view where the folder is a small disk of its own."""
    return ("unshare", "--user", "--mount", "--map-root-user", "sh", "-c", IN_A_TINY_DISK, "sh", str(folder))


def has_tiny_disks() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        try:
            return subprocess.run([*tiny_disk(Path(folder)), "true"], capture_output=True, check=False).returncode == 0
        except OSError:
            return False


@pytest.mark.skipif(not has_tiny_disks(), reason="needs disks that anybody may make")
@pytest.mark.parametrize("requests", [1_000, 5_000])  # the rows of the former fit, but not with the finished file
def test_a_full_disk_is_told_in_both_languages_and_nothing_is_left_on_it(
    database: Database, tmp_path: Path, requests: int
) -> None:
    run = filled_run(database, guests(requests))
    name = Ledger(database).run(run).name
    folder = tmp_path / "disk"
    folder.mkdir()
    en, zh, left = written(folder, tmp_path / "journal.db", run, before=tiny_disk(folder))
    for words, hint in ((en, "the disk is full"), (zh, "磁盘已满")):
        assert hint in words
        assert str(folder / "report.xlsx") in words
        assert f"recallflow report {name}" in words
    assert "Nothing of the run is lost" in en
    assert left == "[]"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit")
@pytest.mark.parametrize("bytes_a_file", [0, 4_096, 30_000, 300_000])
def test_a_file_that_may_not_get_that_large_is_one_clear_error_and_nothing_is_left_behind(
    database: Database, tmp_path: Path, bytes_a_file: int
) -> None:
    run = filled_run(database, guests(2_000))
    folder = tmp_path / "reports"
    folder.mkdir()
    *said, left = written(folder, tmp_path / "journal.db", run, bytes_a_file=bytes_a_file)
    if bytes_a_file:
        en, zh = said
        assert "cannot be written" in en
        assert "--report" in en
        assert "无法将报告写入" in zh
        assert left == "[]"
    else:
        assert (said, left) == ([], "['report.xlsx']")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
def test_a_disk_that_is_full_at_last_is_told_as_one(database: Database, tmp_path: Path) -> None:
    run = filled_run(database, guests(2))
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / f".report.xlsx.{os.getpid()}.tmp").symlink_to("/dev/full")
    with pytest.raises(ReportError, match="the disk is full") as told:
        write_report(folder / "report.xlsx", Ledger(database), run, Greet(), "en")
    assert "磁盘已满" in told.value.zh
    assert list(folder.iterdir()) == []
    gc.collect()  # what was left open would complain, and fail the test


def test_an_interrupt_in_the_middle_leaves_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "tmp"
    elsewhere.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(elsewhere))
    reports = tmp_path / "reports"
    reports.mkdir()
    with pytest.raises(KeyboardInterrupt):
        interrupted(reports)
    gc.collect()  # as above
    assert [*reports.iterdir(), *elsewhere.iterdir()] == []


def interrupted(folder: Path) -> None:
    """Writes seven rows on three sheets, and no more."""
    with Book(folder) as book:
        sheet = LongSheet(book, "Results", [ReportColumn("Guest", 16)], most_rows=3)
        for number in range(7):
            sheet.append([f"guest-{number}"])
        raise KeyboardInterrupt
