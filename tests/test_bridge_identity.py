"""One company, one customer: as accounts come, change and go, in both CRMs."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from twins import LINKED, Twins, open_twins

from adapters.errors import Unauthorized
from adapters.records import Ref
from bridge.frames.frames import customer_rows
from bridge.moments import present
from bridge.rules.matching import Identified, match
from bridge.store.engine import Store
from bridge.store.schema import metadata
from bridge.sync.intake import take_in
from bridge.sync.syncing import sync

Make = Callable[..., Twins]


@pytest.fixture
def make_twins(store: Store, tmp_path: Path) -> Iterator[Make]:
    opened: list[Twins] = []

    def make(**settings: object) -> Twins:
        opened.append(open_twins(store, tmp_path, **settings))
        return opened[-1]

    yield make
    for one in opened:
        one.workspace.close()


@pytest.fixture
def twins(make_twins: Make) -> Twins:
    return make_twins(identity=LINKED)


def test_without_a_word_of_the_admin_a_domain_joins(make_twins: Make) -> None:
    twins = make_twins()
    twins.has("sf:1", domain="acme.test")
    twins.has("hs:1", domain="acme.test")
    twins.has("hs:2", domain="other.test")
    twins.read()
    assert twins.together("sf:1", "hs:1")
    assert not twins.together("sf:1", "hs:2")


def test_the_admin_may_switch_the_domain_off(make_twins: Make) -> None:
    twins = make_twins(identity={"key": None} | LINKED)
    twins.has("sf:1", domain="acme.test")
    twins.has("hs:1", domain="acme.test")
    twins.read()
    assert not twins.together("sf:1", "hs:1")


def test_a_mail_provider_or_a_profile_page_joins_nobody(twins: Twins) -> None:
    for number, domain in enumerate(["gmail.com", "linkedin.com", "de.linkedin.com"]):
        twins.has(f"sf:{number}", domain=domain)
        twins.has(f"hs:{number}", domain=domain)
    twins.read()
    assert not any(twins.together(f"sf:{number}", f"hs:{number}") for number in range(3))


@pytest.mark.parametrize(("in_sf", "in_hs", "same"), [
    ("123", 123.0, True), (123.0, "123", True), (" C-1 ", "C-1", True), (12.5, "12.5", True), (0.0, "0", True),
    ("C-1", "c-1", False), ("", "", False), (None, None, False), (True, "True", False),
])  # fmt: skip
def test_a_link_is_compared_as_text(twins: Twins, in_sf: object, in_hs: object, same: bool) -> None:
    twins.has("sf:1", link=in_sf)
    twins.has("hs:1", link=in_hs)
    twins.read()
    assert twins.together("sf:1", "hs:1") == same


def test_a_link_that_is_removed_parts_them_again(twins: Twins) -> None:
    twins.has("sf:1", link="C-1")
    twins.has("hs:1", link="C-1")
    twins.read()
    first, own = twins.owner("sf:1"), twins.owner("hs:1")
    assert first == own
    twins.tick()
    twins.has("hs:1", link=None)
    twins.read()
    assert twins.owner("sf:1") == first
    assert not twins.together("sf:1", "hs:1")
    assert twins.affected() == {twins.owner("sf:1"), twins.owner("hs:1")}


def test_a_doubt_parts_and_its_end_joins(twins: Twins) -> None:
    twins.has("sf:1", domain="acme.test")
    twins.has("hs:1", domain="acme.test")
    twins.read()
    assert twins.together("sf:1", "hs:1")
    twins.tick()
    twins.has("sf:2", domain="acme.test")
    twins.read()
    assert not twins.together("sf:1", "hs:1")
    twins.tick()
    twins.crm.delete("account", "2")
    twins.read()
    assert twins.together("sf:1", "hs:1")
    assert not twins.together("sf:1", "sf:2")


def test_a_merge_in_one_crm_ends_the_doubt(twins: Twins) -> None:
    for account in ("sf:1", "sf:2", "hs:1"):
        twins.has(account, domain="acme.test")
    twins.read()
    twins.tick()
    twins.crm.delete("account", "2", merged_into="1")
    twins.read()
    assert twins.together("sf:1", "hs:1")


def test_a_customer_outlives_the_older_of_its_records(twins: Twins) -> None:
    twins.has("sf:1", link="C-1", arr=1000.0)
    twins.has("hs:1", link="C-1")
    twins.run()
    joint = twins.owner("hs:1")
    assert len(twins.history("1")) == 1
    twins.next_day()
    twins.crm.delete("account", "1")
    twins.run()
    assert twins.owner("hs:1") == joint
    assert twins.entry("1") is None, "nothing is wanted of a record that is gone"
    twins.next_day()
    twins.has("sf:1", link="C-2")
    twins.run()
    assert twins.owner("sf:1") == joint, "undeleted as another company, it is what it was"
    assert not twins.together("sf:1", "hs:1")


def test_a_record_that_was_merged_into_a_new_id_keeps_its_customer(twins: Twins) -> None:
    """HubSpot's newer merges: both ids are archived, and a third one goes on."""
    twins.has("hs:1", domain="acme.test")
    twins.has("hs:2", domain="acme.example")
    twins.run()
    before = twins.owner("hs:1")
    twins.tick()
    twins.has("hs:3", domain="acme.test")
    for old in ("1", "2"):
        twins.crms["hs"].delete("account", old, merged_into="3")
    with twins.workspace.store.write() as db:
        take_in(db, twins.workspace, list(twins.crms["hs"].items.values()), twins.clock.now())
    assert twins.owner("hs:3") == before


