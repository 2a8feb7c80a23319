"""The command that gives out what the vendor has: `recallflow export`."""

from pathlib import Path
from typing import Annotated

import typer

from jobs.app.language import say
from jobs.app.options import (
    BaseUrlOption,
    ConcurrencyOption,
    HomeOption,
    JsonOption,
    LanguageOption,
    LogFileOption,
    LogFormatOption,
    LogLevelOption,
    ProfileOption,
    QuietOption,
    RateOption,
)
from jobs.app.run import run_command
from runner.text import Language


def export(  # noqa: PLR0913 - its options
    out: Annotated[
        Path, typer.Argument(metavar="OUT.xlsx|csv", help=say("A new file.", "新文件的名称（.xlsx 或 .csv）。"))
    ],
    *,
    first: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="DATE",
            help=say("Created since, by the vendor's clock. Default: 30 days ago.", "创建时间起；默认 30 天前。"),
        ),
    ] = None,
    last: Annotated[
        str | None,
        typer.Option("--to", metavar="DATE", help=say("Created until. Default: now.", "创建时间止；默认现在。")),
    ] = None,
    task_name: Annotated[str | None, typer.Option(help=say("Whose task is called so.", "按任务名称查询。"))] = None,
    keys: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help=say("The flows that its column keyId lists.", "按此表格 keyId 列中的编号导出。")
        ),
    ] = None,
    keys_sheet: Annotated[
        str | None, typer.Option(metavar="SHEET", help=say("Which sheet of it.", "上述表格的工作表。"))
    ] = None,
    run: Annotated[
        str | None,
        typer.Option(
            metavar="RUN", help=say("Write what an earlier export has read.", "写出之前某次导出已读取的内容。")
        ),
    ] = None,
    with_locked: Annotated[
        bool,
        typer.Option(
            "--all",
            help=say(
                "Also flows that can no longer be edited (status not 0).", "也导出已无法修改的流程（状态不为 0）。"
            ),
        ),
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help=say("Overwrite OUT if it exists.", "覆盖已存在的输出文件。"))
    ] = False,
    sandbox: Annotated[
        bool,
        typer.Option("--sandbox", help=say("Read a simulated vendor's example flows.", "读取模拟供应商的示例流程。")),
    ] = False,
    base_url: BaseUrlOption = None,
    concurrency: ConcurrencyOption = None,
    rate: RateOption = None,
    log_level: LogLevelOption = None,
    log_format: LogFormatOption = None,
    log_file: LogFileOption = None,
    quiet: QuietOption = False,
    home: HomeOption = None,
    profile: ProfileOption = None,
    lang: LanguageOption = None,
    json: JsonOption = False,
) -> None:
    """Read, and write a spreadsheet."""

    def command(language: Language) -> int:
        from jobs.app.commands.export import ExportOptions, export, export_again  # noqa: PLC0415 - for fast help
        from jobs.app.export_ending import ExportEnding  # noqa: PLC0415
        from jobs.app.selection import SelectionOptions  # noqa: PLC0415
        from jobs.app.settings import load_settings  # noqa: PLC0415
        from jobs.app.target import Target  # noqa: PLC0415
        from runner.errors import SettingsError  # noqa: PLC0415

        settings = load_settings(
            profile=profile,
            home=home,
            base_url=base_url,
            concurrency=concurrency,
            rate=rate,
            log_level=log_level,
            log_format=log_format,
            log_file=log_file,
        )
        target = Target(base_url=base_url, profile=profile, home=home, usual=settings.base_url)
        ending = ExportEnding(
            out=out,
            language=language,
            json=json,
            quiet=quiet,
            target=target,
            with_locked=with_locked,
            force=force,
            most_mb=settings.attachment_mb,
        )
        selected = SelectionOptions(first=first, last=last, task_name=task_name, keys=keys, keys_sheet=keys_sheet)
        if run is not None:
            if sandbox or not selected.says_nothing:
                raise SettingsError(
                    "--run writes what was read already, so that nothing else chooses flows. Leave the others out.",
                    "--run 写出已读取的内容，不能再选择流程。请去掉其他选项。",
                )
            return export_again(run, settings, ending)
        return export(
            ExportOptions(
                settings=settings,
                selection=selected.selection(),
                in_sandbox=sandbox,
                words=selected.words,
                ending=ending,
            )
        )

    run_command("export", command, lang, json=json)
