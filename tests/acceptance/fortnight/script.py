"""The seeded script: what happens between the nights, and what is asked for in each."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from itertools import product
from random import Random

from tests.acceptance.fortnight.flows import NODES, Flow, change_flow, change_node, copied, drawn_flow, drawn_node
from tests.acceptance.fortnight.truth import (
    PENDING,
    STARTED,
    AmbiguousError,
    Asked,
    Leave,
    Night,
    Truth,
    merged,
)

NIGHTS = 14
FIRST_DAY = date(2026, 3, 2)
FLOWS = 120
LATER = 24
"""Of them, so many come into the spreadsheet in the course of the fortnight."""

READING_CRASH, MASS_DRIFT, SENDING_CRASH, TICKED = 3, 7, 9, 12
"""Nights."""

_ONLY = (("text",), ("recallNum", NODES), ("recallNum", "text", "speakingRate"), (f"{NODES}[0]", "recallInterval"))
_EXCLUDED = (("ssmlGender",), ("recallInterval", f"{NODES}[0].text"), (NODES,), (f"{NODES}[1]",), ("nodeList.text",))
_IGNORED = ("recallNum", "text", "speakingRate", NODES, f"{NODES}[0]", f"{NODES}[0].text", "recallType", "calloutRate")


def day_of(night: int) -> date:
    """Nights are numbered from 1."""
    return FIRST_DAY + timedelta(days=night - 1)


class Script:
    """Changes what is true, and keeps it to what one can tell: no node may be taken for another."""

    def __init__(self, seed: int) -> None:
        """The first day: the vendor has most flows, half of them as they are wanted, and nothing was ever applied."""
        self.truth = Truth()
        self.happened: Counter[str] = Counter()
        self.touched: set[int] = set()
        """The flows that were written anew at the vendor's since the last night."""
        self._random = Random(f"script {seed}")
        self._later = {key: drawn_flow(self._random) for key in range(1, FLOWS + 1)}
        for key in sorted(self._random.sample(range(1, FLOWS + 1), FLOWS - LATER)):
            self.truth.wanted[key] = self._later.pop(key)
        for key, flow in (self.truth.wanted | self._later).items():
            self._begin(key, flow)
        self.asked = self._drawn_nights()

    def _begin(self, key: int, flow: Flow) -> None:
        if self._random.random() < 0.12:
            return
        mine = copied(flow)
        if self._random.random() < 0.35:
            self._change_somewhere(mine)
        self._now_has(key, mine)
        if not self._is_clear(key, flow):
            self._now_has(key, flow)

    def day(self, night: int) -> None:
        """What happens before a night."""
        truth, random = self.truth, self._random
        if night > 1:
            for key in random.sample(sorted(self._later), min(2, len(self._later))):
                truth.wanted[key] = self._later.pop(key)
                self.happened["listed"] += 1
            share = {MASS_DRIFT: 0.6, SENDING_CRASH: 0.4, TICKED: 0.4}.get(night, 0.25)
            for key in random.sample(sorted(truth.wanted), round(share * len(truth.wanted))):
                self._try(
                    random.choices([*_WEIGHTS], [*_WEIGHTS.values()])[0]
                    if night != MASS_DRIFT
                    else Script.change_there,
                    key,
                )
        for key in truth.wanted.keys() & truth.there.keys():
            if not self._is_clear(key, truth.wanted[key]):
                self._now_has(key, truth.wanted[key])

    def tick(self, made: Night) -> dict[int, list[str]]:
        """Some of the fields of a plan that can be ticked."""
        random = self._random
        ticked: dict[int, list[str]] = {}
        for key, word in made.plans.items():
            names = [name for name, one in made.moved.get(key, {}).items() if one.ignored is None]
            if word in {"drifted", "conflict"} and made.states[key] != "invalid" and random.random() < 0.7:
                ticked[key] = random.sample(names, random.choice((len(names), random.randint(1, len(names)))))
        return ticked

    def meddle(self, ticked: dict[int, list[str]]) -> None:
        """Somebody is at work between a plan and its application."""
        truth, random = self.truth, self._random
        for key in random.sample(sorted(ticked), len(ticked) // 3):
            flow = copied(truth.there[key])
            event = random.choice(
                ("removed", "started", "changed", "changed", "applied", "applied", "shuffled", "written")
            )
            match event:
                case "removed":
                    self.remove(key)
                    continue
                case "started":
                    truth.status[key] = STARTED
                case "changed":
                    self._change_somewhere(flow, least=0)
                case "applied":
                    flow = merged(flow, truth.wanted[key], ticked[key])
                case "shuffled":
                    random.shuffle(flow[NODES])
            self._now_has(key, flow)
            self.happened[f"{event} since the plan"] += 1

    def _try(self, event: "_Event", key: int) -> None:
        """Lets it happen, unless nobody could tell the nodes apart then."""
        truth = self.truth
        mine = key in truth.there
        before = copied(truth.wanted[key]), copied(truth.there[key]) if mine else None
        if not event(self, key):
            return
        if key in truth.wanted and key in truth.there and not self._is_clear(key, truth.wanted[key]):
            truth.wanted[key] = before[0]
            if before[1] is not None:
                self._now_has(key, before[1])
            return
        self.happened[event.__name__] += 1

    def _is_clear(self, key: int, wanted: Flow) -> bool:
        truth = self.truth
        kept = truth.wanted.get(key)
        truth.wanted[key] = wanted
        try:
            truth.moved(key)
        except AmbiguousError:
            return False
        finally:
            if kept is None:
                del truth.wanted[key]
        return True

    def _now_has(self, key: int, flow: Flow) -> bool:
        self.truth.there[key] = copied(flow)
        self.truth.status.setdefault(key, PENDING)
        self.touched.add(key)
        return True

    def _change_somewhere(self, flow: Flow, *, least: int = 1) -> None:
        random = self._random
        draw = random.random()
        nodes = flow[NODES]
        if draw < 0.35:
            change_flow(flow, random)
        elif draw < 0.7 and nodes:
            change_node(random.choice(nodes), random)
        elif draw < 0.8 and len(nodes) < 4:
            nodes.insert(random.randint(0, len(nodes)), drawn_node(random))
        elif draw < 0.9 and len(nodes) > least:
            nodes.remove(random.choice(nodes))
        else:
            random.shuffle(nodes)
            change_flow(flow, random)

    def _drawn_nights(self) -> dict[int, Asked]:
        random = self._random
        ignored = tuple(self._drawn_line() for _ in range(16))
        others = [
            Asked(apply=False, excluded=random.choice(_EXCLUDED)),
            Asked(apply=True, ours=True, ignored=ignored),
            Asked(apply=True, ours=True, most=0.9),
            Asked(apply=True, only=random.choice(_ONLY), ignored=ignored),
            Asked(apply=True, ours=True, only=random.choice(_ONLY)),
            Asked(apply=True, excluded=random.choice(_EXCLUDED), most=0.9, ignored=ignored),
            Asked(apply=True, ours=True, excluded=random.choice(_EXCLUDED), ignored=ignored),
            Asked(apply=True, ignored=ignored),
        ]
        random.shuffle(others)
        return {
            night: Asked(apply=False, ignored=ignored)
            if night == 1
            else Asked(apply=True, ignored=ignored)
            if night in {2, READING_CRASH}
            else Asked(apply=True, ours=random.random() < 0.5, most=0.2, ignored=ignored)
            if night == MASS_DRIFT
            else Asked(apply=True, ours=random.random() < 0.5, ignored=ignored)
            if night == SENDING_CRASH
            else Asked(apply=False, ignored=ignored)
            if night == TICKED
            else others.pop()
            for night in range(1, NIGHTS + 1)
        }

    def _drawn_line(self) -> Leave:
        random = self._random
        everybody = random.random() < 0.2
        return Leave(
            key=None if everybody else random.randint(1, FLOWS),
            field=random.choice(_IGNORED[5:] if everybody else (*_IGNORED, None)),
            until=day_of(random.randint(-1, NIGHTS)),
            reason=f"ticket {random.randrange(1000)}",
        )

    # What may happen to a flow; gives whether it did.

    def change_there(self, key: int) -> bool:
        if key not in self.truth.there:
            return False
        flow = copied(self.truth.there[key])
        self._change_somewhere(flow, least=0)
        return self._now_has(key, flow)

    def change_ours(self, key: int) -> bool:
        self._change_somewhere(self.truth.wanted[key])
        return True

    def change_both(self, key: int) -> bool:
        """In different fields, or whatever comes."""
        self.change_ours(key)
        return self.change_there(key)

    def change_the_same_field(self, key: int) -> bool:
        """Each in its own way."""
        truth, random = self.truth, self._random
        if key not in truth.there:
            return False
        mine, its = truth.wanted[key], truth.there[key]
        nodes = sorted(product(mine[NODES], its[NODES]), key=lambda pair: len(pair[0].items() ^ pair[1].items()))
        name, most = "recallInterval", 1440
        if nodes and random.random() < 0.6:
            mine, its = nodes[0]
            name, most = "successPushTime" if mine["hangUpSms"] and its["hangUpSms"] else "hangUpSms", 9999
        if name == "hangUpSms":
            return False
        mine[name], its[name] = random.sample(range(1, most), 2)
        return self._now_has(key, truth.there[key])

    def change_alike(self, key: int) -> bool:
        self._change_somewhere(self.truth.wanted[key])
        return self._now_has(key, self.truth.wanted[key])

    def put_back(self, key: int) -> bool:
        if key not in self.truth.base:
            return False
        self.truth.garbled.discard(key)
        self.truth.status[key] = PENDING
        return self._now_has(key, self.truth.base[key])

    def take_back(self, key: int) -> bool:
        if key not in self.truth.base or not self.truth.base[key][NODES]:
            return False
        self.truth.wanted[key] = copied(self.truth.base[key])
        return True

    def reorder(self, key: int) -> bool:
        if key not in self.truth.there:
            return False
        self._random.shuffle(self.truth.there[key][NODES])
        return self._now_has(key, self.truth.there[key])

    def write_otherwise(self, key: int) -> bool:
        """The same flow, in another form."""
        return self._now_has(key, self.truth.there[key]) if key in self.truth.there else False

    def remove(self, key: int) -> bool:
        self.truth.there.pop(key, None)
        self.truth.status.pop(key, None)
        self.truth.garbled.discard(key)
        self.touched.add(key)
        return True

    def start(self, key: int) -> bool:
        if key not in self.truth.there:
            return False
        self.truth.status[key] = STARTED
        self._now_has(key, self.truth.there[key])
        return self.change_there(key) if self._random.random() < 0.5 else True

    def garble(self, key: int) -> bool:
        if key not in self.truth.there:
            return False
        self.truth.garbled.add(key)
        return self._now_has(key, self.truth.there[key])

    def break_a_rule(self, key: int) -> bool:
        self.truth.broken.add(key)
        return True

    def keep_the_rules(self, key: int) -> bool:
        self.truth.broken.discard(key)
        return True

    def come_back(self, key: int) -> bool:
        """It can be read, and edited, again; or it is there again, nobody knows why."""
        truth = self.truth
        truth.garbled.discard(key)
        truth.status[key] = PENDING
        return self._now_has(key, truth.there.get(key) or truth.base.get(key) or truth.wanted[key])

    def unlist(self, key: int) -> bool:
        self._later[key] = self.truth.wanted.pop(key)
        self.truth.broken.discard(key)
        return True


_Event = Callable[[Script, int], bool]

_WEIGHTS: dict[_Event, int] = {
    Script.change_there: 20,
    Script.change_ours: 14,
    Script.change_both: 10,
    Script.change_the_same_field: 8,
    Script.change_alike: 5,
    Script.put_back: 6,
    Script.take_back: 3,
    Script.reorder: 6,
    Script.write_otherwise: 4,
    Script.remove: 3,
    Script.start: 3,
    Script.garble: 2,
    Script.break_a_rule: 2,
    Script.keep_the_rules: 2,
    Script.come_back: 6,
    Script.unlist: 2,
}

EVENTS = tuple(event.__name__ for event in _WEIGHTS)
"""The words for them."""
