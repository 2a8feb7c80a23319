"""Journals as earlier versions made them: their tables word for word, and a run of three guests in each."""

import sqlite3
from pathlib import Path

VERSION_1 = """
CREATE TABLE runs (
    id          INTEGER PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE,   -- what users call it by
    job         TEXT NOT NULL,
    state       TEXT NOT NULL,
    source      TEXT NOT NULL,          -- the file, as it was named
    sha256      TEXT NOT NULL,          -- of the file
    sheet       TEXT,
    key_column  TEXT NOT NULL,          -- letter of the column that holds the key
    key_heading TEXT NOT NULL,
    endpoint    TEXT,                   -- where it is sent; null where it never is
    account     TEXT,                   -- masked
    started     REAL NOT NULL,          -- unix seconds, as every time here
    seconds     REAL NOT NULL DEFAULT 0,
    rows        INTEGER,                -- null until all of them are loaded
    reason_en   TEXT,                   -- why it stopped, if it did
    reason_zh   TEXT,
    report      TEXT
);

CREATE TABLE requests (
    run         INTEGER NOT NULL REFERENCES runs,
    ordinal     INTEGER NOT NULL,       -- place in the input, from 1
    key         TEXT NOT NULL,
    rows        TEXT NOT NULL,          -- '12' or '12-14'
    state       TEXT NOT NULL,
    code        TEXT,
    message_en  TEXT,
    message_zh  TEXT,                   -- null where it is the same
    attempts    INTEGER NOT NULL DEFAULT 0,
    unclear     INTEGER NOT NULL DEFAULT 0,
    first_sent  REAL,
    settled     REAL,
    lease       INTEGER REFERENCES leases,
    PRIMARY KEY (run, ordinal)
) WITHOUT ROWID;
CREATE INDEX requests_by_key ON requests (run, key);
CREATE INDEX requests_ready ON requests (run, ordinal) WHERE state = 'ready';

CREATE TABLE bodies (                   -- apart, so that a change of state writes a short row
    run         INTEGER NOT NULL,
    ordinal     INTEGER NOT NULL,
    body        BLOB NOT NULL,
    PRIMARY KEY (run, ordinal)
) WITHOUT ROWID;

CREATE TABLE attempts (
    run         INTEGER NOT NULL,
    ordinal     INTEGER NOT NULL,
    number      INTEGER NOT NULL,       -- from 1
    started     REAL NOT NULL,
    seconds     REAL NOT NULL,
    code        TEXT NOT NULL,
    action      TEXT NOT NULL,
    PRIMARY KEY (run, ordinal, number)
) WITHOUT ROWID;

CREATE TABLE problems (
    run         INTEGER NOT NULL,
    ordinal     INTEGER NOT NULL,
    place       INTEGER NOT NULL,       -- among the request's problems, from 1
    row         INTEGER NOT NULL,
    field       TEXT NOT NULL,
    heading     TEXT,
    cell        TEXT NOT NULL,
    value       TEXT NOT NULL,
    code        TEXT NOT NULL,
    message_en  TEXT NOT NULL,
    message_zh  TEXT NOT NULL,
    remedy_en   TEXT NOT NULL,
    remedy_zh   TEXT NOT NULL,
    PRIMARY KEY (run, ordinal, place)
) WITHOUT ROWID;

CREATE TABLE leases (
    token       INTEGER PRIMARY KEY AUTOINCREMENT,
    run         INTEGER NOT NULL REFERENCES runs,
    owner       TEXT NOT NULL,          -- host and process
    expires     REAL NOT NULL
);
"""

ADDED_BY_VERSION_2 = """
CREATE TABLE notices (
    run         INTEGER NOT NULL,
    ordinal     INTEGER NOT NULL,       -- 0 where it is about the whole file
    place       INTEGER NOT NULL,       -- among the request's notices, from 1
    row         INTEGER,
    field       TEXT NOT NULL,
    heading     TEXT,
    cell        TEXT NOT NULL,
    value       TEXT NOT NULL,
    code        TEXT NOT NULL,
    message_en  TEXT NOT NULL,
    message_zh  TEXT NOT NULL,
    PRIMARY KEY (run, ordinal, place)
) WITHOUT ROWID;

CREATE TABLE attachments (
    run         INTEGER NOT NULL,
    ordinal     INTEGER NOT NULL,
    sha256      TEXT NOT NULL,
    path        TEXT NOT NULL,
    size        INTEGER NOT NULL,       -- in bytes
    PRIMARY KEY (run, ordinal, sha256)
) WITHOUT ROWID;
"""

ADDED_BY_VERSION_3 = """
-- SHA-256 of all that is to be sent; null where nothing is, or in a run from before version 3 until it is asked for
ALTER TABLE runs ADD COLUMN content TEXT;

-- whether it was taken ahead, by the process that is going to send
ALTER TABLE leases ADD COLUMN reserved INTEGER NOT NULL DEFAULT 0;
"""

