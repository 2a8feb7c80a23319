"""Flows written as a spreadsheet: uploaded again, each is what it was; and what no cell can say is pointed at."""

import json
import tempfile
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings

from jobs.recallflow.export.writing import MORE_SHEETS, Exported, check_out, write_flows
from jobs.recallflow.facts import FACTS, shown_facts
from jobs.recallflow.fields import FlowUpdate
from jobs.recallflow.flows import flow_drafts
from jobs.recallflow.remote import remote_state
from jobs.recallflow.sandbox.example_flows import fill_with_examples
from jobs.recallflow.sandbox.server import EXAMPLE_ACCOUNT
from jobs.recallflow.sandbox.vendor import SimulatedVendor
from jobs.recallflow.template.data_sheet import COLUMNS
from jobs.recallflow.template.forms import heading_text
from jobs.recallflow.updates import FlowUpdates
from runner.attachments import Files
from runner.errors import JournalError, ReportError, SettingsError
from runner.journal.images import Image
from runner.request import PLACEHOLDER, Attachment, Draft
from runner.text import Language
from tests.jobs.recallflow.valid_flows import Values, several_flows
from tests.runner.tables.reading import table_here

ENDINGS = [".xlsx", ".csv"]


def uploaded(name: str, content: bytes, *, head: bytes = b"RIFF\x24\x00\x00\x00WAVEfmt ") -> Values:
    """A node with a new audio file."""
    file = b64encode(head.ljust(16, b"\x00") + content).decode()
    return {"source": 2, "uploadName": name, "baseFile": file, "hangUpSms": 0, "toSeat": 0}


def made(folder: Path) -> Path:
    """The folder, which is there."""
    folder.mkdir(exist_ok=True)
    return folder


SPOKEN: Values = {"source": 3, "text": "Hello", "lan": "EN", "hangUpSms": 0, "toSeat": 0}
FLOW: Values = {"keyId": 299, "recallInterval": 30, "recallNum": 3, "recallType": 1, "nodeList": [SPOKEN]}
WITH_AUDIO: Values = FLOW | {"nodeList": [uploaded("hello.wav", b"1")]}

HARMLESS = {"invisible-characters", "rare-character", "no-effect", "unknown-language"}
"""What may be said about a flow that keeps every rule."""

thoroughly = settings(deadline=timedelta(seconds=20), print_blob=True, max_examples=15)


def image(flow: Values, *, kept: Path | None = None, facts: tuple[str | int | None, ...] = ()) -> Image:
    """What is read of a flow whose vendor has it so; its audio is kept in a folder, or nowhere."""
    answer = json.dumps({"code": 0, "msg": "success", "data": {"nodeList": None} | flow})
    remote = remote_state(str(flow["keyId"]), answer.encode())
    assert remote is not None
    attachments = []
    for token, content in remote.files.items() if kept else ():
        assert kept is not None
        file = kept / token.removeprefix(PLACEHOLDER)
        file.write_bytes(content)
        attachments.append(Attachment(path=file, size=len(content), sha256=sha256(content).hexdigest()))
    key = str(flow["keyId"])
    return Image(key=key, before=remote.body, remark=None, attachments=tuple(attachments), facts=facts)


def written(
    path: Path, flows: Sequence[Values], *, language: Language = "en", kept: Path | None = None, **options: Any
) -> Exported:
    images = (image(flow, kept=kept) for flow in flows)
    return write_flows(path, images, language, **{"is_locked": lambda _: False} | options)


