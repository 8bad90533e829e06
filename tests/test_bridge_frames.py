"""The tie between records, frames and scoring; and what a moment may know."""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from worlds import DAY, START, World, settings_of

from adapters.contract import Past
from adapters.records import Account, Activity, Contract, Deal, Invoice, Person, Ref, Response, Ticket, Usage
from bridge.doctor.doctoring import examine
from bridge.frames.frames import build, customer_rows
from bridge.knowledge import histories
from bridge.knowledge.dating import OVERWRITTEN
from bridge.knowledge.knowledge import Fact, gather_accounts
from bridge.knowledge.usage_keys import UsageKeys
from bridge.moments import Moment, close_of, closed, day_of, present
from bridge.store import customers, keys, past_values
from bridge.store.schema import metadata
from bridge.sync.intake import take_in
from config.settings import UsageSource
from scoring.decision import Decision
from scoring.frames import COLUMNS, Frames

BERLIN = ZoneInfo("Europe/Berlin")


def gathered(world: World, moment: Moment) -> Frames:
    with world.workspace.store.read() as db:
        ids = [id for some in customers.all_ids(db, 99) for id in some]
        rows, accounts = customer_rows(db, world.workspace.settings, ids, moment)
        return build(db, world.workspace.settings, rows, accounts, moment)


def now(world: World) -> Moment:
    return present(world.clock.now(), world.workspace.settings.zone)


def everything(world: World) -> None:
    """One record of each kind, every field filled."""
    day, at = date(2026, 2, 20), START - 5 * DAY
    world.account(
        "1", industry="Tools", employees=40, country="DE", currency="EUR", customer_since=day, churned_on=day,
        renewal_date=date(2026, 5, 1), arr=1000.0, plan="pro", seats_bought=10.0, pulse="red", pulse_reason="quiet",
        pulse_until=date(2026, 4, 1), extra={"tier": "gold"},
    )  # fmt: skip
    world.crm.put("person", "p", accounts=("1",), role="champion", title="Head", left_on=day)
    world.crm.put("deal", "d", account="1", kind="renewal", status="open", amount=5.0, currency="EUR", opened_on=day,
                  closes_on=day)  # fmt: skip
    world.crm.put(
        "ticket", "t", account="1", person="p", status="closed", priority="high", category="bug", opened_at=at,
        first_reply_at=at, closed_at=at, reopened=1, escalated=True, subject="It broke",
    )  # fmt: skip
    world.crm.put(
        "activity", "a", accounts=("1",), persons=("p",), owner="u", kind="call", direction="out", at=at, done=True
    )
    world.crm.put("response", "r", account="1", person="p", survey="nps", score=9.0, comment="Fine", at=at)
    world.crm.put(
        "contract", "c", account="1", status="active", starts_on=day, ends_on=date(2027, 2, 19), arr=1000.0, seats=10.0,
        plan="pro", auto_renew=True,
    )  # fmt: skip
    world.crm.put("invoice", "i", account="1", due_on=day, paid_on=day, amount=5.0, currency="EUR")
    world.write_usage("1,p,login,2026-03-01,3")


def test_the_frames_have_the_declared_columns_and_every_one_is_filled(make_world: Any) -> None:
    world = make_world(usage=[{"file": "usage.csv"}])
    everything(world)
    world.crm.put("ticket", "t", account="1", status="open", opened_at=START - 5 * DAY, escalated=False)
    world.sync()  # an escalation has a day of its own only where it became known later than the ticket
    everything(world)
    world.tick()
    world.crm.past = [past(world, "account", "1", "arr", (400, 500.0))]
    world.sync()
    histories.go_on(world.workspace, "sf")
    world.take_in_usage()
    made = gathered(world, now(world))
    for name, columns in COLUMNS.items():
        frame = getattr(made, name)
        assert {column: str(kind) for column, kind in frame.dtypes.items()} == columns
        assert len(frame) == 1, name
        assert [column for column in columns if frame[column].isna().any()] == [], name
    assert made.as_of == world.workspace.today


