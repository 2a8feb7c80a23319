"""Flows written as a spreadsheet: uploaded again, each is what it was; and what no cell can say is pointed at."""

import json
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings

from jobs.recallflow.export.writing import MORE_SHEETS, Exported, check_out, write_flows
from jobs.recallflow.fields import FlowUpdate
from jobs.recallflow.flows import HEADINGS, flow_drafts
from jobs.recallflow.remote import remote_state
from jobs.recallflow.sandbox.example_flows import fill_with_examples
from jobs.recallflow.sandbox.server import EXAMPLE_ACCOUNT
from jobs.recallflow.sandbox.vendor import SimulatedVendor
from jobs.recallflow.template.data_sheet import COLUMNS
from jobs.recallflow.template.forms import heading_text
from runner.errors import ReportError, SettingsError
from runner.journal.images import Image
from runner.request import Draft
from runner.text import Language
from tests.jobs.recallflow.valid_flows import Values, several_flows
from tests.runner.tables.reading import table_here

ENDINGS = [".xlsx", ".csv"]
SPOKEN: Values = {"source": 3, "text": "Hello", "lan": "EN", "hangUpSms": 0, "toSeat": 0}
FLOW: Values = {"keyId": 299, "recallInterval": 30, "recallNum": 3, "recallType": 1, "nodeList": [SPOKEN]}

HARMLESS = {"invisible-characters", "rare-character", "no-effect", "unknown-language"}
"""What may be said about a flow that keeps every rule."""

thoroughly = settings(deadline=timedelta(seconds=20), print_blob=True, max_examples=15)


def image(flow: Values) -> Image:
    """What is read of a flow whose vendor has it so."""
    answer = json.dumps({"code": 0, "msg": "success", "data": {"nodeList": None} | flow})
    remote = remote_state(str(flow["keyId"]), answer.encode())
    assert remote is not None
    return Image(key=str(flow["keyId"]), before=remote.body, remark=None)


def written(path: Path, flows: Sequence[Values], *, language: Language = "en", **options: Any) -> Exported:
    return write_flows(path, map(image, flows), language, is_locked=lambda _: False, **options)


def read(path: Path, *, sheet: str | None = None) -> list[Draft]:
    with table_here(path, HEADINGS, sheet=sheet) as table:
        assert not table.notices
        return list(flow_drafts(table))


def as_sent(body: bytes | None) -> Any:
    assert body is not None
    flow = json.loads(body)
    return flow | {"nodeList": flow.get("nodeList") or []}


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("language", ["en", "zh"])
@thoroughly
@given(flows=several_flows)
def test_what_is_exported_and_read_again_is_what_the_vendor_has_or_its_cell_is_pointed_at(
    ending: str, language: Language, flows: list[Values]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "flows").with_suffix(ending)
        found = written(path, flows, language=language)
        drafts = read(path)
    assert [draft.key for draft in drafts] == [str(flow["keyId"]) for flow in flows]
    assert {notice.code for draft in drafts for notice in draft.notices} <= HARMLESS
    pointed_at = {notice.cell for notice in found.notices}
    for draft, flow in zip(drafts, flows, strict=True):
        marked = [notice for notice in found.notices if notice.value == draft.key]
        if any(notice.code == "audio-missing" for notice in marked):
            assert {problem.cell for problem in draft.problems} <= pointed_at
            assert draft.body is None
        elif not marked:
            assert as_sent(draft.body) == as_sent(image(flow).before)
        else:
            assert {notice.code for notice in marked} <= {"audio-referred", "audio-unused"}


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_example_flows_are_what_they_were_but_for_audio_which_is_pointed_at(tmp_path: Path, ending: str) -> None:
    vendor = SimulatedVendor(EXAMPLE_ACCOUNT, window=300, now=lambda: 1_790_000_000.0)
    fill_with_examples(vendor, 300, now=vendor.today())
    flows = [flow.fields for flow in vendor.flows.values()]
    path = tmp_path / f"flows{ending}"
    found = written(path, flows)
    marked = {notice.value for notice in found.notices}
    assert found.flows == 300
    assert found.rows == sum(max(len(flow["nodeList"] or []), 1) for flow in flows)
    assert marked == {
        str(flow["keyId"]) for flow in flows if any(node["source"] == 2 for node in flow["nodeList"] or [])
    }
    for draft, flow in zip(read(path), flows, strict=True):
        if draft.key not in marked:
            checked = FlowUpdate(**json.loads(draft.body or b""))
            assert checked.model_dump() == flow


