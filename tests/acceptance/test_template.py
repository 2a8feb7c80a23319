"""`recallflow template`, as a user meets it."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import openpyxl
import pytest

from runner.typed import typed
from tests.acceptance.program import ACCOUNT, recallflow
from tests.acceptance.sheets import all_cells
from tests.runner.tables.test_workbook_formats import converted


def change(
    path: Path,
    *,
    rename: Mapping[str, str] | None = None,
    remove: str | None = None,
    rows: Iterable[Sequence[object]] = (),
    sheet: int = 0,
) -> None:
    """Changes a workbook as a user would: other names, a sheet less, rows at the end of a sheet."""
    workbook = openpyxl.load_workbook(path)
    for row in rows:
        workbook.worksheets[sheet].append([*row])
    if remove:
        workbook.remove(workbook[remove])
    for old, new in (rename or {}).items():
        workbook[old].title = new
    workbook.save(path)


@pytest.mark.parametrize(("language", "data"), [("zh", "流程"), ("en", "Flows")])
@pytest.mark.parametrize(
    "command",
    [("check",), ("upload", "--sandbox"), ("upload", "--dry-run"), ("upload", "--compare", "--sandbox"),
     ("reconcile", "--sandbox"), ("apply",)],
    ids=" ".join,
)  # fmt: skip
def test_an_untouched_template_sends_nothing_whatever_is_done_with_it(
    tmp_path: Path, language: str, data: str, command: tuple[str, ...]
) -> None:
    recallflow("template", "flows.xlsx", "--lang", language, cwd=tmp_path)
    done = recallflow(command[0], "flows.xlsx", *command[1:], "--json", cwd=tmp_path, env=ACCOUNT)
    assert (done.code, done.summary["requests"], len(done.err.splitlines())) == (2, 0, 1)
    if command != ("apply",):
        assert f'The sheet "{data}" of flows.xlsx has headings but no rows below them' in done.err


@pytest.mark.parametrize("sheet", ["示例", "Mine", "Flows"])
@pytest.mark.parametrize("command", ["check", "upload", "reconcile"])
def test_the_sheet_of_examples_is_not_sent_even_if_it_is_named_or_renamed(
    tmp_path: Path, command: str, sheet: str
) -> None:
    recallflow("template", "flows.xlsx", "--lang", "zh", cwd=tmp_path)
    change(tmp_path / "flows.xlsx", rename={"示例": sheet})
    done = recallflow(command, "flows.xlsx", "--sheet", sheet, cwd=tmp_path, env=ACCOUNT)
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert f'The sheet "{sheet}" of flows.xlsx holds examples, which are never sent' in done.err
    assert "no rows below them" in recallflow(command, "flows.xlsx", cwd=tmp_path, env=ACCOUNT).err


def test_a_template_that_has_lost_its_data_sheet_sends_no_example(tmp_path: Path) -> None:
    recallflow("template", "flows.xlsx", "--lang", "en", cwd=tmp_path)
    change(tmp_path / "flows.xlsx", remove="Flows")
    done = recallflow("check", "flows.xlsx", cwd=tmp_path)
    assert (done.code, "holds examples, which are never sent" in done.err) == (2, True)


def test_examples_that_were_saved_as_csv_are_not_sent_either(tmp_path: Path) -> None:
    recallflow("template", "flows.xlsx", "--lang", "en", cwd=tmp_path)
    with (tmp_path / "flows.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(all_cells(tmp_path / "flows.xlsx", "Examples"))
    done = recallflow("check", "flows.csv", cwd=tmp_path)
    assert (done.code, "flows.csv holds examples" in done.err) == (2, True)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_rows_on_the_data_sheet_are_checked_and_those_written_among_the_examples_are_told_of(
    tmp_path: Path, language: str
) -> None:
    recallflow("template", "flows.xlsx", "--lang", language, cwd=tmp_path)
    examples = all_cells(tmp_path / "flows.xlsx", {"zh": "示例", "en": "Examples"}[language])[3:]
    change(tmp_path / "flows.xlsx", rows=examples)
    done = recallflow("check", "flows.xlsx", "--json", cwd=tmp_path)
    assert (done.code, done.summary["requests"], done.summary["counts"]["invalid"]) == (0, 2, 0), done.err
    assert [notice["code"] for notice in done.summary["notices"]] == []
    change(tmp_path / "flows.xlsx", rows=examples[:1], sheet=1)
    done = recallflow("check", "flows.xlsx", "--json", cwd=tmp_path)
    assert [notice["code"] for notice in done.summary["notices"]] == ["examples-sheet"]
    assert done.summary["requests"] == 2


@pytest.mark.parametrize("ending", ["xlsx", "ods", "xls"])
def test_examples_are_known_after_libreoffice_has_saved_them(tmp_path: Path, ending: str) -> None:
    recallflow("template", "template.xlsx", "--lang", "en", cwd=tmp_path)
    change(tmp_path / "template.xlsx", rename={"Examples": "Mine"})
    (tmp_path / "saved").mkdir()
    saved = converted((tmp_path / "template.xlsx").rename(tmp_path / "saved" / "flows.xlsx"), ending)
    assert "no rows below them" in recallflow("check", saved, cwd=tmp_path).err
    assert "holds examples" in recallflow("check", saved, "--sheet", "Mine", cwd=tmp_path).err


@pytest.mark.parametrize(
    ("language", "sheets"), [("zh", ["流程", "示例", "字段说明"]), ("en", ["Flows", "Examples", "Fields"])]
)
def test_the_user_is_told_where_it_lies_and_which_sheet_to_fill_in(
    tmp_path: Path, language: str, sheets: list[str]
) -> None:
    done = recallflow("template", "new folder/flows.xlsx", "--lang", language, cwd=tmp_path)
    path = str(Path("new folder/flows.xlsx"))
    assert (done.code, done.err) == (0, "")
    assert path in done.out
    assert f"recallflow check {typed([path])}" in done.out
    assert all(sheet in done.out for sheet in sheets[:2])
    assert openpyxl.load_workbook(tmp_path / "new folder" / "flows.xlsx").sheetnames == sheets
    assert [path.name for path in (tmp_path / "new folder").iterdir()] == ["flows.xlsx"]


def test_with_json_stdout_is_one_object(tmp_path: Path) -> None:
    done = recallflow("template", "flows.xlsx", "--json", cwd=tmp_path)
    assert done.summary == {"template": "flows.xlsx"}


@pytest.mark.parametrize("name", ["there.xlsx", "flows.csv", "flows", "there.xlsx/flows.xlsx"])
def test_where_it_cannot_be_written_the_user_is_told_in_one_line_and_nothing_is_touched(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / "there.xlsx").write_text("mine")
    done = recallflow("template", name, cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1
    assert name in done.err.replace("\\", "/")
    assert [path.name for path in tmp_path.iterdir()] == ["there.xlsx"]
    assert (tmp_path / "there.xlsx").read_text() == "mine"
