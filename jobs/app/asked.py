"""What a user asked for, as the report tells it: the command with every setting that is not the usual one."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from jobs.app.settings import Settings
from runner.loading import Source
from runner.planning.terms import PlanTerms
from runner.typed import typed

_TOLD = ("concurrency", "rate", "canary", "max_failures")
"""Settings that say how a run is sent; they may come from the command line, the environment or a profile."""


def asked_to_check(source: Source) -> str:
    """`recallflow check flows.xlsx`."""
    return typed(["recallflow", "check", str(source.path), *_reading(source)])


def asked_to_upload(
    source: Source, settings: Settings, *, in_sandbox: bool, dry_run: bool, compare: bool = False
) -> str:
    """`recallflow upload flows.xlsx --concurrency 64`."""
    words = ["recallflow", "upload", str(source.path), *_reading(source)]
    words += (
        ["--compare"] * compare + ["--strict"] * settings.strict + ["--sandbox"] * in_sandbox + ["--dry-run"] * dry_run
    )
    return typed([*words, *_set(settings, () if dry_run else _TOLD)])


def asked_to_reconcile(
    source: Source,
    settings: Settings,
    terms: PlanTerms,
    *,
    ignore: Path | None,
    deadline: float | None,
    in_sandbox: bool,
) -> str:
    """`recallflow reconcile flows.xlsx --apply`."""
    words = ["recallflow", "reconcile", str(source.path), *_reading(source)]
    words += ["--strict"] * settings.strict + ["--apply"] * terms.apply + ["--conflicts", "ours"] * terms.conflicts_ours
    words += ["--ignore", str(ignore)] if ignore else []
    words += ["--deadline", f"{deadline:g}s"] if deadline is not None else []
    for option, fields in (("--only-fields", terms.fields.only), ("--exclude-fields", terms.fields.excluded)):
        words += [option, ",".join(fields)] if fields else []
    words += ["--sandbox"] * in_sandbox + list(_set(settings, (*_TOLD, "max_changes") if terms.apply else _TOLD[:2]))
    return typed(words)


def asked_to_apply(plan: Path, settings: Settings, *, waves: Sequence[int] = (), pause: float | None = None) -> str:
    """`recallflow apply plan.xlsx`."""
    return typed(["recallflow", "apply", str(plan), *_in_waves(waves, pause), *_set(settings, _TOLD)])


def asked_to_migrate(rules: Path, settings: Settings, terms: PlanTerms, *, in_sandbox: bool) -> str:
    """`recallflow migrate rules.toml --apply`."""
    words = ["recallflow", "migrate", str(rules), *["--apply"] * terms.apply, *_in_waves(terms.waves, terms.pause)]
    return typed([*words, *["--sandbox"] * in_sandbox, *_set(settings, _TOLD if terms.apply else _TOLD[:2])])


def _in_waves(waves: Sequence[int], pause: float | None) -> Iterator[str]:
    if waves:
        yield from ("--waves", ",".join(map(str, waves)))
    if pause is not None:
        yield from ("--pause", f"{pause:g}s")


def asked_to_export(out: Path, selected: Sequence[str], settings: Settings, *, in_sandbox: bool) -> str:
    """`recallflow export flows.xlsx --from 2026-11-01`."""
    words = ["recallflow", "export", str(out), *selected, *["--sandbox"] * in_sandbox]
    return typed([*words, *_set(settings, _TOLD[:2])])


def asked_to_undo(run: str, settings: Settings, terms: PlanTerms) -> str:
    """`recallflow undo 20260301-013000-ab12 --apply`."""
    words = ["recallflow", "undo", run, *["--apply"] * terms.apply, *_in_waves(terms.waves, terms.pause)]
    return typed([*words, *_set(settings, _TOLD if terms.apply else _TOLD[:2])])


def _set(settings: Settings, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        value = getattr(settings, name)
        if value is not None and value != Settings.model_fields[name].default:
            yield from (f"--{name.replace('_', '-')}", str(value))


def _reading(source: Source) -> Iterator[str]:
    if source.sheet is not None:
        yield from ("--sheet", source.sheet)
    for heading, field in source.mapping.items():
        yield from ("--map", f"{heading}={field}")
    if source.duplicates != "error":
        yield from ("--duplicates", source.duplicates)
    if source.files_root is not None:
        yield from ("--files-root", str(source.files_root))
