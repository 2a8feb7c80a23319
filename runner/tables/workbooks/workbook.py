"""A workbook, read by a process of its own: whatever the file does to it, the run goes on and can say so."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Self, TypeVar

from runner.errors import InputError
from runner.tables.layout import Layout
from runner.tables.limits import ReadingLimits
from runner.tables.table import Cell
from runner.tables.workbooks.messages import Answer, Asking, Opening, Question
from runner.tables.workbooks.reading_process import ProcessEnded, ReadingProcess

_AHEAD = 4
"""Batches of rows that are asked for before they are needed, so that reading runs beside checking."""

_Kind = TypeVar("_Kind")


class Workbook:
    """A workbook that is being read. Leaving it ends the process that reads.

    Everything but the constructor waits for that process, and raises InputError where the file is damaged, no workbook,
    or too large for the limits.
    """

    def __init__(self, path: Path, limits: ReadingLimits) -> None:
        """Starts the process and returns at once, so that something else can be done while it gets ready.

        Raises:
            InputError: the file is gone, or its folder is closed.
        """
        self._path = path
        self._limits = limits
        try:
            size = path.stat().st_size
        except OSError as error:
            raise InputError(
                f"{path.name} cannot be opened ({error.strerror}). Check the name, and who may read it.",
                f"无法打开 {path.name}（{error.strerror}）。请检查文件名和读取权限。",
            ) from error
        self._seconds, self._memory_mb = limits.seconds_for(size), limits.memory_for(size)
        self._process = ReadingProcess(memory_mb=self._memory_mb, seconds=self._seconds)
        self._process.send(
            Opening(
                path=path.absolute(),
                unpacked_mb=limits.unpacked_mb,
                memory_mb=self._memory_mb,
                seconds=self._seconds,
            )
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.close()

    @property
    def names(self) -> tuple[str, ...]:
        """The worksheets, in order; hidden ones too, but no chart sheets."""
        return self._opened[0]

    @property
    def hidden(self) -> frozenset[str]:
        """Those that a user cannot see."""
        return self._opened[1]

    def top(self, name: str) -> list[list[Cell]]:
        """The first SEARCHED_ROWS rows, from row 1 and column A on, without the blank cells at their right."""
        self._ask("top", name)
        return self._answer(list[list[Cell]])

    def layout(self, name: str) -> Layout:
        """What is merged, hidden or filtered."""
        self._ask("layout", name)
        return self._answer(Layout)

    def rows(self, name: str) -> Iterator[Sequence[Cell]]:
        """Every row from row 1 and column A on, blank ones too, without the blank cells at their right.

        They come while the process reads on, so nothing else may be asked before the last of them.
        """
        self._ask("rows", name)
        for _ in range(_AHEAD):
            self._process.send(Asking("more"))
        self._answer(object)
        while batch := self._answer(list[list[Cell]]):
            self._process.send(Asking("more"))
            yield from batch
        for _ in range(_AHEAD - 1):  # what was asked for beyond the end
            self._answer(list[list[Cell]])

    @cached_property
    def _opened(self) -> tuple[tuple[str, ...], frozenset[str]]:
        return self._answer(tuple[tuple[str, ...], frozenset[str]])

    def _ask(self, what: Question, name: str) -> None:
        if name not in self.names:
            raise InputError(
                f'{self._path.name} has no sheet "{name}". Its sheets: {", ".join(self.names)}.',
                f"{self._path.name} 中没有工作表“{name}”。现有工作表：{'、'.join(self.names)}。",
            )
        self._process.send(Asking(what, name))

    def _answer(self, _: type[_Kind]) -> _Kind:
        try:
            answer = self._process.receive()
        except ProcessEnded as ended:
            raise self._too_much(ended.exceeded) from ended
        assert isinstance(answer, Answer)
        if answer.refusal:
            raise InputError(*answer.refusal)
        if answer.out_of_memory:
            raise self._too_much("memory")
        value: _Kind = answer.value  # type: ignore[assignment]  # each request has one kind of answer
        return value

    def _too_much(self, exceeded: str | None) -> InputError:
        name, memory, setting = self._path.name, self._memory_mb, self._limits.reading_memory_mb
        if exceeded == "memory":
            return InputError(
                f"{name} is too large, or damaged: reading it takes more than {memory:,} MiB of memory, and "
                f"reading_memory_mb is {setting:,}; raise that setting if the file is right, and "
                "delete cells that stand far from the table.",
                f"{name} 过大或已损坏：读取所需内存超过 {memory:,} MiB（reading_memory_mb 为 {setting:,}）；"
                "如果文件无误，请调高该设置，并删除远离表格的单元格。",
            )
        if exceeded == "time":
            return InputError(
                f"{name} is too large, or damaged: reading it takes more than {self._seconds:.1f} s of processor time, "
                f"and reading_seconds is {self._limits.reading_seconds:g}; raise that setting if the file is right.",
                f"{name} 过大或已损坏：读取所需处理器时间超过 {self._seconds:.1f} 秒（reading_seconds 为 "
                f"{self._limits.reading_seconds:g}）；如果文件无误，请调高该设置。",
            )
        return InputError(
            f"{name} cannot be read as a spreadsheet (reading it broke off): it is damaged, or too large for "
            f"reading_memory_mb, which is {setting:,}. Open it and save it again as .xlsx.",
            f"{name} 无法作为电子表格读取（读取中断）：文件已损坏，或超出 reading_memory_mb（{setting:,}）。"
            "请打开后重新另存为 .xlsx。",
        )
