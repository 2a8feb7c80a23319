"""The command line. Heavy libraries are imported by the command that needs them, so that help answers at once."""

import signal
import sys
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from jobs.app.language import default_language, say
from jobs.app.options import (
    BaseUrlOption,
    ConcurrencyOption,
    HomeOption,
    JsonOption,
    LanguageOption,
    ProfileOption,
    RateOption,
    ReportOption,
    SheetOption,
    SpreadsheetArgument,
)
from jobs.app.units import seconds, share
from runner.errors import RunnerError
from runner.text import Language, Text

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
        "Exit codes: 0 as wanted · 1 some failed, unknown or invalid · 2 nothing started · 3 stopped early · "
        "130/143 interrupted",
        "退出码：0 全部成功 · 1 部分失败、未知或有误 · 2 未开始 · 3 提前停止 · 130/143 被中断",
    ),
)


@app.command(help=say("Check a spreadsheet, send it, and write the report.", "检查表格、发送并生成报告。"))
def upload(  # noqa: PLR0913 - its options
    file: SpreadsheetArgument,
    *,
    sheet: SheetOption = None,
    sandbox: Annotated[
        bool,
        typer.Option(
            "--sandbox",
            help=say("Send to a simulated vendor with a few faults.", "发送到带少量故障的模拟供应商。"),
        ),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("Stop before sending.", "在发送前停止。"))] = False,
    base_url: BaseUrlOption = None,
    concurrency: ConcurrencyOption = None,
    rate: RateOption = None,
    report: ReportOption = None,
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
        from runner.engine import Source  # noqa: PLC0415

        settings = load_settings(profile=profile, base_url=base_url, concurrency=concurrency, rate=rate, home=home)
        return upload(
            UploadOptions(
                source=Source(path=file, sheet=sheet),
                settings=settings,
                in_sandbox=sandbox,
                dry_run=dry_run,
                ending=Ending(report=report, language=language, json=json),
            )
        )

    _run("upload", command, lang, json=json)


