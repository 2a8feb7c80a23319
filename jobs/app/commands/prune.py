"""`recallflow runs --prune`: deletes old runs from the journal, and gives their space back to the disk."""

import time
from collections.abc import Sequence

from rich.console import Console

from jobs.app.asking import confirmed, somebody_is_there
from jobs.app.printing import print_line
from jobs.app.settings import Settings
from jobs.app.summary import print_json
from runner.errors import JournalError, SettingsError
from runner.journal.database import Database
from runner.journal.kept_files import KeptFiles
from runner.journal.owner import is_gone, this_process
from runner.journal.pruning import OldRun, delete_runs, give_space_back, old_runs
from runner.text import Language, Text

_DAY = 86_400.0


def prune(settings: Settings, *, yes: bool, language: Language, json: bool) -> int:
    """Deletes what ended more than `keep_days` ago, once the user has said so. Gives the exit code.

    Raises:
        SettingsError: there is nobody to ask, and no `--yes`; or the answer is no. Nothing is deleted.
        JournalError: the journal cannot be written.
    """
    now = time.time()
    before = now - settings.keep_days * _DAY
    with Database(settings.journal, to_read=True) as database:
        old = old_runs(database, before=before, now=now, is_gone=is_gone)
    if not old:
        _tell(old, _NONE.format(days=settings.keep_days), language, json=json)
        return 0
    if not yes:
        _ask(_words(_QUESTION, old, settings), language, json=json)
    with Database(settings.journal) as database:
        old = delete_runs(database, old, owner=this_process(), before=before, now=time.time, is_gone=is_gone)
        KeptFiles(database).forget_unused(database, now=time.time())
        _give_space_back(database, language)
    _tell(old, _words(_DONE, old, settings), language, json=json)
    return 0


def _ask(question: Text, language: Language, *, json: bool) -> None:
    if not somebody_is_there(json=json):
        raise SettingsError(
            "Deleting runs needs --yes where nobody can be asked.", "无法询问确认时，删除运行记录需要 --yes。"
        )
    if not confirmed(question, language):
        raise SettingsError("Nothing was deleted.", "未删除任何运行记录。")


def _give_space_back(database: Database, language: Language) -> None:
    """The runs are gone either way."""
    err = Console(stderr=True)
    try:
        if not give_space_back(database, now=time.time(), is_gone=is_gone):
            print_line(err, _BUSY, language)
    except JournalError as error:
        print_line(err, Text.of(error), language)


def _tell(old: Sequence[OldRun], words: Text, language: Language, *, json: bool) -> None:
    if json:
        print_json({"pruned": [run.name for run in old], "requests": sum(run.requests for run in old)})
    else:
        print_line(Console(), words, language)


def _words(text: Text, old: Sequence[OldRun], settings: Settings) -> Text:
    requests = f"{sum(run.requests for run in old):,}"
    return text.format(runs=f"{len(old):,}", requests=requests, days=settings.keep_days, journal=settings.journal)


_NONE = Text("No run ended more than {days} days ago; nothing is deleted.", "没有 {days} 天前结束的运行记录，未删除。")
_QUESTION = Text(
    "Delete from {journal} what ended more than {days} days ago (runs: {runs}, requests: {requests})?",
    "从 {journal} 删除 {days} 天前结束的 {runs} 个运行记录（共 {requests} 个请求）？",
)
_DONE = Text(
    "Deleted what ended more than {days} days ago (runs: {runs}, requests: {requests}).",
    "已删除 {days} 天前结束的 {runs} 个运行记录，共 {requests} 个请求。",
)
_BUSY = Text(
    "A run is being sent, so that the file keeps its size; the next runs fill the space, or the next --prune frees it.",
    "有运行正在发送，文件大小暂不变；空间将由后续运行使用，或在下次 --prune 时释放。",
)
