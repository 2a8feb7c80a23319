"""`recallflow template`: a workbook to fill in."""

from pathlib import Path

from rich.console import Console

from jobs.app.printing import print_line
from jobs.app.summary import print_json
from jobs.app.target import Target
from jobs.recallflow.template.data_sheet import DATA_SHEET
from jobs.recallflow.template.example_sheet import EXAMPLE_SHEET
from jobs.recallflow.template.workbook import write_template
from runner.text import Language, Text


def template(path: Path, *, language: Language, json: bool) -> int:
    """Writes the template. Gives the exit code.

    Raises:
        SettingsError: it cannot be written there.
    """
    write_template(path, language)
    if json:
        print_json({"template": str(path)})
    else:
        words = _DONE.format(path=path, data=DATA_SHEET, examples=EXAMPLE_SHEET, check=Target().command("check", path))
        print_line(Console(), words, language)
    return 0


_DONE = Text(
    "Template: {path}\n"
    "A row is a node; rows of one flow share keyId. Write yours into the sheet {data}; the sheet {examples} shows two "
    "flows, and is never sent.\n"
    "When it is filled in: {check}",
    "模板：{path}\n"
    "一行是一个节点；同一流程的各行 keyId 相同。请填写在工作表“{data}”中；工作表“{examples}”仅为示例，不会发送。\n"
    "填好后检查：{check}",
)
