"""One table, whatever program saved it and however: the same flows, to the byte."""

import csv
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random

import pandas as pd
import pytest
import xlsxwriter  # type: ignore[import-untyped]
from openpyxl import Workbook

from jobs.upload import Upload
from runner.journal.database import Database
from runner.journal.ledger import Ledger
from runner.loading import Source, load
from runner.outcome import State
from tests.acceptance.sheets import generator

SOFFICE = shutil.which("soffice")
FLOWS = 48
SPEECHES = (
    "尊敬的客户，您的账单将于明天到期。\n请按 1 联系我们，或按 2 稍后再说。",
    "Good news 🎉: your parcel has come 📦",
    "=1+1 is two",
    "+49 is Germany",
    '-5 degrees; wear a coat, a "warm" one\tor two',
    "@home",
    "007",
    "  two blanks in front",
    "TRUE",
    "1/2",
    "第一行\n\n第三行",
    "1234567890123456789",
)
TRADITIONAL = ("尊敬的客戶，您的帳單將於明天到期。", "請按一轉接客服人員；謝謝。", "包裹已送達，請簽收")
UTF_8 = "44,34,76,true,true,true"
"""LibreOffice's CSV export: comma, quotation mark, UTF-8, quoted text, cells as shown."""

Value = str | int | float | None
Table = list[list[Value]]


def table(speeches: tuple[str, ...] = SPEECHES) -> Table:
    """Headings and rows: flows of one node and of several, with every field that a node may have."""
    make = generator()
    names = [spec.name for spec in make.FIELDS]
    rows: Table = [make.headings("zh")]
    random = Random(11)
    for number, flow in enumerate(make.flows(FLOWS, 5)):
        for index, node in enumerate(flow):
            if node["source"] == 3:
                node["text"] = speeches[(number + index) % len(speeches)]
                node |= {"accent": random.randint(1, 3), "speakingRate": random.choice((0.25, 0.75, 1.5, 4))}
            if node["source"] == 1:
                node["voiceFileId"] = random.choice(("00120250801", "1202508011234567890123456789", "0x1F.wav"))
            if node["hangUpSms"] == 1:
                node |= {"senderId": "0086", "smsContent": speeches[number % len(speeches)] + "${text1}"}
            rows.append([node.get(name) for name in names])
    for column, name in enumerate(names):
        assert any(row[column] is not None for row in rows[1:]), f"{name} is used"
    return rows


def bodies(path: Path) -> list[bytes]:
    """What would be sent; nothing may be wrong."""
    with Database(None) as database:
        run = load(
            Upload(None), Source(path=path), database, destination=None, observe=lambda _: None, random=Random(1)
        )
        ledger = Ledger(database)
        assert [(each.cell, each.message.en) for each in ledger.problems(run)] == []
        assert ledger.run(run).counts[State.NOT_SENT] == FLOWS
        return [row[0] for row in database.stream("SELECT body FROM bodies WHERE run = ? ORDER BY ordinal", (run,))]


def by_openpyxl(path: Path, rows: Table) -> Path:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"  # else text that begins with "=" is a formula
    workbook.save(path)
    return path


def by_pandas(path: Path, rows: Table) -> Path:
    frame = pd.DataFrame(rows[1:], columns=pd.Index(rows[0]), dtype=object)
    with pd.ExcelWriter(path, engine="xlsxwriter", engine_kwargs={"options": {"strings_to_formulas": False}}) as writer:
        frame.to_excel(writer, index=False)
    return path


def by_xlsxwriter(path: Path, rows: Table) -> Path:
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(number, column, value)
                elif value is not None:
                    sheet.write_number(number, column, value)
    return path


@pytest.fixture(scope="module")
def rows() -> Table:
    return table()


@pytest.fixture(scope="module")
def wanted(rows: Table, tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    found = bodies(by_openpyxl(tmp_path_factory.mktemp("wanted") / "in.xlsx", rows))
    everything = b"\n".join(found).decode()
    for text in SPEECHES:
        assert text.replace("\n", "\\n").replace("\t", "\\t").replace('"', '\\"') in everything
    for part in ('"00120250801"', '"1202508011234567890123456789"', '"speakingRate":0.25', '"senderId":"0086"'):
        assert part in everything
    return found


@pytest.mark.parametrize("save", [by_openpyxl, by_pandas, by_xlsxwriter])
def test_a_workbook_that_python_wrote(
    tmp_path: Path, rows: Table, wanted: list[bytes], save: Callable[[Path, Table], Path]
) -> None:
    assert bodies(save(tmp_path / "in.xlsx", rows)) == wanted


def by_libreoffice(path: Path, options: str) -> Path:
    """Converts into a folder of its own, with a profile of its own."""
    if SOFFICE is None:
        pytest.skip("LibreOffice is not installed")
    out, profile = path.parent / "out", (path.parent / "profile").as_uri()
    subprocess.run(
        [SOFFICE, f"-env:UserInstallation={profile}", "--headless", "--convert-to", options, "--outdir", out, path],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return next(out.iterdir())


@pytest.mark.parametrize("options", ["xlsx", "xls", f"csv:Text - txt - csv (StarCalc):{UTF_8}"])
def test_what_libreoffice_saves(tmp_path: Path, rows: Table, wanted: list[bytes], options: str) -> None:
    assert bodies(by_libreoffice(by_openpyxl(tmp_path / "in.xlsx", rows), options)) == wanted


def test_what_libreoffice_saves_as_ods(tmp_path: Path) -> None:
    rows = table(tuple(speech.replace("\t", " ") for speech in SPEECHES))
    path = by_openpyxl(tmp_path / "in.xlsx", rows)
    assert bodies(by_libreoffice(path, "ods")) == bodies(path)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_delimited_text(tmp_path: Path, rows: Table, wanted: list[bytes], encoding: str, delimiter: str) -> None:
    assert bodies(by_csv(tmp_path / "in.csv", rows, encoding, delimiter)) == wanted


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimited_text_in_big5(tmp_path: Path, delimiter: str) -> None:
    rows = table(TRADITIONAL)
    rows[0] = [spec.name for spec in generator().FIELDS]
    for row in rows[1:]:
        row[:] = [None if isinstance(value, str) and not _fits(value) else value for value in row]
        row[:] = [value.replace("é", "e") if isinstance(value, str) else value for value in row]
    in_utf_8 = bodies(by_csv(tmp_path / "in8.csv", rows, "utf-8", delimiter))
    assert bodies(by_csv(tmp_path / "in.csv", rows, "big5", delimiter)) == in_utf_8
    assert TRADITIONAL[0].encode() in b"".join(in_utf_8)


def by_csv(path: Path, rows: Table, encoding: str, delimiter: str) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


def _fits(text: str) -> bool:
    try:
        text.encode("big5")
    except UnicodeEncodeError:
        return False
    return True