@pytest.mark.parametrize(
    ("record", "used"),
    [
        (Account, {*OVERWRITTEN["account"], *COLUMNS["customers"]} - {"pulse_since", "arr_year_ago"}),
        (Person, {"accounts", "role", "title", "left_on"}),
        (Ticket, {"status", "priority", "category", "reopened", "escalated", "subject", "opened_at", "first_reply_at",
                  "closed_at"}),
        (Response, {"person", "survey", "score", "comment", "at"}),
        (Activity, {"persons", "owner", "kind", "direction", "done", "at", "precision"}),
        (Deal, {"kind", "status", "amount", "currency", "opened_on", "closes_on"}),
        (Contract, {"status", "starts_on", "ends_on", "arr", "seats", "plan", "auto_renew"}),
        (Invoice, {"due_on", "paid_on", "amount", "currency"}),
        (Usage, {"person", "feature", "day", "count"}),
    ],
)  # fmt: skip
def test_every_canonical_field_that_is_used_exists(record: type, used: set[str]) -> None:
    assert used <= {field.name for field in fields(record)}


def test_mapped_fields_can_be_asked_for_by_rules_and_never_hide_canonical_ones(world: World) -> None:
    world.account("1", extra={"tier": "gold", "status": "prospect"})
    world.sync()
    with world.workspace.store.read() as db:
        rows, _ = customer_rows(db, world.workspace.settings, [world.customer("1")], now(world))
    assert (rows[world.customer("1")]["tier"], rows[world.customer("1")]["status"]) == ("gold", "customer")


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 3, 1, 22, 59, 59, tzinfo=UTC), date(2026, 3, 1)),
        (datetime(2026, 3, 1, 23, 0, tzinfo=UTC), date(2026, 3, 2)),
        (datetime(2026, 7, 1, 21, 59, 59, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 7, 1, 22, 0, tzinfo=UTC), date(2026, 7, 2)),
    ],
)
def test_an_instant_falls_on_the_workspaces_day(instant: datetime, day: date) -> None:
    assert day_of(instant, BERLIN) == day


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 5, 1), 24)])
def test_a_day_closes_at_its_own_midnight_also_when_the_clocks_change(day: date, hours: int) -> None:
    tick = timedelta(microseconds=1)
    assert close_of(day, BERLIN) - close_of(day - DAY, BERLIN) == timedelta(hours=hours)
    assert day_of(close_of(day, BERLIN), BERLIN) == day
    assert day_of(close_of(day, BERLIN) + tick, BERLIN) == day + DAY


def test_events_get_the_workspaces_day(make_world: Any) -> None:
    world = make_world(timezone="Europe/Berlin")
    late = datetime(2026, 2, 20, 23, 30, tzinfo=UTC)
    world.account("1")
    world.crm.put("ticket", "t", account="1", status="closed", opened_at=late, closed_at=late)
    world.crm.put("response", "r", account="1", survey="nps", score=9, at=late)
    world.crm.put("activity", "a", accounts=("1",), kind="call", at=late)
    world.crm.put("activity", "b", accounts=("1",), kind="call", at=late.replace(hour=0, minute=0), precision="day")
    world.sync()
    made = gathered(world, now(world))
    assert made.tickets[["opened", "closed"]].iloc[0].tolist() == [pd.Timestamp("2026-02-21")] * 2
    assert made.responses["day"].tolist() == [pd.Timestamp("2026-02-21")]
    days = dict(zip(made.activities["activity"], made.activities["day"], strict=True))
    assert days == {"a": pd.Timestamp("2026-02-21"), "b": pd.Timestamp("2026-02-20")}


