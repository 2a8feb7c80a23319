"""The heading row: where it is, and which column holds which field."""

import difflib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from runner.errors import InputError
from runner.tables.table import Cell, Column

SEARCHED_ROWS = 20
"""Titles and notes above the headings are normal, but not more of them than this."""

RESEMBLING, MISSPELT = 0.5, 0.8
"""How alike two names are (difflib's ratio) to be mentioned together, and to be taken for one another."""

_IGNORED = str.maketrans("", "", " \t\r\n_*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A column that a job knows."""

    field: str
    labels: tuple[str, ...] = ()
    """What it may be called besides its field name."""
    required: bool = False
    """Whether a file must have it."""
    group: str | None = None
    """A required column may be missing where all columns of its group are; without a group, never."""


@dataclass(frozen=True, slots=True)
class HeadingRow:
    """The heading row of a file."""

    number: int
    """From 1."""
    columns: Mapping[str, Column]
    unknown: tuple[str, ...]
    """Headings that no field answers to, as the user wrote them."""


def find_heading_row(rows: Iterable[Sequence[Cell]], headings: Sequence[Heading]) -> HeadingRow | None:
    """The one of the first rows that has the most known headings; None where none has any.

    Raises:
        InputError: two columns of it stand for one field.
    """
    fields = {_plain(name): heading.field for heading in headings for name in (heading.field, *heading.labels)}
    best: list[Column] = []
    best_number = 0
    best_cells: Sequence[Cell] = ()
    for number, cells in enumerate(islice(rows, SEARCHED_ROWS), start=1):
        known = [
            Column(fields[plain], index, str(cell))
            for index, cell in enumerate(cells)
            if isinstance(cell, str) and (plain := _plain(cell)) in fields
        ]
        if len(known) > len(best):
            best, best_number, best_cells = known, number, cells
    if not best:
        return None
    columns: dict[str, Column] = {}
    for column in best:
        twin = columns.setdefault(column.field, column)
        if twin is not column:
            places = f"{twin.letter}{best_number}", f"{column.letter}{best_number}"
            raise InputError(
                f"Two columns stand for {column.field}: {places[0]} and {places[1]}. Remove or rename one of them.",
                f"有两列都表示 {column.field}：{places[0]} 和 {places[1]}。请删除或重命名其中一列。",
            )
    taken = {column.index for column in best}
    unknown = tuple(str(cell) for index, cell in enumerate(best_cells) if cell is not None and index not in taken)
    return HeadingRow(best_number, columns, unknown)


def require_headings(found: HeadingRow, headings: Sequence[Heading]) -> None:
    """Checks that no column is missing that the file must have, and none seems to be misspelt.

    Raises:
        InputError: one is missing; the message names it, and the nearest heading that was found. Or a heading that
            stands for no field resembles one that the file does not have: passing it over would lose its values.
    """
    groups = {heading.group for heading in headings if heading.field in found.columns}
    for heading in headings:
        if not heading.required or heading.field in found.columns:
            continue
        if heading.group is not None and heading.group not in groups:
            continue
        nearest = _nearest(heading, found.unknown)
        label = f"{heading.field} ({heading.labels[0]})" if heading.labels else heading.field
        hint_en = f'the nearest one found is "{nearest}"' if nearest else "no heading there resembles it"
        hint_zh = f"最接近的标题是“{nearest}”" if nearest else "没有相近的标题"
        raise InputError(
            f"The required heading {label} is missing from row {found.number}; {hint_en}. "
            "Add the column, or correct its heading.",
            f"第 {found.number} 行缺少必需的标题 {label}；{hint_zh}。请添加该列或更正标题。",
        )

    for unknown in found.unknown:
        absent = [heading for heading in headings if heading.field not in found.columns]
        meant = max(absent, key=lambda heading: _likeness(heading, unknown), default=None)
        if meant is not None and _likeness(meant, unknown) >= MISSPELT:
            label = f"{meant.field} ({meant.labels[0]})" if meant.labels else meant.field
            raise InputError(
                f'No field is called "{unknown}" (row {found.number}), but {label} is much like it. '
                "Correct the heading, or rename the column if it means something else.",
                f"没有名为“{unknown}”的字段（第 {found.number} 行），但它与 {label} 很相似。"
                "请更正标题；如另有含义，请改用其他名称。",
            )


def _plain(name: str) -> str:
    """A heading without what does not tell it apart: case, width, spaces, underscores, the asterisk for required."""
    return unicodedata.normalize("NFKC", name).translate(_IGNORED).casefold()


def _nearest(heading: Heading, candidates: Iterable[str]) -> str | None:
    likely = [(_likeness(heading, candidate), candidate) for candidate in candidates]
    ratio, candidate = max(likely, default=(0.0, ""))
    return candidate if ratio >= RESEMBLING else None


def _likeness(heading: Heading, candidate: str) -> float:
    names = (heading.field, *heading.labels)
    return max(difflib.SequenceMatcher(None, _plain(candidate), _plain(name)).ratio() for name in names)
