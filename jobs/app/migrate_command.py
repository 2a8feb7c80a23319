"""The command that changes many flows in one go: `recallflow migrate`."""

from pathlib import Path
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


def migrate(  # noqa: PLR0913 - its options
    rules: Annotated[
        Path | None,
        typer.Argument(metavar="RULES.toml", help=say("Which flows, and what becomes of them.", "规则文件。")),
    ] = None,
    *,
    example: Annotated[
        bool, typer.Option("--example", help=say("Print a commented file of rules.", "输出带注释的规则文件示例。"))
    ] = False,
    apply: Annotated[
        bool, typer.Option("--apply", help=say("Send what the rules want, and verify it.", "按规则发送并核对。"))
    ] = False,
    plan: PlanOption = None,
    waves: WavesOption = None,
    pause: PauseOption = None,
    sandbox: Annotated[
        bool,
        typer.Option("--sandbox", help=say("Change a simulated vendor's example flows.", "更改模拟供应商的示例流程。")),
    ] = False,
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
    """Plan, and change."""

    def command(language: Language) -> int:
        from jobs.app.between_waves import WaveOptions  # noqa: PLC0415 - for fast help
        from jobs.app.commands.migrate import MigrateOptions, migrate, print_example  # noqa: PLC0415
        from jobs.app.plan_ending import PlanEnding  # noqa: PLC0415
        from jobs.app.settings import load_settings  # noqa: PLC0415
        from jobs.app.target import Target  # noqa: PLC0415
        from runner.errors import SettingsError  # noqa: PLC0415

        if example:
            return print_example(language, json=json)
        if rules is None:
            raise SettingsError(
                "migrate needs a file of rules. `recallflow migrate --example > rules.toml` makes one to begin with.",
                "migrate 需要规则文件。可先用 `recallflow migrate --example > rules.toml` 生成一份示例。",
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
        return migrate(
            MigrateOptions(
                rules=rules,
                settings=settings,
                apply=apply,
                waves=WaveOptions(waves=waves, pause=pause),
                yes=yes,
                in_sandbox=sandbox,
                ending=PlanEnding(language=language, json=json, plan=plan, report=report, quiet=quiet, target=target),
            )
        )

    run_command("migrate", command, lang, json=json)
