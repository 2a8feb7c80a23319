"""A file that is none: exit code 2, one clear line, nothing sent, no traceback."""

import csv
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.acceptance.program import recallflow
from tests.acceptance.sheets import RIGHT, write_csv


def _empty(folder: Path) -> Path:
    (folder / "empty.xlsx").touch()
    return folder / "empty.xlsx"


def _not_a_spreadsheet(folder: Path) -> Path:
    (folder / "photo.xlsx").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    return folder / "photo.xlsx"


def _cut_off(folder: Path) -> Path:
    (folder / "cut.xlsx").write_bytes(b"PK\x03\x04" + bytes(100))
    return folder / "cut.xlsx"


def _no_known_heading(folder: Path) -> Path:
    workbook = openpyxl.Workbook()
    assert workbook.active is not None
    workbook.active.append(["name", "telephone"])
    workbook.save(folder / "people.xlsx")
    return folder / "people.xlsx"


def _missing_heading(folder: Path) -> Path:
    row = {"keyId": 1} | RIGHT
    row["recall_Nums"] = row.pop("recallNum")
    return write_csv(folder / "flows.csv", [row])


def _missing_chinese_heading(folder: Path) -> Path:
    with (folder / "flows.csv").open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerow(["自动重呼任务流程唯一主键", "重呼间隔", "重呼次", "重呼类型"])
    return folder / "flows.csv"


def _only_headings(folder: Path) -> Path:
    (folder / "flows.csv").write_text("keyId,recallInterval,recallNum,recallType\n", encoding="utf-8")
    return folder / "flows.csv"


def _other_ending(folder: Path) -> Path:
    (folder / "flows.docx").write_bytes(b"PK\x03\x04")
    return folder / "flows.docx"


CASES: list[tuple[Callable[[Path], Path], str, str]] = [
    (lambda folder: folder / "nowhere.xlsx", "There is no file", "找不到文件"),
    (lambda folder: folder, "is a folder", "是文件夹"),
    (_empty, "is empty", "是空文件"),
    (_not_a_spreadsheet, "is not a spreadsheet", "不是电子表格"),
    (_cut_off, "cannot be read as a spreadsheet", "无法作为电子表格读取"),
    (_no_known_heading, "It needs at least: keyId, recallInterval", "至少需要：自动重呼任务流程唯一主键"),
    (
        _missing_heading,
        'recallNum (重呼次数) is missing from row 1; the nearest one found is "recall_Nums"',
        "重呼次数",
    ),
    (_missing_chinese_heading, 'the nearest one found is "重呼次"', "最接近的标题是“重呼次”"),
    (_only_headings, "has headings but no rows", "没有数据行"),
    (_other_ending, "is in no format that can be read", "的格式无法读取"),
]


@pytest.mark.parametrize(("make", "english", "chinese"), CASES)
def test_an_unreadable_file_is_one_clear_line_and_nothing_is_sent(
    tmp_path: Path, make: Callable[[Path], Path], english: str, chinese: str
) -> None:
    path = make(tmp_path)
    for language, words in (("en", english), ("zh", chinese)):
        done = recallflow("upload", path, "--sandbox", "--lang", language, cwd=tmp_path)
        assert done.code == 2
        assert done.out == ""
        assert words in done.err
        assert len(done.err.strip().splitlines()) == 1
    assert recallflow("check", path, cwd=tmp_path).code == 2
    assert "No runs yet" in recallflow("runs", cwd=tmp_path).out


def test_with_json_what_kept_a_run_from_starting_is_in_the_summary(tmp_path: Path) -> None:
    done = recallflow("upload", "nowhere.xlsx", "--sandbox", "--json", cwd=tmp_path)
    assert done.code == done.summary["exit_code"] == 2
    assert done.summary["requests"] == sum(done.summary["counts"].values()) == 0
    assert "nowhere.xlsx" in done.summary["reason"]


@pytest.mark.parametrize(
    ("env", "args", "words"),
    [
        ({}, (), "RECALLFLOW_API_KEY / RECALLFLOW_API_SECRET is not set"),
        ({"RECALLFLOW_API_KEY": "key"}, (), "RECALLFLOW_API_SECRET is not set"),
        (
            {"RECALLFLOW_API_KEY": "key", "RECALLFLOW_API_SECRET": "hidden"},
            ("--base-url", "http://192.0.2.1/v3/voice/"),
            "Use https",
        ),
        ({}, ("--concurrency", "0"), "concurrency"),
        ({"RECALLFLOW_RATE": "fast"}, (), "RECALLFLOW_RATE"),
        ({}, ("--profile", "nightly"), "nightly"),
    ],
)
def test_settings_that_cannot_be_used_are_named(
    tmp_path: Path, env: dict[str, str], args: tuple[str, ...], words: str
) -> None:
    path = write_csv(tmp_path / "flows.csv", [{"keyId": 1} | RIGHT])
    done = recallflow("upload", path, *args, cwd=tmp_path, env=env)
    assert done.code == 2
    assert words in done.err
    assert "hidden" not in done.err
    assert len(done.err.strip().splitlines()) == 1


def test_a_home_that_cannot_be_used_is_one_clear_line(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "flows.csv", [{"keyId": 1} | RIGHT])
    (tmp_path / "file").touch()
    done = recallflow("upload", path, "--sandbox", "--home", tmp_path / "file", cwd=tmp_path)
    assert done.code == 2
    assert "--home" in done.err
    assert len(done.err.strip().splitlines()) == 1


@pytest.mark.parametrize("report", [".", "out.txt", "flows.csv/out.xlsx"])
def test_a_report_that_could_not_be_written_is_told_before_anything_is_sent(tmp_path: Path, report: str) -> None:
    path = write_csv(tmp_path / "flows.csv", [{"keyId": 1} | RIGHT])
    done = recallflow("upload", path, "--sandbox", "--report", report, cwd=tmp_path)
    assert (done.code, len(done.err.strip().splitlines())) == (2, 1)
    assert "--report" in done.err
    assert not (tmp_path / "home").exists()


def test_a_column_that_seems_misspelt_is_asked_about(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "flows.csv", [{"keyId": 1} | RIGHT | {"speakingRateX": 2}])
    done = recallflow("upload", path, "--sandbox", cwd=tmp_path)
    assert done.code == 2
    assert "speakingRate" in done.err
