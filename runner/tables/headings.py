"""The heading row: where it is, and which column holds which field."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from types import MappingProxyType

from runner.errors import HeadingsError, InputError
from runner.tables.mapping import as_option, resolve
from runner.tables.table import Cell, Column, WrittenHeading, column_letter, shown
from runner.tables.vocabulary import MISSPELT, RESEMBLING, Vocabulary, nearest, plain

SEARCHED_ROWS = 20
"""Titles and notes above the headings are normal, but not more of them than this."""

NO_MAPPING: Mapping[str, str] = MappingProxyType({})


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
    informational: bool = False
    """Whether the column is there for a person to read: nothing is read from it, and nothing is said about it."""

    @property
    def in_words(self) -> str:
        """The field, and what people call it."""
        return f"{self.field} ({self.labels[0]})" if self.labels else self.field


@dataclass(frozen=True, slots=True)
class UnknownHeading:
    """A heading that no field answers to."""

    text: str
    """As the user wrote it."""
    index: int
    """Of its column, from 0."""

    @property
    def letter(self) -> str:
        """Of its column."""
        return column_letter(self.index)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadingRow:
    """The heading row of a file."""

    number: int
    """From 1."""
    width: int
    """Columns up to the last one that has a heading."""
    columns: Mapping[str, Column]
    unknown: tuple[UnknownHeading, ...]
    written: tuple[WrittenHeading, ...]
    """All of them, from column A on."""
    twins: tuple[tuple[Column, Column], ...] = ()
    """Pairs of columns that stand for one field."""
    unmapped: tuple[str, ...] = ()
    """Headings of the user's mapping that the row does not have."""


def vocabulary_of(headings: Sequence[Heading]) -> Vocabulary:
    """All names of the fields that are read; one for each job, as it remembers what it has looked up."""
    return _vocabulary(tuple(heading for heading in headings if not heading.informational))


@lru_cache(maxsize=8)
def _vocabulary(headings: tuple[Heading, ...]) -> Vocabulary:
    return Vocabulary({heading.field: (heading.field, *heading.labels) for heading in headings})


def find_heading_row(
    rows: Iterable[Sequence[Cell]], headings: Sequence[Heading], mapping: Mapping[str, str] = NO_MAPPING
) -> HeadingRow | None:
    """The one of the first rows that has the most known headings; None where none has any.

    Args:
        rows: from row 1 on.
        headings: the columns that the job knows.
        mapping: which heading of the file stands for which field, as the user says it; it wins over the names. A
            heading that is mapped to "" is passed over without a word.

    Raises:
        InputError: the mapping names a field that there is not.
    """
    vocabulary = vocabulary_of(headings)
    mapped = resolve(mapping, vocabulary)
    passed_over = _informational_names(headings)
    best: dict[int, str] = {}
    best_cells: Sequence[Cell] = ()
    best_number = most = 0
    for number, cells in enumerate(islice(rows, SEARCHED_ROWS), start=1):
        known = {
            index: field
            for index, cell in enumerate(cells)
            if isinstance(cell, str) and (field := _field(cell, mapped, vocabulary, passed_over)) is not None
        }
        fields = len(set(known.values()) - {""})
        if fields > most:
            best, best_number, best_cells, most = known, number, cells, fields
    return _heading_row(best_number, best_cells, best, mapping) if best else None


def _informational_names(headings: Sequence[Heading]) -> frozenset[str]:
    """The names of columns that only inform, in plain spelling: just these, as one that resembles them may be data."""
    return frozenset(
        plain(name) for heading in headings if heading.informational for name in (heading.field, *heading.labels)
    )


def _field(cell: str, mapped: Mapping[str, str], vocabulary: Vocabulary, passed_over: frozenset[str]) -> str | None:
    if mapped:
        field = mapped.get(plain(cell))
        if field is not None:
            return field
    field = vocabulary.field(cell)
    return "" if field is None and plain(cell) in passed_over else field


def _heading_row(
    number: int, cells: Sequence[Cell], known: Mapping[int, str], mapping: Mapping[str, str]
) -> HeadingRow:
    columns: dict[str, Column] = {}
    twins: list[tuple[Column, Column]] = []
    for index, field in known.items():
        if field:
            column = Column(field, index, str(cells[index]))
            first = columns.setdefault(field, column)
            if first is not column:
                twins.append((first, column))
    written = {index: words for index, cell in enumerate(cells) if (words := shown(cell)).strip()}
    there = {plain(cell) for cell in cells if isinstance(cell, str)} if mapping else set()
    return HeadingRow(
        number=number,
        width=max(written) + 1,
        columns=columns,
        unknown=tuple(UnknownHeading(words, index) for index, words in written.items() if index not in known),
        written=tuple(
            WrittenHeading(cell if isinstance(cell, str) else shown(cell), known.get(index))
            for index, cell in enumerate(cells[: max(written) + 1])
        ),
        twins=tuple(twins),
        unmapped=tuple(heading for heading in mapping if plain(heading) not in there),
    )


