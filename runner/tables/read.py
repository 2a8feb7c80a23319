"""Opens a file as a table of a job's fields."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from runner.errors import InputError
from runner.tables.cells import is_blank
from runner.tables.delimited import DELIMITERS, read_delimited
from runner.tables.headings import SEARCHED_ROWS, Heading, HeadingRow, find_heading_row, require_headings
from runner.tables.table import Cell, Row, Table
from runner.tables.workbook import read_sheet, sheet_names

_ZIP_MAGIC = b"PK\x03\x04"
_OLE_MAGIC = b"\xd0\xcf\x11\xe0"


def read_table(path: Path, headings: Sequence[Heading], *, sheet: str | None = None) -> Table:
    """The rows below the heading row of a .xlsx or .csv file. Blank rows are passed over.

    Args:
        path: the file; its ending says its format.
        headings: the columns that the job knows, in any order in the file.
        sheet: which sheet; without it the only one that has known headings.

    Raises:
        InputError: there is no such file or sheet, it is no spreadsheet, it is empty, it has no known heading, or
            lacks a required one. The rows raise it too, where the damage is further down.
    """
    _check_is_file(path)
    if path.suffix.lower() == ".csv":
        _refuse_workbook_called_csv(path)
        delimiter, found = _choose_delimiter(path, headings)
        rows: Iterator[Sequence[Cell]] = read_delimited(path, delimiter)
    elif path.suffix.lower() == ".xlsx":
        _check_is_workbook(path)
        sheet, found = _choose_sheet(path, headings, sheet)
        rows = read_sheet(path, sheet)
    else:
        raise InputError(
            f"{path.name} is neither .xlsx nor .csv. Save the table as one of them.",
            f"{path.name} 不是 .xlsx 或 .csv 文件。请另存为其中一种格式。",
        )
    if found is None:
        raise _no_headings(path, headings)
    require_headings(found, headings)
    return Table(sheet=sheet, columns=found.columns, rows=_rows_below(found.number, rows), ignored=found.unknown)


def _rows_below(heading_row: int, rows: Iterable[Sequence[Cell]]) -> Iterator[Row]:
    for number, cells in enumerate(rows, start=1):
        if number > heading_row and not all(map(is_blank, cells)):
            yield Row(number, tuple(cells))


def _check_is_file(path: Path) -> None:
    try:
        exists, is_file = path.exists(), path.is_file()
    except OSError:  # the name is too long, or the folder is closed to us
        exists = is_file = False
    if not exists:
        raise InputError(
            f"There is no file {path}. Check the name and the folder.",
            f"找不到文件 {path}。请检查文件名和所在文件夹。",
        )
    if not is_file:
        raise InputError(
            f"{path} is a folder, not a spreadsheet. Name the file in it.",
            f"{path} 是文件夹，不是电子表格。请指定其中的文件。",
        )
    try:
        with path.open("rb") as file:
            empty = not file.read(1)
    except OSError as error:
        raise InputError(
            f"{path.name} cannot be opened ({error.strerror}). Close it elsewhere, or check who may read it.",
            f"无法打开 {path.name}（{error.strerror}）。请在其他程序中关闭它，或检查读取权限。",
        ) from error
    if empty:
        raise InputError(
            f"{path.name} is empty. Fill in the headings and at least one row.",
            f"{path.name} 是空文件。请填写标题行和至少一行数据。",
        )


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4)


def _refuse_workbook_called_csv(path: Path) -> None:
    if _first_bytes(path) in {_ZIP_MAGIC, _OLE_MAGIC}:
        raise InputError(
            f"{path.name} is a workbook that is called .csv. Rename it to .xlsx, or save it as CSV UTF-8.",
            f"{path.name} 实际是工作簿，却以 .csv 命名。请改名为 .xlsx，或另存为“CSV UTF-8”。",
        )


def _check_is_workbook(path: Path) -> None:
    magic = _first_bytes(path)
    if magic == _OLE_MAGIC:
        raise InputError(
            f"{path.name} is protected by a password, or an old .xls. Save it as .xlsx without a password.",
            f"{path.name} 受密码保护，或是旧版 .xls。请去掉密码并另存为 .xlsx。",
        )
    if magic != _ZIP_MAGIC:
        raise InputError(
            f"{path.name} is not a spreadsheet, whatever its name says. Open it and save it as .xlsx.",
            f"{path.name} 名为 .xlsx，但内容不是电子表格。请打开后另存为 .xlsx。",
        )


def _choose_delimiter(path: Path, headings: Sequence[Heading]) -> tuple[str, HeadingRow | None]:
    """The delimiter under which the most headings are known; what only another one stumbles over does not count."""
    tops: dict[str, HeadingRow] = {}
    stumbles: list[InputError] = []
    for delimiter in DELIMITERS:
        try:
            found = find_heading_row(islice(read_delimited(path, delimiter), SEARCHED_ROWS), headings)
        except InputError as error:
            stumbles.append(error)
        else:
            if found:
                tops[delimiter] = found
    if tops:
        delimiter = max(tops, key=lambda each: len(tops[each].columns))
        return delimiter, tops[delimiter]
    if stumbles:
        raise stumbles[0]
    return DELIMITERS[0], None


def _choose_sheet(path: Path, headings: Sequence[Heading], asked: str | None) -> tuple[str, HeadingRow | None]:
    names = sheet_names(path)
    if asked is not None and asked not in names:
        raise InputError(
            f'{path.name} has no sheet "{asked}". Its sheets: {", ".join(names)}.',
            f"{path.name} 中没有工作表“{asked}”。现有工作表：{'、'.join(names)}。",
        )
    candidates = names if asked is None else [asked]
    tops = {name: find_heading_row(read_sheet(path, name, only_top=True), headings) for name in candidates}
    known = [name for name, found in tops.items() if found]
    if len(known) > 1:
        raise InputError(
            f"{path.name} has several sheets with known headings: {', '.join(known)}. Say which one with --sheet.",
            f"{path.name} 中有多个工作表含有可识别的标题：{'、'.join(known)}。请用 --sheet 指定。",
        )
    chosen = known[0] if known else candidates[0]
    return chosen, tops[chosen]


def _no_headings(path: Path, headings: Sequence[Heading]) -> InputError:
    required = [heading for heading in headings if heading.required and heading.group is None]
    names = ", ".join(heading.field for heading in required)
    labels = "、".join(heading.labels[0] if heading.labels else heading.field for heading in required)
    return InputError(
        f"{path.name} has no known heading in its first {SEARCHED_ROWS} rows. It needs at least: {names}.",
        f"{path.name} 的前 {SEARCHED_ROWS} 行中没有可识别的标题。至少需要：{labels}。",
    )
