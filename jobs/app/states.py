"""States, as a user names them on the command line."""

from collections.abc import Collection

from runner.errors import SettingsError
from runner.outcome import State


def states_named(words: str | None, among: Collection[State]) -> frozenset[State]:
    """The states that a list such as `failed,unknown` names.

    Args:
        words: the list; None for all that may be named.
        among: those that may be named.

    Raises:
        SettingsError: it names anything else.
    """
    if words is None:
        return frozenset(among)
    wanted = [word.strip().lower() for word in words.replace("，", ",").split(",")]
    unknown = next((word for word in wanted if word not in among), None)
    if unknown is not None:
        raise SettingsError(
            f'There is no state "{unknown}" here. The states are: {", ".join(among)}.',
            f"此处没有状态“{unknown}”。可用的状态：{'、'.join(among)}。",
        )
    return frozenset(map(State, wanted))
