"""The ignore list, as people write it."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from jobs.recallflow.flows import HEADINGS, to_key
from runner.errors import InputError
from runner.planning.complaints import MOST_TOLD
from runner.planning.exemptions import Exemption
from runner.planning.field_names import FieldNames
from runner.planning.ignore_list import read_exemptions

KEY = HEADINGS[0]
NAMES = FieldNames(HEADINGS)
END = date(2026, 12, 31)


def read(path: Path) -> tuple[Exemption, ...]:
    return read_exemptions(path, key=KEY, to_key=to_key, fields=NAMES)


def csv(folder: Path, *lines: str, head: str = "keyId,field,until,reason", encoding: str = "utf-8") -> Path:
    path = folder / "ignore.csv"
    path.write_text("\n".join([head, *lines]) + "\n", encoding=encoding)
    return path


def workbook(folder: Path, *rows: Sequence[object]) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (("keyId", "field", "until", "reason"), *rows):
        book.active.append(list(row))
    book.save(folder / "ignore.xlsx")
    return folder / "ignore.xlsx"


def complaints(path: Path) -> list[str]:
    with pytest.raises(InputError) as raised:
        read(path)
    assert len(raised.value.zh.splitlines()) == len(raised.value.en.splitlines())
    return raised.value.en.splitlines()


def test_a_line_says_what_is_left_alone_until_when_and_why(tmp_path: Path) -> None:
    assert read(csv(tmp_path, "1001,text,2026-12-31,the client asked")) == (
        Exemption(key="1001", field="text", until=END, reason="the client asked"),
    )


@pytest.mark.parametrize(
    ("line", "key", "field"),
    [
        (",text,2026-12-31,", None, "text"),
        ("*,text,2026-12-31,", None, "text"),
        ("1001,,2026-12-31,", "1001", None),
        ("1001,*,2026-12-31,", "1001", None),
        ("＊,text,2026-12-31,", None, "text"),
        (" 1001 , text ,2026-12-31,", "1001", "text"),
    ],
)
def test_a_blank_or_an_asterisk_stands_for_every_one(
    tmp_path: Path, line: str, key: str | None, field: str | None
) -> None:
    (found,) = read(csv(tmp_path, line))
    assert (found.key, found.field) == (key, field)


@pytest.mark.parametrize("line", ["＊,*,2026-12-31,all", ",,2026-12-31,", "*,,2026-12-31,"])
def test_a_line_that_would_leave_everything_alone_is_refused(tmp_path: Path, line: str) -> None:
    path = csv(tmp_path, "1001,*,2026-12-31,", line)
    assert complaints(path) == [
        "ignore.csv, A3: The line leaves everything alone. Name a key or a field, or delete the line."
    ]


@pytest.mark.parametrize(
    "until",
    [
        "2026-12-31",
        "2026/12/31",
        "2026.12.31",
        "2026年12月31日",
        "２０２６-12-31",
        "2026-12-31 00:00:00",
        "2026/12/31 0:00",
    ],
)
def test_the_last_day_is_written_with_the_year_first(tmp_path: Path, until: str) -> None:
    assert read(csv(tmp_path, f"1001,text,{until},"))[0].until == END


@pytest.mark.parametrize("until", [END, datetime(2026, 12, 31), datetime(2026, 12, 31, 18, 30), "2026-12-31"])  # noqa: DTZ001 - as Excel has them
def test_a_date_of_excel_is_one_and_a_number_may_be_a_key(tmp_path: Path, until: object) -> None:
    found = read(workbook(tmp_path, (1001, "text", until, 7)))
    assert found == (Exemption(key="1001", field="text", until=END, reason="7"),)


@pytest.mark.parametrize(
    "until", ["31/12/2026", "12/31/2026", "26-12-31", "2026-13-01", "2026-02-30", "soon", "20261231"]
)
def test_what_may_be_another_day_is_no_date(tmp_path: Path, until: str) -> None:
    assert complaints(csv(tmp_path, f"1001,text,{until},")) == [
        f'ignore.csv, C2: "{until}" is no date. Write it as 2026-12-31.'
    ]


def test_headings_may_be_chinese_and_in_any_order_and_encoding(tmp_path: Path) -> None:
    path = csv(tmp_path, "客户要求,2026-12-31,重呼次数,1001", head="原因,截止日期,字段,编号", encoding="gb18030")
    assert read(path) == (Exemption(key="1001", field="recallNum", until=END, reason="客户要求"),)


def test_the_reason_may_be_left_out_and_the_key_may_not(tmp_path: Path) -> None:
    assert read(csv(tmp_path, "1001,text,2026-12-31", head="keyId,field,until"))[0].reason == ""
    with pytest.raises(InputError, match="required heading keyId"):  # else a misspelt one would exempt every flow
        read(csv(tmp_path, "text,2026-12-31,", head="field,until,reason"))


@pytest.mark.parametrize(
    "head",
    [
        "流程编号,字段名,有效期至,备注",
        "编号,字段,到期日,说明",
        "keyId,字段,到期日期,理由",
        "流程编号,字段,截止日,原因",
        "流程编号,字段,忽略至,原因",
    ],
)
def test_headings_are_what_people_call_these_things(tmp_path: Path, head: str) -> None:
    path = csv(tmp_path, "1001,text,2026-12-31,the client asked", head=head)
    assert read(path) == (Exemption(key="1001", field="text", until=END, reason="the client asked"),)


@pytest.mark.parametrize(
    "text",
    [
        "flow,field,until\n1,text,2026-12-31\n",
        "keyId,字段,field,until\n",
        "keyId,field,untill\n",
        "keyId,field,until,reasons\n",
        "hello\n",
        "",
    ],
)
def test_headings_that_are_not_the_lists_are_told_with_its_name_and_what_it_needs(tmp_path: Path, text: str) -> None:
    path = tmp_path / "gb.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as raised:
        read(path)
    for told in (raised.value.en, raised.value.zh):
        assert told.startswith("gb.csv")
        assert "--map" not in told
        assert all(heading in told for heading in ("keyId", "field", "until", "reason"))


def test_an_empty_list_is_a_list(tmp_path: Path) -> None:
    assert read(csv(tmp_path)) == ()
    assert read(workbook(tmp_path)) == ()


@pytest.mark.parametrize(
    ("written", "pattern"),
    [
        ("text", "text"),
        ("recallnum", "recallNum"),
        ("重呼次数", "recallNum"),
        ("nodeList", "nodeList"),
        ("nodeList[1]", "nodeList[1]"),
        ("流程节点[0]", "nodeList[0]"),
        ("nodeList[0].text", "nodeList[0].text"),
        ("nodeList.text", "nodeList.text"),
        ("流程节点［0］．外呼倍率", "nodeList[0].calloutRate"),
        ("colour", None),
        ("nodeList[0].colour", None),
        ("nodeList[].text", "nodeList.text"),
        ("", None),
        (".", None),
    ],
)
def test_a_field_is_named_as_the_plan_or_the_vendor_names_it(written: str, pattern: str | None) -> None:
    assert NAMES.pattern(written) == pattern


def test_every_field_and_label_of_the_job_is_known() -> None:
    for heading in HEADINGS:
        for name in (heading.field, *heading.labels):
            assert NAMES.pattern(name) == heading.field


def test_all_that_is_wrong_is_told_at_once_with_its_cell(tmp_path: Path) -> None:
    path = csv(tmp_path, "1001,recallNumb,2026-12-31,", ",text,,", "1,qqq,soon,", "1.2346E+11,text,2026-12-31,")
    found = complaints(path)
    assert found == [
        'ignore.csv, B2: There is no field "recallNumb". The nearest one is recallNum; correct the name.',
        "C3: The last day on which it holds is missing. Write it as 2026-12-31.",
        'B4: There is no field "qqq". Write one that `recallflow fields` lists, or * for every one.',
        'C4: "soon" is no date. Write it as 2026-12-31.',
        (
            "A5: 1.2346E+11 is too long for a number cell, so that its last digits are lost. Format the cell as text "
            "and type all digits again."
        ),
    ]


@pytest.mark.parametrize(
    ("written", "key"), [("0001", "1"), ("2.0", "2"), ("+3", "3"), ("４", "4"), ('"1,234"', "1234"), ("-5", "-5")]
)
def test_a_key_is_the_same_however_it_is_spelled_as_it_is_in_the_spreadsheet(
    tmp_path: Path, written: str, key: str
) -> None:
    assert read(csv(tmp_path, f"{written},text,2026-12-31,"))[0].key == key


def test_what_can_be_no_key_is_told_with_its_cell(tmp_path: Path) -> None:
    found = complaints(csv(tmp_path, "1001,text,2026-12-31,", "guest,text,2026-12-31,", "1.5,text,2026-12-31,"))
    assert [line.partition(": ")[0] for line in found] == ["ignore.csv, A3", "A4"]
    assert '"guest"' in found[0]


def test_a_reason_with_a_comma_that_is_not_quoted_is_told(tmp_path: Path) -> None:
    (found,) = complaints(csv(tmp_path, "1001,text,2026-12-31,asked, twice"))
    assert found.startswith("ignore.csv, A2: ")


def test_at_most_ten_lines_are_told_and_the_others_counted(tmp_path: Path) -> None:
    found = complaints(csv(tmp_path, *["1001,text,soon,"] * 13))
    assert len(found) == MOST_TOLD
    assert found[-1].endswith("(and 3 more)")


def test_a_cell_that_holds_an_error_is_told(tmp_path: Path) -> None:
    (found,) = complaints(workbook(tmp_path, ("#N/A", "text", END, None)))
    assert found.startswith("ignore.xlsx, A2: ")
