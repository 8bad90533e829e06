"""The pace of calls: the window that the headers name, searches apart, one pace for all threads, refusals shared."""

import itertools
import threading
import time as real

from fake_hubspot import Portal, connection, served
from hypothesis import given
from hypothesis import strategies as st

from adapters.hubspot.adapter import open_connection
from adapters.hubspot.pace import SEARCHES, Pace, shared_pace
from adapters.registry import Context

TEN = {
    "x-hubspot-ratelimit-max": "20",
    "x-hubspot-ratelimit-remaining": "7",
    "x-hubspot-ratelimit-interval-milliseconds": "10000",
}


class Time:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.at = 100.0
        self.pace = Pace(lambda: self.at)

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.at += seconds

    def call(self, search: bool = False) -> float:
        self.pace.before(self.sleep, search=search)
        return self.at


@given(st.lists(st.floats(0, 2), max_size=40))
def test_no_second_holds_more_searches_than_are_ours(pauses: list[float]) -> None:
    time = Time()
    sent: list[float] = []
    for pause in pauses:
        time.at += pause
        sent.append(time.call(search=True))
    assert SEARCHES < 5
    assert all(last - first > 1.0 for first, last in zip(sent, sent[SEARCHES:], strict=False))


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=80))
def test_no_window_holds_more_calls_than_the_headers_allow(calls: list[tuple[float, bool]]) -> None:
    time = Time()
    time.pace.after(TEN)
    sent: list[float] = []
    for pause, search in calls:
        time.at += pause
        sent.append(time.call(search))
    assert all(last - first > 10.0 for first, last in zip(sent, sent[20:], strict=False))


def test_until_the_window_is_known_other_calls_are_not_held_back() -> None:
    time = Time()
    for _ in range(50):
        time.call()
    assert time.at == 100.0


def test_a_spent_window_is_waited_out() -> None:
    time = Time()
    time.pace.after({**TEN, "x-hubspot-ratelimit-remaining": "1"})
    assert time.call() == 100.0
    time.pace.after({**TEN, "x-hubspot-ratelimit-remaining": "0"})
    assert time.call() == 110.0


def test_trap_33_a_refusal_holds_back_everybody_and_a_searches_only_searches() -> None:
    time = Time()
    time.pace.limited(1.0, search=True)
    assert time.call() == 100.0
    assert time.call(search=True) == 101.0
    time.pace.limited(10.0, search=False)
    assert time.call(search=True) == 111.0


def test_threads_take_turns() -> None:
    waited: list[float] = []
    clock = itertools.count(100.0, 0.001)
    pace = Pace(lambda: next(clock))
    threads = [
        threading.Thread(target=pace.before, args=[waited.append], kwargs={"search": True}) for _ in range(SEARCHES + 2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [round(seconds) for seconds in waited] == [1, 1], "all asked in the same second, and two wait for the next"


def test_the_adapters_of_a_connection_share_its_pace_while_one_is_open() -> None:
    one = shared_pace(("https://api.example.com", "hs"), real.monotonic)
    assert shared_pace(("https://api.example.com", "hs"), real.monotonic) is one
    assert shared_pace(("https://api.example.com", "other"), real.monotonic) is not one
    with served(Portal()) as url:
        opened = [open_connection(connection(url), Context()) for _ in range(2)]
        assert opened[0]._client._pace is opened[1]._client._pace
        for adapter in opened:
            adapter.close()