def test_a_link_field_that_is_hidden_for_a_while_parts_nobody(twins: Twins) -> None:
    twins.has("sf:1", link="C-1")
    twins.has("hs:1", link="C-1")
    twins.read()
    twins.tick()
    twins.crm.put("account", "1", name="Renamed", extra={})
    twins.read()
    assert twins.together("sf:1", "hs:1")


def test_settings_that_change_join_and_part_what_is_there(make_twins: Make, twins: Twins) -> None:
    twins.has("sf:1", link="C-1", domain="acme.test")
    twins.has("hs:1", link="C-2", domain="acme.test")
    twins.has("hs:2", link="C-1")
    twins.run()
    assert twins.together("sf:1", "hs:2")
    assert not twins.together("sf:1", "hs:1")
    by_domain = make_twins()
    by_domain.score()
    assert by_domain.together("sf:1", "hs:1")
    assert not by_domain.together("sf:1", "hs:2")


def test_both_records_hold_the_score_of_the_one_customer(twins: Twins) -> None:
    """Tickets from one CRM, survey answers from the other; which value counts where both say one is the admin's."""
    soon = twins.workspace.today + timedelta(days=20)
    twins.has("sf:1", domain="acme.test", renewal_date=soon)
    twins.has("hs:1", domain="acme.test", renewal_date=soon + timedelta(days=300))
    twins.crm.put("ticket", "t", account="1", status="open", escalated=True, opened_at=twins.clock.now())
    twins.crm.put("activity", "a", accounts=("1",), kind="call", at=twins.clock.now())
    twins.crms["hs"].put("response", "r", account="1", survey="nps", score=3.0, at=twins.clock.now())
    twins.run()
    assert twins.own("sf:1", "risk_flags") == (
        "detractor", "escalated_ticket", "renewal_near", "renewal_unhealthy",
    )  # fmt: skip
    for field in ("health_score", "health_band", "risk_flags", "nps", "health_reasons"):
        assert twins.own("sf:1", field) == twins.own("hs:1", field)
    assert twins.own("sf:1") is not None


