"""Flag rates of a workspace: who counts, what doctor says, and since-when carried from close to close."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from worlds import START, World, open_world

from bridge.pipeline.flag_rates import findings, flag_rates
from bridge.store.engine import Store

PEOPLE = {"role": "champion", "email": "c@example.com"}


@pytest.fixture
def world(store: Store, tmp_path: Path) -> World:
    return open_world(store, tmp_path, currency={"report": "EUR", "rates": {"USD": 0.5}})


def book(world: World, near: int, of: int, **first: Any) -> None:
    for number in range(of):
        days = 30 if number < near else 300
        account = {"renewal_date": (START + timedelta(days=days)).date(), "arr": 100.0, "currency": "EUR"}
        world.account(str(number), **(account | (first if number == 0 else {})))
    world.sync()
    world.score()


def said(world: World) -> list[tuple[str, str]]:
    found = findings(flag_rates(world.workspace), world.workspace.settings)
    return [(finding.level, finding.what) for finding in found if "never raised" not in finding.what]


def test_rates_of_the_present_decisions(world: World) -> None:
    book(world, 2, 10, arr=400.0, currency="USD")
    world.account("p", status="prospect")
    world.account("g", status="churned", renewal_date=(START + timedelta(days=3)).date())
    world.sync()
    world.score()
    made = flag_rates(world.workspace)
    near = {rate.name: rate for rate in made.flags}["renewal_near"]
    assert (made.customers, made.arr_known, near.customers, near.share) == (10, 10, 2, 0.2)
    assert (near.arr, near.arr_share) == (300.0, 300 / 1100)
    assert said(world) == [("info", "flags on 2 of 10 customers: renewal_near 2 (20%)")]


def test_a_flag_on_too_many_is_a_warning(world: World) -> None:
    book(world, 4, 12)
    summary, warning = said(world)
    assert summary == ("info", "flags on 4 of 12 customers: renewal_near 4 (33%)")
    assert warning == ("warning", "renewal_near is on for 4 of 12 customers (33%): too many to act on")


def test_what_can_never_be_raised_is_told(world: World) -> None:
    assert said(world) == []
    names = [finding.what.split()[0] for finding in findings(flag_rates(world.workspace), world.workspace.settings)]
    assert names == ["key_feature_dropped", "onboarding_stalled"]


def test_an_undated_flag_keeps_its_day_through_the_closes(world: World) -> None:
    """The renewal comes within 120 days on the third day."""
    world.account("1", renewal_date=(START + timedelta(days=122)).date(), pulse="red")
    world.crm.put("ticket", "t", account="1", status="open", opened_at=START, escalated=True)
    world.crm.put("person", "p", accounts=("1",), role="champion", left_on=START.date())
    world.sync()
    for _ in range(6):
        world.score()
        world.next_day()
    days = {decision.day: {flag.name: flag.since for flag in decision.flags} for decision in world.history("1")}
    since = {flags["renewal_unhealthy"] for flags in days.values() if "renewal_unhealthy" in flags}
    assert since == {START.date() + timedelta(days=2)}
    assert {flags["champion_left"] for flags in days.values()} == {START.date()}
    again = {flag.name: flag.since for flag in world.decision("1").flags}
    world.score(everybody=True)
    assert {flag.name: flag.since for flag in world.decision("1").flags} == again
