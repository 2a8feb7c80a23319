"""`recallflow history`: one flow's story over all runs, with who changed what, from which file, by which rule."""

import json as json_format
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from jobs.app.night.words import in_one_line, text_in_one_line
from jobs.app.printing import print_line
from jobs.app.summary import print_json
from jobs.app.times import local_time
from jobs.upload import Upload
from runner.errors import InputError
from runner.journal.database import Database
from runner.journal.history import Entry, history_of
from runner.outcome import RunState, State
from runner.plan import PlannedDifference
from runner.report.words import MOVED_BY, PLANS, RUN_STATES, STATES
from runner.text import Language, Text

SHORT_HASH = 12
"""Characters of a SHA-256 that people are shown."""

_LONGEST = 60
"""Characters of a value on the terminal."""

_LONGEST_MESSAGE = 200


def history(journal: Path, key: str, *, language: Language, json: bool) -> int:
    """Tells the story. Gives the exit code.

    Args:
        journal: where the journal is.
        key: of the flow.
        language: of the words.
        json: as one JSON object, in which nothing is shortened.

    Raises:
        InputError: no run has had it.
        JournalError: the journal cannot be read.
    """
    key = key.strip()
    with Database(journal, to_read=True) as database:
        entries = history_of(database, key, Upload(None).changes)
    if not entries:
        raise InputError(
            f"No run has had the flow {key}. Look at the keyId, or name the folder of its journal with --home.",
            f"没有任何运行包含流程 {key}。请核对 keyId，或用 --home 指定其运行记录文件夹。",
        )
    if json:
        print_json({"key": key}, entries=(_json(entry, language) for entry in entries))
        return 0
    console = Console()
    for entry in entries:
        print_line(console, _head(entry), language, style="bold")
        for line in _lines(entry):
            print_line(console, Text(f"  {line.en}", f"  {line.zh}"), language)
    return 0


def _json(entry: Entry, language: Language) -> dict[str, object]:
    return {
        "run": entry.run,
        "job": entry.job,
        "user": entry.user,
        "source": entry.source,
        "sha256": entry.sha256,
        "started": entry.started,
        "settled": entry.settled,
        "state": entry.state.value,
        "code": entry.code,
        "message": entry.message.in_language(language) if entry.message else None,
        "attempts": entry.attempts,
        "plan": entry.plan.value if entry.plan else None,
        "only_planned": entry.only_planned,
        "run_state": entry.run_state.value,
        "undoes": entry.undoes,
        "undone_by": entry.undone_by,
        "compared": entry.compared,
        "changes": [
            {
                "field": each.field,
                "old": each.old,
                "new": each.new,
                "moved_by": each.moved_by.value if each.moved_by else None,
                "rule": each.rule,
            }
            for each in entry.changes
        ],
    }


def _head(entry: Entry) -> Text:
    words = _HEAD if entry.user else _HEAD_OF_NOBODY
    source = f"{entry.source} ({entry.sha256[:SHORT_HASH]})" if entry.sha256 else entry.source
    return words.format(
        time=local_time(entry.settled or entry.started), run=entry.run, job=entry.job, user=entry.user, source=source
    )


def _lines(entry: Entry) -> Iterator[Text]:
    word = _ONLY_PLANNED if entry.only_planned and entry.state is State.NOT_SENT else STATES[entry.state]
    if entry.plan and entry.state is State.NOT_SENT:
        word = Text(f"{word.en} · {PLANS[entry.plan].en}", f"{word.zh} · {PLANS[entry.plan].zh}")
    code, message = entry.code or "", entry.message or Text.verbatim("")
    said = text_in_one_line(Text(f"{code} {message.en}", f"{code} {message.zh}"), _LONGEST_MESSAGE)
    yield Text(f"{word.en} · {said.en}", f"{word.zh} · {said.zh}") if said.en else word
    if entry.run_state in _SAID:
        yield _RUN_IS.format(state=RUN_STATES[entry.run_state])
    if entry.undoes:
        yield _UNDOES.format(run=entry.undoes)
    if entry.undone_by:
        yield _UNDONE_BY.format(run=entry.undone_by)
    if entry.changes and not entry.compared:
        yield _SINCE_LAST
    yield from map(_changed, entry.changes)


def _changed(change: PlannedDifference) -> Text:
    field, old, new = in_one_line(change.field, _LONGEST), _shown(change.old), _shown(change.new)
    words = Text(f"{field}: {old.en} → {new.en}", f"{field}：{old.zh} → {new.zh}")
    why = []
    if change.moved_by:
        why.append(MOVED_BY[change.moved_by])
    if change.rule:
        why.append(_RULE.format(rule=in_one_line(change.rule, _LONGEST)))
    if change.ignored:
        why.append(_IGNORED)
    if not why:
        return words
    return Text(
        f"{words.en} ({'; '.join(each.en for each in why)})", f"{words.zh}（{'；'.join(each.zh for each in why)}）"
    )


def _shown(value: object) -> Text:
    if value is None or value == "":
        return _NOTHING
    words = value if isinstance(value, str) else json_format.dumps(value, ensure_ascii=False)
    return Text.verbatim(in_one_line(words, _LONGEST))


_HEAD = Text("{time} · run {run} · {job} · by {user} · {source}", "{time} · 运行 {run} · {job} · 由 {user} · {source}")
_HEAD_OF_NOBODY = Text("{time} · run {run} · {job} · {source}", "{time} · 运行 {run} · {job} · {source}")
_ONLY_PLANNED = Text("planned, not sent", "已计划，未发送")
_SAID = frozenset({RunState.RUNNING, RunState.INTERRUPTED, RunState.ABANDONED})
"""States of a run that are said beside the state of the request, as it may not be the last word."""
_RUN_IS = Text("the run is {state}", "该运行{state}")
_UNDOES = Text("takes run {run} back", "撤销运行 {run}")
_UNDONE_BY = Text("was taken back by run {run}", "已由运行 {run} 撤销")
_SINCE_LAST = Text("against what was applied last, as far as this journal knows:", "与本机记录中上次生效的内容相比：")
_RULE = Text("rule {rule}", "规则 {rule}")
_IGNORED = Text("left alone", "不作处理")
_NOTHING = Text("(blank)", "（空）")
