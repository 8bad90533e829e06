"""The monthly book from the store: as known, as dated, and unknown where nobody could know."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from worlds import START, World

from adapters.contract import Past
from adapters.records import Ref
from bridge.business.book import gather, month_ends
from bridge.business.frames import Gathered
from bridge.business.numbers import Numbers, reckon
from bridge.plain import plain
from bridge.reporting.business import business_page
from bridge.reporting.page import render
from bridge.reporting.terminal import shown
from bridge.store import past_values

Make = Callable[..., World]


def numbers(world: World, months: int = 3) -> Numbers:
    return reckon(gather(world.workspace, months), world.workspace.settings.economics)


def cell(world: World, given: Gathered, id: str, day: date, column: str = "arr") -> Any:
    value = given.book.at(pd.Timestamp(day)).at[world.customer(id), column]
    return None if pd.isna(value) else value


def test_month_ends_are_whole_months_and_today() -> None:
    assert month_ends(date(2026, 3, 2), 2) == [
        date(2025, 12, 31),
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 2),
    ]
    assert month_ends(date(2024, 2, 29), 1) == [date(2024, 1, 31), date(2024, 2, 29)]


def test_one_day_of_history_gives_no_numbers_but_says_why(world: World) -> None:
    """Statuses and ARR without any date: what they were last month nobody knows."""
    for id in ("1", "2", "3"):
        world.account(id, arr=100.0)
    world.run()
    found = numbers(world)
    assert found.period.churn.value is None
    assert found.period.nrr.value is None
    assert found.lifetime.n == 0
    assert found.revenue[-1].arr == 300.0  # today's is known
    text = shown(found)
    assert "Not enough history" in text
    assert "No forecast" in text
    assert "Time to first value is unknown" in text


def test_dates_tell_of_logos_before_the_first_sync_but_not_of_money(world: World) -> None:
    world.account("1", arr=100.0, customer_since=date(2025, 1, 1))
    world.account("2", arr=100.0, customer_since=date(2025, 1, 1), churned_on=date(2026, 1, 15), status="churned")
    world.account("3", arr=100.0, customer_since=date(2026, 2, 1))
    world.run()
    found = numbers(world)
    assert (found.period.customers, found.period.lost, found.period.new) == (2, 1, 1)
    assert found.period.nrr.value is None
    assert found.cohorts[0].kept[-1] == 0.5


def test_whoever_was_lost_nobody_knows_when_is_in_no_month(world: World) -> None:
    """A churned account without a day: it began once, which says nothing of last month."""
    world.account("1", status="churned", customer_since=date(2020, 1, 1))
    world.account("2", status="churned", customer_since=date(2020, 1, 1))
    ends = {"starts_on": date(2020, 1, 1), "ends_on": date(2026, 1, 10), "arr": 5.0}
    world.crm.put("contract", "c", account="2", status="ended", **ends)
    world.run()
    given = gather(world.workspace, 3)
    november, january = date(2025, 11, 30), date(2026, 1, 31)
    assert [cell(world, given, "1", day, "active") for day in (november, january)] == [None, None]
    assert [cell(world, given, "2", day, "active") for day in (november, january)] == [True, False]
    churned = given.book.customers["churned_on"]
    assert pd.isna(churned[world.customer("1")])
    assert churned[world.customer("2")] == pd.Timestamp(2026, 1, 10)
    assert numbers(world).lifetime.n == 1


def test_the_vendors_history_tells_of_money_too(world: World) -> None:
    world.account("1", arr=150.0, customer_since=date(2025, 1, 1))
    world.run()
    turns = ((datetime(2025, 6, 1, tzinfo=UTC), 100.0), (datetime(2026, 1, 10, tzinfo=UTC), 150.0))
    with world.workspace.store.write() as db:
        past_values.keep(db, [Past(Ref("sf", "account", "1"), "arr", turns)])
    assert numbers(world).period.nrr.value == 1.5


def test_contract_terms_tell_of_their_own_days_unless_they_are_amended(make_world: Make) -> None:
    def put(world: World) -> None:
        world.account("1", arr=200.0, customer_since=date(2025, 1, 20))
        for id, starts, ends, arr in (("a", (2025, 1), (2026, 1), 100.0), ("b", (2026, 1), (2027, 1), 200.0)):
            first, last = date(*starts, 20), date(*ends, 19)
            world.crm.put("contract", id, account="1", status="active", starts_on=first, ends_on=last, arr=arr)
        world.run()

    world = make_world()
    put(world)
    found = numbers(world)
    assert found.period.nrr.value == 2.0
    assert any("contract terms" in note for note in found.notes)
    settings = world.workspace.settings
    economics = settings.economics.model_copy(update={"contract_terms": "amended"})
    world.workspace.settings = settings.model_copy(update={"economics": economics})
    assert numbers(world).period.nrr.value is None


def test_a_contract_that_ends_on_the_day_the_next_begins_counts_once(world: World) -> None:
    """Renewed at a month's end: the ARR of that day is not that of both contracts."""
    world.account("1", arr=100.0, customer_since=date(2024, 12, 31))
    for id, starts, ends in (("a", 2024, 2025), ("b", 2025, 2026)):
        days = {"starts_on": date(starts, 12, 31), "ends_on": date(ends, 12, 31)}
        world.crm.put("contract", id, account="1", status="active", arr=100.0, **days)
    world.run()
    given = gather(world.workspace, 3)
    assert [cell(world, given, "1", day) for day in (date(2025, 11, 30), date(2025, 12, 31))] == [100.0, 100.0]


