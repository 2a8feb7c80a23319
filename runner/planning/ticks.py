"""Reads a plan back as a user has saved it (sorted, filtered, with lines gone), and what is ticked in it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from runner.errors import InputError
from runner.journal.plans import PlannedRequest
from runner.planning.complaints import Complaint, own_headings, refused
from runner.planning.plan_lines import (
    FIELD,
    HEADED,
    HEADINGS,
    KEY,
    NEW,
    OLD,
    TICK,
    PlanLine,
    content_of,
    is_said,
    lines_of,
    said,
)
from runner.tables.cells import narrow
from runner.tables.limits import ReadingLimits
from runner.tables.origin import find_origin, find_plan, parts_of, with_mapping_of
from runner.tables.read import DEFAULT_LIMITS, opened_workbook, workbook_table
from runner.tables.sheets import Sheets
from runner.tables.table import Cell, Row, Table, Truth, shown
from runner.text import Text
from runner.typed import typed

TICKS = frozenset({"x", "✓", "✔", "√", "☑", "v", "y", "yes", "1", "true", "是", "对", "打勾"})
"""What counts as a tick, in either case and either width."""

NO_TICKS = frozenset({"", "0", "n", "no", "false", "否"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A line that is ticked, as it stands in the file."""

    row: int
    """As the user's program numbers it, from 1."""
    cell: str
    """The address of the tick: `A12`."""
    key: str
    key_column: str
    """The letter."""
    field: str
    """Empty where the line names none."""
    old: str
    """What its cell says, see `runner.planning.plan_lines.said`."""
    new: str
    old_cell: str
    """The address."""
    new_cell: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TickedRequest:
    """A request of the plan's run, and what is to be put right of it."""

    ordinal: int
    """In the run that made the plan."""
    key: str
    rows: str
    """`12` or `12-14`."""
    fields: tuple[str, ...]
    """As its differences name them, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticks:
    """What is ticked in a plan."""

    file: str
    """What it is called."""
    run: str
    """The name of the run that made the plan."""
    lines: tuple[Tick, ...]

    def check(self, planned: Iterable[PlannedRequest]) -> tuple[TickedRequest, ...]:
        """What is to be put right, request by request in input order.

        Args:
            planned: all that the run plans, as the journal has it.

        Raises:
            InputError: a line is not in the plan, was edited, or cannot be ticked; the message names the first cells.
        """
        ticked: dict[str, list[Tick]] = {}
        for tick in self.lines:
            ticked.setdefault(tick.key, []).append(tick)
        complaints: list[Complaint] = []
        requests: list[TickedRequest] = []
        for request in planned:
            ticks = ticked.pop(request.key, None)
            if ticks:
                fields = {tick.field for tick in ticks}
                lines = {line.difference.field if line.difference else "": line for line in lines_of(request)}
                complaints += (
                    complaint for tick in ticks for complaint in _complaints(tick, lines.get(tick.field), self.run)
                )
                requests.append(
                    TickedRequest(
                        ordinal=request.ordinal,
                        key=request.key,
                        rows=request.rows,
                        fields=tuple(each.field for each in request.differences if each.field in fields),
                    )
                )
        complaints += (_not_in_plan(tick, self.run) for ticks in ticked.values() for tick in ticks)
        if complaints:
            raise refused(self.file, complaints)
        return tuple(requests)


def read_ticks(path: Path, limits: ReadingLimits = DEFAULT_LIMITS) -> Ticks:
    """Reads a plan.

    Args:
        path: the workbook, saved by any program in any format of workbooks.
        limits: past any of them the file is refused.

    Raises:
        InputError: it cannot be read, is no plan, has something in a cell for ticks that is none, or nothing is ticked.
    """
    with own_headings(path.name, _WANTED), opened_workbook(path, limits) as workbook:
        plan = find_plan(workbook)
        if plan is None or plan.run is None:
            raise _no_plan(path, workbook)
        complaints: list[Complaint] = []
        ticks: list[Tick] = []
        sheets: list[str | None] = [*parts_of(plan, workbook.names)]
        for sheet in sheets or [None]:
            mapping = with_mapping_of(plan, workbook, sheet, {})
            table = workbook_table(workbook, path, HEADINGS, sheet=sheet, mapping=mapping, limits=limits)
            ticks += _ticks(table, complaints)
    if complaints:
        raise refused(path.name, complaints)
    if not ticks:
        raise InputError(
            f"Nothing is ticked in {path.name}. Type x into the yellow cells of the lines that are to be applied, save "
            "the file, and apply it again.",
            f"{path.name} 中没有勾选任何行。请在要应用的行的黄色单元格里填写 x，保存后重新应用。",
        )
    return Ticks(file=path.name, run=plan.run, lines=tuple(ticks))


def _ticks(table: Table, complaints: list[Complaint]) -> Iterator[Tick]:
    letters = {name: column.letter for name, column in table.columns.items()}
    for row in table.rows:
        mark = table.cell(row, TICK)
        word = _word(mark)
        if word in TICKS:
            yield _tick(table, row, letters)
        elif word not in NO_TICKS:
            complaints.append(Complaint(row.number, f"{letters[TICK]}{row.number}", _NO_TICK.format(word=shown(mark))))


def _tick(table: Table, row: Row, letters: dict[str, str]) -> Tick:
    return Tick(
        row=row.number,
        cell=f"{letters[TICK]}{row.number}",
        key=said(table.cell(row, KEY)),
        key_column=letters[KEY],
        field=said(table.cell(row, FIELD)),
        old=said(table.cell(row, OLD)),
        new=said(table.cell(row, NEW)),
        old_cell=f"{letters[OLD]}{row.number}",
        new_cell=f"{letters[NEW]}{row.number}",
    )


def _word(cell: Cell) -> str | None:
    """What stands for a tick, or for none; None for what can be neither."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return narrow(cell).casefold()
    return said(cell) if isinstance(cell, int | float | Truth) else None


