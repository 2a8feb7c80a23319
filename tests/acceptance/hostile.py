"""Files made to hurt, all of them under 5 MB: each function writes one into a folder, and gives its path."""

import csv
import random
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path

from tests.acceptance.sheets import RIGHT

HEADINGS = "keyId,recallInterval,recallNum,recallType"
MANY_ROWS = 380_000

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD_CELLS = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in HEADINGS.split(","))
HEAD_ROW = f'<row r="1">{_HEAD_CELLS}</row>'
ROW = "<row><c><v>7</v></c><c><v>1</v></c><c><v>1</v></c><c><v>1</v></c></row>"

_END = "</sheetData></worksheet>"

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def csv_lines(path: Path, lines: Iterable[str], headings: str = HEADINGS) -> Path:
    """Delimited text."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(headings + "\n")
        file.writelines(lines)
    return path


@dataclass(frozen=True)
class Repeated:
    """A text that is repeated between two others; it is packed once, however often it comes."""

    head: str
    piece: str
    times: int
    tail: str

    def add_to(self, archive: zipfile.ZipFile, name: str) -> None:
        """As a part of an archive. A flush in full makes each piece stand for itself (RFC 1951)."""
        texts = [text.encode() for text in (self.head, self.piece, self.tail)]
        packed = []
        for text, end in zip(texts, (zlib.Z_FULL_FLUSH, zlib.Z_FULL_FLUSH, zlib.Z_FINISH), strict=True):
            packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
            packed.append(packer.compress(text) + packer.flush(end))
        content = packed[0] + packed[1] * self.times + packed[2]
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.file_size = len(texts[0]) + len(texts[1]) * self.times + len(texts[2])
        info.compress_size = len(content)
        info.CRC = zlib.crc32(texts[0])
        for _ in range(self.times):
            info.CRC = zlib.crc32(texts[1], info.CRC)
        info.CRC = zlib.crc32(texts[2], info.CRC)
        assert archive.fp is not None
        info.header_offset = archive.fp.tell()
        archive.fp.write(info.FileHeader(zip64=True) + content)
        archive.filelist.append(info)
        archive.NameToInfo[name] = info
        archive.start_dir = archive.fp.tell()


def bomb(piece: str, times: int, *, inside: str = "") -> Repeated:
    """The XML of a sheet whose second row, or a text in it, is a great many of one thing."""
    first, last = (f"<row>{inside}", "</row>") if inside else (ROW, "")
    closing = "</t></is></c>" if inside else ""
    return Repeated("".join(sheet((HEAD_ROW,)))[: -len(_END)] + first, piece, times, closing + last + _END)


def sheet(rows: Iterable[str], *, before: str = "", behind: str = "") -> Iterable[str]:
    """The XML of a sheet."""
    return chain((f'<worksheet xmlns="{_MAIN}">{before}<sheetData>',), rows, (f"</sheetData>{behind}</worksheet>",))


def xlsx(
    path: Path, xml: Iterable[str] | Repeated, parts: Mapping[str, Iterable[str] | Repeated] | None = None
) -> Path:
    """A workbook with one sheet, of this XML; `parts` come in addition to the usual ones, or instead of them."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml."
    shared = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}sharedStrings+xml"/>'
    all_parts: dict[str, Iterable[str] | Repeated] = {
        "[Content_Types].xml": (
            (
                f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
                f'ContentType="{_RELS_TYPE}"/><Default Extension="xml" ContentType="application/xml"/>'
                f'<Override PartName="/xl/workbook.xml" ContentType="{kind}sheet.main+xml"/>'
                f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}worksheet+xml"/>{shared}</Types>'
            ),
        ),
        "_rels/.rels": (
            (
                f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
                f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
            ),
        ),
        "xl/workbook.xml": (
            (
                f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets><sheet name="one" sheetId="1" r:id="rId1"/>'
                "</sheets></workbook>"
            ),
        ),
        "xl/_rels/workbook.xml.rels": (
            (
                f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
                f'Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
                f'<Relationship Id="rId2" '
                f'Type="{_RELATIONS}/sharedStrings" '
                'Target="sharedStrings.xml"/></Relationships>'
            ),
        ),
        "xl/sharedStrings.xml": (f'<sst xmlns="{_MAIN}"/>',),
        "xl/worksheets/sheet1.xml": xml,
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, chunks in (all_parts | dict(parts or {})).items():
            if isinstance(chunks, Repeated):
                chunks.add_to(archive, name)
            else:
                archive.writestr(name, "".join(chunks))
    return path


def bomb_of_spaces(folder: Path) -> Path:
    return xlsx(folder / "spaces.xlsx", bomb(" " * 2**20, 1_100))


def bomb_of_zeros(folder: Path) -> Path:
    return xlsx(folder / "zeros.xlsx", bomb(("<row>" + "<c><v>0</v></c>" * 2_000 + "</row>") * 40, 900))


def bomb_of_one_text(folder: Path) -> Path:
    return xlsx(folder / "text.xlsx", bomb("x" * 2**20, 1_100, inside='<c t="inlineStr"><is><t>'))


