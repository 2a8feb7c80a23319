"""Writes the template: whole or not at all, and never over another file."""

from pathlib import Path

from openpyxl.workbook import Workbook

from jobs.recallflow.template.data_sheet import add_data_sheet
from jobs.recallflow.template.example_sheet import add_example_sheet
from jobs.recallflow.template.field_sheet import add_field_sheet
from jobs.recallflow.template.styles import add_styles
from runner.errors import SettingsError
from runner.report.placing import put_in_place, unfinished
from runner.text import Language


def write_template(path: Path, language: Language) -> None:
    """Writes a workbook to fill in, with the headings, lists and words of one language.

    Raises:
        SettingsError: it cannot be written there, something is there already, or the name does not end in .xlsx.
    """
    if path.suffix.lower() != ".xlsx":
        raise SettingsError(
            f"The template {path} must be a file that ends in .xlsx. Name it so.",
            f"模板 {path} 必须是以 .xlsx 结尾的文件。请修改文件名。",
        )
    if path.exists() or path.is_symlink():
        raise _taken(path)
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    workbook.properties.creator = "recallflow"
    add_styles(workbook)
    add_data_sheet(workbook, language)
    add_example_sheet(workbook, language)
    add_field_sheet(workbook, language)
    try:
        with unfinished(path) as file:
            workbook.save(file)
            try:
                put_in_place(file, path)
            except FileExistsError as error:
                raise _taken(path) from error
    except OSError as error:
        raise SettingsError(
            f"The template cannot be written to {path} ({error.strerror}). Name another place.",
            f"无法将模板写入 {path}（{error.strerror}）。请指定其他位置。",
        ) from error


def _taken(path: Path) -> SettingsError:
    return SettingsError(
        f"{path} is there already, and nothing is overwritten. Name another file, or move that one away.",
        f"{path} 已存在，不会覆盖。请改用其他文件名，或先移走该文件。",
    )
