"""What a user asked for, as the report tells it: the command with every setting that is not the usual one."""

import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence

from jobs.app.settings import Settings
from runner.loading import Source

_TOLD = ("concurrency", "rate", "canary", "max_failures")
"""Settings that say how a run is sent; they may come from the command line, the environment or a profile."""


def asked_to_check(source: Source) -> str:
    """`recallflow check flows.xlsx`."""
    return _typed(["recallflow", "check", str(source.path), *_reading(source)])


def asked_to_upload(source: Source, settings: Settings, *, in_sandbox: bool, dry_run: bool) -> str:
    """`recallflow upload flows.xlsx --concurrency 64`."""
    words = ["recallflow", "upload", str(source.path), *_reading(source)]
    words += ["--sandbox"] * in_sandbox + ["--dry-run"] * dry_run
    for name in () if dry_run else _TOLD:
        value = getattr(settings, name)
        if value is not None and value != Settings.model_fields[name].default:
            words += [f"--{name.replace('_', '-')}", str(value)]
    return _typed(words)


def _typed(words: Sequence[str]) -> str:
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)


def _reading(source: Source) -> Iterator[str]:
    if source.sheet is not None:
        yield from ("--sheet", source.sheet)
    for heading, field in source.mapping.items():
        yield from ("--map", f"{heading}={field}")
    if source.duplicates != "error":
        yield from ("--duplicates", source.duplicates)
    if source.files_root is not None:
        yield from ("--files-root", str(source.files_root))
