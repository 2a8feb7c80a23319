"""`recallflow template`: a workbook to fill in."""

from pathlib import Path

from rich.console import Console

from jobs.app.printing import print_line
from jobs.app.summary import print_json
from jobs.recallflow.template.examples import FIRST_KEY
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
        words = _DONE.format(path=path, first=FIRST_KEY, second=FIRST_KEY + 1)
        print_line(Console(), words, language)
    return 0


_DONE = Text(
    "Template: {path}\n"
    "A row is a node; rows of one flow share keyId. Delete the three example rows (keyId {first} and {second}) "
    "before you send it.\n"
    "When it is filled in: recallflow check {path}",
    "模板：{path}\n"
    "一行是一个节点；同一流程的各行 keyId 相同。发送前请删除三个示例行（keyId {first} 和 {second}）。\n"
    "填好后检查：recallflow check {path}",
)
