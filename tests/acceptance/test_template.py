"""`recallflow template`, as a user meets it."""

from pathlib import Path

import openpyxl
import pytest

from tests.acceptance.program import recallflow


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_template_as_it_is_written_passes_the_check(tmp_path: Path, language: str) -> None:
    assert recallflow("template", "flows.xlsx", "--lang", language, cwd=tmp_path).code == 0
    done = recallflow("check", "flows.xlsx", "--json", cwd=tmp_path)
    assert (done.code, done.summary["rows"], done.summary["requests"]) == (0, 3, 2), done.err
    assert done.summary["counts"]["invalid"] == 0


@pytest.mark.parametrize(("language", "sheets"), [("zh", ["流程", "字段说明"]), ("en", ["Flows", "Fields"])])
def test_the_user_is_told_where_it_lies_and_to_delete_the_examples(
    tmp_path: Path, language: str, sheets: list[str]
) -> None:
    done = recallflow("template", "new folder/flows.xlsx", "--lang", language, cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert str(Path("new folder/flows.xlsx")) in done.out
    assert "900000001" in done.out
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
