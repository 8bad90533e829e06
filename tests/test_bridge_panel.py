"""The book rebuilt month by month: point in time, equal to what a day is scored as, with what came of everybody."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from worlds import START, World

from adapters.contract import Past
from adapters.records import Ref
from bridge.pipeline.deciding import as_of
from bridge.proof.backtesting import prove
from bridge.proof.lives import Loss, life
from bridge.proof.panel import Asked, panel
from bridge.store import past_values
from bridge.store.timelines import Told
from config.errors import ConfigError
from config.scorecards import shipped_scorecard

Make = Callable[..., World]
TODAY = START.date()
ASKED = Asked(first=date(2025, 6, 30), horizon=90)


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 10, tzinfo=UTC)


def a_year(world: World, *, churned: str = "2025-11-20") -> None:
    """Three customers with a year behind them: one stays, one leaves, one is a prospect until the autumn."""
    world.account("1", customer_since=date(2024, 1, 1))
    world.account("2", customer_since=date(2024, 1, 1), status="churned", churned_on=date.fromisoformat(churned))
    world.account("3", customer_since=date(2025, 10, 1))
    day = date(2025, 3, 1)
    while day < TODAY:
        for id in "123":
            if id == "2" and day >= date.fromisoformat(churned):
                continue
            world.crm.put("activity", f"m{id}{day}", accounts=(id,), kind="meeting", at=at(day))
            world.crm.put("response", f"r{id}{day}", account=id, survey="nps", score=9.0, at=at(day))
            opened, done = at(day), at(day + timedelta(days=3))
            world.crm.put("ticket", f"t{id}{day}", account=id, status="closed", opened_at=opened, closed_at=done,
                          escalated=False)  # fmt: skip
        day += timedelta(days=25)
    rows = []
    for id in "123":
        end = date.fromisoformat(churned) if id == "2" else TODAY
        days = [date(2025, 3, 1) + timedelta(days=n) for n in range(0, (end - date(2025, 3, 1)).days, 3)]
        rows += [f"{id},p,{feature},{day},2" for day in days for feature in ("login", "export")]
    world.write_usage(*rows)


def make(make_world: Make, **options: Any) -> World:
    world = make_world(usage=[{"file": "usage.csv"}])
    a_year(world, **options)
    world.sync()
    world.take_in_usage()
    return world


def features(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.drop(columns=["outcome", "days_to_loss", "arr_change_ahead"], errors="ignore")


def test_rows_are_customers_at_the_cut_with_what_came_of_them(make_world: Make) -> None:
    world = make(make_world)
    made = panel(world.workspace, ASKED)
    came = {
        (world_id, str(row.cut.date())): row.outcome
        for world_id in "123"
        for row in made.rows[made.rows["customer"] == world.customer(world_id)].itertuples()
    }
    assert came["2", "2025-08-31"] == "churned"
    assert came["2", "2025-07-31"] == "stayed"
    assert ("2", "2025-11-30") not in came
    assert ("3", "2025-09-30") not in came  # a prospect until October
    assert came["3", "2025-10-31"] == "stayed"
    assert pd.isna(came["1", "2025-12-31"])  # not over
    assert made.left_out == {"prospects then": 4, "left before the day": 3}
    assert made.rows["dated"].all()


def test_a_dated_row_equals_the_day_as_it_is_scored(make_world: Make) -> None:
    world = make(make_world)
    made = panel(world.workspace, ASKED).rows
    for day in (date(2025, 8, 31), date(2026, 1, 31)):
        scored = {one.customer: one for one in as_of(world.workspace, day)}
        rows = made[made["cut"] == pd.Timestamp(day)]
        assert len(rows)
        for row in rows.itertuples():
            one = scored[row.customer]
            assert (row.score, row.band, row.version) == (one.score, one.band, one.version)
            assert round(100 * row.coverage, 1) == one.coverage


def test_a_row_as_known_equals_the_day_as_it_was_scored(make_world: Make) -> None:
    world = make_world(usage=[{"file": "usage.csv"}])
    world.next_day(24)
    a_year(world)
    world.sync()
    world.take_in_usage()
    world.score()
    for _ in range(3):
        world.next_day(3)
        world.crm.put("ticket", f"late{world.workspace.today}", account="1", status="open", opened_at=world.clock.now(),
                      escalated=True)  # fmt: skip
        world.sync()
        world.score()
    made = panel(world.workspace, Asked(date(2026, 3, 31))).rows
    known = made[~made["dated"]]
    assert {str(day.date()) for day in known["cut"]} == {"2026-03-31"}
    history = {one.day: one for one in world.history("1")}
    for row in known[known["customer"] == world.customer("1")].itertuples():
        last = max(day for day in history if day <= row.cut.date())
        assert (row.score, row.band) == (history[last].score, history[last].band)


def test_nothing_after_the_cut_reaches_a_row(make_world: Make) -> None:
    """The planted leak: everything that could give the loss away, dated or learnt after the cut."""
    world = make(make_world)
    cut = date(2025, 10, 31)
    before = features(panel(world.workspace, Asked(cut, cut)).rows)
    after = at(date(2025, 11, 5))
    world.account("2", customer_since=date(2024, 1, 1), status="churned", churned_on=date(2025, 11, 20), arr=0.0,
                  plan="cancelled", seats_bought=0.0, renewal_date=date(2025, 11, 20), pulse="red",
                  pulse_reason="they left", extra={"reason_for_leaving": "price"})  # fmt: skip
    world.crm.put("ticket", "leak", account="2", status="open", opened_at=after, escalated=True, subject="We cancel")
    world.crm.put("response", "leak", account="2", survey="nps", score=0.0, at=after)
    world.crm.put("activity", "leak", accounts=("2",), kind="meeting", at=after)
    world.crm.put("deal", "leak", account="2", kind="renewal", status="lost", opened_on=after.date(),
                  closes_on=after.date())  # fmt: skip
    world.crm.put("invoice", "leak", account="2", due_on=date(2025, 11, 2), amount=9.0)
    world.crm.put("person", "leak", accounts=("2",), role="champion", left_on=date(2025, 11, 3))
    world.write_usage(*(f"2,p,login,2025-11-{n:02d},0" for n in range(1, 20)))
    world.tick(minutes=5)
    world.sync()
    world.take_in_usage()
    now = features(panel(world.workspace, Asked(cut, cut)).rows)
    assert "churned_on" in now.columns
    assert now["churned_on"].isna().all()
    pd.testing.assert_frame_equal(now, before)


def test_the_vendors_history_tells_of_a_fall_of_arr(make_world: Make) -> None:
    world = make(make_world)
    ref = Ref("sf", "account", "1")
    turns: dict[str, Any] = {"arr": ((at(date(2025, 1, 1)), 1000.0), (at(date(2025, 9, 10)), 700.0)),
             "status": ((at(date(2024, 1, 1)), "customer"),)}  # fmt: skip
    with world.workspace.store.write() as db:
        past_values.keep(db, [Past(ref, field, told) for field, told in turns.items()])
    rows = panel(world.workspace, ASKED).rows
    mine = rows[rows["customer"] == world.customer("1")].set_index("cut")
    assert mine.loc["2025-07-31", "outcome"] == "shrank"
    assert mine.loc["2025-09-30", "outcome"] == "stayed"
    assert mine.loc["2025-07-31", "arr_change_ahead"] == pytest.approx(-0.3)


def test_without_a_sync_there_is_nothing_to_prove(world: World) -> None:
    told = prove(world.workspace, Asked())
    assert told.result.verdict.kind == "too little data"
    assert "nothing has been synced" in told.notes[0]


def test_too_few_losses_are_said_in_words(make_world: Make) -> None:
    world = make(make_world)
    data = prove(world.workspace, ASKED, draws=50).as_data()
    assert data["verdict"]["kind"] == "too little data"
    assert data["missing"].startswith("1 customer was seen to leave")
    assert data["outcomes"]["churned"] == 3


def test_only_a_health_card_can_be_proven(make_world: Make) -> None:
    world = make(make_world)
    card = shipped_scorecard("health").model_copy(update={"purpose": "risk"})
    with pytest.raises(ConfigError):
        prove(world.workspace, ASKED, card)


def test_data_that_end_long_ago_are_not_taken_for_customers_that_stayed(make_world: Make) -> None:
    """A static export: today nothing is known of what came after its last day."""
    world = make(make_world)
    world.next_day(400)
    made = panel(world.workspace, Asked())
    assert made.until is not None
    assert made.until < TODAY
    assert made.rows.loc[made.rows["cut"] > np.datetime64("2025-12-02"), "outcome"].isna().all()


def told(day: str, content: dict[str, Any] | None, *, whole: bool = True) -> Told:
    return Told(at(date.fromisoformat(day)), content, whole)


def lived(*some: Told) -> Any:

    return life(some, ZoneInfo("UTC"))


def account(status: str | None, churned_on: str | None = None, arr: float | None = None) -> dict[str, Any]:
    return {"status": status, "churned_on": churned_on, "arr": arr, "currency": "EUR"}


def test_the_day_of_a_loss_is_what_the_record_says_else_when_it_was_learnt() -> None:
    first = told("2026-01-01", account("customer"))
    assert lived(first, told("2026-02-01", account("churned", "2026-01-20"))).losses == [Loss(date(2026, 1, 20))]
    assert lived(first, told("2026-02-01", account("churned"))).losses == [Loss(date(2026, 2, 1))]
    assert lived(told("2026-01-01", account("churned"))).losses == [Loss(None)]
    corrected = lived(
        first, told("2026-02-01", account("churned")), told("2026-02-09", account("churned", "2026-01-25"))
    )
    assert corrected.losses == [Loss(date(2026, 1, 25))]


def test_who_comes_back_can_be_lost_again() -> None:
    told_so = [
        told("2026-01-01", account("customer")),
        told("2026-02-01", account("churned", "2026-01-31")),
        told("2026-03-01", account("customer", "2026-01-31")),
        told("2026-05-01", account("churned", "2026-04-30")),
    ]
    assert lived(*told_so).losses == [Loss(date(2026, 1, 31), date(2026, 3, 1)), Loss(date(2026, 4, 30))]


def test_a_deleted_record_is_removed_and_an_undeleted_one_is_not() -> None:
    gone = [told("2026-01-01", account("customer")), told("2026-02-01", None)]
    assert lived(*gone).removed == date(2026, 2, 1)
    assert lived(*gone, told("2026-03-01", account("customer"))).removed is None


def test_the_histories_of_status_count_before_the_first_sync() -> None:
    turns = [
        told("2025-01-01", {"status": "customer"}, whole=False),
        told("2025-08-01", {"status": "churned"}, whole=False),
    ]
    assert lived(*turns, told("2026-01-01", account("churned"))).losses == [Loss(date(2025, 8, 1))]
