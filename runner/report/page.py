"""Writes the summary of a run as a page to be sent by mail: one file that refers to nothing outside of it."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from runner.job import Job
from runner.journal.ledger import Ledger
from runner.report.advice import adviser
from runner.report.cells import printable
from runner.report.overview import Overview, Timeline, overview
from runner.report.placing import not_written, put_beside, unfinished
from runner.report.styles import FIRST_COLOUR, RETRY_COLOUR, state_colour
from runner.report.words import STATES
from runner.text import Language, Text

if TYPE_CHECKING:
    from jinja2 import Template

_TEMPLATE = "page.html.jinja"
_LANG = {"en": "en", "zh": "zh-CN"}

_TALL = 96
"""Pixels of the highest bar over time."""
_WIDEST = 48
"""Pixels of a bar at most."""
_ACROSS = 840
"""Pixels of all of them at most."""


def write_page(path: Path, ledger: Ledger, run: int, job: Job, language: Language, *, known: bool = True) -> Path:
    """Writes the summary of a run as a page of HTML.

    Args:
        path: where; if something is there already, a numbered name beside it is taken.
        ledger: the journal.
        run: the journal's number of the run.
        job: whose run it is; it knows what to do about a code.
        language: of the page's words.
        known: whether `recallflow` knows the job, so that it can go on with the run.

    Returns:
        Where it lies.

    Raises:
        ReportError: it cannot be written there; nothing is left behind.
    """
    with ledger.snapshot():
        record = ledger.run(run)
        said = overview(ledger, record, adviser(record, job), known=known)
        page = page_of(said, f"{record.job} {record.name}", language)
    try:
        with unfinished(path) as file:
            file.write_text(page, encoding="utf-8", newline="\n")
            return put_beside(file, path)
    except OSError as error:
        raise not_written(path, record.name, error) from error


def page_of(said: Overview, name: str, language: Language) -> str:
    """The page as text.

    Args:
        said: what it says.
        name: of the run, for the title of the window.
        language: to say it in.
    """

    def say(text: Text) -> str:
        return printable(text.in_language(language))

    def shown(value: Text | datetime | float) -> str:
        if isinstance(value, Text):
            return say(value)
        return str(value) if isinstance(value, datetime) else f"{value:,}"

    most = max((step.first + step.retries for step in said.timeline.steps), default=0) if said.timeline else 0
    return _template().render(
        lang=_LANG[language],
        title=f"{say(said.title)} · {name}",
        overview=said,
        words=_WORDS,
        colon="：" if language == "zh" else ": ",
        say=say,
        shown=shown,
        printable=printable,
        state=STATES.__getitem__,
        colour=state_colour,
        width=lambda share: max(1, round(share * 100)),
        first_colour=FIRST_COLOUR,
        retry_colour=RETRY_COLOUR,
        tall=_TALL + 2,
        wide=min(_WIDEST, _ACROSS // len(said.timeline.steps)) if said.timeline else 0,
        high=lambda attempts: max(1, round(attempts * _TALL / most)),
        timeline_words=_in_words(said.timeline) if said.timeline else None,
    )


def _template() -> "Template":
    """All that is put into it is text: the vendor's words and names of files are never markup."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - only for those who want a page

    loader = FileSystemLoader(Path(__file__).parent, encoding="utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined, loader=loader).get_template(_TEMPLATE)


def _in_words(timeline: Timeline) -> Text:
    """What the bars show, for those who do not see them."""
    first = sum(step.first for step in timeline.steps)
    retries = sum(step.retries for step in timeline.steps)
    busiest = max(timeline.steps, key=lambda step: step.first + step.retries)
    return _OVER_TIME.format(
        width=timeline.width,
        since=timeline.steps[0].label,
        until=timeline.steps[-1].label,
        zone=timeline.zone,
        first=f"{first:,}",
        retries=f"{retries:,}",
        most=f"{busiest.first + busiest.retries:,}",
        at=busiest.label,
    )


_WORDS = {
    "stopped": Text("Why it stopped", "停止原因"),
    "by_state": Text("Requests by state", "各状态请求数"),
    "state": Text("State", "状态"),
    "requests": Text("Requests", "请求数"),
    "share": Text("Share", "占比"),
    "over_time": Text("Attempts over time", "发送次数（按时间）"),
    "first": Text("first attempts", "首次发送"),
    "retries": Text("retries", "重试"),
    "messages": Text("Most frequent messages", "最常见的消息"),
    "code": Text("Code", "代码"),
    "count": Text("Count", "数量"),
    "message": Text("Message", "消息"),
    "remedy": Text("What to do", "处理建议"),
}
_OVER_TIME = Text(
    "{first} first attempts and {retries} retries, a bar per {width}, from {since} to {until} ({zone}); "
    "most of them, {most}, at {at}.",
    "首次发送 {first} 次，重试 {retries} 次；每条代表 {width}，{since} 至 {until}（{zone}）；最多 {most} 次，在 {at}。",
)
