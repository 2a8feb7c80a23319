"""`recallflow check`: whatever is wrong is told at its cell, and what was understood in an unusual way as well."""

import csv
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from tests.acceptance.program import SAMPLES, recallflow
from tests.acceptance.sheets import RIGHT, sheet_rows, write_csv

HEADINGS = ("keyId", "recallInterval", "recallNum", "recallType")


def rows_csv(path: Path, *rows: Sequence[object], headings: Sequence[str] = HEADINGS) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([headings, *rows])
    return path


def rows_xlsx(path: Path, **sheets: Sequence[Sequence[object]]) -> Workbook:
    """A workbook whose sheets have the usual headings; what is done to it afterwards has to be saved."""
    workbook = Workbook()
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in (HEADINGS, *rows):
            sheet.append(list(row))
    workbook.remove(workbook.worksheets[0])
    workbook.save(path)
    return workbook


def test_json_lists_all_problems_and_notices_in_the_users_language(tmp_path: Path) -> None:
    headings = ("keyId", "重呼间隔*", "recallNum", "recallType", "备注")
    path = rows_csv(tmp_path / "in.csv", (1, 0, 11, 1, "x"), (2, "1,440", 3, 1), headings=headings)
    english = recallflow("check", path, "--json", cwd=tmp_path)
    assert (english.code, english.summary["job"], english.summary["exit_code"]) == (1, "check", 1)
    assert english.summary["problems"] == [
        {
            "row": 2, "cell": "B2", "field": "recallInterval", "heading": "重呼间隔*", "key": "1", "value": "0",
            "code": "out-of-range", "message": "0 is not between 1 and 1440",
            "remedy": "Type a number from 1 to 1440.",
        },
        {
            "row": 2, "cell": "C2", "field": "recallNum", "heading": "recallNum", "key": "1", "value": "11",
            "code": "out-of-range", "message": "11 is not between 1 and 10", "remedy": "Type a number from 1 to 10.",
        },
    ]  # fmt: skip
    assert english.summary["notices"] == [
        {
            "row": 1, "cell": "E1", "heading": "备注", "key": "", "value": "备注", "code": "unknown-heading",
            "message": '"备注" stands for no field and is passed over',
        },
        {
            "row": 3, "cell": "B3", "heading": "重呼间隔*", "key": "2", "value": "1,440", "code": "thousands-separator",
            "message": "1,440 was read as 1440",
        },
    ]  # fmt: skip
    chinese = recallflow("check", path, "--json", "--lang", "zh", cwd=tmp_path).summary
    words = ("message", "remedy")
    for kind in ("problems", "notices"):
        for zh, en in zip(chinese[kind], english.summary[kind], strict=True):
            assert {name: zh[name] for name in zh if name not in words} == {
                name: en[name] for name in en if name not in words
            }
    assert [each["message"] for each in chinese["problems"]] == ["0 不在 1 到 1440 之间", "11 不在 1 到 10 之间"]
    assert [each["remedy"] for each in chinese["problems"]] == [
        "请填写 1 到 1440 之间的数字。",
        "请填写 1 到 10 之间的数字。",
    ]
    assert [each["message"] for each in chinese["notices"]] == ["“备注”不对应任何字段，已忽略", "1,440 读作 1440"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_json_and_the_report_have_the_same_problems(tmp_path: Path, language: str) -> None:
    args = ("check", SAMPLES / "mistakes.xlsx", "--report", "out.xlsx", "--lang", language, "--json")
    done = recallflow(*args, cwd=tmp_path)
    cells = [(each["row"], each["cell"], each["code"], each["message"]) for each in done.summary["problems"]]
    rows = [list(row.values()) for row in sheet_rows(tmp_path / "out.xlsx", "Problems")]
    assert len(rows) == len(cells) > 40
    for (_, cell, code, message), row in zip(cells, rows, strict=True):
        assert {cell, code, message} <= set(row)
    assert done.summary["report"] == "out.xlsx"
    assert {each["cell"] for each in done.summary["problems"] if not re.fullmatch(r"[A-Z]+\d+", each["cell"])} <= {""}


def test_problems_of_one_kind_are_one_line_with_their_number(tmp_path: Path) -> None:
    path = rows_csv(tmp_path / "in.csv", *((key, 0, 1, 1) for key in range(1, 1_235)), (2_000, 1, 99, 1))
    done = recallflow("check", path, cwd=tmp_path)
    assert done.code == 1
    lines = done.out.splitlines()
    assert lines[0].startswith("1,234 cells of recallInterval, the first B2: 0 is not between 1 and 1440.")
    assert lines[1].startswith("C1236 recallNum: 99 is not between 1 and 10.")
    assert lines[2] == "1,235 problems in all; --report FILE.xlsx or --json lists them all"
    with_report = recallflow("check", path, "--report", "out.xlsx", cwd=tmp_path).out.splitlines()
    assert with_report[2] == "1,235 problems in all; they are in the sheet Problems of out.xlsx"
    in_chinese = recallflow("check", path, "--lang", "zh", cwd=tmp_path).out.splitlines()
    assert in_chinese[0].startswith("recallInterval 共 1,234 处，首处 B2：")


def test_at_most_twenty_lines_of_problems_and_then_where_all_are(tmp_path: Path) -> None:
    done = recallflow("check", SAMPLES / "mistakes.xlsx", "--json", cwd=tmp_path)
    number = len(done.summary["problems"])
    kinds = {(each["field"], each["code"]) for each in done.summary["problems"]}
    assert len(kinds) > 20
    lines = recallflow("check", SAMPLES / "mistakes.xlsx", cwd=tmp_path).out.splitlines()
    assert lines[20] == f"{number} problems in all; --report FILE.xlsx or --json lists them all"
    assert all(re.match(r"[A-Z]+\d+ .|[\d,]+ cells of .+, the first [A-Z]+\d+: .", line) for line in lines[:20])


def test_the_report_has_problems_and_notices(tmp_path: Path) -> None:
    path = rows_csv(tmp_path / "in.csv", (1, 0, 1, 1, "x"), (2, "1,440", 1, 1), headings=(*HEADINGS, "备注"))
    assert recallflow("check", path, "--report", "out.xlsx", cwd=tmp_path).code == 1
    (problem,) = sheet_rows(tmp_path / "out.xlsx", "Problems")
    assert (problem["Cell"], problem["Heading"], problem["Value"]) == ("B2", "recallInterval", "0")
    notices = sheet_rows(tmp_path / "out.xlsx", "Notices")
    assert [notice["Cell"] for notice in notices] == ["E1", "B3"]


def test_a_heading_is_mapped_on_the_command_line_or_by_a_file(tmp_path: Path) -> None:
    path = rows_csv(tmp_path / "in.csv", (7, 5, 1, 1, "x"), headings=("客户编号", "每隔", *HEADINGS[2:], "memo"))
    unmapped = recallflow("check", path, cwd=tmp_path)
    assert (unmapped.code, len(unmapped.err.splitlines())) == (2, 1)
    options = ("--map", "客户编号=keyId", "--map", "每隔=recallInterval", "--map", "memo=")
    done = recallflow("check", path, *options, "--json", cwd=tmp_path)
    assert (done.code, done.summary["notices"], done.err) == (0, [], "")
    (tmp_path / "map.csv").write_text("heading,field\n客户编号,keyId\n每隔,recallInterval\nmemo,\n", encoding="gb18030")
    (tmp_path / "map.toml").write_text('"客户编号" = "重呼次数"\n"每隔" = "重呼间隔"\nmemo = ""\n', encoding="utf-8")
    assert recallflow("check", path, "--map-file", "map.csv", cwd=tmp_path).code == 0
    wins = recallflow("check", path, "--map-file", "map.toml", "--map", "客户编号=keyId", cwd=tmp_path)
    assert (wins.code, wins.err) == (0, ""), "the option wins over the file"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--map", "no sign"), "no sign"),
        (("--map", "x=recalNum"), "recallNum"),
        (("--map-file", "none.csv"), "none.csv"),
        (("--map-file", "in.csv"), "in.csv"),
        (("--duplicates", "first"), "--duplicates first"),
        (("--files-root", "nowhere"), "nowhere"),
        (("--sheet", "two"), "two"),
    ],
)
def test_an_option_that_cannot_be_used_is_one_line(tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    rows_csv(tmp_path / "in.csv", (1, 1, 1, 1))
    rows_xlsx(tmp_path / "in.xlsx", one=[(1, 1, 1, 1)])
    name = "in.xlsx" if "--sheet" in options else "in.csv"
    for language in ("en", "zh"):
        done = recallflow("check", name, *options, "--lang", language, cwd=tmp_path)
        assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
        assert words in done.err


def test_a_key_that_comes_again_is_a_problem_unless_the_last_is_to_count(tmp_path: Path) -> None:
    path = rows_csv(tmp_path / "in.csv", (1, 5, 1, 1), (2, 5, 1, 1), (1, 6, 1, 1))
    done = recallflow("check", path, "--json", cwd=tmp_path)
    assert (done.code, done.summary["counts"]["invalid"]) == (1, 2)
    assert [(each["cell"], each["code"]) for each in done.summary["problems"]] == [
        ("A2", "duplicate-key"),
        ("A4", "duplicate-key"),
    ]
    last = recallflow("check", path, "--json", "--duplicates", "last", cwd=tmp_path)
    assert (last.code, last.summary["requests"], last.summary["counts"]["not_sent"]) == (0, 2, 2)
    assert [(each["cell"], each["code"], each["key"]) for each in last.summary["notices"]] == [
        ("A2", "superseded", "1"),
    ]
    assert (
        "row 4, which counts; row 2 is not sent" in recallflow("check", path, "--duplicates", "last", cwd=tmp_path).out
    )


def test_the_last_one_does_not_count_where_an_earlier_one_has_problems(tmp_path: Path) -> None:
    path = rows_csv(tmp_path / "in.csv", (1, 5, 99, 1), (2, 5, 1, 1), (1, 6, 1, 1))
    done = recallflow("check", path, "--json", "--duplicates", "last", cwd=tmp_path)
    assert (done.code, done.summary["counts"]["invalid"], done.summary["counts"]["not_sent"]) == (1, 2, 1)
    assert {each["code"] for each in done.summary["problems"]} == {"out-of-range", "duplicate-key"}


def test_a_column_of_one_key_is_no_flow_however_duplicates_count(tmp_path: Path) -> None:
    path = rows_csv(tmp_path / "in.csv", *[(1, 5, 1, 1)] * 10_003)
    done = recallflow("check", path, "--json", "--duplicates", "last", cwd=tmp_path)
    assert (done.code, done.summary["counts"]["not_sent"]) == (1, 0)
    assert "too-many-nodes" in {each["code"] for each in done.summary["problems"]}


def test_more_problems_than_the_limit_are_told_with_the_first_that_is_too_many(tmp_path: Path) -> None:
    path = rows_csv(tmp_path / "in.csv", (1, 0, 1, 1), (2, 0, 1, 1), (3, 0, 1, 1))
    done = recallflow("check", path, cwd=tmp_path, env={"RECALLFLOW_FILE_PROBLEMS": "2"})
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert "B4" in done.err
    assert "file_problems" in done.err


def test_audio_files_are_looked_for_in_the_folder_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "sounds").mkdir()
    (tmp_path / "sounds" / "hello.wav").write_bytes(b"RIFF\x24\0\0\0WAVEfmt ")
    node = {"source": 2, "uploadName": "hello.wav", "baseFile": "hello.wav"}
    path = write_csv(tmp_path / "in.csv", [{"keyId": 1} | RIGHT | node])
    done = recallflow("check", path, "--json", cwd=tmp_path)
    assert (done.code, [each["code"] for each in done.summary["problems"]]) == (1, ["no-such-file"])
    found = recallflow("check", path, "--files-root", "sounds", "--json", cwd=tmp_path)
    assert (found.code, found.summary["problems"]) == (0, [])
    assert "file-named" in {each["code"] for each in found.summary["notices"]}