def test_a_touch_of_today_counts_today_wherever_the_day_begins(make_world: Any) -> None:
    world = make_world(timezone="Pacific/Auckland")
    world.clock.set(datetime(2026, 3, 1, 20, 0, tzinfo=UTC))  # the morning of March 2 there
    world.account("1")
    for id, day in (("today", 2), ("tomorrow", 3)):
        at = datetime(2026, 3, day, tzinfo=UTC)
        world.crm.put("activity", id, accounts=("1",), kind="call", at=at, precision="day")
    world.sync()
    assert gathered(world, now(world)).activities["activity"].tolist() == ["today"]


def test_what_has_not_happened_yet_or_has_no_date_is_left_out(world: World) -> None:
    world.account("1")
    for id, at in (("past", START - DAY), ("soon", START + timedelta(hours=1)), ("never", None)):
        world.crm.put("activity", id, accounts=("1",), kind="call", at=at)
        world.crm.put("ticket", id, account="1", opened_at=at)
        world.crm.put("response", id, account="1", survey="nps", score=1, at=at)
    world.sync()
    made = gathered(world, now(world))
    assert made.activities["activity"].tolist() == ["past"]
    assert made.tickets["ticket"].tolist() == ["past"]
    assert len(made.responses) == 1


def test_a_touch_reaches_everybody_it_names(world: World) -> None:
    world.account("1")
    for id in "pq":
        world.crm.put("person", id, accounts=("1",))
    at = START - DAY
    world.crm.put("activity", "a", accounts=("1",), persons=("p", "q"), kind="meeting", at=at)
    world.crm.put("activity", "b", persons=("q",), kind="call", at=at)
    world.crm.put("activity", "c", accounts=("1",), kind="call", at=at)
    world.sync()
    made = gathered(world, now(world)).activities
    touched = sorted(zip(made["activity"], made["person"].fillna(""), strict=True))
    assert touched == [("a", "p"), ("a", "q"), ("b", "q"), ("c", "")]


def test_a_record_that_moved_counts_where_it_is_now(world: World) -> None:
    world.account("1")
    world.account("2")
    world.crm.put("deal", "d", account="1", kind="renewal", status="open")
    world.sync()
    world.tick(hours=1)
    world.crm.put("deal", "d", account="2")
    world.sync()
    assert gathered(world, now(world)).deals["customer"].tolist() == [world.customer("2")]
    assert gathered(world, Moment(START.date(), START, known=START)).deals["customer"].tolist() == [world.customer("1")]


def test_as_dated_leaves_out_what_gets_overwritten(world: World) -> None:
    everything(world)
    world.crm.put("ticket", "t", closed_at=START - DAY)
    world.sync()
    made = gathered(world, Moment(date(2026, 2, 28), world.clock.now(), dated=True))
    customer = made.customers.iloc[0]
    assert [name for name in OVERWRITTEN["account"] if name != "status" and not pd.isna(customer[name])] == []
    assert customer["status"] == "churned"
    assert customer["customer_since"] == pd.Timestamp("2026-02-20")
    assert made.tickets["status"].tolist() == ["open"]
    assert made.tickets[["escalated", "priority"]].isna().all(axis=None)
    assert made.deals[["status", "amount"]].isna().all(axis=None)
    assert made.persons[["role", "title"]].isna().all(axis=None)
    assert made.persons["left_on"].notna().all()
    later = gathered(world, Moment(date(2026, 3, 1), world.clock.now(), dated=True))
    assert later.tickets["status"].tolist() == ["closed"]


@pytest.mark.parametrize(
    ("day", "status"), [(9, "prospect"), (10, "customer"), (19, "customer"), (20, "churned"), (28, "churned")]
)
def test_as_dated_the_status_is_what_its_dates_say(world: World, day: int, status: str) -> None:
    world.account("1", status="prospect", customer_since=date(2026, 2, 10), churned_on=date(2026, 2, 20))
    world.account("2", status="customer")
    world.sync()
    made = gathered(world, Moment(date(2026, 2, day), world.clock.now(), dated=True))
    assert made.customers["status"].fillna("").tolist() == [status, ""]


