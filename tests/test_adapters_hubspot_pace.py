"""The pace of calls: never more than five searches in a second, and a spent window is waited out."""

from hypothesis import given
from hypothesis import strategies as st

from adapters.hubspot.pace import Pace


class Time:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.at = 100.0

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.at += seconds


@given(st.lists(st.floats(0, 2), max_size=40))
def test_no_second_holds_more_than_five_searches(pauses: list[float]) -> None:
    time = Time()
    pace = Pace(time.now, time.sleep)
    sent: list[float] = []
    for pause in pauses:
        time.at += pause
        pace.before(search=True)
        sent.append(time.at)
    assert all(sixth - first > 1.0 for first, sixth in zip(sent, sent[5:], strict=False))


def test_other_calls_are_not_held_back() -> None:
    time = Time()
    pace = Pace(time.now, time.sleep)
    for _ in range(50):
        pace.before(search=False)
    assert time.at == 100.0


def test_a_spent_window_is_waited_out() -> None:
    time = Time()
    pace = Pace(time.now, time.sleep)
    pace.after({"x-hubspot-ratelimit-remaining": "1", "x-hubspot-ratelimit-interval-milliseconds": "10000"})
    pace.before(search=False)
    assert time.at == 100.0
    pace.after({"x-hubspot-ratelimit-remaining": "0", "x-hubspot-ratelimit-interval-milliseconds": "10000"})
    pace.before(search=False)
    assert time.at == 110.0