def test_of_several_sheets_one_has_to_be_named(tmp_path: Path) -> None:
    rows_xlsx(tmp_path / "in.xlsx", May=[(1, 1, 1, 1)], June=[(2, 0, 1, 1)])
    done = recallflow("check", "in.xlsx", cwd=tmp_path)
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert "May, June" in done.err
    assert "--sheet" in done.err
    assert recallflow("check", "in.xlsx", "--sheet", "May", cwd=tmp_path).code == 0
    assert recallflow("check", "in.xlsx", "--sheet", " june", cwd=tmp_path).code == 1


def test_what_a_user_cannot_see_is_said_on_stderr(tmp_path: Path) -> None:
    workbook = rows_xlsx(tmp_path / "in.xlsx", one=[(key, 1, 1, 1) for key in range(1, 9)])
    sheet = workbook["one"]
    sheet["F1"] = "memo"
    sheet.column_dimensions["C"].hidden = True
    for number in (3, 4, 7):
        sheet.row_dimensions[number].hidden = True
    workbook.save(tmp_path / "in.xlsx")
    done = recallflow("check", "in.xlsx", "--json", cwd=tmp_path)
    assert (done.code, done.summary["counts"]["not_sent"]) == (0, 8), "hidden rows are read"
    assert done.err.splitlines() == [
        '"memo" stands for no field and is passed over',
        "Column C recallNum is hidden; its values count",
        "Rows are hidden (3 in all): 3-4, 7; they are read",
    ]
    chinese = recallflow("check", "in.xlsx", "--lang", "zh", cwd=tmp_path)
    assert "已隐藏" in chinese.err
    assert "memo" not in chinese.out, "it is said once"


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("FILE_MB", "1", "the limit is 1. Split the file, or raise the setting file_mb"),
        ("FILE_ROWS", "3", "more than 3 rows below its headings"),
    ],
)
def test_a_limit_is_named_as_its_setting(tmp_path: Path, setting: str, value: str, words: str) -> None:
    path = rows_csv(tmp_path / "in.csv", *((key, 1, 1, 1) for key in range(1, 100_000)))
    env = {f"RECALLFLOW_{setting}": value}
    done = recallflow("check", path, cwd=tmp_path, env=env)
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert words in done.err
    assert setting.lower() in done.err
    assert setting.lower() in recallflow("check", path, "--lang", "zh", cwd=tmp_path, env=env).err


