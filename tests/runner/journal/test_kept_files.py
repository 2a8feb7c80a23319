"""Audio that the vendor gave back is found, and kept, wherever the journal's folder is by now."""

import os
from hashlib import sha256
from pathlib import Path

from runner.attachments import with_attachments
from runner.journal.claims import Claims
from runner.journal.database import Database
from runner.journal.kept_files import FOLDER, KeptFiles, attachments_of
from runner.journal.plans import record_plans, wanted_of
from runner.journal.tenancy import LeaseTerms
from runner.plan import Plan, Planned
from runner.request import PLACEHOLDER, Attachment, Request
from tests.runner.journal.sample_run import STARTED, filled_run, good

AUDIO = b"RIFF\x04\x00\x00\x00WAVEhello"
DIGEST = sha256(AUDIO).hexdigest()
TOKEN = PLACEHOLDER + DIGEST
LONG_AGO = 1_000_000.0
YEARS_LATER = 2_000_000.0


def referred_to(database: Database, kept: Attachment) -> int:
    """A run that has the file."""
    run = filled_run(database, [good("1", 2)])
    record_plans(database, run, [(1, Planned(plan=Plan.DRIFTED, before=b"{}"))], now=STARTED)
    values = (run, 1, kept.sha256, str(kept.path), kept.size)
    database.execute("INSERT INTO attachments (run, ordinal, sha256, path, size) VALUES (?, ?, ?, ?, ?)", values)
    return run


def kept_in(database: Database, content: bytes = AUDIO) -> Attachment:
    [kept] = KeptFiles(database).keep({PLACEHOLDER + sha256(content).hexdigest(): content})
    os.utime(kept.path, (LONG_AGO, LONG_AGO))
    return kept


def test_what_a_run_refers_to_is_kept_however_the_folder_is_called_by_now(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "sub").mkdir()
    with Database(tmp_path / "sub" / ".." / "home" / "journal.db") as database:
        kept = kept_in(database)
        unused = kept_in(database, b"RIFF of nobody")
        referred_to(database, kept)
    moved = tmp_path / "moved"
    (tmp_path / "home").rename(moved)
    with Database(moved / "journal.db") as database:
        assert KeptFiles(database).forget_unused(database, now=YEARS_LATER) == 1
    assert (moved / FOLDER / DIGEST).read_bytes() == AUDIO
    assert not (moved / FOLDER / unused.path.name).exists()


def test_what_is_kept_is_sent_from_where_the_journal_is_by_now(tmp_path: Path) -> None:
    with Database(tmp_path / "home" / "journal.db") as database:
        run = referred_to(database, kept_in(database))
    (tmp_path / "home").rename(tmp_path / "moved")
    with Database(tmp_path / "moved" / "journal.db") as database:
        [claimed] = Claims(database, run, LeaseTerms(owner="me"), now=STARTED).claim(1, now=STARTED)
        found = [claimed.attachments, attachments_of(database, run, 1), wanted_of(database, run, 1)[1]]
    for attachments in found:
        assert [each.path for each in attachments] == [tmp_path / "moved" / FOLDER / DIGEST]
        body = Request(ordinal=1, key="1", body=f'["{TOKEN}"]'.encode(), attachments=attachments)
        assert b"attachments/" not in with_attachments(body)


def test_a_users_own_file_is_where_they_have_it(tmp_path: Path) -> None:
    own = Attachment(path=tmp_path / FOLDER / f"{DIGEST}.wav", size=len(AUDIO), sha256=DIGEST)
    with Database(tmp_path / "home" / "journal.db") as database:
        run = referred_to(database, own)
        assert attachments_of(database, run, 1) == (own,)


def test_a_damaged_file_of_the_same_length_is_written_anew_and_a_whole_one_is_left(tmp_path: Path) -> None:
    with Database(tmp_path / "home" / "journal.db") as database:
        path = kept_in(database).path
        whole = path.stat().st_ino
        assert kept_in(database).path.stat().st_ino == whole
        path.write_bytes(AUDIO[:-1] + b"?")
        assert kept_in(database).path.read_bytes() == AUDIO
        assert [each.name for each in path.parent.iterdir()] == [DIGEST]
