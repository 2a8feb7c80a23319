"""What is said of a file as a whole: nothing is wrong, and yet a user might not expect it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from runner.problem import Notice
from runner.tables.cells import is_blank
from runner.tables.dialect import Dialect
from runner.tables.encoding import CALLED
from runner.tables.headings import Heading, HeadingRow, vocabulary_of
from runner.tables.layout import Layout, Merge
from runner.tables.merges import address
from runner.tables.sheets import ChosenSheet
from runner.tables.table import Cell, Column, column_letter, shown
from runner.tables.vocabulary import RESEMBLING
from runner.text import Text

MOST_NAMED = 5
"""Places that one notice names; what is more is counted."""

MOST_UNKNOWN = 20
"""Headings without a field that have a notice of their own; what is more is counted."""


def on_encoding(path: Path, dialect: Dialect) -> Iterator[Notice]:
    """That the encoding was guessed, if it was."""
    if not dialect.encoding.certain:
        name = CALLED[dialect.encoding.name]
        yield Notice(
            code="encoding-guessed",
            message=Text(
                f"{path.name} is not UTF-8; it is read as {name}. If characters look wrong, save it as CSV UTF-8",
                f"{path.name} 不是 UTF-8 编码，按 {name} 读取。如有乱码，请另存为“CSV UTF-8”",
            ),
            value=name,
        )


def on_sheet(chosen: ChosenSheet) -> Iterator[Notice]:
    """Which sheet was taken, where that was a choice, or nobody can see it."""
    if chosen.others:
        others = _listed(chosen.others)
        yield Notice(
            code="sheet-chosen",
            message=Text(
                f'The sheet "{chosen.name}" is read, which has all required headings; not read: {others.en}',
                f"读取工作表“{chosen.name}”（含全部必需标题）；未读取：{others.zh}",
            ),
            value=chosen.name,
        )
    for name in chosen.examples:
        yield Notice(
            code="examples-sheet",
            message=Text(
                f'The sheet "{name}" holds examples and is not read, though it has more rows than those. Move your '
                f'rows to the sheet "{chosen.name}"',
                f"工作表“{name}”中除示例外还有其他行；该表是示例，不会读取。请将这些行移到工作表“{chosen.name}”",
            ),
            value=name,
        )
    if chosen.hidden:
        yield Notice(
            code="hidden-sheet",
            message=Text(
                f'The sheet "{chosen.name}" is hidden; it is read',
                f"工作表“{chosen.name}”已隐藏，仍会读取",
            ),
            value=chosen.name,
        )


def on_headings(found: HeadingRow, headings: Sequence[Heading], top: Sequence[Sequence[Cell]]) -> Iterator[Notice]:
    """Headings that stand for no field, and columns that have values but no heading."""
    vocabulary = vocabulary_of(headings)
    for unknown in found.unknown[:MOST_UNKNOWN]:
        near = vocabulary.nearest_field(unknown.text, at_least=RESEMBLING)
        yield Notice(
            code="unknown-heading",
            message=Text(
                f'"{shown(unknown.text)}" stands for no field and is passed over'
                + (f"; the nearest field is {near}" if near else ""),
                f"“{shown(unknown.text)}”不对应任何字段，已忽略" + (f"；最接近的字段是 {near}" if near else ""),
            ),
            row=found.number,
            heading=unknown.text,
            cell=f"{unknown.letter}{found.number}",
            value=shown(unknown.text),
        )
    more = found.unknown[MOST_UNKNOWN:]
    if more:
        yield Notice(
            code="unknown-heading",
            message=Text(
                f"{len(more)} more headings, from {more[0].letter}{found.number} on, stand for no field and are "
                "passed over",
                f"从 {more[0].letter}{found.number} 起还有 {len(more)} 个标题不对应任何字段，已忽略",
            ),
            row=found.number,
            cell=f"{more[0].letter}{found.number}",
        )
    yield from _without_heading(found, top)


def on_layout(layout: Layout, found: HeadingRow, merges: Sequence[Merge]) -> Iterator[Notice]:
    """Hidden columns and rows, filters, and ranges that are read as merged.

    Args:
        layout: of the sheet.
        found: its headings.
        merges: those that are filled in.
    """
    columns = {column.index: column for column in found.columns.values()}
    for index in sorted(layout.hidden_columns & columns.keys()):
        yield _hidden_column(columns[index], found.number)
    if layout.filtered_columns:
        letters = [column_letter(index) for index in sorted(layout.filtered_columns)]
        places = _listed(letters)
        first = columns.get(min(layout.filtered_columns))
        yield Notice(
            code="filtered-column",
            message=Text(
                f"Rows are filtered by column {places.en}; those that the filter hides are read too",
                f"表格按 {places.zh} 列进行了筛选，被筛掉的行也会读取",
            ),
            field=first.field if first else "",
            heading=first.heading if first else None,
            cell=f"{letters[0]}{found.number}",
        )
    runs = [(max(first, found.number + 1), last) for first, last in layout.hidden_rows if last > found.number]
    if runs:
        places = _listed([str(first) if first == last else f"{first}-{last}" for first, last in runs])
        count = sum(last - first + 1 for first, last in runs)
        yield Notice(
            code="hidden-rows",
            message=Text(
                f"Rows are hidden ({count} in all): {places.en}; they are read",
                f"有隐藏的行（共 {count} 行）：{places.zh}；这些行也会读取",
            ),
            row=runs[0][0],
        )
    if merges:
        places = _listed([address(merge) for merge in merges[: MOST_NAMED + 1]], count=len(merges))
        yield Notice(
            code="merged-cells",
            message=Text(
                f"Merged cells are read as if each held the value of the first: {places.en}",
                f"合并单元格中的每一格都按首格的值读取：{places.zh}",
            ),
            row=merges[0].first_row,
            cell=address(merges[0]),
        )


def _hidden_column(column: Column, heading_row: int) -> Notice:
    return Notice(
        code="hidden-column",
        message=Text(
            f"Column {column.letter} {column.field} is hidden; its values count",
            f"{column.letter} 列（{column.field}）已隐藏，其中的值仍然有效",
        ),
        field=column.field,
        heading=column.heading,
        cell=f"{column.letter}{heading_row}",
    )


def _without_heading(found: HeadingRow, top: Sequence[Sequence[Cell]]) -> Iterator[Notice]:
    headed = {column.index for column in found.columns.values()} | {unknown.index for unknown in found.unknown}
    heads = top[found.number - 1]
    first_cells: dict[int, str] = {}
    for number, cells in enumerate(top[found.number :], start=found.number + 1):
        for index, cell in enumerate(cells):
            if cell is None or index in first_cells or index in headed or is_blank(cell):
                continue
            if index >= len(heads) or is_blank(heads[index]):
                first_cells[index] = f"{column_letter(index)}{number}"
    if first_cells:
        indexes = sorted(first_cells)
        places = _listed([column_letter(index) for index in indexes])
        yield Notice(
            code="column-without-heading",
            message=Text(
                f"There are values without a heading in column {places.en}; they are passed over",
                f"{places.zh} 列有值但没有标题，已忽略",
            ),
            cell=first_cells[indexes[0]],
        )


def _listed(places: Sequence[str], *, count: int | None = None) -> Text:
    more = (len(places) if count is None else count) - MOST_NAMED
    named = places[:MOST_NAMED]
    return Text(
        ", ".join(named) + (f" and {more} more" if more > 0 else ""),
        "、".join(named) + (f" 等，另有 {more} 处" if more > 0 else ""),
    )
