"""What a file is by its content, since its name may say anything."""

import codecs
import mmap
import zipfile
from pathlib import Path
from typing import Literal

from runner.errors import InputError
from runner.tables.workbooks.archive import Archive
from runner.tables.workbooks.overlay import Damaged
from runner.text import Text

Kind = Literal["xlsx", "xlsb", "ods", "xls"]

ENDINGS: dict[Kind, tuple[str, ...]] = {
    "xlsx": (".xlsx", ".xlsm"),
    "xlsb": (".xlsb",),
    "ods": (".ods",),
    "xls": (".xls",),
}
"""The endings that each kind may have; the first is what it is called."""

_ZIP, _OLE = b"PK", b"\xd0\xcf\x11\xe0"
_BARE_XLS = (b"\x09\x00", b"\x09\x02", b"\x09\x04", b"\x09\x08")
"""The first record of an .xls that is not wrapped in OLE ([MS-XLS] 2.4.21, and the formats before it)."""
_HEAD = 4096
_OPEN_ELSEWHERE = Text("Open it where it came from and save it as .xlsx.", "请用原来的程序打开，并另存为 .xlsx。")
_RENAME = Text("Call it .csv, or open it and save it as .xlsx.", "请将扩展名改为 .csv，或打开后另存为 .xlsx。")
_OTHERS: tuple[tuple[bytes, Text], ...] = (
    (b"%PDF", Text("a PDF", "PDF 文件")),
    (b"\x89PNG", Text("a picture", "图片")),
    (b"\xff\xd8\xff", Text("a picture", "图片")),
    (b"Rar!", Text("a RAR archive", "RAR 压缩包")),
    (b"7z\xbc\xaf", Text("a 7z archive", "7z 压缩包")),
    (b"\x1f\x8b", Text("a gzip archive", "gzip 压缩包")),
)


def check_kind(path: Path) -> Kind:
    """The workbook's kind.

    Raises:
        InputError: it is none that can be read, or its ending is another kind's.
        Damaged: it seems to be one, but has not even a directory.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(_ZIP):
        kind = _in_zip(path)
    elif head.startswith(_OLE):
        kind = _in_ole(path)
    elif head.startswith(_BARE_XLS):
        kind = "xls"
    else:
        raise _no_spreadsheet(path, *_other(head))
    if path.suffix.lower() not in ENDINGS[kind]:
        right = ENDINGS[kind][0]
        raise InputError(
            f"{path.name} is a {right} workbook that is called {path.suffix}. Rename it to {path.stem}{right}.",
            f"{path.name} 实际是 {right} 工作簿，却以 {path.suffix} 命名。请改名为 {path.stem}{right}。",
        )
    return kind


def check_unpacked(path: Path, unpacked_mb: int) -> None:
    """Looks at what a zip archive says of itself before anything of it is unpacked.

    Raises:
        InputError: it says that it is larger.
    """
    with Archive(path) as archive:
        size = archive.unpacked_bytes() >> 20
    if size > unpacked_mb:
        raise InputError(
            f"{path.name} is too large: its unpacked size is {size:,} MiB, and unpacked_mb is {unpacked_mb}; "
            "raise that setting if the file is right.",
            f"{path.name} 过大：解压后为 {size:,} MiB，而 unpacked_mb 为 {unpacked_mb}；如果文件无误，请调高该设置。",
        )


def _in_zip(path: Path) -> Kind:
    try:
        with Archive(path) as archive:
            if "xl/workbook.xml" in archive:
                return "xlsx"
            if "xl/workbook.bin" in archive:
                return "xlsb"
            if "content.xml" in archive and "mimetype" in archive:
                with archive.open("mimetype") as part:
                    kind = part.read(100)
                if b"spreadsheet" in kind:
                    if archive.has_any("META-INF/manifest.xml", (b"encryption-data",)):
                        raise locked(path)
                    return "ods"
                raise _no_spreadsheet(path, Text("another kind of document", "其他类型的文档"), _OPEN_ELSEWHERE)
            for part_name, what in (
                ("word/document.xml", Text("a Word document", "Word 文档")),
                ("ppt/presentation.xml", Text("a presentation", "演示文稿")),
                ("Index/Document.iwa", Text("an Apple document", "Apple 文档")),
            ):
                if part_name in archive:
                    raise _no_spreadsheet(path, what, _OPEN_ELSEWHERE)
    except zipfile.BadZipFile as error:
        raise Damaged(str(error)) from error
    unpack = Text("Unpack it and name the workbook in it.", "请解压后指定其中的工作簿。")
    raise _no_spreadsheet(path, Text("a zip archive", "zip 压缩包"), unpack)


def _in_ole(path: Path) -> Kind:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:

        def has(stream: str) -> bool:
            return content.find(stream.encode("utf-16-le") + b"\0\0") >= 0

        if has("EncryptedPackage"):  # [MS-OFFCRYPTO] 2.3.4.4
            raise locked(path)
        if has("Workbook") or has("Book"):
            return "xls"
        if has("WordDocument"):
            raise _no_spreadsheet(path, Text("a Word document", "Word 文档"), _OPEN_ELSEWHERE)
    raise InputError(
        f"{path.name} is protected by a password, or damaged. Remove the password and save it again as .xlsx.",
        f"{path.name} 受密码保护，或已损坏。请去掉密码并重新另存为 .xlsx。",
    )


def _other(head: bytes) -> tuple[Text | None, Text]:
    """What something is that is no workbook at all, and what to do."""
    for magic, what in _OTHERS:
        if head.startswith(magic):
            return what, _OPEN_ELSEWHERE
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Text("text in UTF-16", "UTF-16 文本"), _RENAME
    start = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if (start.startswith(b"<") and b"<html" in start) or start.startswith((b"<!doctype html", b"<table")):
        return Text("a web page", "网页"), Text("Open it and save it as .xlsx.", "请打开后另存为 .xlsx。")
    if start.startswith(b"<?xml"):
        return Text("an XML file", "XML 文件"), Text("Open it and save it as .xlsx.", "请打开后另存为 .xlsx。")
    if all(byte >= 0x20 or byte in b"\t\n\r\f" for byte in head):
        return Text("plain text", "纯文本"), _RENAME
    return None, _OPEN_ELSEWHERE


def locked(path: Path) -> InputError:
    """What to say of a workbook that only its password opens."""
    return InputError(
        f"{path.name} is protected by a password. Remove the password and save it again.",
        f"{path.name} 受密码保护。请去掉密码后重新保存。",
    )


def _no_spreadsheet(path: Path, what: Text | None, remedy: Text) -> InputError:
    if what is None:
        what = Text("something else", "其他内容")
    return InputError(
        f"{path.name} is not a spreadsheet, whatever its name says, but {what.en}. {remedy.en}",
        f"{path.name} 不是电子表格，而是{what.zh}。{remedy.zh}",
    )
