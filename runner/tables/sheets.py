"""Which sheet of a workbook is the table."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from runner.errors import HeadingsError, InputError
from runner.tables.examples import has_rows_of_its_user, rows_marked
from runner.tables.headings import NO_MAPPING, Heading, HeadingRow, find_heading_row, missing
from runner.tables.layout import Layout
from runner.tables.table import Cell
from runner.text import Text

MOST_NAMED = 20
"""Sheets that a message lists."""


class Sheets(Protocol):
    """A workbook, as far as it is read here."""

    @property
    def names(self) -> tuple[str, ...]:
        """In order, hidden ones too."""

    @property
    def hidden(self) -> frozenset[str]:
        """Those that a user cannot see."""

    def top(self, name: str) -> list[list[Cell]]:
        """The first rows of a sheet, as many as headings are looked for in."""

    def layout(self, name: str) -> Layout:
        """What is merged, hidden or filtered in a sheet."""

    def rows(self, name: str) -> Iterator[Sequence[Cell]]:
        """Every row from row 1 on, blank ones included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenSheet:
    """The sheet that is the table."""

    name: str
    hidden: bool
    top: Sequence[Sequence[Cell]]
    found: HeadingRow | None
    """None where it has no known heading."""
    others: tuple[str, ...]
    """Sheets that were not asked for, have several known headings too, and were not taken."""
    examples: tuple[str, ...] = ()
    """Sheets of examples into which the user has written rows, which are not read."""


def choose_sheet(
    workbook: Sheets,
    called: str,
    headings: Sequence[Heading],
    *,
    asked: str | None = None,
    mapping: Mapping[str, str] = NO_MAPPING,
) -> ChosenSheet:
    """The sheet that is asked for; else the only one with known headings, or with all headings that are required.

    Hidden sheets are looked into only where no other one has a known heading. A sheet of examples is never taken.

    Args:
        workbook: is read at the top of its sheets.
        called: the file's name, for messages.
        headings: the columns that the job knows.
        asked: a sheet's name; case, width and blanks around it do not matter where no sheet has it exactly.
        mapping: as for `find_heading_row`.

    Raises:
        InputError: there is no such sheet, or there are several that it may be, or it holds examples.
    """
    if asked is not None:
        [found] = _look(workbook, [_named(workbook, called, asked)], headings, mapping)
        if rows_marked(found.top) is not None:
            raise examples_only(called, found.name)
        return found
    examples: list[ChosenSheet] = []
    visible = [name for name in workbook.names if name not in workbook.hidden]
    for names in (visible, [name for name in workbook.names if name in workbook.hidden]):
        looked = _look(workbook, names, headings, mapping)
        examples += [sheet for sheet in looked if rows_marked(sheet.top) is not None]
        known = [sheet for sheet in looked if sheet.found and sheet not in examples]
        if known:
            written = tuple(sheet.name for sheet in examples if has_rows_of_its_user(sheet.top))
            return replace(_only(known, called, headings), examples=written)
    if examples:
        raise examples_only(called, examples[0].name)
    if not workbook.names:
        raise InputError(
            f"{called} has no worksheet. Save the table as a worksheet.",
            f"{called} 中没有工作表。请将表格另存到工作表中。",
        )
    return ChosenSheet(name=workbook.names[0], hidden=False, top=(), found=None, others=())


def examples_only(called: str, sheet: str | None) -> InputError:
    """Refuse a table that holds examples.

    Args:
        called: the file's name.
        sheet: the name of the sheet; None for delimited text.
    """
    place = Text(f'The sheet "{sheet}" of {called}', f"{called} 的工作表“{sheet}”") if sheet else Text.verbatim(called)
    return InputError(
        f"{place.en} holds examples, which are never sent. Write your rows into the sheet for your data.",
        f"{place.zh}是示例，示例不会发送。请将数据填写在数据工作表中。",
    )


def _look(
    workbook: Sheets, names: Sequence[str], headings: Sequence[Heading], mapping: Mapping[str, str]
) -> list[ChosenSheet]:
    looked = []
    for name in names:
        top = workbook.top(name)
        found = find_heading_row(top, headings, mapping)
        looked.append(ChosenSheet(name=name, hidden=name in workbook.hidden, top=top, found=found, others=()))
    return looked


def _only(known: list[ChosenSheet], called: str, headings: Sequence[Heading]) -> ChosenSheet:
    complete = [sheet for sheet in known if sheet.found and not missing(sheet.found, headings)]
    candidates = complete if len(known) > 1 and len(complete) == 1 else known
    if len(candidates) > 1:
        names = _listed([sheet.name for sheet in known])
        raise HeadingsError(
            (
                f"{called} has several sheets with known headings: {names.en}",
                f"{called} 中有多个工作表含有可识别的标题：{names.zh}",
            ),
            ("Say which one with --sheet.", "请用 --sheet 指定。"),
        )
    chosen = candidates[0]
    return ChosenSheet(
        name=chosen.name,
        hidden=chosen.hidden,
        top=chosen.top,
        found=chosen.found,
        others=tuple(
            sheet.name for sheet in known if sheet is not chosen and sheet.found and len(sheet.found.columns) > 1
        ),
    )


def _named(workbook: Sheets, called: str, asked: str) -> str:
    if asked in workbook.names:
        return asked
    alike = [name for name in workbook.names if _plain(name) == _plain(asked)]
    if len(alike) == 1:
        return alike[0]
    names = _listed(alike or workbook.names)
    raise InputError(
        f'{called} has no sheet "{asked}". Its sheets: {names.en}. Give --sheet one of these names.',
        f"{called} 中没有工作表“{asked}”。现有工作表：{names.zh}。请用 --sheet 指定其中之一。",
    )


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _listed(names: Sequence[str]) -> Text:
    more = len(names) - MOST_NAMED
    named = names[:MOST_NAMED]
    return Text(
        ", ".join(named) + (f" and {more} more" if more > 0 else ""),
        "、".join(named) + (f" 等，另有 {more} 个" if more > 0 else ""),
    )
