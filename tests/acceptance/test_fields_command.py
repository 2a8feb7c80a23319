"""`recallflow fields`, as a user meets it."""

import unicodedata
from pathlib import Path

import pytest

from jobs.recallflow.reference import ALL_FIELDS, FLOW_FIELDS
from jobs.recallflow.rule_words import rule
from tests.acceptance.program import recallflow


def columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in line)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_all_fields_are_listed_and_fit_into_eighty_columns(tmp_path: Path, language: str) -> None:
    done = recallflow("fields", "--lang", language, cwd=tmp_path)
    assert done.code == 0
    names = [line.split()[0] for line in done.out.splitlines() if line and not line.startswith(" ")]
    assert [name for name in names if name in {spec.name for spec in ALL_FIELDS}] == [spec.name for spec in ALL_FIELDS]
    assert max(map(columns, done.out.splitlines())) <= 80


@pytest.mark.parametrize("name", ["recallInterval", "RECALLINTERVAL", "重呼间隔", "重呼间隔*", "recall_interval"])
def test_one_field_is_found_by_its_name_or_label(tmp_path: Path, name: str) -> None:
    done = recallflow("fields", name, "--lang", "zh", cwd=tmp_path)
    assert done.code == 0
    assert "recallInterval" in done.out
    assert "重呼间隔,单位分钟,可输入1-1440分钟" in done.out


@pytest.mark.parametrize(("typed", "nearest"), [("recalNum", "recallNum"), ("重呼次", "重呼次数")])
def test_an_unknown_field_is_one_line_that_names_the_nearest(tmp_path: Path, typed: str, nearest: str) -> None:
    done = recallflow("fields", typed, cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1
    assert nearest in done.err


def test_with_json_stdout_is_one_object_with_every_field(tmp_path: Path) -> None:
    done = recallflow("fields", "--json", "--lang", "zh", cwd=tmp_path)
    assert list(done.summary) == ["fields"]
    for shown, spec in zip(done.summary["fields"], ALL_FIELDS, strict=True):
        assert shown == {
            "name": spec.name,
            "level": "flow" if spec in FLOW_FIELDS else "node",
            "label": spec.label.short,
            "kind": spec.kind,
            "required": spec.required,
            "required_when": spec.required_when,
            "effective_when": spec.effective_when,
            "options": [{"value": value, "en": words.en, "zh": words.zh} for value, words in spec.options.items()],
            "low": spec.low,
            "high": spec.high,
            "rule": rule(spec).zh,
        }


def test_with_json_and_a_name_there_is_one_field(tmp_path: Path) -> None:
    (field,) = recallflow("fields", "语种", "--json", cwd=tmp_path).summary["fields"]
    assert (field["name"], field["required_when"]) == ("lan", {"source": 3})


def test_it_leaves_nothing_behind(tmp_path: Path) -> None:
    assert "keyId" in recallflow("fields", cwd=tmp_path).out
    assert list(tmp_path.iterdir()) == []


def test_the_page_of_the_docs_is_what_the_command_makes(tmp_path: Path) -> None:
    page = Path(__file__).parents[2] / "docs" / "fields.md"
    assert recallflow("fields", "--markdown", cwd=tmp_path).out == page.read_text(encoding="utf-8")