def test_the_pulse_is_dated_by_when_it_was_first_seen(world: World) -> None:
    world.account("1", pulse="red")
    world.sync()
    world.next_day(3)
    world.account("1", pulse="red", name="Renamed")
    world.sync()
    made = gathered(world, now(world))
    assert made.customers["pulse_since"].tolist() == [pd.Timestamp(START.date())]


changes = st.lists(
    st.tuples(
        st.sampled_from(["account", "ticket", "activity", "response", "deal", "person", "delete", "usage", "past"]),
        st.integers(0, 2),
        st.integers(-30, 5),
    ),
    max_size=8,
)


def change(world: World, what: str, number: int, days: int) -> None:
    at, id = world.clock.now() + days * DAY, str(number)
    match what:
        case "account":
            world.account("1", arr=float(number), status="churned", pulse="red", seats_bought=1.0)
        case "ticket":
            world.crm.put("ticket", id, account="1", opened_at=at, escalated=True, status="open")
        case "activity":
            world.crm.put("activity", id, accounts=("1",), kind="meeting" if number else "call", at=at)
        case "past":
            world.crm.past = [past(world, "account", "1", "arr", (400 + number, 500.0))]
            histories.go_on(world.workspace, "sf")
        case "response":
            world.crm.put("response", id, account="1", survey="nps", score=float(number), at=at)
        case "deal":
            world.crm.put("deal", id, account="1", kind="renewal", status="lost", closes_on=at.date())
            world.crm.put("contract", "c", account="1", status="ended", ends_on=at.date())
            world.crm.put("invoice", id, account="1", due_on=at.date(), paid_on=None)
        case "person":
            world.crm.put("person", id, accounts=("1",), role="champion", left_on=at.date())
        case "delete":
            world.crm.delete("ticket", id)
        case "usage":
            world.write_usage(f"1,p,login,{START.date() - timedelta(days=number)},{number + 7}")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes)
def test_whatever_becomes_known_later_changes_nothing_of_an_earlier_day(make_world: Any, later: Any) -> None:
    world = make_world(usage=[{"file": "usage.csv"}], timezone="Europe/Berlin")
    world.clock.set(START)
    everything(world)
    world.crm.put("ticket", "0", account="1", opened_at=START - 9 * DAY, status="open")
    world.crm.put("activity", "0", accounts=("1",), kind="meeting", at=START + 9 * DAY)
    world.sync()
    world.take_in_usage()
    day = closed(world.workspace.today, world.workspace.settings.zone)
    before = gathered(world, day)
    world.clock.set(day.at + timedelta(seconds=1))
    for one in later:
        change(world, *one)
        world.tick(hours=1)
        world.sync()
        world.take_in_usage()
    after = gathered(world, day)
    for name in COLUMNS:
        pd.testing.assert_frame_equal(getattr(before, name), getattr(after, name))
    wipe(world)


def past(world: World, kind: Any, id: str, field: str, *turns: tuple[int, Any]) -> Past:
    """What the vendor kept: days before START, and the value from then on."""
    ref = Ref("sf", kind, id)
    return Past(ref, field, tuple((START - days * DAY, value) for days, value in sorted(turns, reverse=True)))


def dated(world: World, days: int) -> Frames:
    """As of so many days before START, long before the first sync."""
    return gathered(world, Moment(START.date() - days * DAY, world.clock.now(), dated=True))


