"""Whether two files of rules do the same, however they are written."""

from pathlib import Path

import pytest

from jobs.recallflow.migration.rules import read_rules
from tests.jobs.recallflow.written_tables import write_csv

RULES = """\
[flows]
from = 2026-11-01
to = 2026-11-22

[[where]]
field = "status"
equals = 0

[[where]]
field = "lan"
in = ["EN", "IN"]

[[change]]
name = "later"
field = "recallInterval"
shift = 30

[[change]]
field = "voiceFileId"
map = "voices.csv"
"""


def deeds(folder: Path, rules: str, pairs: str = "ab cd", name: str = "voices") -> str:
    folder.mkdir(exist_ok=True)
    write_csv(folder / f"{name}.csv", [["old", "new"], *map(list, pairs.split())])
    (folder / "rules.toml").write_text(rules, encoding="utf-8", newline="")
    return read_rules(folder / "rules.toml").deeds


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("[[where]]", "# a word\n\n[[where]]", id="a comment"),
        pytest.param("\n", "\r\n", id="line ends"),
        pytest.param("to = 2026-11-22", "to = 2026-11-23", id="another time"),
        pytest.param("from = 2026-11-01\nto = 2026-11-22", 'keys = "voices.csv"', id="a list of keys"),
        pytest.param('"later"', '"much later"', id="another name"),
        pytest.param('"recallInterval"\nshift = 30', '"recallInterval"\nbeyond = "fail"\nshift = 30', id="said anyway"),
        pytest.param('["EN", "IN"]', '["IN", "EN", "IN"]', id="another order of values"),
        pytest.param('"status"\nequals = 0', '"status"\nequals = "0"', id="a number as a text"),
    ],
)
def test_rules_that_are_written_otherwise_do_the_same(tmp_path: Path, old: str, new: str) -> None:
    assert old in RULES
    assert deeds(tmp_path / "b", RULES.replace(old, new)) == deeds(tmp_path / "a", RULES)


def test_a_table_with_another_name_and_order_does_the_same(tmp_path: Path) -> None:
    elsewhere = deeds(tmp_path / "b", RULES.replace("voices.csv", "v.csv"), "cd ab", "v")
    assert elsewhere == deeds(tmp_path / "a", RULES)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("shift = 30", "shift = 31"),
        ("shift = 30", 'shift = 30\nbeyond = "limit"'),
        ('"recallInterval"\nshift = 30', '"recallInterval"\nset = 30'),
        ('"recallInterval"', '"recallNum"'),
        ('["EN", "IN"]', '["EN"]'),
        ('in = ["EN', 'not_in = ["EN'),
        ('"lan"\n', '"lan"\nnodes = "all"\n'),
        ("equals = 0", "equals = 1"),
        ("voices.csv", 'voices.csv"\nno_match = "keep'),
    ],
)
def test_rules_that_do_something_else_are_others(tmp_path: Path, old: str, new: str) -> None:
    assert old in RULES
    assert deeds(tmp_path / "b", RULES.replace(old, new)) != deeds(tmp_path / "a", RULES)


def test_another_table_is_something_else(tmp_path: Path) -> None:
    assert deeds(tmp_path / "b", RULES, "ab ce") != deeds(tmp_path / "a", RULES)
