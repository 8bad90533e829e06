"""How long events are gathered: no time while calls abound, and never so short that the day's calls run out."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from adapters.budget import Quota
from bridge.rules.quota import Day, Heard
from bridge.workers.coalescing import LONGEST, PLENTY, TYPICAL, breath, due, pause
from config.connections import QuotaSettings
from config.words import WRITE_URGENCIES

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
NONE = timedelta(0)


def day(own: int, limit: int = 100_000, zone: ZoneInfo | None = None) -> Day:
    """Half of the org's calls are ours."""
    return Day(QuotaSettings(), Heard(Quota(limit, limit, zone), NOW), {NOW.replace(minute=0): own}, NOW)


owns = st.integers(0, 60_000)
costs = st.integers(0, 200)


def test_at_full_budget_nobody_waits() -> None:
    assert pause(day(0), 4, "cosmetic") == NONE
    assert pause(day(4_999), 4, "cosmetic") == NONE
    assert pause(None, 4, "cosmetic") == NONE
    assert due(day(0), 4, NONE) == "cosmetic"


def test_a_turn_that_cost_nothing_puts_nothing_off() -> None:
    assert pause(day(49_000), 0, "cosmetic") == NONE


def test_it_grows_from_moments_to_minutes() -> None:
    pauses = [pause(day(own), 4).total_seconds() for own in (5_000, 10_000, 25_000, 40_000, 49_000, 50_000)]
    assert pauses == sorted(pauses)
    assert 0 < pauses[1] < 3
    assert 13 < pauses[2] < 15
    assert pauses[-2] > 300
    assert pauses[-1] == LONGEST.total_seconds()


@given(owns, owns, costs)
def test_it_never_shrinks_as_calls_are_made(one: int, other: int, calls: int) -> None:
    fewer, more = sorted((one, other))
    assert pause(day(fewer), calls) <= pause(day(more), calls)


@given(owns, costs)
def test_red_flags_wait_least_and_sentences_longest(own: int, calls: int) -> None:
    pauses = [pause(day(own), calls, urgency) for urgency in WRITE_URGENCIES]
    assert pauses == sorted(pauses)
    assert pauses[-1] <= LONGEST


@given(owns, costs, st.timedeltas(NONE, timedelta(minutes=20)))
def test_what_is_due_has_waited_long_enough(own: int, calls: int, waited: timedelta) -> None:
    urgency = due(day(own), calls, waited)
    assert urgency == "urgent" or waited >= pause(day(own), calls, urgency)


def test_a_portals_day_has_to_last_until_its_midnight_only() -> None:
    evening = pause(day(30_000, zone=ZoneInfo("Asia/Tokyo")), 4)  # its midnight is at 15:00 UTC
    assert evening < pause(day(30_000), 4) / 4


def test_ten_events_a_second_all_day_never_use_up_the_day() -> None:
    """Every event at once, each read and written, would be 172,800 calls: more than the whole org has."""
    at, turns, limit = NOW.replace(minute=0), 0, 100_000
    end, hours = at + timedelta(hours=24), {at: 0}
    while at < end:
        hour = at.replace(minute=0, second=0, microsecond=0)
        hours[hour] = hours.get(hour, 0) + 2
        turns += 1
        today = Day(QuotaSettings(), Heard(Quota(limit, limit), at), hours, at)
        assert today.closed_until("poll") is None
        at += max(pause(today, 2), timedelta(seconds=0.2))
    assert today.share < PLENTY
    assert turns > 10_000


def test_turns_come_no_faster_than_the_vendor_takes_their_calls() -> None:
    assert breath(5, 20.0) == timedelta(seconds=0.25)
    assert breath(5, None) == timedelta(0)
    assert breath(10_000, 20.0) == breath(TYPICAL, 20.0), "a first push of everybody is no measure"
