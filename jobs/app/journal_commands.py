"""The commands that read the journal: `recallflow runs`, `show`, `results`, `report` and `drift`."""

import time
from typing import Annotated

import typer

from jobs.app.language import say
from jobs.app.options import (
    CorrectionsOption,
    HomeOption,
    JsonOption,
    LanguageOption,
    PlanOption,
    ProfileOption,
    ReportOption,
    RunArgument,
    YesOption,
)
from jobs.app.run import run_command
from runner.text import Language


def runs(
    *,
    prune: Annotated[
        bool, typer.Option("--prune", help=say("Delete runs that ended long ago.", "删除很久以前结束的运行记录。"))
    ] = False,
    keep_days: Annotated[
        int | None,
        typer.Option(
            help=say("How long --prune keeps what has ended. Default: 180.", "--prune 保留的天数。默认 180。")
        ),
    ] = None,
    abandon: Annotated[
        str | None,
        typer.Option(
            metavar="RUN",
            help=say("Put a run aside that is not to go on any more.", "放弃一个不再继续的运行。"),
        ),
    ] = None,
    yes: YesOption = False,
    home: HomeOption = None,
    profile: ProfileOption = None,
    lang: LanguageOption = None,
    json: JsonOption = False,
) -> None:
    """List the journal's runs, delete old ones, or put one aside."""

    def command(language: Language) -> int:
        from jobs.app.settings import load_settings  # noqa: PLC0415 - for fast help
        from jobs.app.target import Target  # noqa: PLC0415

        settings = load_settings(profile=profile, home=home, keep_days=keep_days)
        if prune and abandon is not None:
            from runner.errors import SettingsError  # noqa: PLC0415

            raise SettingsError(
                "--prune and --abandon are two commands. Use one at a time.",
                "--prune 与 --abandon 不能同时使用。请分别执行。",
            )
        if abandon is not None:
            from jobs.app.commands.abandon import abandon_run  # noqa: PLC0415

            target = Target(profile=profile, home=home)
            return abandon_run(settings.journal, abandon, target, language=language, json=json)
        if prune:
            from jobs.app.commands.prune import prune as prune_runs  # noqa: PLC0415

            return prune_runs(settings, yes=yes, language=language, json=json)
        from jobs.app.commands.runs import runs  # noqa: PLC0415

        target = Target(profile=profile, home=home, usual=settings.base_url)
        return runs(settings.journal, target, language=language, json=json)

    run_command("runs", command, lang, json=json)


def show(
    run: RunArgument = None,
    *,
    home: HomeOption = None,
    profile: ProfileOption = None,
    lang: LanguageOption = None,
    json: JsonOption = False,
) -> None:
    """Show one run."""

    def command(language: Language) -> int:
        from jobs.app.commands.show import show  # noqa: PLC0415 - for fast help
        from jobs.app.settings import load_settings  # noqa: PLC0415
        from jobs.app.target import Target  # noqa: PLC0415

        settings = load_settings(profile=profile, home=home)
        target = Target(profile=profile, home=home, usual=settings.base_url)
        return show(
            settings.journal,
            run,
            language=language,
            json=json,
            target=target,
        )

    run_command("show", command, lang, json=json)


def results(
    run: RunArgument = None,
    *,
    format: Annotated[  # noqa: A002 - the option's name
        str,
        typer.Option(
            metavar="jsonl|csv", help=say("JSON lines, or a file for Excel.", "JSON 行，或供 Excel 打开的文件。")
        ),
    ] = "jsonl",
    state: Annotated[
        str | None,
        typer.Option(metavar="STATE,…", help=say("Only those: failed,unknown.", "只输出这些状态：failed,unknown。")),
    ] = None,
    home: HomeOption = None,
    profile: ProfileOption = None,
    lang: LanguageOption = None,
    json: JsonOption = False,
) -> None:
    """Print a run's requests."""

    def command(language: Language) -> int:
        from jobs.app.commands.results import results  # noqa: PLC0415 - for fast help
        from jobs.app.settings import load_settings  # noqa: PLC0415

        journal = load_settings(profile=profile, home=home).journal
        return results(journal, run, layout=format, states=state, language=language, json=json)

    run_command("results", command, lang, json=json)


def report(  # noqa: PLR0913 - its options
    run: RunArgument = None,
    *,
    format: Annotated[  # noqa: A002 - the option's name
        str,
        typer.Option(
            metavar="xlsx|html", help=say("The workbook, or a page to send by mail.", "工作簿，或可邮件发送的网页。")
        ),
    ] = "xlsx",
    report: ReportOption = None,
    plan: PlanOption = None,
    corrections: CorrectionsOption = None,
    home: HomeOption = None,
    profile: ProfileOption = None,
    lang: LanguageOption = None,
    json: JsonOption = False,
) -> None:
    """Write the report of a run again."""

    def command(language: Language) -> int:
        from jobs.app.commands.report import write  # noqa: PLC0415 - for fast help
        from jobs.app.reporting import ReportTerms  # noqa: PLC0415
        from jobs.app.settings import load_settings  # noqa: PLC0415
        from jobs.app.states import states_named  # noqa: PLC0415
        from jobs.app.target import Target  # noqa: PLC0415
        from runner.report.words import CORRECTED  # noqa: PLC0415

        settings = load_settings(profile=profile, home=home)
        terms = ReportTerms(path=report, language=language, corrected=states_named(corrections, CORRECTED))
        target = Target(profile=profile, home=home, usual=settings.base_url)
        return write(
            settings.journal,
            run,
            terms,
            layout=format,
            json=json,
            plan=plan,
            target=target,
        )

    run_command("report", command, lang, json=json)


def drift(
    *,
    days: Annotated[
        int, typer.Option(min=1, max=36500, help=say("How far back. Default: 30.", "回看的天数。默认 30。"))
    ] = 30,
    home: HomeOption = None,
    profile: ProfileOption = None,
    lang: LanguageOption = None,
    json: JsonOption = False,
) -> None:
    """Show the trend."""

    def command(language: Language) -> int:
        from jobs.app.commands.drift import drift  # noqa: PLC0415 - for fast help
        from jobs.app.settings import load_settings  # noqa: PLC0415
        from jobs.app.target import Target  # noqa: PLC0415

        settings = load_settings(profile=profile, home=home)
        target = Target(profile=profile, home=home, usual=settings.base_url)
        return drift(
            settings.journal,
            target,
            days=days,
            now=time.time(),
            language=language,
            json=json,
        )

    run_command("drift", command, lang, json=json)
