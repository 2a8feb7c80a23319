"""Opens a file as a table of a job's fields."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from runner.errors import HeadingsError, InputError
from runner.problem import Notice
from runner.tables import remarks
from runner.tables.cells import is_blank
from runner.tables.delimited import hold_back_surplus, read_delimited
from runner.tables.dialect import choose_dialect
from runner.tables.examples import rows_marked
from runner.tables.headings import (
    NO_MAPPING,
    SEARCHED_ROWS,
    Heading,
    HeadingRow,
    require_headings,
    vocabulary_of,
)
from runner.tables.limits import ReadingLimits
from runner.tables.mapping import resolve
from runner.tables.merges import fill_merged, merges_below
from runner.tables.origin import find_origin, find_plan, is_of, sheet_of, with_mapping_of
from runner.tables.sheets import Sheets, choose_sheet, examples_only
from runner.tables.table import Cell, Row, Table
from runner.typed import typed

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
DELIMITED = (".csv", ".tsv")

DEFAULT_LIMITS = ReadingLimits()

MOST_ROWS_OF_A_SHEET = 2**20
"""Blank ones included (Microsoft's specification of Excel). A limit on rows below that is one on rows with values."""

_MIB = 2**20
_MAGICS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@contextmanager
def read_table(
    path: Path,
    headings: Sequence[Heading],
    *,
    sheet: str | None = None,
    mapping: Mapping[str, str] = NO_MAPPING,
    limits: ReadingLimits = DEFAULT_LIMITS,
) -> Iterator[Table]:
    """The rows below the heading row of a workbook or of delimited text; leaving it closes the file.

    Blank rows are passed over. Merged cells below the headings have the value of the first one. Where a row of
    delimited text, or of a run's corrections, has values behind the last heading, its key is `HeldBack`.

    Args:
        path: the file; its ending says its format.
        headings: the columns that the job knows, in any order in the file; the first required one is the key.
        sheet: which sheet; without it the only one that has known headings, or all required ones.
        mapping: headings of the file, as written, to fields; "" passes a column over.
        limits: past any of them the file is refused.

    Raises:
        InputError: there is no such file or sheet, it is no table, it is empty or too large, it has no known heading,
            or lacks a required one; or the mapping does not fit. The rows raise it too, where it shows further down.
    """
    _check_format(path, WORKBOOKS + DELIMITED)
    _check_file(path, limits)
    resolve(mapping, vocabulary_of(headings))  # what is wrong with it is not the file's fault, and is told first
    if path.suffix.lower() in DELIMITED:
        with _delimited_table(path, headings, mapping, limits) as table:
            yield table
    else:
        with opened_workbook(path, limits) as workbook:
            _refuse_plan(workbook, path)
            yield workbook_table(workbook, path, headings, sheet=sheet, mapping=mapping, limits=limits)


@contextmanager
def opened_workbook(path: Path, limits: ReadingLimits) -> Iterator[Sheets]:
    """A workbook, for those who know its sheets; leaving it closes the file.

    Raises:
        InputError: there is no such file, it is no workbook, it is empty or too large. What is read raises it too.
    """
    _check_format(path, WORKBOOKS)
    _check_file(path, limits)
    # On demand: nobody should wait for the readers of workbooks who reads text.
    from runner.tables.workbooks.workbook import Workbook  # noqa: PLC0415

    with Workbook(path, limits) as workbook:
        yield workbook


@contextmanager
def _delimited_table(
    path: Path, headings: Sequence[Heading], mapping: Mapping[str, str], limits: ReadingLimits
) -> Iterator[Table]:
    _refuse_workbook(path)
    dialect = choose_dialect(path, headings, mapping)
    if dialect is None:
        raise _no_headings(path, headings)
    if rows_marked(dialect.top) is not None:  # the sheet of examples, saved as text
        raise examples_only(path.name, None)
    found = dialect.found
    require_headings(found, headings)
    notices = (*remarks.on_encoding(path, dialect), *remarks.on_headings(found, headings, dialect.top))
    records = read_delimited(path, dialect.delimiter, dialect.encoding.name)
    with closing(records):
        rows = _without_surplus(_rows_below(_Place(path, found), records, limits), found, headings)
        yield Table(sheet=None, columns=found.columns, headings=found.written, rows=rows, notices=notices)


def workbook_table(
    workbook: Sheets,
    path: Path,
    headings: Sequence[Heading],
    *,
    sheet: str | None = None,
    mapping: Mapping[str, str] = NO_MAPPING,
    limits: ReadingLimits = DEFAULT_LIMITS,
) -> Table:
    """The table in an open workbook; otherwise as `read_table`."""
    origin = find_origin(workbook)
    if origin:
        sheet = sheet or sheet_of(origin, workbook.names, path.name)
        mapping = with_mapping_of(origin, workbook, sheet, mapping)
    chosen = choose_sheet(workbook, path.name, headings, asked=sheet, mapping=mapping)
    found = chosen.found
    if found is None:
        raise _no_headings(path, headings, sheet=None if sheet is None else chosen.name)
    require_headings(found, headings)
    layout = workbook.layout(chosen.name)
    columns = [column.index for column in found.columns.values()]
    merges = merges_below(layout.merges, found.number, columns)
    notices: tuple[Notice, ...] = (
        *remarks.on_sheet(chosen),
        *remarks.on_headings(found, headings, chosen.top),
        *remarks.on_layout(layout, found, merges),
    )
    rows = _rows_below(_Place(path, found), workbook.rows(chosen.name), limits)
    if merges:
        rows = fill_merged(rows, merges, columns)
    corrected = origin if origin and is_of(origin, chosen.name, workbook.names) else None
    if corrected:  # else a row of delimited text that was given back as it stands would be taken for a right one
        rows = _without_surplus(rows, found, headings)
    return Table(
        sheet=chosen.name,
        columns=found.columns,
        headings=found.written,
        rows=rows,
        notices=notices,
        origin=corrected,
    )


@dataclass(frozen=True, slots=True)
class _Place:
    path: Path
    found: HeadingRow


def _rows_below(place: _Place, rows: Iterable[Sequence[Cell]], limits: ReadingLimits) -> Iterator[Row]:
    heading_row, most = place.found.number, limits.file_rows
    last = heading_row + max(most, MOST_ROWS_OF_A_SHEET)  # else blank rows could go on for ever
    count = 0
    for number, cells in enumerate(rows, start=1):
        if number <= heading_row:
            continue
        blank = all(map(is_blank, cells))
        count += not blank
        if count > most or number > last:
            raise InputError(
                f"{place.path.name} has more than {most:,} rows below its headings, which is the limit. "
                "Split the file, or raise the setting file_rows.",
                f"{place.path.name} 标题下的数据行超过上限 {most:,} 行。请拆分文件，或调高设置 file_rows。",
            )
        if not blank:
            yield Row(number, tuple(cells))


def _without_surplus(rows: Iterator[Row], found: HeadingRow, headings: Sequence[Heading]) -> Iterator[Row]:
    fields = [heading.field for heading in headings if heading.required] + list(found.columns)
    key = next(found.columns[field].index for field in fields if field in found.columns)
    return hold_back_surplus(rows, heading_row=found.number, width=found.width, key=key)


def _check_file(path: Path, limits: ReadingLimits) -> None:
    try:
        exists, is_file = path.exists(), path.is_file()
    except (OSError, ValueError):  # the name is too long or has a NUL in it, or the folder is closed to us
        exists = is_file = False
    if not exists:
        raise InputError(
            f"There is no file {path}. Check the name and the folder.",
            f"找不到文件 {path}。请检查文件名和所在文件夹。",
        )
    if not is_file and not path.is_dir():
        raise InputError(
            f"{path} is no ordinary file. Save the spreadsheet to a folder of yours, and name it there.",
            f"{path} 不是普通文件。请将表格保存到文件夹中，再指定该文件。",
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
        raise HeadingsError(
            (f"{path.name} is empty", f"{path.name} 是空文件"),
            ("Fill in the headings and at least one row.", "请填写标题行和至少一行数据。"),
        )
    size = path.stat().st_size
    if size > limits.file_mb * _MIB:
        raise InputError(
            f"{path.name} has {size / _MIB:,.1f} MiB, and the limit is {limits.file_mb:,}. "
            "Split the file, or raise the setting file_mb.",
            f"{path.name} 大小为 {size / _MIB:,.1f} MiB，超过上限 {limits.file_mb:,} MiB。"
            "请拆分文件，或调高设置 file_mb。",
        )


def _check_format(path: Path, formats: Sequence[str]) -> None:
    if path.suffix.lower() not in formats and path.is_file():
        raise InputError(
            f"{path.name} is in no format that can be read. Save the table as one of: {', '.join(formats)}.",
            f"{path.name} 的格式无法读取。请另存为以下格式之一：{'、'.join(formats)}。",
        )


def _refuse_plan(workbook: Sheets, path: Path) -> None:
    plan = find_plan(workbook)
    if plan:
        command = typed(["recallflow", "apply", path])
        raise InputError(
            f"{path.name} is the plan of run {plan.run}, not a table of requests. Tick what is to be applied in it, "
            f"and apply it: {command}",
            f"{path.name} 是运行 {plan.run} 的计划，不是请求表格。请在其中勾选要应用的行，然后运行：{command}",
        )


def _refuse_workbook(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(4)
    if start in _MAGICS:
        ending = path.suffix.lower()
        raise InputError(
            f"{path.name} is a workbook that is called {ending}. Rename it to what it is ({', '.join(WORKBOOKS)}), "
            "or save it as CSV UTF-8.",
            f"{path.name} 实际是工作簿，却以 {ending} 命名。请改回原来的扩展名（{'、'.join(WORKBOOKS)}），"
            "或另存为“CSV UTF-8”。",
        )


def _no_headings(path: Path, headings: Sequence[Heading], *, sheet: str | None = None) -> HeadingsError:
    required = [heading for heading in headings if heading.required and heading.group is None]
    names = ", ".join(heading.field for heading in required)
    labels = "、".join(heading.labels[0] if heading.labels else heading.field for heading in required)
    where_en = f'The sheet "{sheet}" of {path.name}' if sheet else path.name
    where_zh = f"{path.name} 的工作表“{sheet}”" if sheet else f"{path.name} "
    return HeadingsError(
        (
            f"{where_en} has no known heading in its first {SEARCHED_ROWS} rows",
            f"{where_zh}的前 {SEARCHED_ROWS} 行中没有可识别的标题",
        ),
        (
            f'It needs at least: {names}. Headings with other names can be mapped: --map "HEADING=FIELD".',
            f'至少需要：{labels}。标题名称不同时可以映射：--map "标题=字段"。',
        ),
    )
