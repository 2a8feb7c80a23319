"""What a night came to, as Prometheus' textfile collector reads it. The owner of prometheus_client."""

import os
from contextlib import suppress
from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

from jobs.app.night.night import Night
from jobs.app.printing import Tell
from runner.text import Text, writable

_READABLE_BY_ALL = 0o644
_OF = ("job", "source")


def write_metrics(night: Night, path: Path, tell: Tell) -> None:
    """Replaces the file, whole or not at all. That it cannot be written is told, and has no other consequence."""
    # beside the file, until it has the right mode as well; the collector passes over any name but *.prom
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        write_to_textfile(str(new), registry_of(night))
        new.chmod(_READABLE_BY_ALL)  # whatever the umask is: another user reads it
        new.replace(path)
    except (OSError, ValueError) as error:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        tell(_NOT_WRITTEN.format(path=path, why=why))


def registry_of(night: Night) -> CollectorRegistry:
    """All that is measured of a night."""
    registry = CollectorRegistry()
    values = (night.job, writable(Path(night.source).name))

    def gauge(name: str, what: str, value: float) -> None:
        Gauge(name, what, _OF, registry=registry).labels(*values).set(value)

    states = Gauge(
        "recallflow_requests", "Requests of the last run, by what became of them.", (*_OF, "state"), registry=registry
    )
    for state, count in night.counts.items():
        states.labels(*values, state.value).set(count)
    plans = Gauge(
        "recallflow_compared_requests",
        "Requests of the last run, by what the comparison with the vendor's state came to.",
        (*_OF, "plan"),
        registry=registry,
    )
    for plan, count in night.plan.items():
        plans.labels(*values, plan.value).set(count)
    gauge("recallflow_run_seconds", "How long the last run took.", night.seconds)
    gauge("recallflow_run_timestamp_seconds", "When the last run ended, in unix time.", night.ended)
    gauge("recallflow_exit_code", "The exit code of the last run.", night.exit_code)
    if night.last_success is not None:
        gauge(
            "recallflow_last_success_timestamp_seconds",
            "When the last run ended that had exit code 0, in unix time.",
            night.last_success,
        )
    return registry


_NOT_WRITTEN = Text("Note: the metrics file {path} cannot be written: {why}.", "提示：无法写入指标文件 {path}：{why}。")
