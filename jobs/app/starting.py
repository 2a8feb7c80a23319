"""Whether a run may begin, or go on: in its turn, and to where it went before."""

import time

from jobs.app.sending import Delivery
from jobs.app.settings import Settings
from jobs.app.target import Target
from runner.errors import InputError, SettingsError
from runner.journal.database import Database
from runner.journal.decisions import take_turn, whose_turn
from runner.journal.journal import Journal
from runner.journal.leases import SANDBOX
from runner.journal.ledger import RunRecord
from runner.journal.owner import is_gone, this_process
from runner.journal.tenancy import LeaseTerms
from runner.journal.way_back import being_undone_by, undone_by


def begin_turn(run: int, database: Database, *, discard: bool = True) -> None:
    """Lets one run of a kind go on at a time.

    Raises:
        InputError: another one is under way; this one is forgotten, unless it is to be kept.
    """
    other = take_turn(database, run, LeaseTerms(owner=this_process()), now=time.time(), is_gone=is_gone)
    if other is None:
        return
    if discard:
        Journal(database).discard(run)
    raise _under_way(*other)


def check_turn(job: str, endpoint: str, database: Database) -> None:
    """Says early that another run of the job is under way there; `begin_turn` is what keeps them apart.

    Raises:
        InputError: it is.
    """
    other = whose_turn(database, job, endpoint, now=time.time(), is_gone=is_gone)
    if other:
        raise _under_way(*other)


def _under_way(name: str, holder: str) -> InputError:
    return InputError(
        f"Run {name} is under way ({holder}), and two never overlap. Nothing was started; wait for it to end.",
        f"运行 {name} 正在进行（{holder}），两次运行不会重叠。本次未开始；请等待其结束。",
    )


def going_where_it_went(record: RunRecord, settings: Settings) -> Settings:
    """The settings; where they name no base URL, with the run's own."""
    if record.endpoint in {None, SANDBOX} or "base_url" in settings.model_fields_set:
        return settings
    return settings.model_copy(update={"base_url": record.endpoint})


def check_not_undone(record: RunRecord, database: Database, target: Target) -> None:
    """Lets a run go on only where nobody has begun to take it back: what was put back would be sent anew beside it.

    Raises:
        InputError: somebody has.
    """
    if later := undone_by(database, record.id):
        raise InputError(
            f"Run {record.name} was taken back by run {later.name}, so that it does not go on. Nothing was started; "
            "begin anew with what is still to be sent.",
            f"运行 {record.name} 已被运行 {later.name} 撤销，不能继续。本次未开始；如仍需发送，请重新开始。",
        )
    if back := being_undone_by(database, record.id, now=time.time(), is_gone=is_gone):
        command = target.to(record.endpoint).command("resume", back.name)
        raise InputError(
            f"Run {record.name} is being taken back by run {back.name}, so that it does not go on. Nothing was "
            f"started; wait for that one to end, or, if it was killed, go on with it: {command}",
            f"运行 {record.name} 正由运行 {back.name} 撤销，不能继续。本次未开始；请等待后者结束，"
            f"若其已中断，请继续该运行：{command}",
        )


def check_destination(record: RunRecord, delivery: Delivery) -> None:
    """Lets a run go where it went, and nowhere else.

    Raises:
        SettingsError: the settings name another endpoint.
    """
    wanted, given = record.endpoint, delivery.destination.endpoint
    if wanted is not None and wanted != given:
        raise SettingsError(
            f"Run {record.name} goes to {wanted}, but the settings say {given}. Set --base-url {wanted}.",
            f"运行 {record.name} 的发送地址是 {wanted}，但当前设置为 {given}。请设置 --base-url {wanted}。",
        )
