"""The commands that tell what a spreadsheet is to look like: `recallflow template` and `fields`."""

from pathlib import Path
from typing import Annotated

import typer

from jobs.app.language import say
from jobs.app.options import HomeOption, JsonOption, LanguageOption
from jobs.app.run import run_command
from runner.text import Language


def template(
    out: Annotated[Path, typer.Argument(metavar="OUT.xlsx", help=say("A new file.", "新文件的名称。"))],
    *,
    home: HomeOption = None,  # noqa: ARG001 - taken everywhere; a template is of no run
    lang: LanguageOption = None,
    json: JsonOption = False,
) -> None:
    """Write the template."""

    def command(language: Language) -> int:
        from jobs.app.commands.template import template  # noqa: PLC0415 - for fast help

        return template(out, language=language, json=json)

    run_command("template", command, lang, json=json)


def fields(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help=say("A field, or its Chinese label.", "字段名或中文名称。")),
    ] = None,
    *,
    markdown: Annotated[
        bool, typer.Option("--markdown", help=say("As a page in both languages.", "输出双语 Markdown。"))
    ] = False,
    home: HomeOption = None,  # noqa: ARG001 - taken everywhere; the rules are of no run
    lang: LanguageOption = None,
    json: JsonOption = False,
) -> None:
    """Show the reference."""

    def command(language: Language) -> int:
        from jobs.app.commands.fields import fields  # noqa: PLC0415 - for fast help

        return fields(name, language=language, json=json, markdown=markdown)

    run_command("fields", command, lang, json=json)