@app.command(help=say("Go on where a stopped or killed run was.", "继续已停止或中断的运行。"))
def resume(  # noqa: PLR0913 - its options
    run: Annotated[
        str | None,
        typer.Argument(
            metavar="[RUN]", help=say("As `runs` lists it. Default: the latest.", "运行编号；默认最近一次。")
        ),
    ] = None,
    *,
    base_url: BaseUrlOption = None,
    concurrency: ConcurrencyOption = None,
    rate: RateOption = None,
    report: ReportOption = None,
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

        settings = load_settings(profile=profile, base_url=base_url, concurrency=concurrency, rate=rate, home=home)
        return resume(
            ResumeOptions(run=run, settings=settings, ending=Ending(report=report, language=language, json=json))
        )

    _run("resume", command, lang, json=json)


@app.command(help=say("Check a spreadsheet; no network, no account.", "只检查表格；不联网，不需要账号。"))
def check(
    file: SpreadsheetArgument,
    *,
    sheet: SheetOption = None,
    report: ReportOption = None,
    home: HomeOption = None,  # noqa: ARG001 - taken everywhere; a check keeps no journal
    lang: LanguageOption = None,
    json: JsonOption = False,
) -> None:
    """Check only."""

    def command(language: Language) -> int:
        from jobs.app.commands.check import CheckOptions, check  # noqa: PLC0415 - for fast help
        from runner.engine import Source  # noqa: PLC0415

        return check(CheckOptions(source=Source(path=file, sheet=sheet), report=report, language=language, json=json))

    _run("check", command, lang, json=json)


@app.command(help=say("List all runs.", "列出所有运行记录。"))
def runs(
    *, home: HomeOption = None, profile: ProfileOption = None, lang: LanguageOption = None, json: JsonOption = False
) -> None:
    """List the journal's runs."""

    def command(language: Language) -> int:
        from jobs.app.commands.runs import runs  # noqa: PLC0415 - for fast help
        from jobs.app.settings import load_settings  # noqa: PLC0415

        return runs(load_settings(profile=profile, home=home).journal, language=language, json=json)

    _run("runs", command, lang, json=json)


def _share(en: str, zh: str) -> object:
    return typer.Option(parser=share, metavar="SHARE", help=say(en, zh))


def _seconds(en: str, zh: str) -> object:
    return typer.Option(parser=seconds, metavar="DURATION", help=say(en, zh))


@app.command(help=say("Serve a simulated vendor on this machine.", "在本机启动模拟供应商。"))
def sandbox(  # noqa: PLR0913 - its options
    *,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help=say("0 for any that is free.", "0 表示任意空闲端口。"))
    ] = 0,
    expired: Annotated[float, _share("Timestamps called expired.", "判为时间戳过期的比例。")] = 0.0,
    system_error: Annotated[float, _share("System errors.", "系统异常的比例。")] = 0.0,
    latency: Annotated[float, _seconds("Before every answer: 50ms.", "每次应答前的延迟：50ms。")] = 0.0,
    drop: Annotated[float, _share("Connections cut before the answer.", "应答前断开连接的比例。")] = 0.0,
    not_json: Annotated[float, _share("HTML pages instead of answers.", "以 HTML 页面代替应答的比例。")] = 0.0,
    http_503: Annotated[float, _share("HTTP 503.", "HTTP 503 的比例。")] = 0.0,
    rate_limit: Annotated[
        int | None,
        typer.Option(help=say("Requests per second before HTTP 429.", "每秒请求数上限，超出返回 HTTP 429。")),
    ] = None,
    clock_skew: Annotated[float, _seconds("Its clock is ahead by: 120s.", "其时钟超前：120s。")] = 0.0,
    window: Annotated[float, _seconds("How far off a timestamp may be.", "时间戳允许的偏差。")] = 300.0,
    no_date: Annotated[bool, typer.Option("--no-date", help=say("No Date header.", "不带 Date 头。"))] = False,
    hide_base_file: Annotated[
        bool,
        typer.Option("--hide-base-file", help=say("queryDetail without baseFile.", "queryDetail 不返回 baseFile。")),
    ] = False,
    seed: Annotated[int, typer.Option(help=say("Of the faults.", "故障的随机种子。"))] = 0,
    request_log: Annotated[
        Path | None, typer.Option(help=say("Gets a JSON line for every request.", "每个请求写入一行 JSON。"))
    ] = None,
    home: HomeOption = None,  # noqa: ARG001 - taken everywhere; the sandbox keeps no journal
    lang: LanguageOption = None,
    json: JsonOption = False,
) -> None:
    """Serve the simulated vendor."""

    def command(language: Language) -> int:
        from jobs.app.commands.sandbox import serve_sandbox  # noqa: PLC0415 - for fast help
        from jobs.app.settings import load_settings  # noqa: PLC0415
        from jobs.recallflow.sandbox.faults import FaultShares  # noqa: PLC0415
        from jobs.recallflow.sandbox.server import EXAMPLE_ACCOUNT, SandboxSettings  # noqa: PLC0415

        own = load_settings()
        settings = SandboxSettings(
            account=own.account() if own.api_key or own.api_secret else EXAMPLE_ACCOUNT,
            port=port,
            faults=FaultShares(
                http_503=http_503,
                expired=expired,
                system_error=system_error,
                drop=drop,
                not_json=not_json,
                latency=latency,
                seed=seed,
            ),
            rate_limit=rate_limit,
            clock_skew=clock_skew,
            window=window,
            date_header=not no_date,
            hide_base_file=hide_base_file,
            request_log=request_log,
        )
        return serve_sandbox(settings, language=language, json=json)

    _run("sandbox", command, lang, json=json)


def _run(job: str, command: Callable[[Language], int], lang: str | None, *, json: bool) -> None:
    """Runs a command and ends the program with its exit code. A user's mistake is one line, never a traceback."""
    if lang not in {None, "zh", "en"}:
        raise typer.BadParameter("zh / en", param_hint="--lang")
    language: Language = "zh" if lang == "zh" else "en" if lang == "en" else default_language()
    try:
        code = command(language)
    except RunnerError as error:
        from jobs.app.exit_codes import ExitCode  # noqa: PLC0415 - for fast help

        code = _not_started(job, Text.of(error).in_language(language), ExitCode.NOT_STARTED, json=json)
    except KeyboardInterrupt:
        from jobs.app.exit_codes import SIGNALLED  # noqa: PLC0415 - for fast help

        words = Text("Interrupted before anything was sent.", "已中断；尚未发送任何请求。").in_language(language)
        code = _not_started(job, words, SIGNALLED + signal.SIGINT, json=json)
    sys.stdout.flush()
    raise typer.Exit(code)


def _not_started(job: str, reason: str, code: int, *, json: bool) -> int:
    from jobs.app.summary import nothing_json, print_json  # noqa: PLC0415 - for fast help

    print(reason, file=sys.stderr)  # noqa: T201 - the user's one line
    if json:
        print_json(nothing_json(job, code, reason))
    return code


def main() -> None:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a redirected one would be in whatever Windows takes for the default
            stream.reconfigure(encoding=stream.encoding if stream.isatty() else "utf-8", errors="backslashreplace")
    app(prog_name="recallflow")
