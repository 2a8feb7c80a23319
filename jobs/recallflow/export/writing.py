"""Writes what was read of the vendor's flows as a spreadsheet, with its audio beside it: whole or not at all.

Nothing is overwritten, unless the user has said so of the spreadsheet.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from jobs.recallflow.export.audio import AudioFolder, check_audio_folder, gathered_audio
from jobs.recallflow.export.checking import checked
from jobs.recallflow.export.files import ENDINGS, column_at, flow_file
from jobs.recallflow.export.rows import COLUMNS, FlowRows, flow_rows
from jobs.recallflow.facts import lists_as_locked, shown_facts
from jobs.recallflow.template.forms import heading_text
from runner.attachments import MOST_MB
from runner.errors import ReportError, SettingsError
from runner.journal.images import Image
from runner.problem import Notice
from runner.report.long_sheet import MOST_ROWS, Place
from runner.report.placing import not_written, put_in_place, unfinished
from runner.tables.table import column_letter
from runner.text import Language, Text

MOST_NOTICES = 10_000
"""That are kept; what is more is counted."""

MORE_MARKS, MORE_SHEETS = "more-marks", "more-sheets"

_INDEX = {spec.name: column_at(index) for index, spec in enumerate(COLUMNS)}
_THE_EXPORT = Text("The export", "导出文件")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written."""

    path: Path
    flows: int
    rows: int
    locked: int
    """Flows that can no longer be edited, in the file or not."""
    left_out: int
    """Those of them that are not in the file."""
    audio: int
    """Audio files."""
    audio_folder: Path | None
    """Where those lie; None where there are none."""
    notices: tuple[Notice, ...]
    """Of cells that are not just what the vendor has."""


def check_out(path: Path, *, force: bool = False) -> None:
    """Checks before anything is read that the export can be written there afterwards.

    Args:
        path: of the file.
        force: whether a file that is there may be overwritten.

    Raises:
        SettingsError: it cannot.
    """
    if path.suffix.lower() not in ENDINGS:
        raise SettingsError(
            f"The export {path} must be a file that ends in {' or '.join(ENDINGS)}. Name it so.",
            f"导出文件 {path} 必须以 {' 或 '.join(ENDINGS)} 结尾。请修改文件名。",
        )
    if path.exists() or path.is_symlink():
        if not force:
            raise _taken(path)
        if path.is_symlink() or not path.is_file():
            raise SettingsError(
                f"{path} is no ordinary file, and --force overwrites nothing else. Name another file.",
                f"{path} 不是普通文件，--force 只覆盖普通文件。请改用其他文件名。",
            )
    check_audio_folder(path)
    try:
        with unfinished(path):
            pass
    except OSError as error:
        raise SettingsError(
            f"The export cannot be written to {path} ({error.strerror}). Name another place.",
            f"无法将导出文件写入 {path}（{error.strerror}）。请指定其他位置。",
        ) from error


