"""The commands that look back: `recallflow undo` takes a run back, `history` tells one flow's story."""

from typing import Annotated

import typer

from jobs.app.language import say
from jobs.app.options import (
    BaseUrlOption,
    CanaryOption,
    ConcurrencyOption,
    HomeOption,
    JsonOption,
    LanguageOption,
    LogFileOption,
    LogFormatOption,
    LogLevelOption,
    MaxFailuresOption,
    PauseOption,
    PlanOption,
    ProfileOption,
    QuietOption,
    RateOption,
    StrictOption,
    WantedReportOption,
    WavesOption,
    YesOption,
)
from jobs.app.run import run_command
from runner.text import Language


def undo(  # noqa: PLR0913 - its options
    run: Annotated[
        str,
        typer.Argument(
            metavar="RUN",
            help=say("As `runs` lists it, or a beginning that no other has.", "运行编号，或其独有的开头。"),
        ),
    ],
    *,
    apply: Annotated[
        bool, typer.Option("--apply", help=say("Put back what was there before, and verify it.", "恢复原值并核对。"))
    ] = False,
    plan: PlanOption = None,
    waves: WavesOption = None,
    pause: PauseOption = None,
    base_url: BaseUrlOption = None,
    concurrency: ConcurrencyOption = None,
    rate: RateOption = None,
    canary: CanaryOption = None,
    max_failures: MaxFailuresOption = None,
    strict: StrictOption = None,
    log_level: LogLevelOption = None,
    log_format: LogFormatOption = None,
    log_file: LogFileOption = None,
    report: WantedReportOption = None,
    quiet: QuietOption = False,
    yes: YesOption = False,
    home: HomeOption = None,
    profile: ProfileOption = None,
    lang: LanguageOption = None,
    json: JsonOption = False,
) -> None:
    """Take a run back."""

    def command(language: Language) -> int:
        from jobs.app.between_waves import WaveOptions  # noqa: PLC0415 - for fast help
        from jobs.app.commands.undo import UndoOptions, undo  # noqa: PLC0415
        from jobs.app.plan_ending import PlanEnding  # noqa: PLC0415
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
        ending = PlanEnding(language=language, json=json, plan=plan, report=report, quiet=quiet, target=target)
        wanted = WaveOptions(waves=waves, pause=pause)
        return undo(UndoOptions(run=run, settings=settings, apply=apply, waves=wanted, yes=yes, ending=ending))

    run_command("undo", command, lang, json=json)


def history(
    key: Annotated[str, typer.Argument(metavar="KEYID", help=say("Of the flow.", "流程的 keyId。"))],
    *,
    home: HomeOption = None,
    profile: ProfileOption = None,
    lang: LanguageOption = None,
    json: JsonOption = False,
) -> None:
    """Tell one flow's story."""

    def command(language: Language) -> int:
        from jobs.app.commands.history import history  # noqa: PLC0415 - for fast help
        from jobs.app.settings import load_settings  # noqa: PLC0415

        journal = load_settings(profile=profile, home=home).journal
        return history(journal, key, language=language, json=json)

    run_command("history", command, lang, json=json)