def bomb_of_shared_strings(folder: Path) -> Path:
    strings = Repeated(f'<sst xmlns="{_MAIN}">', f"<si><t>{'x' * 1_000}</t></si>" * 1_000, 1_100, "</sst>")
    return xlsx(folder / "shared.xlsx", sheet((HEAD_ROW, ROW)), {"xl/sharedStrings.xml": strings})


def bomb_of_parts(folder: Path) -> Path:
    """More than the limit of what may be unpacked, without a workbook's own parts being large."""
    return xlsx(
        folder / "parts.xlsx", sheet((HEAD_ROW, ROW)), {"xl/media/image1.xml": Repeated("", " " * 2**20, 4_130, "")}
    )


def bomb_of_entities(folder: Path) -> Path:
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    strings = f'<!DOCTYPE sst [{entities}]><sst xmlns="{_MAIN}"><si><t>&a11;</t></si></sst>'
    return xlsx(folder / "entities.xlsx", sheet((HEAD_ROW, ROW)), {"xl/sharedStrings.xml": (strings,)})


def entities_in_the_sheet(folder: Path) -> Path:
    xml = "".join(sheet((HEAD_ROW, '<row><c t="inlineStr"><is><t>&a;</t></is></c></row>')))
    doctype = '<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    return xlsx(folder / "outside.xlsx", (doctype + xml,))


def lying_dimension(folder: Path) -> Path:
    before = '<dimension ref="A1:XFD1048576"/>'
    return xlsx(folder / "dimension.xlsx", sheet((HEAD_ROW, ROW), before=before))


def stray_corner(folder: Path) -> Path:
    stray = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return xlsx(folder / "corner.xlsx", sheet((HEAD_ROW, ROW, stray)))


def fifty_thousand_merges(folder: Path) -> Path:
    merges = "".join(f'<mergeCell ref="B{n}:C{n}"/>' for n in range(3, 50_003))
    behind = f"<mergeCells>{merges}</mergeCells>"
    return xlsx(folder / "merges.xlsx", sheet((HEAD_ROW, ROW), behind=behind))


def merges_over_everything(folder: Path) -> Path:
    merges = '<mergeCell ref="A2:XFD1048576"/>' * 20_000
    rows = chain((HEAD_ROW,), repeat(ROW, 20_000))
    return xlsx(folder / "overlap.xlsx", sheet(rows, behind=f"<mergeCells>{merges}</mergeCells>"))


def million_styled_rows(folder: Path) -> Path:
    return xlsx(
        folder / "styled.xlsx", sheet(chain((HEAD_ROW, ROW), repeat('<row ht="15"><c s="0"/></row>', 1_000_000)))
    )


def deep_xml(folder: Path) -> Path:
    return xlsx(folder / "deep.xlsx", sheet((HEAD_ROW, "<row>" * 300_000)))


def large_cell(folder: Path) -> Path:
    with (folder / "cell.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["keyId", *RIGHT])
        writer.writerow([1, *(RIGHT | {"text": "好" * 1_650_000}).values()])
    return folder / "cell.csv"


def unclosed_quote(folder: Path) -> Path:
    return csv_lines(folder / "quote.csv", chain(('1,"1,1,1\n',), (f"{n},1,1,1\n" for n in range(300_000))))


def millions_of_ones(folder: Path) -> Path:
    return csv_lines(folder / "ones.csv", repeat("1\n", 2_480_000), "1")


def millions_of_commas(folder: Path) -> Path:
    return csv_lines(folder / "commas.csv", ["," * 4_990_000])


def lines_of_commas(folder: Path) -> Path:
    return csv_lines(folder / "blank.csv", chain(("1,1,1,1\n",), repeat(",,,\n", 400_000)))


def millions_of_quotes(folder: Path) -> Path:
    return csv_lines(folder / "quotes.csv", ['"' * 4_990_000])


def many_right_rows(folder: Path) -> Path:
    return csv_lines(folder / "right.csv", (f"{n},1,1,1\n" for n in range(1, MANY_ROWS + 1)))


def many_wrong_rows(folder: Path) -> Path:
    return csv_lines(folder / "wrong.csv", (f"{n},0,1,1\n" for n in range(1, 80_001)))


def one_key(folder: Path) -> Path:
    return csv_lines(folder / "same.csv", repeat("1,,\n", 1_000_000))


def deep_json(folder: Path, depth: int, filling: str = "[") -> Path:
    closing = {"[": "]", '{"a":': "}"}[filling]
    cell = '[{"source": ' + filling * depth + "1" + closing * depth + "}]"
    return json_cell(folder / f"deep{depth}.csv", cell)


def json_cell(path: Path, cell: str) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*HEADINGS.split(","), "nodeList"])
        writer.writerow([1, 1, 1, 1, cell])
    return path


def noise(folder: Path, ending: str, size: int = 1_000_000) -> Path:
    (folder / f"noise{ending}").write_bytes(random.Random(ending).randbytes(size))
    return folder / f"noise{ending}"