def test_a_whole_is_of_one_connection(make_twins: Make) -> None:
    """Not the pulse of one CRM with the reason of the other, nor a sum with the other's currency."""
    twins = make_twins(identity={"prefer": ["hs"]})
    twins.has("sf:1", domain="acme.test", arr=1000.0, currency="USD", pulse="red", pulse_reason="angry", country="US")
    twins.has("hs:1", domain="acme.test", currency="EUR", pulse="green", status="unknown", country="DE")
    twins.read()
    settings, moment = twins.workspace.settings, present(twins.clock.now(), twins.workspace.settings.zone)
    with twins.workspace.store.read() as db:
        rows, _ = customer_rows(db, settings, [twins.owner("sf:1")], moment)
    row = rows[twins.owner("sf:1")]
    told = {name: row[name] for name in ("arr", "currency", "pulse", "pulse_reason", "status", "country")}
    assert told == {
        "arr": 1000.0, "currency": "USD", "pulse": "green", "pulse_reason": None, "status": "customer", "country": "DE",
    }  # fmt: skip


def test_days_are_closed_for_whoever_parts(twins: Twins) -> None:
    twins.has("sf:1", link="C-1", arr=1.0)
    twins.has("hs:1", link="C-1")
    twins.run()
    twins.next_day(2)
    twins.run()
    assert twins.score().customers == 0
    twins.has("hs:1", link=None)
    twins.read()
    assert twins.score().customers == 2
    twins.next_day()
    assert twins.score().customers == 2, "each closes its own day"
    twins.has("hs:1", link="C-1")
    twins.run()
    twins.next_day()
    assert twins.score().customers == 1, "nobody closes days for who sleeps"


def test_a_connection_counts_once_it_was_read_whole(twins: Twins) -> None:
    """Salesforce is known; while HubSpot is read for the first time, half of its records decide nothing."""
    twins.has("sf:1", domain="acme.test", country="AT")
    sync(twins.workspace, "sf")
    twins.score()
    twins.has("hs:1", domain="acme.test", country="DE", industry="Tools")
    at = twins.clock.now()
    twins.crms["hs"].put("ticket", "t", account="1", status="open", escalated=True, opened_at=at)
    twins.crms["hs"].fail("pull response", Unauthorized("expired", status=401, connection="hs"))
    with pytest.raises(Unauthorized):
        sync(twins.workspace, "hs")
    assert twins.together("sf:1", "hs:1")
    twins.score()
    assert twins.decision("1").flags == ()
    sync(twins.workspace, "hs")
    twins.score()
    assert [flag.name for flag in twins.decision("1").flags] == ["escalated_ticket"]


VALUES = st.tuples(
    st.sampled_from(["sf:1", "sf:2", "sf:3", "hs:1", "hs:2", "hs:3"]),
    st.sampled_from([None, None, "A", "B", "gone"]),
    st.sampled_from([None, "a.test", "b.test"]),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(VALUES, max_size=14), st.integers(1, 4))
@example([("sf:1", "A", None), ("sf:2", "A", "a.test"), ("hs:1", None, "a.test"), ("sf:1", None, None)], 1)
def test_every_order_of_intakes_ends_in_the_same_customers(
    twins: Twins, changes: list[tuple[str, str | None, str | None]], size: int
) -> None:
    """However accounts came to be what they are, piece by piece: the customers are those of the rules over all."""
    with twins.workspace.store.write() as db:
        for table in reversed(metadata.sorted_tables):
            db.execute(delete(table))
    present: dict[str, Identified] = {}
    while changes:
        piece, changes = changes[:size], changes[size:]
        twins.tick()
        items = {}
        for account, link, domain in piece:
            connection, _, id = account.partition(":")
            present[account] = Identified(Ref(connection, "account", id), link, domain)
            if link == "gone":
                del present[account]
                twins.crms[connection].delete("account", id)
            else:
                twins.has(account, link=link, domain=domain)
            ref = Ref(connection, "account", id)
            items[ref] = twins.crms[connection].items[ref]
        with twins.workspace.store.write() as db:
            take_in(db, twins.workspace, list(items.values()), twins.clock.now())
    customers = {one.ref: twins.owner(f"{one.ref.connection}:{one.ref.id}") for one in present.values()}
    for group in match(present.values()).groups:
        assert {ref for ref, owner in customers.items() if owner == customers[group[0]]} == set(group)
