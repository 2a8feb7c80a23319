"""Who is to be told of a night, and when, for those who need not know how it is done."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, SecretStr

from jobs.app.target import Target
from runner.errors import SettingsError


class Occasion(StrEnum):
    """When somebody wants to be told."""

    DRIFT = "drift"
    """Something was not as wanted at the vendor's, whether it was put right or not."""
    FAILURE = "failure"
    """The night did not come to its end, or some requests came to a bad one."""
    RECOVERY = "recovery"
    """All is as wanted, after a night when it was not."""
    ALWAYS = "always"
    """Whatever became of it."""


USUAL_TARGET = Target()

USUAL = (Occasion.DRIFT, Occasion.FAILURE, Occasion.RECOVERY)


def _named(words: object) -> object:
    """From one text, such as `drift,failure`, or a list."""
    return words.replace("，", ",").replace(",", " ").lower().split() if isinstance(words, str) else words


Occasions = Annotated[tuple[Occasion, ...], BeforeValidator(_named)]
"""Some of them, as people write them down."""

_METRICS = ".prom"


def _that_is_read(file: Path) -> Path:
    if not file.name.endswith(_METRICS):
        better = file.with_suffix(_METRICS)
        raise SettingsError(
            f"--metrics (RECALLFLOW_METRICS) is {file}, but node exporter reads only files whose names end in "
            f"{_METRICS}. Name it so: {better}",
            f"--metrics（RECALLFLOW_METRICS）的值为 {file}，但 node exporter 只读取以 {_METRICS} 结尾的文件。"
            f"请改为：{better}",
        )
    return file


MetricsFile = Annotated[Path, AfterValidator(_that_is_read)]
"""A file for Prometheus' textfile collector."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyTerms:
    """What was asked for."""

    urls: tuple[SecretStr, ...]
    """Of apprise, a service each; they hold tokens."""
    on: tuple[Occasion, ...] = USUAL
    hidden: tuple[SecretStr, ...] = ()
    """What no message may hold, whoever wrote it there."""
    target: Target = USUAL_TARGET
    """Where the commands of a message lead; the journal's folder is named where it is not the usual one."""