def test_a_segment_by_arr_follows_the_arr_that_the_book_counts(world: World) -> None:
    """Before the first sync the account's own ARR is unknown, and that of its contract is not."""
    world.account("1", arr=150_000.0, customer_since=date(2025, 1, 1))
    days = {"starts_on": date(2025, 1, 1), "ends_on": date(2026, 12, 31)}
    world.crm.put("contract", "c", account="1", status="active", arr=150_000.0, **days)
    world.run()
    given = gather(world.workspace, 3)
    assert cell(world, given, "1", date(2025, 12, 31), "segment") == "strategic"


def test_each_month_is_as_it_was_known_then(world: World) -> None:
    """ARR 100 in March, 80 in April; gone from the CRM in May: from then on nobody knows."""
    world.account("1", arr=100.0, customer_since=date(2025, 1, 1))
    world.account("2", arr=100.0, customer_since=date(2025, 1, 1))
    world.run()
    world.clock.move(datetime(2026, 4, 10, tzinfo=UTC) - world.clock.now())
    world.account("1", arr=80.0, customer_since=date(2025, 1, 1))
    world.account("2", arr=100.0, customer_since=date(2025, 1, 1), status="churned")
    world.sync()
    world.clock.move(datetime(2026, 5, 10, tzinfo=UTC) - world.clock.now())
    world.crm.delete("account", "1")
    world.sync()
    world.clock.move(datetime(2026, 6, 2, tzinfo=UTC) - world.clock.now())
    given = gather(world.workspace, 3)
    march, april, may = date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)
    assert [cell(world, given, "1", day) for day in (march, april)] == [100.0, 80.0]
    assert cell(world, given, "1", may, "active") is None
    assert [cell(world, given, "2", day, "active") for day in (march, april, may)] == [True, False, False]
    found = reckon(given, world.workspace.settings.economics)
    by_month = {one.end.month: one for one in found.monthly}
    assert by_month[4].nrr.value == pytest.approx(80 / 200)
    assert by_month[5].unknown == 1
    churned = given.book.customers.at[world.customer("2"), "churned_on"]
    assert churned == pd.Timestamp(april)  # nobody wrote the day down: the month's end at which it was seen


