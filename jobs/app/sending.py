"""Sends a loaded run to the vendor, or to the simulated one."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from random import SystemRandom

from jobs.app.between_waves import Consent, between_waves
from jobs.app.consent import Question, agree_after_reading
from jobs.app.deadline import Control
from jobs.app.job_of import job_of
from jobs.app.kept_guards import guards_in_words, guards_to_keep
from jobs.app.loop import run_loop
from jobs.app.settings import Settings
from jobs.recallflow.client import Client
from jobs.recallflow.names import EXPORT, MIGRATE
from jobs.recallflow.sandbox.drift import fill_with_drift
from jobs.recallflow.sandbox.example_flows import OWN_EXAMPLES, fill_with_examples
from jobs.recallflow.sandbox.faults import A_LITTLE_OF_EVERYTHING
from jobs.recallflow.sandbox.server import EXAMPLE_ACCOUNT, SandboxSettings, sandbox
from jobs.recallflow.sandbox.vendor import SimulatedVendor
from jobs.recallflow.signing import Account
from runner.engine import send
from runner.events import GoingOn, Observe
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.leases import SANDBOX
from runner.journal.ledger import Ledger, RunRecord
from runner.journal.new_run import Destination
from runner.journal.plans import wanted_bodies
from runner.outcome import ENDED_EARLY, Stop
from runner.planning.terms import PlanTerms, decode_terms
from runner.reconciling import reconcile
from runner.sending.transport import Transport, check_endpoint

NOBODY = Consent(language="en", json=True)
"""Nobody is asked; for what goes in one wave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """What is asked of a run that is resumed."""

    overwrites: frozenset[int] = frozenset()
    """Later runs over whose values it sends its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Where requests go, and as whom: checked before anything is read."""

    base_url: str | None
    """None for a sandbox of the run's own."""
    account: Account

    @classmethod
    def of(cls, settings: Settings, *, in_sandbox: bool) -> "Delivery":
        """By the settings; a sandbox has an account of its own, and is never shown the real one.

        Raises:
            SettingsError: the account is not set, or calls may not go to the base URL.
        """
        if in_sandbox:
            return cls(base_url=None, account=EXAMPLE_ACCOUNT)
        return cls(base_url=check_endpoint(settings.base_url), account=settings.account())

    @property
    def destination(self) -> Destination:
        """As the journal keeps it."""
        return Destination(endpoint=self.base_url or SANDBOX, account=self.account.masked)

    def send(
        self,
        run: int,
        database: Database,
        settings: Settings,
        observe: Observe,
        control: Control,
        *,
        resumed: Resumed | None = None,
        consent: Consent = NOBODY,
        question: Question | None = None,
    ) -> Stop | None:
        """Sends what is ready in the run, or, resumed, all that is not settled. Gives why it stopped early, if it did.

        A run that has terms is compared first, and only what those say is sent; by whoever is there to be asked, once
        it is known what that is.

        Raises:
            JournalError: another process sends this run.
        """
        return run_loop(
            self._send(
                run,
                database,
                settings,
                observe,
                control,
                resumed=resumed,
                consent=consent,
                question=question,
            )
        )

    async def _send(
        self,
        run: int,
        database: Database,
        settings: Settings,
        observe: Observe,
        control: Control,
        *,
        resumed: Resumed | None,
        consent: Consent,
        question: Question | None,
    ) -> Stop | None:
        record = Ledger(database).run(run)
        if resumed:
            observe(going_on(record, settings))
        Journal(database).keep_guards(run, guards_to_keep(settings))
        terms = decode_terms(record.terms) if record.terms else PlanTerms()
        async with self.vendor(settings, _filling(record, database)) as (client, carrier):
            phases = (
                send
                if record.terms is None
                else partial(
                    reconcile,
                    agree=agree_after_reading(
                        run, database, question, observe, control, strict=settings.strict, resumed=resumed is not None
                    ),
                )
            )
            return await phases(
                job_of(record, database, client),
                run,
                database,
                carrier,
                limits=settings.limits,
                retry=settings.retry,
                guards=settings.guards,
                breaker=settings.breaker,
                observe=observe,
                random=SystemRandom(),
                control=control,
                resumed=self.destination if resumed else None,
                between=between_waves(terms, consent, observe),
                overwrites=resumed.overwrites if resumed else (),
            )

    @asynccontextmanager
    async def vendor(
        self, settings: Settings, fill: Callable[[SimulatedVendor], None]
    ) -> AsyncIterator[tuple[Client, Transport]]:
        """What words calls and what carries them, for as long as it lasts.

        Args:
            settings: say how long to wait.
            fill: gives a sandbox of the run's own what it has from the start.
        """
        async with (
            self._base_url(fill) as base_url,
            Transport(settings.timeouts, connections=settings.limits.concurrency) as carrier,
        ):
            yield Client(base_url, self.account), carrier

    @asynccontextmanager
    async def _base_url(self, fill: Callable[[SimulatedVendor], None]) -> AsyncIterator[str]:
        if self.base_url is not None:
            yield self.base_url
            return
        async with sandbox(SandboxSettings(faults=A_LITTLE_OF_EVERYTHING)) as (base_url, vendor):
            fill(vendor)
            yield base_url


def going_on(record: RunRecord, settings: Settings) -> GoingOn:
    """What is to be said of a run before it goes on."""
    left = record.remaining if record.state in ENDED_EARLY else record.open
    return GoingOn(
        run=record.name, state=record.state, left=left, requests=record.requests, guards=guards_in_words(settings)
    )


def with_examples(vendor: SimulatedVendor) -> None:
    """Gives a sandbox of a run's own the flows that it lists: the same ones whenever one is opened."""
    fill_with_examples(vendor, OWN_EXAMPLES, now=vendor.today())


def _filling(record: RunRecord, database: Database) -> Callable[[SimulatedVendor], None]:
    """What a sandbox of a run's own has from the start."""
    if record.job in _OF_LISTED_FLOWS:
        return with_examples
    if record.terms is not None:
        return lambda vendor: fill_with_drift(vendor, wanted_bodies(database, record.id))
    return lambda _: None


_OF_LISTED_FLOWS = (MIGRATE, EXPORT)
