"""The export job wants nothing of any flow, and says which can no longer be edited."""

import pytest

from jobs.export import LOCKED, READ, Export
from jobs.upload import Upload
from runner.job import Derives, Job, Reconciles
from runner.plan import Derived, Remote


def test_it_reads_as_all_jobs_do_that_compare() -> None:
    job: Job = Export(None)
    assert isinstance(job, Reconciles)
    assert isinstance(job, Derives)
    assert (job.name, job.subject) == ("export", Upload(None).name)


@pytest.mark.parametrize("locked", [False, True])
def test_nothing_is_wanted_of_a_flow(*, locked: bool) -> None:
    found = Export(None).derived("7", Remote(body=b"{}", locked=locked))
    assert found == Derived(body=None, why=LOCKED if locked else READ)
