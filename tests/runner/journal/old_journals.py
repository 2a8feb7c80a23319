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


def old_journal(path: Path, version: int) -> Path:
    """Makes a journal of version 1 or 2."""
    connection = sqlite3.connect(path)
    try:
        connection.executescript(VERSION_1 + (ADDED_BY_VERSION_2 if version > 1 else "") + THREE_GUESTS)
        connection.execute(f"PRAGMA application_id={0x52_43_46_4C}")
        connection.execute(f"PRAGMA user_version={version}")
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()
    return path
