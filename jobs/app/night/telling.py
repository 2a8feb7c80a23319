"""Tells all who want to know of a night: machines first, then people."""

from collections.abc import Callable
from dataclasses import replace

from jobs.app.night.night import Night
from jobs.app.night.terms import USUAL_TARGET
from jobs.app.printing import Tell
from jobs.app.settings import Settings
from jobs.app.target import Target
from runner.text import Language, Text


def tell_of(
    night_of: Callable[[], Night], settings: Settings, language: Language, tell: Tell, target: Target = USUAL_TARGET
) -> None:
    """Writes the metrics and sends the notifications that the settings ask for.

    Nothing that goes wrong here is the night's: it is told, and nothing is raised.

    Args:
        night_of: gives what to tell of; called only where somebody is to be told.
        settings: whom to tell.
        language: of the notifications.
        tell: gets what could not be done.
        target: where the commands of the notifications lead, but for the journal's folder.
    """
    if settings.metrics is None and not settings.notify:
        return
    try:
        night = night_of()
        if settings.metrics is not None:
            from jobs.app.night.metrics import write_metrics  # noqa: PLC0415 - only where they are asked for

            write_metrics(night, settings.metrics, tell)
        if settings.notify:
            from jobs.app.night.notify import notify  # noqa: PLC0415 - only where it is asked for

            terms = settings.notify_terms
            notify(night, replace(terms, target=replace(target, home=terms.target.home)), language, tell)
    except KeyboardInterrupt:
        tell(_LEFT)
    except Exception as error:  # noqa: BLE001 - what is wrong with a message is no reason to call the night bad
        tell(_BROKEN.format(kind=type(error).__name__))  # its words may hold a token


_LEFT = Text("Note: interrupted while others were told of the run.", "提示：通知过程被中断。")
_BROKEN = Text("Note: others could not be told of the run ({kind}).", "提示：无法发送通知（{kind}）。")
