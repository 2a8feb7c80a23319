"""docs/migrating.md has every key of the format and no other one, and its examples are read without complaint."""

import re
from pathlib import Path

import pytest

from jobs.recallflow.migration import keys
from jobs.recallflow.migration.rules import read_rules
from tests.jobs.recallflow.written_tables import write_csv

PAGE = (Path(__file__).parents[4] / "docs" / "migrating.md").read_text(encoding="utf-8")
RULES = PAGE.partition("## The rules\n")[2].partition("\n## ")[0]
EXAMPLES = re.findall(r"```toml\n(.*?)```", RULES, re.DOTALL)


def section(title: str) -> str:
    return RULES.partition(f"{title}\n")[2].partition("\n### ")[0]


@pytest.mark.parametrize(
    ("title", "known"),
    [
        ("### Which flows: `[flows]`", keys.FLOWS),
        ("### What must hold: `[[where]]`", keys.WHERE),
        ("### What becomes of it: `[[change]]`", keys.CHANGE),
    ],
)
def test_every_key_is_explained_and_no_other_one(title: str, known: tuple[str, ...]) -> None:
    explained = re.findall(r"^\| `(\w+)` \|", section(title), re.MULTILINE)
    assert sorted(explained) == sorted(known)


def test_every_table_of_the_format_has_a_section() -> None:
    assert sorted(re.findall(r"^### .*`\[+(\w+)\]+`$", RULES, re.MULTILINE)) == sorted(keys.TOP)


@pytest.mark.parametrize("words", [keys.NODES, keys.NO_MATCH, keys.BEYOND, keys.AT])
def test_every_word_that_a_key_takes_is_explained_and_the_first_one_is_the_usual_one(words: tuple[str, ...]) -> None:
    assert all(f'`"{word}"`' in RULES for word in words)
    assert f'`"{words[0]}"` (as it is, unless you say otherwise)' in RULES


def test_what_a_blank_fulfils_is_listed() -> None:
    (said,) = re.findall(r"A blank field fulfils only (.*?)\.", RULES, re.DOTALL)
    assert set(re.findall(r"`(\w+)", said)) == {*keys.NEGATIVE, keys.IS_SET}


@pytest.mark.parametrize("text", EXAMPLES)
def test_its_examples_are_read_without_complaint(tmp_path: Path, text: str) -> None:
    write_csv(tmp_path / "voices.csv", [["old", "new"], ["a", "b"]])
    write_csv(tmp_path / "keys.csv", [["keyId"], [299]])
    (tmp_path / "rules.toml").write_text(text, encoding="utf-8")
    assert read_rules(tmp_path / "rules.toml").changes


def test_the_examples_use_every_key() -> None:
    used = set(re.findall(r"^(?:\s*\{ )?(\w+) = ", "\n".join(EXAMPLES), re.MULTILINE))
    used |= set(re.findall(r"[{,] (\w+) = ", "\n".join(EXAMPLES)))
    rare = {"not", "not_in", "more_than", "less_than", "not_contains", "ends_with", "not_in_table", "is_set"}
    assert {*keys.FLOWS, *keys.WHERE, *keys.CHANGE} - used <= rare | {"sheet", "default"}
