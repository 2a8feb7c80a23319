"""Which flows a run is about: asked of the vendor, page by page, or read from a list of keys."""

from random import SystemRandom

from jobs.app.deadline import Control
from jobs.app.loop import run_loop
from jobs.app.sending import Delivery, with_examples
from jobs.app.settings import Settings
from jobs.recallflow.flows import HEADINGS, to_key
from jobs.recallflow.listing import FlowPages
from jobs.recallflow.migration.selection import KeySelection, PageSelection
from jobs.recallflow.reference import KEY
from runner.events import Observe
from runner.key_list import read_keys
from runner.listing import ListedKey, Listing
from runner.outcome import Stop
from runner.sending.listing import list_keys

Selection = PageSelection | KeySelection


def listing_of(
    selection: Selection,
    delivery: Delivery,
    settings: Settings,
    observe: Observe,
    control: Control,
    *,
    with_facts: bool = False,
) -> Listing | Stop:
    """The flows of a selection, or why listing them was stopped: then nothing was begun, and nothing is kept of it.

    Args:
        selection: which flows are meant.
        delivery: whom to ask.
        settings: how patiently, and how fast.
        observe: is told what happens.
        control: may stop it.
        with_facts: whether the run keeps what the vendor's list tells of each flow besides.

    Raises:
        InputError: the list cannot be read as a whole.
    """
    if isinstance(selection, KeySelection):
        return read_keys(selection.path, HEADINGS[0], to_key, sheet=selection.sheet, limits=settings.reading)
    return run_loop(_ask(selection, delivery, settings, observe, control, with_facts=with_facts))


async def _ask(
    selection: PageSelection,
    delivery: Delivery,
    settings: Settings,
    observe: Observe,
    control: Control,
    *,
    with_facts: bool,
) -> Listing | Stop:
    async with delivery.vendor(settings, with_examples) as (client, carrier):
        found = await list_keys(
            FlowPages(client, selection),
            carrier,
            limits=settings.limits,
            retry=settings.retry,
            breaker=settings.breaker,
            observe=observe,
            random=SystemRandom(),
            control=control,
        )
    if isinstance(found, Stop):
        return found
    facts = found.facts if with_facts else {}
    keys = tuple(
        ListedKey(key=key, row=place, facts=facts.get(key, ())) for place, key in enumerate(found.keys, start=1)
    )
    return Listing(keys=keys, key_heading=KEY, notices=found.notices)