def test_rows_up_to_the_limit_are_read(tmp_path: Path) -> None:
    path = rows_csv(tmp_path / "in.csv", (1, 1, 1, 1), (), (2, 1, 1, 1), (3, 1, 1, 1), ())
    assert recallflow("check", path, cwd=tmp_path, env={"RECALLFLOW_FILE_ROWS": "3"}).code == 0


@pytest.mark.parametrize("setting", ["FILE_MB", "FILE_ROWS", "UNPACKED_MB", "READING_MEMORY_MB", "READING_SECONDS"])
def test_a_limit_that_cannot_be_used_is_named(tmp_path: Path, setting: str) -> None:
    path = rows_csv(tmp_path / "in.csv", (1, 1, 1, 1))
    done = recallflow("check", path, cwd=tmp_path, env={f"RECALLFLOW_{setting}": "0"})
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert f"RECALLFLOW_{setting}" in done.err


def test_a_report_of_a_check_overwrites_nothing(tmp_path: Path) -> None:
    path = rows_csv(tmp_path / "in.csv", (1, 1, 1, 1))
    for _ in range(2):
        assert recallflow("check", path, "--report", "out.xlsx", cwd=tmp_path).code == 0
    assert {each.name for each in tmp_path.glob("*.xlsx")} == {"out.xlsx", "out-2.xlsx"}
    assert load_workbook(tmp_path / "out-2.xlsx").sheetnames
