"""Updates of flows, for every job that sends them: recallFlow/update, and recallFlow/queryDetail to look at them."""

import json
from collections.abc import Iterable, Iterator

from jobs.recallflow.changes import changes_between
from jobs.recallflow.client import QUERY_DETAIL, UPDATE, Client, advice_on, verdict_on
from jobs.recallflow.facts import FACT_HEADINGS
from jobs.recallflow.flows import HEADINGS, flow_drafts
from jobs.recallflow.read_back import finding_on
from jobs.recallflow.reference import KEY
from runner.change import Change
from runner.exchange import Call, Response
from runner.outcome import Finding, Verdict
from runner.report.form import ColumnForm
from runner.request import Draft, Request
from runner.tables.headings import Heading
from runner.tables.table import Table
from runner.text import Language, Text


class FlowUpdates:
    """Sends recallFlow/update for every flow; where it is unclear what came of that, asks recallFlow/queryDetail."""

    name: str
    key = KEY

    def __init__(self, client: Client | None) -> None:
        """Takes what words the calls; None where nothing is to be sent."""
        self._client = client

    @property
    def headings(self) -> tuple[Heading, ...]:
        """The fields of the vendor's page, and what an export tells besides."""
        return (*HEADINGS, *FACT_HEADINGS)

    def drafts(self, table: Table) -> Iterator[Draft]:
        """The flows of the table."""
        return flow_drafts(table)

    def call(self, request: Request, timestamp: int) -> Call:
        """The update, with the body as it was checked."""
        return self._call(UPDATE, request.body, timestamp)

    def verdict(self, response: Response) -> Verdict:
        """By the vendor's table of codes."""
        return verdict_on(response)

    def advice(self, code: str) -> Text | None:
        """From the vendor's table of codes."""
        return advice_on(code)

    def query(self, request: Request, timestamp: int) -> Call:
        """The flow as the vendor has it."""
        return self._call(QUERY_DETAIL, json.dumps({KEY: int(request.key)}).encode(), timestamp)

    def finding(self, request: Request, response: Response) -> Finding:
        """By the fields that the update sends."""
        return finding_on(request.body, response.body)

    def changes(self, old: bytes, new: bytes) -> Iterable[Change]:
        """Field by field, those of a node by its place."""
        return changes_between(old, new)

    def form(self, field: str, language: Language) -> ColumnForm:
        """As in the template."""
        from jobs.recallflow.template.forms import form_of  # noqa: PLC0415 - heavy; who only sends needs no workbook

        return form_of(field, language)

    def _call(self, path: str, body: bytes, timestamp: int) -> Call:
        assert self._client is not None, "a run without an account sends nothing"
        return self._client.call(path, body, timestamp)
