"""The command line. Heavy libraries are imported by the command that needs them, so that help answers at once."""

import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Annotated, TextIO, cast

import typer

from jobs.app.export_commands import export
from jobs.app.garbage import collect_rarely
from jobs.app.journal_commands import drift, report, results, runs, show
from jobs.app.language import say
from jobs.app.migrate_command import migrate
from jobs.app.options import (
    BaseUrlOption,
    CanaryOption,
    ConcurrencyOption,
    CorrectionsOption,
    DuplicatesOption,
    FilesRootOption,
    HomeOption,
    JsonOption,
    LanguageOption,
    LogFileOption,
    LogFormatOption,
    LogLevelOption,
    MapFileOption,
    MapOption,
    MaxFailuresOption,
    PlanOption,
    ProfileOption,
    RateOption,
    ReportOption,
    RunArgument,
    SheetOption,
    SpreadsheetArgument,
    StrictOption,
    YesOption,
)
from jobs.app.plan_commands import apply, reconcile
from jobs.app.reference_commands import fields, template
from jobs.app.run import run_command
from jobs.app.sandbox_command import sandbox
from jobs.app.stderr import Stderr
from jobs.app.way_back_commands import history, undo
from runner.text import Language

app = typer.Typer(
    name="recallflow",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help=say(
        "Turns a spreadsheet of call-flow updates into API calls, and reports what became of each.",
        "把电子表格中的呼叫流程更新转换为 API 请求，并报告每一条的结果。",
    ),
    epilog=say(
        "Exit codes: 0 as wanted · 1 some failed, unknown or invalid · 2 nothing started · 3 stopped early "
        "or no report could be written · 4 drift found, not applied · 130/143 interrupted",
        "退出码：0 全部成功 · 1 部分失败、未知或有误 · 2 未开始 · 3 提前停止或报告未能写入 · "
        "4 有差异未修复 · 130/143 被中断",
    ),
)


@app.command(help=say("Check a spreadsheet, send it, and write the report.", "检查表格、发送并生成报告。"))
def upload(  # noqa: PLR0913 - its options
    file: SpreadsheetArgument,
    *,
    sheet: SheetOption = None,
    map: MapOption = None,  # noqa: A002 - the option's name
    map_file: MapFileOption = None,
    duplicates: DuplicatesOption = "error",
    files_root: FilesRootOption = None,
    sandbox: Annotated[
        bool,
        typer.Option(
            "--sandbox",
            help=say("Send to a simulated vendor with a few faults.", "发送到带少量故障的模拟供应商。"),
        ),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("Stop before sending.", "在发送前停止。"))] = False,
    compare: Annotated[
        bool | None,
        typer.Option(
            "--compare/--no-compare",
            show_default=False,
            help=say(
                "Read what the vendor has first; send only what differs, so that it can be undone.",
                "先读取供应商现值，只发送有差异的流程，以便撤销。",
            ),
        ),
    ] = None,
    base_url: BaseUrlOption = None,
    concurrency: ConcurrencyOption = None,
    rate: RateOption = None,
    canary: CanaryOption = None,
    max_failures: MaxFailuresOption = None,
    strict: StrictOption = None,
    log_level: LogLevelOption = None,
    log_format: LogFormatOption = None,
    log_file: LogFileOption = None,
    report: ReportOption = None,
    corrections: CorrectionsOption = None,
    yes: YesOption = False,
    home: HomeOption = None,
    profile: ProfileOption = None,
    lang: LanguageOption = None,
    json: JsonOption = False,
) -> None:
    """Check, send, report."""

    def command(language: Language) -> int:
        from jobs.app.commands.upload import UploadOptions, upload  # noqa: PLC0415 - for fast help
        from jobs.app.ending import Ending  # noqa: PLC0415
        from jobs.app.settings import load_settings  # noqa: PLC0415
        from jobs.app.source import SourceOptions  # noqa: PLC0415
        from jobs.app.target import Target  # noqa: PLC0415

        source = SourceOptions(
            file=file, sheet=sheet, map=map, map_file=map_file, duplicates=duplicates, files_root=files_root
        )
        settings = load_settings(
            profile=profile,
            home=home,
            base_url=base_url,
            concurrency=concurrency,
            rate=rate,
            canary=canary,
            max_failures=max_failures,
            strict=strict,
            log_level=log_level,
            log_format=log_format,
            log_file=log_file,
        )
        target = Target(base_url=base_url, profile=profile, home=home, usual=settings.base_url)
        return upload(
            UploadOptions(
                source=source.source(settings),
                settings=settings,
                in_sandbox=sandbox,
                dry_run=dry_run,
                compare=compare,
                yes=yes,
                ending=Ending.of(report, corrections, language=language, json=json, target=target),
            )
        )

    run_command("upload", command, lang, json=json)


