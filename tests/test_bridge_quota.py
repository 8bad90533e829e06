"""The arithmetic of a day's calls: what is left, who may still call, and when it is worth asking again."""

from datetime import UTC, datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.budget import Quota
from bridge.rules.quota import DAY, FLOORS, HOUR, LOOK, Day, Heard, next_midnight, portion
from config.connections import QuotaSettings
from config.words import Urgency

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)

shares = st.floats(0.01, 1)
reserves = st.floats(0, 0.9)
limits = st.integers(1, 1_000_000)
zones = st.sampled_from([None, BERLIN, ZoneInfo("Asia/Kolkata"), ZoneInfo("America/Los_Angeles")])
ages = st.timedeltas(timedelta(0), timedelta(hours=3))
hours_ago = st.dictionaries(st.integers(-2, 30), st.integers(0, 50_000), max_size=12)
urgencies = st.sampled_from(sorted(FLOORS))


@st.composite
def days(draw: st.DrawFn) -> Day:
    limit = draw(limits)
    quota = Quota(limit, draw(st.integers(0, limit)), draw(zones))
    now = NOW + draw(st.timedeltas(timedelta(0), timedelta(days=2)))
    hour = now.replace(minute=0, second=0, microsecond=0)
    hours = {hour - ago * HOUR: calls for ago, calls in draw(hours_ago).items()}
    return Day(
        QuotaSettings(daily_share=draw(shares), reserve=draw(reserves)), Heard(quota, now - draw(ages)), hours, now
    )


def day(
    own: int = 0, left: int = 1000, *, hour: timedelta = timedelta(0), heard: timedelta = timedelta(0),
    zone: ZoneInfo | None = None, limit: int = 1000, **settings: float,
) -> Day:  # fmt: skip
    """Half of 1,000 calls are ours, 200 are kept back."""
    hours = {NOW.replace(minute=0) - hour: own}
    return Day(QuotaSettings(**settings), Heard(Quota(limit, left, zone), NOW - heard), hours, NOW)


@given(days(), urgencies)
def test_whoever_may_call_has_calls_left_and_whoever_may_not_is_told_a_later_moment(day: Day, urgency: Urgency) -> None:
    until = day.closed_until(urgency)
    if until is None:
        assert day.left > FLOORS[urgency] * day.cap
        assert day.own < day.cap
        assert day.org_left is None or day.heard.quota.remaining > day.settings.reserve * day.heard.quota.limit
    else:
        assert day.now < until <= day.now + DAY + HOUR


@given(days())
def test_the_more_urgent_is_never_closed_before_the_less_urgent(day: Day) -> None:
    by_floor = sorted(FLOORS, key=lambda urgency: FLOORS[urgency])
    closed = [day.closed_until(urgency) is not None for urgency in by_floor]
    assert closed == sorted(closed)


@given(days(), urgencies)
def test_at_the_moment_told_it_is_open_if_nobody_called_meanwhile(day: Day, urgency: Urgency) -> None:
    until = day.closed_until(urgency)
    if until is None or day.cap == 0:
        return
    spared = {hour: calls for hour, calls in day.hours.items() if hour <= day.now}
    later = Day(day.settings, day.heard, spared, until)
    assert later.closed_until(urgency) is None


@given(days(), urgencies, st.integers(1, 50))
def test_what_the_asker_has_set_aside_is_its_own_to_call(day: Day, urgency: Urgency, aside: int) -> None:
    hour = day.now.replace(minute=0, second=0, microsecond=0)
    hours = {**day.hours, hour: day.hours.get(hour, 0) + aside}
    with_aside = Day(day.settings, day.heard, hours, day.now)
    assert (with_aside.closed_until(urgency, aside) is None) == (day.closed_until(urgency) is None)


@pytest.mark.parametrize(
    ("own", "open_ones"),
    [
        (0, {"login", "urgent", "poll", "ordinary", "reconcile", "cosmetic", "backfill"}),
        (249, {"login", "urgent", "poll", "ordinary", "reconcile", "cosmetic", "backfill"}),
        (250, {"login", "urgent", "poll", "ordinary", "reconcile", "cosmetic"}),
        (375, {"login", "urgent", "poll", "ordinary", "reconcile"}),
        (400, {"login", "urgent", "poll", "ordinary"}),
        (450, {"login", "urgent", "poll"}),
        (475, {"login", "urgent"}),
        (499, {"login", "urgent"}),
        (500, set()),
    ],
)
def test_as_the_budget_shrinks_red_flags_go_on_longest(own: int, open_ones: set[Urgency]) -> None:
    assert {urgency for urgency in FLOORS if day(own).closed_until(urgency) is None} == open_ones


def test_our_share_is_free_again_when_enough_hours_have_rolled_out() -> None:
    made = {NOW.replace(minute=0) - ago * HOUR: 100 for ago in (1, 3, 5, 20, 23)}
    spent = Day(QuotaSettings(), Heard(Quota(1000, 1000), NOW), made, NOW)
    assert spent.closed_until("urgent") == NOW.replace(minute=0) - 23 * HOUR + HOUR + DAY
    assert spent.closed_until("cosmetic") == NOW.replace(minute=0) - 20 * HOUR + HOUR + DAY


def test_a_portals_day_ends_at_its_midnight() -> None:
    berlin = day(500, zone=BERLIN)
    assert berlin.closed_until("urgent") == datetime(2026, 3, 2, 23, tzinfo=UTC)
    assert day(500, zone=BERLIN, hour=timedelta(hours=12)).own == 0, "made before midnight in Berlin"
    assert berlin.horizon == timedelta(hours=13, minutes=30)


def test_a_day_that_begins_within_an_hour_counts_that_hour_whole() -> None:
    kolkata = ZoneInfo("Asia/Kolkata")  # its midnight is at 18:30 UTC
    hours = {datetime(2026, 3, 1, 18, tzinfo=UTC): 7, datetime(2026, 3, 1, 17, tzinfo=UTC): 5}
    assert Day(QuotaSettings(), Heard(Quota(100, 100, kolkata), NOW), hours, NOW).own == 7


def test_we_stop_while_the_org_has_less_than_the_reserve_and_look_again_soon() -> None:
    assert day(left=201).closed_until("urgent") is None
    short = day(left=200, heard=timedelta(minutes=5))
    assert short.closed_until("urgent") == NOW + timedelta(minutes=10)
    assert day(left=0, heard=LOOK).closed_until("urgent") is None, "one call finds out whether there is more again"
    assert day(left=0, reserve=0).closed_until("urgent") == NOW + LOOK


def test_what_was_heard_before_the_clock_was_set_back_is_not_believed() -> None:
    assert Day(QuotaSettings(), Heard(Quota(1000, 0), NOW), {}, NOW - 5 * HOUR).closed_until("urgent") is None


def test_the_vendors_word_of_yesterday_says_nothing_of_today() -> None:
    after = datetime(2026, 3, 2, 23, 1, tzinfo=UTC)
    heard = Heard(Quota(1000, 0, BERLIN), after - 2 * MINUTE)
    assert Day(QuotaSettings(), heard, {}, after).closed_until("urgent") is None
    assert Day(QuotaSettings(), heard, {}, after - 2 * MINUTE).closed_until("urgent") == next_midnight(heard.at, BERLIN)


@given(st.integers(-10, 10**6), st.integers(1, 100))
def test_a_portion_is_never_more_than_is_left_and_never_none_while_some_are(left: int, largest: int) -> None:
    taken = portion(left, largest)
    assert 0 <= taken <= largest
    assert (taken > 0) == (left > 0)
    assert taken <= max(0, ceil(left / 8))
