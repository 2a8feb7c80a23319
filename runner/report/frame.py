"""The results of a run as a table to analyse in Python. The owner of pandas."""

import pandas as pd

from runner.journal.ledger import Ledger
from runner.outcome import FINAL_STATES
from runner.text import Language

_TEXTS = ("key", "rows", "code", "message")
_COUNTS = ("attempts", "problems")
_TIMES = ("first_sent", "settled")


def results_frame(ledger: Ledger, run: int, language: Language = "en") -> pd.DataFrame:
    """Return a run's requests, a row each, in input order.

    `key`, `rows`, `code` and `message` are strings, `attempts` and `problems` integers, `first_sent` and `settled`
    times in UTC; what there is not is NA. `state` is a category that has every final state. The index is the ordinal.
    All of the run is in memory: about a kilobyte a request.

    Args:
        ledger: the journal.
        run: the journal's number of the run.
        language: of the messages.

    Raises:
        JournalError: the journal cannot be read.
    """
    columns = ("ordinal", "key", "rows", "state", "code", "message", "attempts", "problems", *_TIMES)
    frame = pd.DataFrame.from_records(
        (
            (
                each.ordinal,
                each.key,
                each.rows,
                each.state.value,
                each.code,
                each.message and each.message.in_language(language),
                each.attempts,
                each.problems,
                each.first_sent,
                each.settled,
            )
            for each in ledger.results(run)
        ),
        columns=list(columns),
    ).set_index("ordinal")
    states = pd.CategoricalDtype([state.value for state in FINAL_STATES])
    frame = frame.astype(dict.fromkeys(_TEXTS, "string") | dict.fromkeys(_COUNTS, "int64") | {"state": states})
    for column in _TIMES:
        frame[column] = pd.to_datetime(frame[column].astype("float64"), unit="s", utc=True)
    return frame
