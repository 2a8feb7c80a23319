"""Which requests go together."""

from hypothesis import given
from hypothesis import strategies as st

from runner.outcome import State
from runner.sending.waves import Tide, Waves


def test_the_last_number_goes_on_to_count() -> None:
    waves = Waves(sizes=(10, 100, 1000), total=4_990)
    assert waves.number == 7
    assert [waves.size(number) for number in range(1, 8)] == [10, 100, 1000, 1000, 1000, 1000, 880]
    assert waves.at(9) == (1, 10)
    assert waves.at(10) == (2, 110)
    assert waves.at(4_989) == (7, 4_990)


def test_without_sizes_all_is_one_wave() -> None:
    waves = Waves(sizes=(), total=5)
    assert (waves.number, waves.at(0)) == (1, (1, 5))


def test_it_goes_on_in_the_wave_in_which_it_was_left() -> None:
    tide = Tide(Waves(sizes=(10, 100), total=300, before=30))
    assert (tide.began.number, tide.began.of, tide.began.size) == (2, 4, 100)
    assert tide.bound == 80
    tide.settled(State.SUCCEEDED)
    tide.settled(State.UNKNOWN)
    assert (tide.ended.settled, tide.ended.bad, tide.ended.next, tide.ended.left) == (2, 1, 100, 190)
    tide.go_on()
    assert tide.bound == 180
    assert tide.ended.settled == 0


def test_what_was_left_at_the_end_of_a_wave_goes_on_with_the_next() -> None:
    tide = Tide(Waves(sizes=(10, 100), total=300, before=10))
    assert (tide.began.number, tide.bound) == (2, 100)


def test_a_wave_is_judged_by_what_earlier_processes_made_of_it_as_well() -> None:
    tide = Tide(Waves(sizes=(10, 100), total=300, before=30, begun={State.SUCCEEDED: 15, State.FAILED: 5}))
    tide.settled(State.SUCCEEDED)
    assert (tide.ended.settled, tide.ended.bad, tide.ended.ago) == (21, 5, None)
    tide.go_on()
    assert tide.ended.settled == 0


def test_a_wave_after_which_it_rests_ends_once_more() -> None:
    tide = Tide(Waves(sizes=(10, 100), total=300, before=10, begun={State.SUCCEEDED: 9, State.UNKNOWN: 1}, ago=60.0))
    assert (tide.is_over, tide.bound) == (True, 0)
    assert (tide.ended.number, tide.ended.settled, tide.ended.bad, tide.ended.ago) == (1, 10, 1, 60.0)
    assert (tide.ended.next, tide.ended.left) == (100, 290)
    tide.go_on()
    assert (tide.is_over, tide.bound, tide.began.number, tide.ended.ago) == (False, 100, 2, None)


@given(sizes=st.lists(st.integers(1, 40), min_size=1, max_size=4), total=st.integers(1, 300), data=st.data())
def test_a_wave_begins_where_the_one_before_it_ends(sizes: list[int], total: int, data: st.DataObject) -> None:
    waves, place = Waves(sizes=sizes, total=total), data.draw(st.integers(0, total - 1))
    begin = waves.begin(place)
    assert waves.at(begin) == waves.at(place)
    assert begin == 0 or waves.at(begin - 1) == (waves.at(place)[0] - 1, begin)


@given(
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=4),
    total=st.integers(1, 300),
    data=st.data(),
)
def test_the_waves_are_the_same_wherever_it_was_left(sizes: list[int], total: int, data: st.DataObject) -> None:
    before = data.draw(st.integers(0, total - 1))
    whole, rest = Tide(Waves(sizes=sizes, total=total)), Tide(Waves(sizes=sizes, total=total, before=before))
    ends = _ends(whole, total, 0)
    assert [end for end in ends if end > before] == _ends(rest, total, before)
    assert sum(Waves(sizes=sizes, total=total).size(number) for number in range(1, len(ends) + 1)) == total


def _ends(tide: Tide, total: int, before: int) -> list[int]:
    ends = []
    while (bound := tide.bound) is not None:
        ends.append(bound + before)
        tide.go_on()
    return [*ends, total]
