"""What is known of a run when it starts, and where it goes."""

from dataclasses import dataclass

from runner.tables.table import WrittenHeading


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where the requests of a run go."""

    endpoint: str
    account: str
    """Masked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """What is known of a run when it starts."""

    job: str
    source: str
    """The file, as the user named it."""
    sha256: str
    """Of the file."""
    sheet: str | None
    key_column: str
    """The letter of the column that holds the key."""
    key_heading: str
    destination: Destination | None
    """None where nothing is to be sent."""
    asked: str | None = None
    """The command, as it could be typed."""
    headings: tuple[WrittenHeading, ...] = ()
    """Of the file; none where its rows are not kept."""
    files_root: str | None = None
    """The folder of the files that its cells name; absolute."""
    origin: int | None = None
    """The journal's number of the run whose corrections it is."""
    subject: str | None = None
    """The job whose updates it sends or compares; such runs know what the others have applied. None for its own."""
    terms: str | None = None
    """How it compares with the remote state, if it does; see `runner.planning.terms`."""
    rules: str | None = None
    """The rules that what is wanted follows from, in the job's own JSON."""
    deeds: str | None = None
    """A digest of what the rules do: the same for all that do the same."""
    undoes: int | None = None
    """The journal's number of the run that it takes back."""
