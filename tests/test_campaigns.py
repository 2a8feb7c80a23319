"""What runs long runs short as well, in the usual run, with the same assertions."""

import pytest

from tests.conftest import COLLECTED


def test_every_campaign_has_a_sample_in_the_usual_run(request: pytest.FixtureRequest) -> None:
    items = request.config.stash[COLLECTED]
    campaigns = {function(item) for item in items if item.get_closest_marker("campaign")}
    usual = {function(item) for item in items if not item.get_closest_marker("campaign")}
    assert campaigns - usual == set()


def function(item: pytest.Item) -> str:
    """What it calls, whatever its parameters are."""
    return item.nodeid.partition("[")[0]