ADDED_BY_VERSION_4 = """
-- the command, as it could be typed; null in a run from before version 4
ALTER TABLE runs ADD COLUMN asked TEXT;

-- its heading row: JSON, a list of [heading, field or null]; null where its rows are not kept
ALTER TABLE runs ADD COLUMN headings TEXT;

-- the folder of the files that its cells name
ALTER TABLE runs ADD COLUMN files_root TEXT;

-- the run whose corrections it is
ALTER TABLE runs ADD COLUMN origin INTEGER;

CREATE TABLE source_rows (              -- as they stand in the user's file, for the corrections
    run         INTEGER NOT NULL,
    ordinal     INTEGER NOT NULL,
    row         INTEGER NOT NULL,
    cells       TEXT NOT NULL,          -- see `runner.journal.source_rows`
    PRIMARY KEY (run, ordinal, row)
) WITHOUT ROWID;
"""

ADDED_BY_VERSION_5 = """
-- the job whose updates it sends or compares
ALTER TABLE runs ADD COLUMN subject TEXT NOT NULL DEFAULT '';

-- how it compares with the remote state: JSON, see `runner.planning.terms`; null where it does not
ALTER TABLE runs ADD COLUMN terms TEXT;

CREATE TABLE plans (                    -- a row once the remote state of a request was read, or could not be
    run         INTEGER NOT NULL,
    ordinal     INTEGER NOT NULL,
    plan        TEXT NOT NULL,          -- see `runner.plan.Plan`
    before      BLOB,                   -- the remote state; null where there is none, or where it is as wanted
    wanted      BLOB,                   -- null where that is the body
    base        BLOB,                   -- what counts as applied last, where that is not the body; empty for nothing
    read        REAL NOT NULL,
    PRIMARY KEY (run, ordinal)
) WITHOUT ROWID;

CREATE TABLE differences (
    run         INTEGER NOT NULL,
    ordinal     INTEGER NOT NULL,
    place       INTEGER NOT NULL,       -- among the request's differences, from 1
    field       TEXT NOT NULL,
    old         TEXT NOT NULL,          -- JSON: what the vendor has
    new         TEXT NOT NULL,          -- JSON: what is wanted
    moved_by    TEXT,                   -- see `runner.plan.MovedBy`; null where nothing was ever applied
    ignored     TEXT,                   -- why it is left alone, where it is
    PRIMARY KEY (run, ordinal, place)
) WITHOUT ROWID;
"""

ADDED_BY_VERSION_6 = """
-- who ran it, by the operating system; empty in a run from before version 6
ALTER TABLE runs ADD COLUMN user TEXT NOT NULL DEFAULT '';

-- a digest of what the rules do, however they are written; null where there are none. Before them, as they are long
ALTER TABLE runs ADD COLUMN deeds TEXT;

-- the rules that what is wanted follows from: JSON of the job's own; null where there are none
ALTER TABLE runs ADD COLUMN rules TEXT;

-- the run that it takes back
ALTER TABLE runs ADD COLUMN undoes INTEGER;

-- which of them wants it so
ALTER TABLE differences ADD COLUMN rule TEXT;
"""

THREE_GUESTS = """
INSERT INTO runs (id, name, job, state, source, sha256, key_column, key_heading, endpoint, account, started, rows)
VALUES (1, '20250615-150640-0001', 'greet', 'stopped', 'guests.csv', '0', 'A', 'Guest', 'https://vendor.example/greet',
        'ab******', 1750000000.0, 3);
INSERT INTO requests (run, ordinal, key, rows, state, code, attempts, settled)
VALUES (1, 1, 'guest-1', '2', 'succeeded', '0', 1, 1750000001.0),
       (1, 2, 'guest-2', '3', 'not_sent', NULL, 0, NULL),
       (1, 3, 'guest-3', '4', 'sending', NULL, 0, NULL);
INSERT INTO bodies SELECT 1, ordinal, CAST('hello ' || key AS BLOB) FROM requests;
INSERT INTO leases (run, owner, expires) VALUES (1, 'host:0', 1750000060.0);
"""


ADDED = {
    2: ADDED_BY_VERSION_2,
    3: ADDED_BY_VERSION_3,
    4: ADDED_BY_VERSION_4,
    5: ADDED_BY_VERSION_5,
    6: ADDED_BY_VERSION_6,
}


def old_journal(path: Path, version: int) -> Path:
    """Makes a journal of version 1 to 6."""
    connection = sqlite3.connect(path)
    try:
        connection.executescript(VERSION_1)
        for number in range(2, version + 1):
            connection.executescript(ADDED[number])
        connection.executescript(THREE_GUESTS)
        if version > 4:
            connection.execute("UPDATE runs SET subject = job")
            connection.commit()
        connection.execute(f"PRAGMA application_id={0x52_43_46_4C}")
        connection.execute(f"PRAGMA user_version={version}")
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()
    return path
