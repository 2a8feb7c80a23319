"""Sends a loaded run to the vendor, or to the simulated one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import SystemRandom

from jobs.app.deadline import Control
from jobs.app.loop import run_loop
from jobs.app.settings import Settings
from jobs.recallflow.client import Client
from jobs.recallflow.sandbox.drift import fill_with_drift
from jobs.recallflow.sandbox.faults import A_LITTLE_OF_EVERYTHING
from jobs.recallflow.sandbox.server import EXAMPLE_ACCOUNT, SandboxSettings, sandbox
from jobs.recallflow.signing import Account
from jobs.reconcile import Reconcile
from jobs.upload import Upload
from runner.engine import send
from runner.events import Observe
from runner.journal.database import Database
from runner.journal.journal import Destination
from runner.journal.leases import SANDBOX
from runner.journal.ledger import Ledger
from runner.journal.plans import wanted_bodies
from runner.outcome import Stop
from runner.reconciling import reconcile
from runner.sending.transport import Transport, check_endpoint


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
        resumed: bool = False,
    ) -> Stop | None:
        """Sends what is ready in the run, or, resumed, all that is not settled. Gives why it stopped early, if it did.

        A run that has terms is compared first, and only what those say is sent.

        Raises:
            JournalError: another process sends this run.
        """
        return run_loop(self._send(run, database, settings, observe, control, resumed=resumed))

    async def _send(
        self,
        run: int,
        database: Database,
        settings: Settings,
        observe: Observe,
        control: Control,
        *,
        resumed: bool,
    ) -> Stop | None:
        record = Ledger(database).run(run)
        async with (
            self._vendor(run, database) as base_url,
            Transport(settings.timeouts, connections=settings.limits.concurrency) as carrier,
        ):
            client = Client(base_url, self.account)
            job, phases = (Upload(client), send) if record.terms is None else (Reconcile(client, record.job), reconcile)
            return await phases(
                job,
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
            )

    @asynccontextmanager
    async def _vendor(self, run: int, database: Database) -> AsyncIterator[str]:
        if self.base_url is not None:
            yield self.base_url
            return
        async with sandbox(SandboxSettings(faults=A_LITTLE_OF_EVERYTHING)) as (base_url, vendor):
            if Ledger(database).run(run).terms is not None:
                fill_with_drift(vendor, wanted_bodies(database, run))
            yield base_url