@app.command(help=say("Go on where a stopped or killed run was.", "继续已停止或中断的运行。"))
def resume(  # noqa: PLR0913 - its options
    run: RunArgument = None,
    *,
    base_url: BaseUrlOption = None,
    concurrency: ConcurrencyOption = None,
    rate: RateOption = None,
    canary: CanaryOption = None,
    max_failures: MaxFailuresOption = None,
    strict: StrictOption = None,
    log_level: LogLevelOption = None,
    log_format: LogFormatOption = None,
    log_file: LogFileOption = None,
    report: ReportOption = None,
    plan: PlanOption = None,
    corrections: CorrectionsOption = None,
    yes: YesOption = False,
    home: HomeOption = None,
    profile: ProfileOption = None,
    lang: LanguageOption = None,
    json: JsonOption = False,
) -> None:
    """Go on."""

    def command(language: Language) -> int:
        from jobs.app.commands.resume import ResumeOptions, resume  # noqa: PLC0415 - for fast help
        from jobs.app.ending import Ending  # noqa: PLC0415
        from jobs.app.settings import load_settings  # noqa: PLC0415
        from jobs.app.target import Target  # noqa: PLC0415

        settings = load_settings(
            profile=profile,
            home=home,
            base_url=base_url,
            concurrency=concurrency,
            rate=rate,
            canary=canary,
            max_failures=max_failures,
            strict=strict,
            log_level=log_level,
            log_format=log_format,
            log_file=log_file,
        )
        target = Target(base_url=base_url, profile=profile, home=home, usual=settings.base_url)
        return resume(
            ResumeOptions(
                run=run,
                settings=settings,
                yes=yes,
                ending=Ending.of(report, corrections, language=language, json=json, target=target, plan=plan),
            )
        )

    run_command("resume", command, lang, json=json)


@app.command(help=say("Check a spreadsheet; no network, no account.", "只检查表格；不联网，不需要账号。"))
def check(  # noqa: PLR0913 - its options
    file: SpreadsheetArgument,
    *,
    sheet: SheetOption = None,
    map: MapOption = None,  # noqa: A002 - the option's name
    map_file: MapFileOption = None,
    duplicates: DuplicatesOption = "error",
    files_root: FilesRootOption = None,
    report: ReportOption = None,
    corrections: CorrectionsOption = None,
    home: HomeOption = None,
    profile: ProfileOption = None,
    lang: LanguageOption = None,
    json: JsonOption = False,
) -> None:
    """Check only."""

    def command(language: Language) -> int:
        from jobs.app.commands.check import CheckOptions, check  # noqa: PLC0415 - for fast help
        from jobs.app.settings import load_settings  # noqa: PLC0415
        from jobs.app.source import SourceOptions  # noqa: PLC0415
        from jobs.app.states import states_named  # noqa: PLC0415
        from jobs.app.target import Target  # noqa: PLC0415
        from runner.report.words import CORRECTED  # noqa: PLC0415

        options = SourceOptions(
            file=file, sheet=sheet, map=map, map_file=map_file, duplicates=duplicates, files_root=files_root
        )
        settings = load_settings(profile=profile)
        source = options.source(settings)
        corrected = states_named(corrections, CORRECTED)
        target = Target(profile=profile, home=home)
        return check(
            CheckOptions(
                source=source,
                report=report,
                corrected=corrected,
                language=language,
                json=json,
                settings=settings,
                target=target,
            )
        )

    run_command("check", command, lang, json=json)


app.command(
    help=say("Compare with the vendor's state; --apply puts it right.", "与供应商状态比对；--apply 修复差异。")
)(reconcile)
app.command(help=say("Apply what is ticked in a saved plan.", "应用计划文件中勾选的内容。"))(apply)
app.command(help=say("Change many flows by rules; --apply sends.", "按规则批量更改流程；--apply 才发送。"))(migrate)
app.command(help=say("Write the vendor's flows as a spreadsheet to upload.", "将供应商的流程导出为可上传的表格。"))(
    export
)
app.command(help=say("Plan what takes a run back; --apply puts it back.", "计划撤销一次运行；--apply 恢复原值。"))(undo)
app.command(help=say("Show one flow's story over all runs.", "查看一个流程在所有运行中的历史。"))(history)
app.command(
    help=say("List all runs, delete old ones, or put one aside.", "列出所有运行记录，删除旧记录，或放弃一个运行。")
)(runs)
app.command(help=say("Show one run.", "查看一次运行。"))(show)
app.command(help=say("Print the requests of a run as JSON lines or CSV.", "以 JSON 行或 CSV 输出一次运行的请求。"))(
    results
)
app.command(help=say("Write the report of a run again.", "重新生成一次运行的报告。"))(report)
app.command(help=say("Show what drifted, night by night.", "按天显示偏离趋势。"))(drift)
app.command(help=say("Write a workbook to fill in.", "生成供填写的工作簿模板。"))(template)
app.command(help=say("Show the rules of all fields, or of one.", "显示全部字段或某一字段的规则。"))(fields)
app.command(help=say("Serve a simulated vendor on this machine.", "在本机启动模拟供应商。"))(sandbox)


def main(args: Sequence[str] | None = None) -> None:
    """The console script; ends with SystemExit, whose code is the program's.

    Args:
        args: the command and its options; None for those that the process was started with.
    """
    collect_rarely()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a redirected one would be in whatever Windows takes for the default
            stream.reconfigure(encoding=stream.encoding if stream.isatty() else "utf-8", errors="backslashreplace")
    if sys.stderr is not None:  # as it is where there is no console
        sys.stderr = cast("TextIO", Stderr(sys.stderr))
    app(args, prog_name="recallflow")