def test_as_dated_what_the_vendor_kept_is_known(world: World) -> None:
    everything(world)
    world.crm.put("ticket", "t", closed_at=START - DAY)
    world.crm.past = [
        past(world, "account", "1", "arr", (90, 500.0), (10, 1000.0)),
        past(world, "account", "1", "renewal_date", (50, date(2026, 5, 1))),
        past(world, "account", "1", "status", (80, "prospect"), (60, "customer")),
        past(world, "account", "1", "plan", (90, "pro"), (40, None)),
        past(world, "person", "p", "role", (30, "champion")),
        past(world, "deal", "d", "amount", (30, 4.0), (3, 5.0)),
        past(world, "ticket", "t", "escalated", (5, False), (4, True)),
    ]
    world.sync()
    histories.go_on(world.workspace, "sf")
    customer = dated(world, 20).customers.iloc[0]
    assert (customer["arr"], customer["status"]) == (500.0, "customer")
    assert customer["renewal_date"] == pd.Timestamp("2026-05-01")
    assert pd.isna(customer["plan"]), "it was blank then"
    assert pd.isna(customer["seats_bought"]), "nobody knows"
    assert pd.isna(dated(world, 91).customers.iloc[0]["arr"])
    assert dated(world, 10).customers.iloc[0]["arr"] == 1000.0, "it turned on that day"
    assert dated(world, 20).persons["role"].tolist() == ["champion"]
    assert dated(world, 5).deals["amount"].tolist() == [4.0]
    ticket = dated(world, 3).tickets.iloc[0]
    assert ticket["escalated"]
    assert ticket["escalated_since"] == pd.Timestamp((START - 4 * DAY).date())


turnings = st.lists(
    st.tuples(
        st.sampled_from([("account", "1", "arr"), ("deal", "d", "amount"), ("person", "p", "title")]),
        st.integers(0, 19),
        st.integers(1, 9),
    ),
    max_size=5,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turnings)
def test_what_turned_later_changes_nothing_of_an_earlier_dated_day(make_world: Any, later: Any) -> None:
    world = make_world()
    world.clock.set(START)
    everything(world)
    world.crm.past = [past(world, "account", "1", "arr", (90, 500.0)), past(world, "deal", "d", "amount", (90, 4.0))]
    world.sync()
    histories.go_on(world.workspace, "sf")
    before = dated(world, 20)
    turned = [past(world, kind, id, name, (days, float(value))) for (kind, id, name), days, value in later]
    world.crm.put("account", "1", arr=7.0, status="customer")
    world.tick(hours=1)
    world.sync()
    with world.workspace.store.write() as db:
        past_values.keep(db, turned)
    after = dated(world, 20)
    for name in COLUMNS:
        pd.testing.assert_frame_equal(getattr(before, name), getattr(after, name))
    wipe(world)


def wipe(world: World) -> None:
    """The next example begins with an empty store."""
    with world.workspace.store.write() as db:
        for table in metadata.tables.values():
            db.execute(table.delete())


def facts_of(world: World, *accounts: Account) -> Sequence[Fact]:
    with world.workspace.store.write() as db:
        take_in(db, world.workspace, accounts, world.clock.now())
    with world.workspace.store.read() as db:
        ids = [id for some in customers.all_ids(db, 99) for id in some]
        return gather_accounts(db, ids)


def test_usage_keys_name_accounts_by_id_domain_or_mapped_field(world: World) -> None:
    one = Account(ref=Ref("sf", "account", "1"), changed_at=START, domain="a.example.com", extra={"ext": "E1"})
    other = replace(one, ref=Ref("sf", "account", "2"), extra={"ext": "E2"})
    named = ["domain", "ext"]
    world.workspace.settings = world.workspace.settings.model_copy(
        update={"usage": [UsageSource(file=f"{name}.csv", account_key=name) for name in named]}
    )
    facts = facts_of(world, one, other, replace(one, ref=Ref("hs", "account", "1"), extra={}))
    first, second = world.customer("1"), world.customer("2")
    with world.workspace.store.read() as db:
        assert UsageKeys("sf.id").customers(db, facts) == {"1": first, "2": second}
        assert UsageKeys("ext").customers(db, facts) == {"E1": first, "E2": second}
        assert UsageKeys("id").customers(db, facts) == {"2": second}
        assert keys.ambiguous(db, "id", ["1", "2"]) == {"1"}
        assert UsageKeys("domain").customers(db, facts[:1]) == {}, "however few are asked about"
        assert keys.ambiguous(db, "domain", ["a.example.com"]) == {"a.example.com"}