def _complaints(tick: Tick, line: PlanLine | None, run: str) -> Iterator[Complaint]:
    if line is None:
        yield _not_in_plan(tick, run)
    elif line.hindrance is not None:
        yield Complaint(tick.row, tick.cell, _HINDERED.format(key=tick.key, why=line.hindrance))
    elif line.difference is not None:
        for cell, there, planned in (
            (tick.old_cell, tick.old, line.difference.old),
            (tick.new_cell, tick.new, line.difference.new),
        ):
            wanted = said(content_of(planned))
            if not is_said(there, wanted):
                yield Complaint(tick.row, cell, _EDITED.format(value=shown(wanted)))


def _not_in_plan(tick: Tick, run: str) -> Complaint:
    return Complaint(tick.row, tick.cell, _UNKNOWN.format(run=run, field=tick.field or "-", key=tick.key or "-"))


def _no_plan(path: Path, workbook: Sheets) -> InputError:
    report = find_origin(workbook)
    if report is not None:
        command = typed(["recallflow", "upload", path])
        return InputError(
            f"{path.name} is the report of a run, not a plan. Correct it there, and send it: {command}",
            f"{path.name} 是运行报告，不是计划。请在其中更正后发送：{command}",
        )
    return InputError(
        f"{path.name} is no plan, or has lost the hidden sheet that says whose it is. Write one with: "
        "recallflow reconcile FILE --plan plan.xlsx",
        f"{path.name} 不是计划，或缺少说明其来源的隐藏工作表。请重新生成：recallflow reconcile 文件 --plan plan.xlsx",
    )


_NEEDED = [HEADED[name] for name in (TICK, FIELD, OLD, NEW)]
_WANTED = Text(
    f"A plan keeps its headings {', '.join(words.en for words in _NEEDED)} and that of the key. Put back what is "
    "missing, or make a new plan.",
    f"计划须保留标题 {'、'.join(words.zh for words in _NEEDED)} 和编号列。请恢复缺少的列，或重新生成计划。",
)
_NO_TICK = Text(
    '"{word}" is neither a tick nor none: type x, or leave it blank.', "“{word}”无法识别为勾选：请填写 x 或留空。"
)
_HINDERED = Text("{key} cannot be ticked here: {why}. Take the tick away.", "{key} 的此行不可勾选：{why}。请取消勾选。")
_EDITED = Text(
    'It was edited; the plan has "{value}". Write that again, or correct your spreadsheet and make a new plan.',
    "此单元格被修改过，计划中的值为“{value}”。请改回原值，或修改您的表格后重新生成计划。",
)
_UNKNOWN = Text(
    "The plan of run {run} has nothing of field {field} under {key}. Delete the line, or make a new plan.",
    "运行 {run} 的计划中没有编号 {key} 的字段 {field}。请删除该行，或重新生成计划。",
)