def test_a_later_change_changes_no_earlier_month(world: World) -> None:
    world.account("1", arr=100.0, plan="pro", customer_since=date(2025, 1, 1))
    world.run()
    world.clock.move(datetime(2026, 5, 2, tzinfo=UTC) - world.clock.now())
    before = gather(world.workspace, 2).book.monthly
    world.account("1", arr=1.0, plan="basic", status="churned", customer_since=date(2025, 1, 1))
    world.account("9", arr=9.0)
    world.sync()
    after = gather(world.workspace, 2).book.monthly
    past = pd.Timestamp(2026, 4, 30)
    same = after[after["month"].le(past) & after["customer"].ne(world.customer("9"))].reset_index(drop=True)
    expected = before[before["month"].le(past)].reset_index(drop=True)
    known = [column for column in expected if column != "cohort"]
    pd.testing.assert_frame_equal(
        same[known].sort_values("month", ignore_index=True), expected[known].sort_values("month", ignore_index=True)
    )


def test_money_is_in_the_report_currency_or_unknown(make_world: Make) -> None:
    world = make_world(currency={"report": "EUR", "rates": {"USD": 0.5}})
    for id, currency in (("1", "EUR"), ("2", "USD"), ("3", "GBP"), ("4", None)):
        world.account(id, arr=100.0, currency=currency)
    world.run()
    found = numbers(world)
    assert (found.currency, found.revenue[-1].arr, found.revenue[-1].unknown) == ("EUR", None, 1)
    assert any("no rate from GBP to EUR" in note for note in found.notes)
    world.account("3", arr=None, currency="GBP")
    world.sync()
    assert numbers(world).revenue[-1].arr == 250.0


def test_the_only_currency_there_is_needs_no_rate(world: World) -> None:
    world.account("1", arr=100.0, currency="CHF")
    world.run()
    found = numbers(world)
    assert (found.currency, found.revenue[-1].arr) == ("CHF", 100.0)


def test_the_scope_decides_who_is_counted_whatever_became_of_them(make_world: Make) -> None:
    world = make_world(scope="status = customer and country = DE")
    since = date(2025, 1, 1)
    world.account("1", arr=1.0, country="DE", customer_since=since)
    world.account("2", arr=1.0, country="DE", customer_since=since, status="churned", churned_on=date(2026, 1, 9))
    world.account("3", arr=1.0, country="FR", customer_since=since)
    world.run()
    found = numbers(world)
    assert (found.period.customers, found.period.lost) == (2, 1)


def test_first_value_is_the_first_use_of_those_seen_from_their_beginning(make_world: Make) -> None:
    world = make_world(usage=[{"file": "usage.csv"}], product={"first_value": {"name": "share", "feature": "share"}})
    world.account("old", customer_since=date(2020, 1, 1))
    world.account("new", customer_since=date(2026, 2, 1))
    world.account("waits", customer_since=date(2026, 2, 10))
    world.write_usage(
        "old,p,login,2026-01-05,1", "old,p,share,2026-01-05,1", "new,p,login,2026-02-02,1", "new,p,share,2026-02-15,2",
        "waits,p,login,2026-03-01,1", "waits,p,share,2026-03-01,0",
    )  # fmt: skip
    world.run()
    found = numbers(world).first_value
    assert (found.n, found.open) == (2, 1)
    assert found.at(14).value == pytest.approx(0.5)


