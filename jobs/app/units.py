"""Shares and durations as people write them."""

import re

import typer

_SHARE = re.compile(r"(\d+(?:\.\d+)?)(%?)")
_DURATION = re.compile(r"([+-]?\d+(?:\.\d+)?)(ms|s|m|h|)")
_SECONDS = {"ms": 0.001, "s": 1.0, "": 1.0, "m": 60.0, "h": 3600.0}


def share(words: str | float) -> float:
    """`5%` or `0.05`, as a number from 0 to 1; typer gives an option's default as it is.

    Raises:
        typer.BadParameter: it is neither.
    """
    match = _SHARE.fullmatch(str(words).strip())
    value = float(match[1]) / (100 if match[2] else 1) if match else -1.0
    if not 0 <= value <= 1:
        raise typer.BadParameter(f"{words!r} is no share; write 5% or 0.05 / 请写成 5% 或 0.05")
    return value


def seconds(words: str | float) -> float:
    """`50ms`, `120s`, `2m`, `1h`, or a bare number of seconds; typer gives an option's default as it is.

    Raises:
        typer.BadParameter: it is none of them.
    """
    match = _DURATION.fullmatch(str(words).strip())
    if not match:
        raise typer.BadParameter(f"{words!r} is no duration; write 50ms, 120s or 2m / 请写成 50ms、120s 或 2m")
    return float(match[1]) * _SECONDS[match[2]]