@pytest.mark.parametrize("ending", ENDINGS)
def test_audio_that_is_not_given_back_becomes_what_there_is_of_it(tmp_path: Path, ending: str) -> None:
    new = {"source": 2, "uploadName": "hello.wav", "baseFile": None, "hangUpSms": 0, "toSeat": 0}
    flow = FLOW | {"nodeList": [SPOKEN, new | {"voiceFileId": "7.wav"}, new]}
    path = tmp_path / f"flows{ending}"
    found = written(path, [flow])
    assert [(notice.code, notice.cell, notice.heading, notice.row) for notice in found.notices] == [
        ("audio-referred", "E3", "source*", 3),
        ("audio-missing", "H4", "baseFile", 4),
    ]
    assert all("keyId 299" in notice.message.en and "hello.wav" in notice.message.zh for notice in found.notices)
    [draft] = read(path)
    assert [problem.cell for problem in draft.problems] == ["H4"]
    if ending == ".xlsx":
        sheet = openpyxl.load_workbook(path).worksheets[0]
        assert sheet["E3"].value == "1-a file uploaded before"
        assert sheet["F3"].value == "7.wav"
        assert sheet["G3"].value is None
        for cell in ("E3", "H4"):
            assert sheet[cell].comment is not None
            assert sheet[cell].fill.fgColor.rgb not in {None, "00000000"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_headings_are_those_of_the_template(tmp_path: Path, language: Language) -> None:
    wanted = [heading_text(spec, language) for spec in COLUMNS]
    written(tmp_path / "flows.csv", [FLOW], language=language)
    written(tmp_path / "flows.xlsx", [FLOW], language=language)
    text = (tmp_path / "flows.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    assert text.decode("utf-8-sig").splitlines()[0].split(",") == wanted
    sheet = openpyxl.load_workbook(tmp_path / "flows.xlsx").worksheets[0]
    assert [cell.value for cell in sheet[1]] == wanted


def test_digits_and_long_numbers_are_kept_and_nothing_is_a_formula(tmp_path: Path) -> None:
    seat = {"toSeat": 1, "sipGroupId": 12345678901234567, "outboundControl": 1, "calloutRate": 1, "toSeatType": 2}
    node = SPOKEN | seat | {"toSeatKey": "007", "text": "=1+1"}
    written(tmp_path / "flows.xlsx", [FLOW | {"nodeList": [node]}])
    sheet = openpyxl.load_workbook(tmp_path / "flows.xlsx").worksheets[0]
    cells = {heading.value: cell for heading, cell in zip(sheet[1], sheet[2], strict=True)}
    assert (cells["sipGroupId"].value, cells["toSeatKey"].value) == ("12345678901234567", "007")
    assert (cells["text"].value, cells["text"].data_type) == ("=1+1", "s")
    assert cells["keyId*"].value == 299
    [draft] = read(tmp_path / "flows.xlsx")
    assert as_sent(draft.body)["nodeList"][0]["sipGroupId"] == 12345678901234567


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("senderId", " me ", "read-otherwise"),
        ("senderId", "-", "read-otherwise"),
        ("text", "a\x07b", "refused-by-check"),
        ("speakingRate", 9.0, "refused-by-check"),
        ("lan", {"code": "EN"}, None),
    ],
)
def test_what_no_cell_can_say_is_pointed_at(
    tmp_path: Path, ending: str, field: str, value: object, code: str | None
) -> None:
    node = SPOKEN | {"hangUpSms": 1, "smsContent": "x", "ringPush": 1, field: value}
    found = written(tmp_path / f"flows{ending}", [FLOW | {"nodeList": [node]}])
    [notice] = found.notices
    assert notice.field == field
    assert code in {None, notice.code}


def test_a_flow_without_nodes_has_one_row(tmp_path: Path) -> None:
    kinds: tuple[list[Values] | None, ...] = (None, [])
    for nodes in kinds:
        path = tmp_path / f"{nodes}.csv"
        found = written(path, [FLOW | {"nodeList": nodes}, FLOW | {"keyId": 300}])
        assert (found.flows, found.rows, found.notices) == (2, 2, ())
        first, _ = read(path)
        assert "nodeList" not in json.loads(first.body or b"")


def test_past_what_a_sheet_holds_it_goes_on_on_a_further_one_and_no_flow_is_torn(tmp_path: Path) -> None:
    flows = [FLOW | {"keyId": key, "nodeList": [SPOKEN, SPOKEN]} for key in range(1, 6)]
    path = tmp_path / "flows.xlsx"
    found = written(path, flows, most_rows=6)
    [notice] = found.notices
    assert notice.code == MORE_SHEETS
    names = openpyxl.load_workbook(path).sheetnames
    assert names == ["Flows", "Flows 2", "Flows 3"]
    assert [draft.key for name in names for draft in read(path, sheet=name)] == list("12345")


def test_no_file_is_overwritten_not_even_one_that_came_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "flows.csv"
    check_out(path)
    assert list(tmp_path.iterdir()) == []
    path.write_text("mine")
    with pytest.raises(SettingsError, match="nothing is overwritten"):
        check_out(path)
    with pytest.raises(ReportError, match="nothing is overwritten"):
        written(path, [FLOW])
    assert path.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["flows", "flows.xls", "flows.json"])
def test_the_ending_says_the_format(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=r"\.xlsx or \.csv"):
        check_out(tmp_path / name)
