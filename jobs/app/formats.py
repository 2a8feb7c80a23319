"""Formats, as a user names them on the command line."""

from collections.abc import Collection

from runner.errors import SettingsError


def check_format(name: str, known: Collection[str]) -> None:
    """Checks that there is such a format.

    Raises:
        SettingsError: there is none.
    """
    if name not in known:
        raise SettingsError(
            f"There is no format {name}. Write {' or '.join(known)}.",
            f"没有格式 {name}。请写 {' 或 '.join(known)}。",
        )
