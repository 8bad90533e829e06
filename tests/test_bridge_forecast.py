"""What doctor says of a connection's calls: spent, stopped, and whether the schedule fits."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from worlds import World

from adapters.budget import Quota
from bridge.doctor.doctoring import examine
from bridge.rules.quota import DAY
from bridge.sync import forecast
from bridge.sync.forecast import FOR_POLLS

MINUTE = timedelta(minutes=1)


@given(st.integers(1, 200), st.integers(1, 3600), st.integers(1, 100_000))
def test_the_interval_that_is_proposed_fits(quiet: int, seconds: int, cap: int) -> None:
    told = forecast.forecast(quiet, timedelta(seconds=seconds), cap)
    assert told.calls >= quiet * DAY / timedelta(seconds=seconds)
    if told.interval is None:
        assert told.calls <= cap
    else:
        assert told.calls > cap * FOR_POLLS
        assert told.interval > timedelta(seconds=seconds)
        assert quiet * (DAY / told.interval) <= max(cap * FOR_POLLS, 1) + 1e-6


def said(world: World) -> str:
    return "\n".join(
        f"{one.finding.level}: {one.finding.what} | {one.finding.mend}" for one in examine(world.workspace)
    )


def test_a_quiet_poll_is_measured_and_held_against_the_day(world: World) -> None:
    world.account("1")
    world.sync()
    world.workspace.meter("sf").heard(Quota(5_000, 5_000))
    assert forecast.figures(world.workspace, "sf")["quiet_poll_calls"] is None
    world.tick()
    world.sync()
    figures = forecast.figures(world.workspace, "sf")
    assert figures["quiet_poll_calls"] == len(world.crm.kinds), "one page for each kind"
    assert (figures["polls_calls_a_day"], figures["cap"]) == (288 * len(world.crm.kinds), 2_500)
    text = said(world)
    assert "warning: polling every 5m costs about 2,880 calls a day, which does not fit the 2,500 that are ours" in text
    assert "set schedule.poll to 12m or more" in text
    world.workspace.meter("sf").heard(Quota(40_000, 40_000))
    assert "info: polling every 5m costs about 2,880 calls a day |" in said(world)


def test_doctor_names_what_is_spent_and_what_waits_until_when(world: World) -> None:
    meter = world.workspace.meter("sf")
    meter.take("page", "urgent")
    meter.settle()
    assert "page 1); the CRM names no daily limit, so none is kept" in said(world)
    meter.heard(Quota(1_000, 900))
    for _ in range(379):
        meter.take("page", "urgent")
    meter.settle()
    text = said(world)
    assert "calls of our own in the last 24 hours (page 380, " in text
    assert "of 500 a day (50% of 1,000)" in text
    assert "calls run short: cosmetic, backfill calls wait until 2026-03-03 10:00 UTC" in text
    figures = forecast.figures(world.workspace, "sf")
    assert set(figures["stopped"]) == {"cosmetic", "backfill"}
    assert figures["org_remaining"] == 900


def test_doctor_tells_of_spent_calls_although_the_crm_cannot_be_asked(world: World) -> None:
    world.workspace.meter("sf").heard(Quota(1_000, 100))
    text = said(world)
    assert "error: [sf] the org has 100 of 1,000 API calls left today, and 20% are kept back" in text
    assert "warning: calls run short: login, urgent, poll" in text