def write_flows(
    path: Path,
    images: Iterable[Image],
    language: Language,
    *,
    is_locked: Callable[[Image], bool],
    with_locked: bool = False,
    force: bool = False,
    most_mb: float = MOST_MB,
    most_rows: int = MOST_ROWS,
) -> Exported:
    """Writes flows in the upload format, in their order, and their audio into a folder beside the file. Streams.

    Args:
        path: of the file; its ending says its format.
        images: what was read.
        language: of the headings and the notes.
        is_locked: whether a flow can no longer be edited, by what was read of it.
        with_locked: whether such flows are written as well.
        force: whether a file that is there is overwritten.
        most_mb: of an audio file that an upload takes.
        most_rows: of a sheet; past them a further one is begun.

    Raises:
        ReportError: it cannot be written there, or something is there by now; nothing is left behind.
        JournalError: what was read cannot be read again.
    """
    marks = _Marks(language)
    flows = rows = locked = 0
    sheets: set[str] = set()

    def exported(audio: AudioFolder) -> Iterator[FlowRows]:
        nonlocal locked
        for image in images:
            cannot_be_edited = is_locked(image) or lists_as_locked(image.facts)
            locked += cannot_be_edited
            if with_locked or not cannot_be_edited:
                audio.offer(image.attachments)
                facts = shown_facts(image.facts, language, locked=cannot_be_edited)
                yield flow_rows(image.key, image.before, audio, facts)

    try:
        with unfinished(path) as file, gathered_audio(path, most_mb=most_mb) as (audio, files):
            with flow_file(file, language, ending=path.suffix.lower(), most_rows=most_rows) as written:
                for flow in checked(exported(audio), files):
                    places = written.add(flow)
                    flows += 1
                    rows += len(places)
                    sheets.add(places[0].sheet)
                    marks.add(flow, places, further=len(sheets) > 1)
            audio.put_in_place()  # first: a spreadsheet that is there has its audio
            try:
                _put(file, path, force=force)
            except BaseException:
                audio.take_back()
                raise
    except OSError as error:
        raise not_written(path, None, error, what=_THE_EXPORT, option="OUT") from error
    return Exported(
        path=path,
        flows=flows,
        rows=rows,
        locked=locked,
        left_out=0 if with_locked else locked,
        audio=audio.count,
        audio_folder=audio.folder,
        notices=(*marks.notices(), *_on_sheets(sheets)),
    )


def _put(file: Path, path: Path, *, force: bool) -> None:
    if force:
        file.replace(path)
        return
    try:
        put_in_place(file, path)
    except FileExistsError as error:
        taken = _taken(path)
        raise ReportError(taken.en, taken.zh) from error


class _Marks:
    """What is said of cells, as notices."""

    def __init__(self, language: Language) -> None:
        self._headings = {spec.name: heading_text(spec, language) for spec in COLUMNS}
        self._notices: list[Notice] = []
        self._more = 0

    def add(self, flow: FlowRows, places: list[Place], *, further: bool) -> None:
        """Takes those of a flow, and where its rows stand."""
        for mark in flow.marks:
            if len(self._notices) >= MOST_NOTICES:
                self._more += 1
                continue
            place, index = places[mark.node], _INDEX[mark.field]
            cell = f"{column_letter(index)}{place.row}"
            self._notices.append(
                Notice(
                    code=mark.code,
                    message=_OF_FLOW.format(key=flow.key, message=mark.message),
                    row=place.row,
                    field=mark.field,
                    heading=self._headings[mark.field],
                    cell=f"'{place.sheet}'!{cell}" if further else cell,
                    value=flow.key,
                )
            )

    def notices(self) -> Iterator[Notice]:
        """All of them, and how many there would be besides."""
        yield from self._notices
        if self._more:
            yield Notice(code=MORE_MARKS, message=_MORE.format(count=f"{self._more:,}"))


def _on_sheets(sheets: set[str]) -> Iterator[Notice]:
    if len(sheets) > 1:
        yield Notice(code=MORE_SHEETS, message=_SHEETS.format(names=", ".join(sorted(sheets))))


def _taken(path: Path) -> SettingsError:
    return SettingsError(
        f"{path} is there already, and nothing is overwritten. Name another file, or overwrite it with --force.",
        f"{path} 已存在，不会覆盖。请改用其他文件名，或加 --force 覆盖。",
    )


_OF_FLOW = Text("keyId {key}: {message}", "keyId {key}：{message}")
_MORE = Text(
    "{count} more cells are not just what the vendor has; they are coloured in a workbook",
    "另有 {count} 个单元格与供应商的现值不完全相同；在工作簿中以颜色标出",
)
_SHEETS = Text(
    "One sheet does not hold all rows, so that there are several: {names}; upload them one by one, with --sheet",
    "行数超过一个工作表的上限，因此分为多个工作表：{names}；请用 --sheet 逐个上传",
)
