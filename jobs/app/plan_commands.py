"""The commands that plan before they send: `recallflow reconcile` and `apply`."""

from pathlib import Path
from typing import Annotated

import typer

from jobs.app.language import say
from jobs.app.options import (
    BaseUrlOption,
    CanaryOption,
    ConcurrencyOption,
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
    MetricsOption,
    NotifyOnOption,
    PauseOption,
    PlanOption,
    ProfileOption,
    QuietOption,
    RateOption,
    SheetOption,
    SpreadsheetArgument,
    StrictOption,
    WantedReportOption,
    WavesOption,
    YesOption,
)
from jobs.app.run import run_command
from jobs.app.units import seconds
from runner.text import Language


def reconcile(  # noqa: PLR0913 - its options
    file: SpreadsheetArgument,
    *,
    apply: Annotated[
        bool, typer.Option("--apply", help=say("Send what has drifted, and verify it.", "发送有差异的流程并核对。"))
    ] = False,
    conflicts: Annotated[
        str | None,
        typer.Option(
            metavar="ours",
            help=say("Send what was changed on both sides as well.", "双方都改动过的也按表格发送。"),
        ),
    ] = None,
    plan: PlanOption = None,
    ignore: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help=say("What is left alone: keyId, field, until, reason.", "忽略列表：编号、字段、截止日期、原因。"),
        ),
    ] = None,
    only_fields: Annotated[
        str | None, typer.Option(metavar="FIELD,…", help=say("Compare only these.", "只比对这些字段。"))
    ] = None,
    exclude_fields: Annotated[
        str | None, typer.Option(metavar="FIELD,…", help=say("Do not compare these.", "不比对这些字段。"))
    ] = None,
    max_changes: Annotated[
        str | None,
        typer.Option(
            metavar="N|P%",
            help=say("Send nothing if more would be changed. Default: 20%.", "需更改的超过此数则不发送。默认 20%。"),
        ),
    ] = None,
    deadline: Annotated[
        float | None,
        typer.Option(
            parser=seconds, metavar="DURATION", help=say("Stop after so long: 2h.", "运行超过此时间即停止：2h。")
        ),
    ] = None,
    sheet: SheetOption = None,
    map: MapOption = None,  # noqa: A002 - the option's name
    map_file: MapFileOption = None,
    duplicates: DuplicatesOption = "error",
    files_root: FilesRootOption = None,
    sandbox: Annotated[
        bool,
        typer.Option(
            "--sandbox",
            help=say("Compare with a simulated vendor that has drifted a little.", "与带少量差异的模拟供应商比对。"),
        ),
    ] = False,
    base_url: BaseUrlOption = None,
    concurrency: ConcurrencyOption = None,
    rate: RateOption = None,
    canary: CanaryOption = None,
    max_failures: MaxFailuresOption = None,
    strict: StrictOption = None,
    notify_on: NotifyOnOption = None,
    metrics: MetricsOption = None,
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
    """Compare, and put right."""

    def command(language: Language) -> int:
        from jobs.app.commands.reconcile import ReconcileOptions, reconcile  # noqa: PLC0415 - for fast help
        from jobs.app.plan_ending import PlanEnding  # noqa: PLC0415
        from jobs.app.plan_terms import TermsOptions  # noqa: PLC0415
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
            max_changes=max_changes,
            notify_on=notify_on,
            metrics=metrics,
            log_level=log_level,
            log_format=log_format,
            log_file=log_file,
        )
        target = Target(base_url=base_url, profile=profile, home=home, usual=settings.base_url)
        return reconcile(
            ReconcileOptions(
                source=source,
                settings=settings,
                terms=TermsOptions(
                    apply=apply,
                    conflicts=conflicts,
                    ignore=ignore,
                    only_fields=only_fields,
                    exclude_fields=exclude_fields,
                ),
                in_sandbox=sandbox,
                deadline=deadline,
                yes=yes,
                ending=PlanEnding(language=language, json=json, plan=plan, report=report, quiet=quiet, target=target),
            )
        )

    run_command("reconcile", command, lang, json=json)


def apply(  # noqa: PLR0913 - its options
    plan: Annotated[
        Path,
        typer.Argument(metavar="PLAN.xlsx", help=say("A saved plan, with ticks.", "已勾选的计划文件。")),
    ],
    *,
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
    """Apply what is ticked."""

    def command(language: Language) -> int:
        from jobs.app.between_waves import WaveOptions  # noqa: PLC0415 - for fast help
        from jobs.app.commands.apply import ApplyOptions, apply  # noqa: PLC0415
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
        ending = PlanEnding(language=language, json=json, report=report, quiet=quiet, target=target)
        in_waves = WaveOptions(waves=waves, pause=pause)
        return apply(ApplyOptions(plan=plan, settings=settings, ending=ending, waves=in_waves, yes=yes))

    run_command("apply", command, lang, json=json)