def read(path: Path, *, sheet: str | None = None) -> list[Draft]:
    with table_here(path, FlowUpdates(None).headings, sheet=sheet) as table:
        assert not table.notices
        return list(flow_drafts(replace(table, files=Files(path.parent))))


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
def test_the_example_flows_are_what_they_were_but_for_audio_that_is_not_here(tmp_path: Path, ending: str) -> None:
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
        ("audio-referred", "H3", "source*", 3),
        ("audio-missing", "K4", "baseFile", 4),
    ]
    assert all("keyId 299" in notice.message.en and "hello.wav" in notice.message.zh for notice in found.notices)
    [draft] = read(path)
    assert [problem.cell for problem in draft.problems] == ["K4"]
    if ending == ".xlsx":
        sheet = openpyxl.load_workbook(path).worksheets[0]
        assert sheet["H3"].value == "1-a file uploaded before"
        assert sheet["I3"].value == "7.wav"
        assert sheet["J3"].value is None
        for cell in ("H3", "K4"):
            assert sheet[cell].comment is not None
            assert sheet[cell].fill.fgColor.rgb not in {None, "00000000"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_headings_are_those_of_the_template_and_what_helps_a_person_beside_the_key(
    tmp_path: Path, language: Language
) -> None:
    key, *others = (heading_text(spec, language) for spec in COLUMNS)
    helpful = {"en": ["Task name", "Status", "Created"], "zh": ["任务名称", "状态", "创建时间"]}
    wanted = [key, *helpful[language], *others]
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
        written(path, [WITH_AUDIO], kept=made(tmp_path.with_name("kept")))
    assert path.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [path], "no audio stays behind either"


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_export_that_fails_half_way_leaves_neither_a_file_nor_audio_behind(tmp_path: Path, ending: str) -> None:
    kept, folder = made(tmp_path / "kept"), made(tmp_path / "out")

    def images() -> Iterator[Image]:
        yield image(WITH_AUDIO, kept=kept)
        raise JournalError("The journal is gone.", "运行记录不见了。")

    with pytest.raises(JournalError):
        write_flows(folder / f"flows{ending}", images(), "en", is_locked=lambda _: False)
    assert list(folder.iterdir()) == []


def test_where_the_audio_cannot_be_put_the_file_that_was_there_stays(tmp_path: Path) -> None:
    kept, path = made(tmp_path / "kept"), tmp_path / "flows.csv"
    path.write_text("mine")
    (tmp_path / "flows-audio").write_text("came meanwhile")
    with pytest.raises(ReportError, match="cannot be written"):
        written(path, [WITH_AUDIO], kept=kept, force=True)
    assert path.read_text() == "mine"
    assert sorted(tmp_path.iterdir()) == sorted([kept, path, tmp_path / "flows-audio"])


def test_with_force_the_file_is_overwritten_and_only_an_ordinary_file(tmp_path: Path) -> None:
    path = tmp_path / "flows.csv"
    path.write_text("mine")
    check_out(path, force=True)
    written(path, [FLOW], force=True)
    assert [draft.key for draft in read(path)] == ["299"]
    made(tmp_path / "folder.csv")
    with pytest.raises(SettingsError, match="no ordinary file"):
        check_out(tmp_path / "folder.csv", force=True)


@pytest.mark.parametrize("ending", ENDINGS)
def test_audio_lies_beside_the_file_by_its_name_and_content_and_is_found_by_an_upload(
    tmp_path: Path, ending: str
) -> None:
    kept, folder = made(tmp_path / "kept"), made(tmp_path / "out")
    nodes = [
        uploaded("hello.wav", b"1"),
        uploaded("hello.wav", b"2"),
        uploaded("the first one again.wav", b"1"),
        uploaded("../=cmd|' a rather long name.wav", b"3"),
        uploaded("问候语-催收.wav", b"4"),
        uploaded(".....", b"5"),
        uploaded("music.mp3", b"6", head=b"ID3"),
    ]
    path = folder / f"flows{ending}"
    found = written(path, [FLOW | {"nodeList": nodes}], kept=kept)
    audio = folder / "flows-audio"
    assert (found.audio, found.audio_folder, found.notices) == (6, audio, ())
    names = sorted(file.name for file in audio.iterdir())
    assert len(names) == len({file.read_bytes() for file in audio.iterdir()}) == 6
    assert all(5 <= len(name) <= 32 for name in names)
    assert all(character.isalnum() or character in "-." for name in names for character in name)
    assert [name.partition("-")[0] for name in names if name.startswith(("hello", "music", "问候语"))] == [
        "hello",
        "hello",
        "music",
        "问候语",
    ]
    [draft] = read(path)
    assert as_sent(draft.body) == as_sent(image(FLOW | {"nodeList": nodes}).before)
    assert {each.path for each in draft.attachments} == {file.resolve() for file in audio.iterdir()}
    assert sorted(folder.iterdir()) == sorted([path, audio])


def test_a_file_of_other_content_in_the_audio_folder_stays_and_equal_content_is_shared(tmp_path: Path) -> None:
    kept = made(tmp_path / "kept")
    first = written(tmp_path / "flows.csv", [WITH_AUDIO], kept=kept)
    assert first.audio_folder is not None
    [file] = first.audio_folder.iterdir()
    content = file.read_bytes()
    written(tmp_path / "flows.xlsx", [WITH_AUDIO], kept=kept)
    assert [each.read_bytes() for each in first.audio_folder.iterdir()] == [content]
    file.write_bytes(b"somebody's own")
    written(tmp_path / "flows.xlsx", [WITH_AUDIO], kept=kept, force=True)
    assert file.read_bytes() == b"somebody's own"
    assert sorted(each.read_bytes() for each in first.audio_folder.iterdir()) == sorted([content, b"somebody's own"])
    [draft] = read(tmp_path / "flows.xlsx")
    assert not draft.problems


def test_audio_that_a_node_does_not_use_is_kept_as_well(tmp_path: Path) -> None:
    flow = FLOW | {"nodeList": [SPOKEN | {"baseFile": uploaded("hello.wav", b"1")["baseFile"]}]}
    found = written(tmp_path / "flows.csv", [flow], kept=made(tmp_path / "kept"))
    assert (found.audio, found.notices) == (1, ())
    [draft] = read(tmp_path / "flows.csv")
    assert as_sent(draft.body) == as_sent(image(flow).before)


def test_audio_that_was_kept_and_is_damaged_or_is_no_audio_is_marked_as_missing(tmp_path: Path) -> None:
    kept = made(tmp_path / "kept")
    damaged = image(WITH_AUDIO, kept=kept)
    for file in kept.iterdir():
        file.write_bytes(b"damaged")
    of_text = FLOW | {"keyId": 300, "nodeList": [uploaded("hello.wav", b"", head=b"text")]}
    images = [damaged, image(of_text, kept=kept)]
    found = write_flows(tmp_path / "flows.csv", images, "en", is_locked=lambda _: False)
    assert [notice.code for notice in found.notices] == ["audio-missing", "audio-missing"]
    assert found.audio_folder is None
    assert sorted(tmp_path.iterdir()) == sorted([kept, tmp_path / "flows.csv"])


def test_something_that_is_no_folder_where_the_audio_would_lie_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "flows-audio").write_text("mine")
    with pytest.raises(SettingsError, match="flows-audio is no folder"):
        check_out(tmp_path / "flows.csv")