def require_headings(found: HeadingRow, headings: Sequence[Heading]) -> None:
    """Checks that every column is there that the file must have, once, and that none seems to be misspelt.

    Raises:
        InputError: a required one is missing; the message names it, and the nearest heading that was found. Two stand
            for one field. A heading of the mapping is not there. Or a heading that stands for no field resembles one
            that the file does not have: passing it over would lose its values, and an update overwrites.
    """
    _refuse_unmapped(found)
    _refuse_twins(found)
    lacking = missing(found, headings)
    if lacking:
        raise _missing(found, lacking[0])
    _refuse_misspelt(found, headings)


def missing(found: HeadingRow, headings: Sequence[Heading]) -> list[Heading]:
    """The required columns that the file lacks."""
    groups = {heading.group for heading in headings if heading.field in found.columns}
    return [
        heading
        for heading in headings
        if heading.required
        and heading.field not in found.columns
        and (heading.group is None or heading.group in groups)
    ]


def _refuse_unmapped(found: HeadingRow) -> None:
    if not found.unmapped:
        return
    heading = found.unmapped[0]
    written = [column.heading for column in found.columns.values()] + [unknown.text for unknown in found.unknown]
    near = nearest(heading, written)
    raise InputError(
        f'The mapping names a heading "{shown(heading)}" that is not in row {found.number}; '
        + (f'the nearest one there is "{near}". ' if near else "no heading there resembles it. ")
        + "Correct the mapping, or leave it out.",
        f"映射中的标题“{shown(heading)}”不在第 {found.number} 行；"
        + (f"最接近的标题是“{near}”。" if near else "没有相近的标题。")
        + "请更正该映射或将其删除。",
    )


def _refuse_twins(found: HeadingRow) -> None:
    if not found.twins:
        return
    first, second = found.twins[0]
    places = f"{first.letter}{found.number}", f"{second.letter}{found.number}"
    same = plain(first.heading) == plain(second.heading)
    away = as_option(second.heading, "")
    raise HeadingsError(
        (
            f"Two columns stand for {first.field}: {places[0]} and {places[1]}",
            f"有两列都表示 {first.field}：{places[0]} 和 {places[1]}",
        ),
        (
            "Remove or rename one of them" + ("." if same else f", or pass one over: {away}"),
            "请删除或重命名其中一列" + ("。" if same else f"，或忽略其中一列：{away}"),
        ),
    )


def _missing(found: HeadingRow, heading: Heading) -> HeadingsError:
    vocabulary = vocabulary_of([heading])
    likely = [(vocabulary.likeness(each.text, heading.field, RESEMBLING), each) for each in found.unknown]
    ratio, near = max(likely, key=lambda pair: pair[0], default=(0.0, None))
    if near is None or not ratio:
        return HeadingsError(
            (
                (
                    f"The required heading {heading.in_words} is missing from row {found.number}; no heading there "
                    "resembles it"
                ),
                f"第 {found.number} 行缺少必需的标题 {heading.in_words}；没有相近的标题",
            ),
            (
                f'Add the column, or say which one it is: --map "HEADING={heading.field}"',
                f'请添加该列，或指明对应的列：--map "标题={heading.field}"',
            ),
        )
    option = as_option(near.text, heading.field)
    return HeadingsError(
        (
            (
                f"The required heading {heading.in_words} is missing from row {found.number}; "
                f'the nearest one found is "{near.text}"'
            ),
            f"第 {found.number} 行缺少必需的标题 {heading.in_words}；最接近的标题是“{near.text}”",
        ),
        (
            f"Add the column, correct its heading, or if this is it: {option}",
            f"请添加该列或更正标题；如果就是这一列：{option}",
        ),
    )


def _refuse_misspelt(found: HeadingRow, headings: Sequence[Heading]) -> None:
    absent = {
        heading.field: heading
        for heading in headings
        if heading.field not in found.columns and not heading.informational
    }
    vocabulary = vocabulary_of(headings)
    for unknown in found.unknown:
        field = vocabulary.nearest_field(unknown.text, absent, at_least=MISSPELT)
        if field is not None:
            meant = absent[field].in_words
            options = as_option(unknown.text, field), as_option(unknown.text, "")
            raise HeadingsError(
                (
                    (
                        f'No field is called "{unknown.text}" ({unknown.letter}{found.number}), but {meant} is '
                        "much like it"
                    ),
                    f"没有名为“{unknown.text}”的字段（{unknown.letter}{found.number}），但它与 {meant} 很相似",
                ),
                (
                    f"Correct the heading; or if it is meant: {options[0]} or, to pass the column over: {options[1]}",
                    f"请更正标题；如果就是它：{options[0]}；如要忽略该列：{options[1]}",
                ),
            )
