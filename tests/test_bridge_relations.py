"""What the store tells of meetings ahead, of ARR a year ago, and of a day before the first sync; data quality."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_bridge_frames import dated, gathered, now, past, wipe
from worlds import DAY, START, World

from bridge.knowledge import histories
from bridge.moments import Moment, closed
from bridge.pipeline.quality import book_quality
from bridge.store import past_values
from scoring.features.table import FEATURES, tabulate, tabulate_late
from scoring.frames import Frames
from scoring.past import past as past_of


def features(frames: Frames) -> pd.DataFrame:
    """Of everything but usage, which other tests hold to the same."""
    then = past_of(frames)
    then = replace(then, cadence=pd.Series(90.0, index=then.index))
    found = pd.concat([tabulate(then).values, tabulate_late(then)], axis=1)
    return found[[name for name, made in FEATURES.items() if made.needs != "usage"]]


def test_a_meeting_ahead_is_booked_from_the_day_on_which_it_became_known(world: World) -> None:
    world.account("1")
    world.sync()
    before = closed(world.workspace.today, world.workspace.settings.zone)
    world.next_day()
    for id, kind, hours in (("later", "meeting", 48), ("today", "meeting", 2), ("call", "call", 9)):
        world.crm.put("activity", id, accounts=("1",), kind=kind, at=world.clock.now() + timedelta(hours=hours))
    world.crm.put("activity", "off", accounts=("1",), kind="meeting", at=world.clock.now() + DAY, done=False)
    world.sync()
    assert features(gathered(world, now(world)))["meeting_booked_in"].tolist() == [0]
    assert gathered(world, before).activities.empty
    world.next_day(1)
    found = features(gathered(world, now(world)))
    assert found[["meeting_booked_in", "days_since_meeting"]].values.tolist() == [[1, 1]]
    world.crm.put("activity", "later", at=world.clock.now() + 9 * DAY)
    world.sync()
    assert features(gathered(world, now(world)))["meeting_booked_in"].tolist() == [9], "it was put off"


def test_a_meeting_of_a_whole_day_ahead_is_booked_too(world: World) -> None:
    world.account("1")
    at = (START + 5 * DAY).replace(hour=0, minute=0)
    world.crm.put("activity", "a", accounts=("1",), kind="meeting", at=at, precision="day")
    world.sync()
    assert features(gathered(world, now(world)))["meeting_booked_in"].tolist() == [5]


def test_arr_of_a_year_ago_is_what_the_store_knew_then(world: World) -> None:
    world.account("1", arr=100.0, currency="EUR")
    world.account("2", arr=100.0, currency="EUR")
    world.account("3", currency="EUR")
    world.sync()
    world.next_day(200)
    world.account("1", arr=150.0)
    world.account("2", arr=150.0, currency="USD")
    world.account("3", arr=9.0)
    world.sync()
    changed = features(gathered(world, now(world)))["arr_change"]
    assert changed.isna().all(), "nobody knows yet"
    world.next_day(164)
    assert features(gathered(world, now(world)))["arr_change"].isna().all(), "the store is not a year old"
    world.next_day(1)
    found = features(gathered(world, now(world)))["arr_change"].tolist()
    assert found[0] == 1.5
    assert pd.isna(found[1]), "in another currency"
    assert pd.isna(found[2]), "blank then"
    world.next_day(200)
    assert features(gathered(world, now(world)))["arr_change"].tolist()[0] == 1


def test_arr_of_a_year_ago_is_told_by_the_vendors_history_once_it_is_read(world: World) -> None:
    world.account("1", arr=150.0, currency="EUR")
    world.crm.past = [past(world, "account", "1", "arr", (500, 60.0), (400, 100.0), (300, 150.0))]
    world.sync()
    day = closed(world.workspace.today, world.workspace.settings.zone)
    assert features(gathered(world, day))["arr_change"].isna().all()
    world.next_day()
    histories.go_on(world.workspace, "sf")
    assert features(gathered(world, now(world)))["arr_change"].tolist() == [1.5]
    assert features(gathered(world, day))["arr_change"].isna().all(), "that day was decided without it"
    assert features(dated(world, 30))["arr_change"].tolist() == [1.5]
    assert features(dated(world, 120))["arr_change"].tolist() == [2.5]
    assert features(dated(world, 200))["arr_change"].isna().all()


def rich(world: World) -> None:
    """Records of long before the first sync, and what the CRM kept of how they were."""
    world.account("1", arr=150.0, currency="EUR", customer_since=date(2025, 1, 1), renewal_date=date(2026, 6, 1))
    world.crm.put("person", "p", accounts=("1",), role="champion", title="CEO")
    world.crm.put("person", "q", accounts=("1",), role="executive")
    for days in (21, 30, 60, 120):
        at = START - days * DAY
        world.crm.put("ticket", f"t{days}", account="1", person="p", status="open", opened_at=at)
        world.crm.put("response", f"r{days}", account="1", person="p", survey="csat", score=days / 2, at=at)
        world.crm.put("activity", f"a{days}", accounts=("1",), persons=("p", "q"), kind="meeting", at=at)
        world.crm.put("invoice", f"i{days}", account="1", due_on=at.date(), paid_on=(at + DAY).date(), amount=5.0)
    world.crm.put("deal", "d", account="1", kind="renewal", status="open", opened_on=date(2025, 12, 1),
                  closes_on=date(2026, 5, 1))  # fmt: skip
    world.crm.put("contract", "c", account="1", status="active", starts_on=date(2025, 6, 1), ends_on=date(2026, 5, 31))
    world.crm.past = [
        past(world, "account", "1", "arr", (500, 100.0), (30, 150.0)),
        past(world, "person", "p", "role", (90, "champion")),
        past(world, "deal", "d", "status", (90, "open")),
        past(world, "deal", "d", "closes_on", (90, "2026-05-01")),
    ]


def new(world: World, what: str, days: int) -> None:
    """A record dated from 20 days before START on, or without any date; ``days`` after that."""
    at, id = START - 19 * DAY + days * DAY, f"n{days}"
    match what:
        case "ticket":
            world.crm.put("ticket", id, account="1", status="open", opened_at=at, escalated=True, reopened=2)
        case "activity":
            world.crm.put("activity", id, accounts=("1",), persons=("p",), kind="meeting", at=at)
        case "response":
            world.crm.put("response", id, account="1", person="q", survey="csat", score=0.0, at=at)
        case "deal":
            day = at.date()
            world.crm.put("deal", id, account="1", kind="renewal", status="lost", opened_on=day, closes_on=day)
        case "invoice":
            world.crm.put("invoice", id, account="1", due_on=at.date(), paid_on=None)
        case "person":
            world.crm.put("person", id, accounts=("1",), role="executive", title="CEO")


def changed(world: World, what: str, days: int) -> None:
    """A record of before becomes another on such a day."""
    at = START - 19 * DAY + days * DAY
    match what:
        case "person":
            world.crm.put("person", "p", left_on=at.date(), role="user")
        case "account":
            world.account("1", arr=float(days), seats_bought=3.0, status="churned", churned_on=at.date())
        case "contract":
            world.crm.put("contract", "c", status="ended", ends_on=at.date(), arr=5.0)
        case "ticket":
            world.crm.put("ticket", "t30", status="closed", closed_at=at, first_reply_at=at, reopened=days)
        case "invoice":
            world.crm.put("invoice", "i30", paid_on=at.date())
        case "deal":
            world.crm.put("deal", "d", status="lost", closes_on=at.date(), amount=3.0)
        case "history":
            on = 19 - min(days, 19)
            turned = [past(world, "deal", "d", "status", (on, "lost")), past(world, "account", "1", "arr", (on, 7.0))]
            with world.workspace.store.write() as db:
                past_values.keep(db, turned)


laters = st.lists(
    st.tuples(
        st.sampled_from(
            [*((new, what) for what in ("ticket", "activity", "response", "deal", "invoice", "person")),
             *((changed, what) for what in ("person", "account", "contract", "ticket", "invoice", "deal", "history"))]
        ),
        st.integers(0, 40),
    ),
    max_size=6,
)  # fmt: skip


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(laters)
def test_whatever_is_dated_later_changes_no_feature_of_a_day_before_the_first_sync(make_world: Any, later: Any) -> None:
    world = make_world()
    world.clock.set(START)
    rich(world)
    world.crm.put("invoice", "i30", paid_on=None)
    world.sync()
    histories.go_on(world.workspace, "sf")
    before = features(dated(world, 20))
    assert before["arr_change"].tolist() == [1.5]
    assert before[["champion", "days_since_champion_touch", "renewal_deal"]].values.tolist() == [["present", 1, "open"]]
    for (happens, what), days in later:
        happens(world, what, days)
        world.tick(hours=1)
        world.sync()
    pd.testing.assert_frame_equal(features(dated(world, 20)), before)
    wipe(world)


def test_the_quality_of_the_book_names_what_scoring_leaves_out(make_world: Any) -> None:
    world = make_world(usage=[{"file": "usage.csv"}])
    world.account("1", arr=-5.0, seats_bought=0.0)
    world.account("2")
    world.account("3", name="Silent")
    world.crm.put("ticket", "a", account="1", opened_at=START + 400 * DAY, status="open")
    world.crm.put("ticket", "b", account="2", opened_at=START - DAY, closed_at=START - 9 * DAY, status="closed")
    world.crm.put("activity", "m", accounts=("2",), kind="meeting", at=START + 9 * DAY)
    world.write_usage(f"1,p,login,{START.date()},3", f"1,p,login,{START.date() + 30 * DAY},3")
    world.sync()
    world.take_in_usage()
    found = {(one.problem, one.frame): one for one in book_quality(world.workspace)}
    assert set(found) == {
        ("negative", "customers"), ("no_seats", "customers"), ("future_date", "tickets"), ("future_date", "usage"),
        ("ends_before_it_begins", "tickets"), ("no_data", "customers"),
    }  # fmt: skip
    future = found["future_date", "tickets"]
    assert (future.customers, future.examples[0].customer) == (1, world.customer("1"))
    assert future.examples[0].text == str((START + 400 * DAY).date())
    assert found["no_data", "customers"].examples[0].text == "Silent"
    assert gathered(world, now(world)).tickets["ticket"].tolist() == ["b"]


def test_a_store_without_customers_has_no_problem(world: World) -> None:
    assert book_quality(world.workspace) == []
    assert features(gathered(world, Moment(START.date(), START))).empty