@pytest.mark.parametrize("stem", ["=1+1", "-x", "a\\b", "流程（一）", " v1.2 ", "…", "x" * 200])
def test_whatever_the_file_is_called_an_upload_finds_its_audio(tmp_path: Path, stem: str) -> None:
    folder = made(tmp_path / "out")
    path = folder / f"{stem}.csv"
    found = written(path, [WITH_AUDIO], kept=made(tmp_path / "kept"))
    assert found.notices == ()
    [draft] = read(path)
    assert not draft.problems
    cell = next(cell for cell in path.read_text(encoding="utf-8-sig").split(",") if "-audio/" in cell)
    assert cell[0] not in "=+-@"


def test_what_can_no_longer_be_edited_is_left_out_and_counted_unless_it_is_asked_for(tmp_path: Path) -> None:
    images = [
        image(FLOW),
        image(FLOW | {"keyId": 300}, facts=("Bills", 2, "2026-11-01 10:00:00")),
        replace(image(FLOW | {"keyId": 301}, facts=("Survey", 0, "2026-11-01 10:00:00")), remark="locked"),
    ]
    without = write_flows(tmp_path / "a.csv", images, "en", is_locked=lambda each: each.remark == "locked")
    with_them = write_flows(
        tmp_path / "b.csv", images, "en", is_locked=lambda each: each.remark == "locked", with_locked=True
    )
    assert (without.flows, without.locked, without.left_out) == (1, 2, 2)
    assert (with_them.flows, with_them.locked, with_them.left_out) == (3, 2, 0)
    lines = (tmp_path / "b.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[:4] for line in lines[1:]] == [
        ["299", "", "", ""],
        ["300", "Bills", "completed", "2026-11-01 10:00:00"],
        ["301", "Survey", "no longer editable", "2026-11-01 10:00:00"],
    ]


@pytest.mark.parametrize(("status", "words"), [(0, "待执行"), (3, "已取消"), (77, "77"), (None, None)])
def test_a_status_is_told_in_the_users_words_or_by_its_number(status: int | None, words: str | None) -> None:
    assert shown_facts(("007", status, None), "zh", locked=False) == ("007", words, None)
    assert shown_facts((), "zh", locked=False) == (None,) * len(FACTS)


@pytest.mark.parametrize("name", ["flows", "flows.xls", "flows.json"])
def test_the_ending_says_the_format(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=r"\.xlsx or \.csv"):
        check_out(tmp_path / name)
