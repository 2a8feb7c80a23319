"""What a reconciliation is to do, as the command line and the settings say it."""

from dataclasses import dataclass
from pathlib import Path

from jobs.app.field_lists import COMPARED, field_selection
from jobs.app.settings import Settings
from jobs.recallflow.flows import HEADINGS, to_key
from runner.errors import SettingsError
from runner.planning.exemptions import Exemption
from runner.planning.ignore_list import read_exemptions
from runner.planning.terms import PlanTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsOptions:
    """What the command line says."""

    apply: bool
    conflicts: str | None
    ignore: Path | None
    only_fields: str | None
    exclude_fields: str | None

    def terms(self, settings: Settings) -> PlanTerms:
        """The terms of a run.

        Raises:
            SettingsError: an option cannot be used.
            InputError: the ignore list cannot be read.
        """
        if self.conflicts not in {None, "ours"}:
            raise SettingsError(
                f"--conflicts {self.conflicts} means nothing. Write ours, or leave it out.",
                f"--conflicts {self.conflicts} 无效。请写 ours，或不加此选项。",
            )
        exemptions: tuple[Exemption, ...] = ()
        if self.ignore:
            exemptions = read_exemptions(
                self.ignore, key=HEADINGS[0], to_key=to_key, fields=COMPARED, limits=settings.reading
            )
        return PlanTerms(
            apply=self.apply,
            conflicts_ours=self.conflicts == "ours",
            max_changes=settings.allowed_changes,
            fields=field_selection(self.only_fields, self.exclude_fields),
            exemptions=exemptions,
        )