def test_work_costs_and_answers_of_the_period_are_gathered(make_world: Make) -> None:
    world = make_world(
        economics={"costs": {"people": 1200, "tools": 0, "ticket": 10}, "gross_margin": 0.5, "least_answers": 1}
    )
    world.account("1", arr=1200.0, customer_since=date(2025, 1, 1))
    day = timedelta(days=1)
    world.crm.put("ticket", "t", account="1", status="open", opened_at=START - 9 * day)
    world.crm.put("ticket", "before", account="1", status="open", opened_at=START - 300 * day)
    world.crm.put("activity", "m", accounts=("1",), kind="meeting", at=START - 9 * day, done=True)
    world.crm.put("activity", "n", accounts=("1",), kind="note", at=START - 9 * day)
    world.crm.put("person", "p", accounts=("1",))
    world.crm.put("response", "r", account="1", person="p", survey="nps", score=9.0, at=START - 2 * day)
    world.run()
    given = gather(world.workspace, 3)
    assert given.contacts[["tickets", "touches", "meetings"]].to_numpy().tolist() == [[1.0, 1.0, 1.0]]
    found = reckon(given, world.workspace.settings.economics)
    assert found.surveys["nps"].value.value == 100.0
    assert found.reach.persons.value == 1.0
    assert found.health["unknown"].customers + found.health["green"].customers + found.health["yellow"].customers == 1
    assert (found.health["red"].customers, found.health["red"].arr) == (0, 0.0)


def test_an_empty_store_and_a_store_of_one_account_raise_nothing(world: World) -> None:
    for _ in range(2):
        found = numbers(world)
        assert render(business_page(found, {}))
        assert plain(found)["period"]["nrr"]["value"] is None
        world.account("1", status=None)
        world.run()


def test_a_programme_is_told_by_a_field_and_a_rule(make_world: Make) -> None:
    settings = {"economics": {"programme": {"started": "cs_since", "accounts": "plan = pro"}}}
    world = make_world(**settings)
    world.account("1", plan="pro", extra={"cs_since": "2026-01-05"})
    world.account("2", plan="basic", extra={"cs_since": "2026-01-05"})
    world.account("3", plan="pro")
    world.run()
    started = gather(world.workspace, 3).started
    assert started is not None
    assert started.dropna().to_dict() == {world.customer("1"): "2026-01-05"}
    found = numbers(world).effect
    assert found is not None
    assert "are needed" in found.missing


def test_dirty_dates_are_named_with_their_accounts(world: World) -> None:
    world.account("1", arr=-5.0, customer_since=date(2026, 2, 1), churned_on=date(2020, 1, 1), status="churned")
    world.account("2", arr=5.0, customer_since=date(2999, 1, 1))
    world.run()
    found = numbers(world)
    assert {problem.what.partition(";")[0] for problem in found.problems} >= {
        "churned before it became a customer",
        "customer_since lies in the future",
    }
    assert "sf:2 Account 2" in shown(found)


def test_what_renews_soon_and_is_red_is_at_risk(make_world: Make) -> None:
    world = make_world(currency={"report": "EUR"})
    soon, later = START.date() + timedelta(days=40), START.date() + timedelta(days=200)
    for id, renewal, pulse in (("red", soon, "red"), ("fine", soon, "green"), ("far", later, "red")):
        world.account(
            id, arr=1200.0, currency="EUR", renewal_date=renewal, pulse=pulse, customer_since=date(2024, 1, 1)
        )
    world.run()
    ahead = numbers(world).at_risk
    assert (ahead[90].renewing, ahead[90].arr, ahead[90].customers) == (2400.0, 1200.0, 1)
    assert (ahead[365].renewing, ahead[365].arr, ahead[365].customers) == (3600.0, 2400.0, 2)


def test_a_renewal_that_only_a_contract_or_a_deal_dates_is_ahead_as_well(make_world: Make) -> None:
    world = make_world(currency={"report": "EUR"})
    soon = START.date() + timedelta(days=40)
    for id in ("contract", "deal", "neither"):
        world.account(id, arr=1200.0, currency="EUR", pulse="red", customer_since=date(2024, 1, 1))
    world.crm.put("contract", "c", account="contract", status="active", starts_on=date(2025, 1, 1), ends_on=soon)
    world.crm.put("deal", "d", account="deal", kind="renewal", status="open", closes_on=soon)
    world.run()
    ahead = numbers(world).at_risk
    assert (ahead[90].renewing, ahead[90].arr, ahead[90].customers) == (2400.0, 2400.0, 2)
