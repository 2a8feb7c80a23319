"""What stops a run, or keeps it from starting.

RunnerError
├── SettingsError          a setting is missing or cannot be used
├── InputError             the input cannot be read as a table of requests
│   ├── HeadingsError      its headings are not those that are wanted
│   └── ManyWrong          several things are wrong with it, each on a line of its own
├── JournalError           the journal cannot be opened, read or written
│   └── LeaseLost          somebody else has taken over what this process had claimed
├── ReportError            the report cannot be written
├── UnreadableState        an answer does not tell the remote state that was asked for
├── AttachmentChanged      a file that was to be sent is not what was checked any more
└── TransportError         a call did not bring an answer
    ├── NotSent            nothing of it left this machine
    └── Unclear            it may have arrived, and nobody knows

What is wrong with a row is not an exception but a value: see `runner.problem`.
"""


class RunnerError(Exception):
    """Something stops the run. Says what is wrong and what to do about it, in both languages."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en = en
        self.zh = zh


class SettingsError(RunnerError):
    """A setting is missing or cannot be used."""


class InputError(RunnerError):
    """The input cannot be read as a table of requests."""


class HeadingsError(InputError):
    """The headings of a table are not those that are wanted. Keeps what is wrong apart from what to do about it."""

    def __init__(self, what: tuple[str, str], remedy: tuple[str, str]) -> None:
        """Takes both in English and in Chinese; the remedy is for the table of requests.

        Args:
            what: without a full stop.
            remedy: a sentence or more.
        """
        super().__init__(f"{what[0]}. {remedy[0]}", f"{what[1]}。{remedy[1]}")
        self.what = what


class ManyWrong(InputError):
    """Several things are wrong with a file; the message has a line for each."""


class JournalError(RunnerError):
    """The journal cannot be opened, read or written."""


class LeaseLost(JournalError):
    """Somebody else has taken over what this process had claimed."""


class ReportError(RunnerError):
    """The report cannot be written."""


class UnreadableState(RunnerError):
    """An answer does not tell the remote state that was asked for."""


class AttachmentChanged(RunnerError):
    """A file that was to be sent is not what was checked any more."""


class TransportError(RunnerError):
    """A call did not bring an answer."""


class NotSent(TransportError):
    """Nothing of the call left this machine, so it cannot have been applied."""


class Unclear(TransportError):
    """The call may have arrived, and nobody knows whether it was applied."""
