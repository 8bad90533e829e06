"""A day's events as one message: what came and went is left away, the gravest comes first, clocks may change."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from webhooks.outbound.digest import MOST, Held, collapsed, digest, following, latest

BERLIN = ZoneInfo("Europe/Berlin")
UNTIL = datetime(2026, 3, 3, 7, tzinfo=UTC)
BANDS = ("green", "yellow", "red", "unknown")


def held(number: int, type: str, customer: str = "1", **facts: Any) -> Held:
    about = {"records": [f"sf:{customer}"], "name": f"Account {customer}", "segment": None, "stage": None}
    document = {"type": type, "timestamp": f"2026-03-02T09:00:{number % 60:02}Z", "data": {"customer": about, **facts}}
    return Held(f"evt_{number}", document)


def band(number: int, before: str, after: str, customer: str = "1") -> Held:
    step = {when: {"band": word, "score": None} for when, word in (("before", before), ("after", after))}
    return held(number, "band.changed", customer, **step)


def score(number: int, before: float | None, after: float | None, customer: str = "1") -> Held:
    return held(number, "score.changed", customer, before={"score": before}, after={"score": after})


def flag(number: int, name: str, verb: str = "raised", customer: str = "1") -> Held:
    return held(number, f"flag.{verb}", customer, flag=name)


def test_steps_are_one_and_what_came_back_is_none() -> None:
    left = collapsed([score(1, 80.0, 70.0), band(2, "green", "yellow"), score(3, 70.0, 40.0), band(4, "yellow", "red")])
    assert [(one.id, one.document["data"]["before"], one.document["data"]["after"]) for one in left] == [
        ("evt_4", {"band": "green", "score": None}, {"band": "red", "score": None}),
        ("evt_3", {"score": 80.0}, {"score": 40.0}),
    ]
    assert (
        collapsed([score(1, 80.0, 70.0), score(2, 70.0, 80.0), flag(3, "silent"), flag(4, "silent", "cleared")]) == []
    )


def test_of_an_answer_the_last_counts_and_other_answers_stay() -> None:
    some = [
        held(n, "response.received", response=f"sf:{id}", group="passive") for n, id in ((1, "a"), (2, "b"), (3, "a"))
    ]
    assert [one.id for one in collapsed(some)] == ["evt_2", "evt_3"]


@given(st.lists(st.sampled_from(BANDS), min_size=2, max_size=9))
def test_a_path_of_bands_is_its_ends(path: list[str]) -> None:
    steps = [band(n, one, other) for n, (one, other) in enumerate(pairwise(path)) if one != other]
    left = collapsed(steps)
    if not steps or path[0] == path[-1]:
        assert left == []
    else:
        (only,) = left
        assert (only.document["data"]["before"]["band"], only.document["data"]["after"]["band"]) == (path[0], path[-1])


@given(st.lists(st.booleans(), min_size=1, max_size=9), st.booleans())
def test_a_flag_is_told_where_it_ends_elsewhere_than_it_began(again: list[bool], on: bool) -> None:
    """Raised and cleared in turn, as events of one customer are."""
    verbs = [("raised", "cleared")[(n + on) % 2] for n in range(len(again))]
    left = collapsed([flag(n, "silent", verb) for n, verb in enumerate(verbs)])
    assert [one.document["type"] for one in left] == ([f"flag.{verbs[-1]}"] if len(verbs) % 2 else [])


def test_the_gravest_customer_is_first() -> None:
    made = digest(
        [
            score(1, 40.0, 60.0, "up"),
            flag(2, "silent", customer="silent"),
            score(3, 60.0, 55.0, "down"),
            score(4, 60.0, 20.0, "deep"),
            band(5, "yellow", "red", "red"),
            held(6, "stage.changed", "stage", before={"stage": "a"}, after={"stage": "b"}),
            held(7, "response.received", "sad", response="sf:r", group="detractor"),
            score(8, 60.0, 20.0, "red"),
        ],
        UNTIL,
    )
    assert made is not None
    names = [one["customer"]["name"].removeprefix("Account ") for one in made["data"]["customers"]]
    assert names == ["red", "silent", "sad", "deep", "down", "stage", "up"]
    assert (made["data"]["since"], made["data"]["until"]) == ("2026-03-02T09:00:01Z", "2026-03-03T07:00:00Z")
    first = made["data"]["customers"][0]["events"]
    assert [(one["id"], one["type"]) for one in first] == [("evt_5", "band.changed"), ("evt_8", "score.changed")]
    assert all("customer" not in one["data"] for one in first)


def test_no_more_than_so_many_are_named() -> None:
    made = digest([flag(n, "silent", customer=f"{n:03}") for n in range(MOST + 7)], UNTIL)
    assert made is not None
    assert (len(made["data"]["customers"]), made["data"]["more"]) == (MOST, 7)


def test_nothing_left_is_no_digest() -> None:
    assert digest([], UNTIL) is None
    assert digest([flag(1, "silent"), flag(2, "silent", "cleared")], UNTIL) is None


# The time of day


def test_around_the_changes_of_clocks() -> None:
    half_past_two = time(2, 30)
    before, after = datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 12, tzinfo=UTC)
    assert latest(after, half_past_two, BERLIN) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC), "skipped: 03:30 there"
    assert following(before, half_past_two, BERLIN) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    autumn = datetime(2026, 10, 25, 12, tzinfo=UTC)
    assert latest(autumn, half_past_two, BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "twice: the first"


@given(
    st.integers(0, 365 * 24 * 3600),
    st.times(),
    st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Tehran", "Pacific/Apia", "Australia/Lord_Howe"]),
)
def test_it_comes_once_a_day_and_never_stops(seconds: int, at: time, name: str) -> None:
    now, zone = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds), ZoneInfo(name)
    last, next_one = latest(now, at, zone), following(now, at, zone)
    assert last <= now < next_one
    assert timedelta(hours=22) <= next_one - last <= timedelta(hours=26)
    assert latest(next_one, at, zone) == next_one