def test_an_escalation_counts_from_when_it_became_known_unless_it_always_was(world: World) -> None:
    world.account("1")
    ticket = {"account": "1", "status": "open", "opened_at": START - 30 * DAY}
    world.crm.put("ticket", "late", **ticket, escalated=False)
    world.crm.put("ticket", "early", **ticket, escalated=True)
    world.sync()
    world.next_day(2)
    world.crm.put("ticket", "late", **ticket, escalated=True)
    world.sync()
    since = gathered(world, now(world)).tickets.set_index("ticket")["escalated_since"]
    assert since["late"].date() == world.workspace.today
    assert pd.isna(since["early"]), "it may have been escalated at any time since it was opened"


def keeps_usage(world: World) -> None:
    """The connection's map reads usage from the CRM."""
    maps = {"usage": {"object": "Usage__c", "fields": {"account": "Account__c", "day": "Day__c"}}}
    world.workspace.settings = settings_of(world.workspace.folder, map=maps)


def use(world: World, id: str, account: str, on: int, count: float = 1.0) -> None:
    day = world.workspace.today - timedelta(days=on)
    world.crm.put("usage", id, account=account, person="u", feature="login", day=day, count=count)


def test_usage_kept_in_the_crm_is_one_more_source_with_a_watermark_of_its_own(world: World) -> None:
    keeps_usage(world)
    world.account("1")
    world.account("2")
    use(world, "a", "1", on=30)
    use(world, "b", "2", on=3)
    use(world, "c", "2", on=-2)
    world.sync()
    made = gathered(world, now(world))
    assert made.usage[["customer", "source", "person"]].values.tolist()[0] == [world.customer("1"), "sf", "u"]
    newest, oldest = (pd.Timestamp(world.workspace.today - timedelta(days=days)) for days in (3, 30))
    assert made.sources.values.tolist() == [["sf", newest, oldest, 7.0]], "a day ahead is not believed"
    assert {flag.name for flag in decided(world, "1").flags} == {"silent"}
    world.next_day(12)
    world.score()
    assert world.decision("1").flags == (), "the source has stalled: nobody is known to be silent"
    assert [one.finding.level for one in examine(world.workspace) if "usage stalled" in one.finding.what] == ["warning"]


def decided(world: World, id: str) -> Decision:
    world.score()
    return world.decision(id)


def test_usage_that_the_crm_corrects_or_deletes_counts_so_from_then_on(world: World) -> None:
    keeps_usage(world)
    world.account("1")
    use(world, "a", "1", on=1, count=5)
    world.sync()
    then = closed(world.workspace.today, world.workspace.settings.zone)
    world.next_day(1)
    use(world, "a", "1", on=2, count=7)
    world.sync()
    assert gathered(world, now(world)).usage["count"].tolist() == [7]
    world.tick()
    world.crm.delete("usage", "a")
    world.sync()
    assert gathered(world, now(world)).usage.empty
    before = gathered(world, then)
    assert (before.usage["count"].tolist(), before.sources["newest"].notna().tolist()) == ([5], [True])


def test_before_the_first_sync_invoices_speak_by_their_dates_and_contracts_are_silent(world: World) -> None:
    world.account("1")
    world.crm.put("contract", "c", account="1", status="active", ends_on=date(2026, 5, 1))
    world.crm.put("invoice", "i", account="1", due_on=date(2026, 1, 1), paid_on=date(2026, 2, 1))
    world.sync()
    dated = gathered(world, Moment(date(2026, 1, 20), world.clock.now(), dated=True))
    assert dated.contracts.empty
    assert dated.invoices[["due", "paid"]].values.tolist() == [[pd.Timestamp("2026-01-01"), pd.Timestamp("2026-02-01")]]
