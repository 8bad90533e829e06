"""The traps that other connectors fell into, one test each: things happen to an org, and after the next quiet sync
the store equals it. Numbers are those of the list of traps."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fake_salesforce import OWN
from org_and_store import OrgAndStore, org_and_store
from sqlalchemy import select

from adapters.contract import Patch
from adapters.errors import Unauthorized
from adapters.records import Account, Record, Tombstone
from adapters.sandbox.salesforce.fields import Field
from bridge.store import customers
from bridge.store.engine import Store
from bridge.store.schema import affected

Make = Callable[..., OrgAndStore]


@pytest.fixture
def store_url(sqlite_url: str) -> str:
    """What the adapter reads is asked, not what a database keeps."""
    return sqlite_url


@pytest.fixture
def make(store: Store, tmp_path: Path) -> Iterator[Make]:
    with ExitStack() as stack:
        yield lambda **how: stack.enter_context(org_and_store(store, tmp_path, **how))


@pytest.fixture
def both(make: Make) -> OrgAndStore:
    return make()


def test_trap_01_rows_that_become_visible_late_are_read(both: OrgAndStore) -> None:
    begun = (both.box.instruments.clock.now()).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    both.later(minutes=2)
    both.sync()
    late = both.edit("Account", Name="Committed late", SystemModstamp=begun)
    both.sync()
    assert late in both.stored("account")
    both.assert_equal()


def test_trap_01_every_transaction_takes_its_time(make: Make) -> None:
    both = make(commit_delay_s=120)
    for number in range(4):
        both.edit("Account", Name=f"Slow {number}")
        both.sync()
        both.later(seconds=50)
    both.assert_equal()


def test_trap_02_equal_stamps_at_a_page_boundary(make: Make) -> None:
    both = make(page_rows=200)
    stamp = both.box.instruments.clock.now().strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    for number in range(450):
        both.edit("Contact", LastName=f"Tester {number}", SystemModstamp=stamp)
    both.sync()
    assert len(both.stored("person")) == 453
    both.assert_equal()


def test_trap_02_rows_that_change_while_paging_are_neither_lost_nor_doubled(make: Make) -> None:
    both = make(page_rows=200)
    made = [both.edit("Contact", LastName=f"Tester {number}") for number in range(450)]
    both.later(seconds=1)
    pages = both.adapter.pull("person", None)
    next(pages)
    both.later(seconds=1)
    both.edit("Contact", made[0], Title="Changed behind the page")
    both.edit("Contact", made[-1], Title="Changed before it was read")
    both.edit("Contact", made[-2], delete=True)
    list(pages)
    both.sync()
    assert both.stored("person")[made[-1]]["title"] == "Changed before it was read"
    both.assert_equal()


def test_trap_03_automated_and_back_dated_changes_count_by_the_system_stamp(both: OrgAndStore) -> None:
    account = both.ids("account")[0]
    both.later(hours=1)
    both.box.vendor.desk.org.tables["Account"].rows[account]["LastModifiedDate"] = "2019-01-01T00:00:00.000+0000"  # type: ignore[attr-defined]
    both.edit("Account", account, Name="Renamed by a Flow")
    both.sync()
    both.assert_equal()


def test_trap_04_a_formula_that_moves_no_stamp_is_read_again_within_a_day(make: Make) -> None:
    fields = {"open_amount": "Open_Amount__c", "last_touch": "LastActivityDate"}
    both = make(map={"account": {"fields": fields}})
    account = both.ids("account")[0]
    both.later(hours=2)
    both.edit("Account", account, Open_Amount__c=1200.5)
    both.sync()
    assert both.stored("account")[account]["extra"]["open_amount"] is None, "a poll does not see it"
    before = both.adapter.calls.made["page"]
    both.later(hours=23)
    both.sync()
    assert both.stored("account")[account]["extra"]["open_amount"] == 1200.5
    assert both.adapter.calls.made["page"] - before <= 18, "the objects, their deletions, and what follows others"
    both.assert_equal()


def test_trap_04_without_a_mapped_formula_nothing_is_read_again(both: OrgAndStore) -> None:
    both.later(days=2)
    assert sum(taken.read for taken in both.sync().kinds.values()) == 0


def test_trap_07_what_leaves_the_recycle_bin_unseen_is_told_by_the_log_of_deletions(both: OrgAndStore) -> None:
    gone = both.ids("account")[0]
    both.later(hours=7)
    both.edit("Account", gone, delete=True, Purged=True)
    both.later(minutes=2)
    both.sync()
    assert gone not in both.stored("account")
    both.assert_equal()


def test_trap_07_a_pause_longer_than_the_log_compares_ids(both: OrgAndStore) -> None:
    gone = both.ids("account")[0]
    both.later(hours=1)
    both.edit("Account", gone, delete=True)
    both.later(days=16)
    both.sync()
    assert gone not in both.stored("account")
    both.assert_equal()


def test_trap_07_the_log_is_not_read_with_every_poll(both: OrgAndStore) -> None:
    both.later(minutes=6)
    both.sync()
    both.later(minutes=6)
    before = both.adapter.calls.made.total()
    both.sync()
    assert both.adapter.calls.made.total() - before <= 9, "one describe, and a query per object"


def test_trap_08_a_restored_record_lives_again(both: OrgAndStore) -> None:
    account = both.ids("account")[0]
    both.later(minutes=10)
    both.edit("Account", account, delete=True)
    both.sync()
    assert account not in both.stored("account")
    both.later(minutes=10)
    both.edit("Account", account, IsDeleted=False)
    both.sync()
    assert account in both.stored("account")
    both.assert_equal()


def test_trap_07_merges_and_their_chains_end_at_the_survivor(both: OrgAndStore) -> None:
    first, second, last = both.ids("account")
    both.later(minutes=10)
    both.edit("Account", first, delete=True, MasterRecordId=second)
    both.edit("Account", second, delete=True, MasterRecordId=last)
    tombstones = [
        item for page in both.adapter.pull("account", None) for item in page.items if isinstance(item, Tombstone)
    ]
    assert {item.ref.id: item.merged_into for item in tombstones} == {first: second, second: last}
    both.sync()
    assert both.ids("account") == [last]
    assert {record["account"] for record in both.stored("deal").values()} == {last}
    assert {tuple(record["accounts"]) for record in both.stored("person").values()} == {(last,)}
    with both.workspace.store.read() as db:
        marked = set(db.execute(select(affected.c.customer_id).where(affected.c.since.is_not(None))).scalars())
        owners = customers.of_accounts(db, [item.ref for item in _accounts(both)])
    assert set(owners.values()) <= marked, "the survivor is scored anew"
    both.assert_equal()


def _accounts(both: OrgAndStore) -> list[Record]:
    return [item for page in both.adapter.pull("account", None) for item in page.items if isinstance(item, Record)]


@pytest.mark.parametrize(
    ("vendor_object", "kind", "field"), [("Contact", "person", "accounts"), ("Case", "ticket", "account")]
)
def test_trap_07_records_whose_account_changes_move(
    both: OrgAndStore, vendor_object: str, kind: Any, field: str
) -> None:
    one, other = both.ids("account")[:2]
    moved = next(id for id, record in both.stored(kind).items() if one in str(record[field]))
    both.later(minutes=10)
    both.edit(vendor_object, moved, AccountId=other)
    both.sync()
    assert other in str(both.stored(kind)[moved][field])
    both.assert_equal()


def test_trap_07_archived_activities_are_read_listed_and_deleted_like_others(both: OrgAndStore) -> None:
    tasks = both.box.vendor.desk.org.tables["Task"].rows  # type: ignore[attr-defined]
    archived = [id for id, row in tasks.items() if row.get("IsArchived")]
    assert archived
    assert set(archived) <= set(both.stored("activity"))
    both.later(hours=1)
    both.edit("Task", archived[0], delete=True)
    both.sync()
    both.reconcile()
    assert archived[0] not in both.stored("activity")
    assert set(archived[1:]) <= set(both.stored("activity"))


WIDE = {f"wide_{number}": f"A_Rather_Long_Custom_Field_Of_This_Org_{number:03d}__c" for number in range(450)}


def add_fields(both: OrgAndStore, *names: str) -> None:
    """An admin gives accounts further fields, which everybody may see."""
    org = both.box.vendor.desk.org  # type: ignore[attr-defined]
    for name in names:
        org.type("Account").put(Field(name=name, type="string", length=80, custom=True))
        org.profile_fields.add(("Account", name))
    org.rights_changed()


def drop_field(both: OrgAndStore, name: str) -> None:
    both.box.vendor.desk.org.type("Account").drop(name)  # type: ignore[attr-defined]


def test_trap_09_a_map_wider_than_an_address_is_read_whole(make: Make) -> None:
    both = make(map={"account": {"fields": WIDE}})
    add_fields(both, *WIDE.values())
    account, gone = both.ids("account")[:2]
    both.edit("Account", account, **{WIDE["wide_0"]: "first", WIDE["wide_449"]: "last"})
    both.edit("Account", gone, delete=True)
    both.later(minutes=10)
    both.sync()
    extra = both.stored("account")[account]["extra"]
    assert (extra["wide_0"], extra["wide_449"]) == ("first", "last")
    read, tombstone = both.adapter.read("account", [account, gone])
    assert isinstance(read, Record)
    assert read.extra["wide_449"] == "last"
    assert isinstance(tombstone, Tombstone)
    both.assert_equal()


def test_trap_10_a_record_that_changes_between_the_parts_of_a_wide_query_is_read_by_the_next_pull(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = make(map={"account": {"fields": WIDE}})
    add_fields(both, *WIDE.values())
    both.later(minutes=10)
    account = both.ids("account")[0]
    query, asked = both.adapter._client.query, 0

    def edited(*args: Any, **options: Any) -> Any:
        nonlocal asked
        asked += 1
        if asked == 2:
            both.later(seconds=2)
            both.edit("Account", account, Name="New", **{WIDE["wide_449"]: "new"})
        return query(*args, **options)

    monkeypatch.setattr(both.adapter._client, "query", edited)
    pages = [item for page in both.adapter.pull("account", None) for item in page.items]
    assert asked == 2
    assert account not in {item.ref.id for item in pages}, "half old and half new"
    both.later(seconds=2)
    both.sync()
    assert both.stored("account")[account]["extra"]["wide_449"] == "new"
    both.assert_equal()


def test_trap_10_a_record_that_changes_behind_a_page_of_a_wide_query_costs_no_other(make: Make) -> None:
    both = make(page_rows=200, map={"account": {"fields": WIDE}})
    add_fields(both, *WIDE.values())
    made = [both.edit("Account", Name=f"Company {number}") for number in range(500)]
    both.later(minutes=10)
    pages = both.adapter.pull("account", None)
    found = {item.ref.id for item in next(pages).items}
    both.later(seconds=2)
    both.edit("Account", made[396], Name="Changed, last of the second page")
    found |= {item.ref.id for page in pages for item in page.items}
    assert set(made) - found <= {made[396]}


def test_trap_05_fields_added_hidden_and_removed_while_running(make: Make) -> None:
    both = make(map={"account": {"fields": {"tier": "Tier__c"}}})
    account = both.ids("account")[0]
    assert "tier" not in both.stored("account")[account]["extra"]
    add_fields(both, "Tier__c")
    both.edit("Account", account, Tier__c="gold")
    both.later(minutes=10)
    both.sync()
    assert both.stored("account")[account]["extra"]["tier"] == "gold"
    drop_field(both, "Tier__c")
    both.later(minutes=10)
    both.edit("Account", account, Name="Still read")
    both.sync()
    assert both.stored("account")[account]["name"] == "Still read"


def test_trap_05_a_field_of_another_type_is_read_anew_of_records_that_did_not_change(make: Make) -> None:
    both = make(map={"account": {"fields": {"tier": "Tier__c"}}})
    add_fields(both, "Tier__c")
    account = both.ids("account")[0]
    both.edit("Account", account, Tier__c="7")
    both.later(minutes=10)
    both.sync()
    assert both.stored("account")[account]["extra"]["tier"] == "7"
    org = both.box.vendor.desk.org  # type: ignore[attr-defined]
    org.type("Account").put(Field(name="Tier__c", type="double", precision=4, custom=True))
    org.tables["Account"].rows[account]["Tier__c"] = 7.0
    both.later(minutes=10)
    both.sync()
    assert isinstance(both.stored("account")[account]["extra"]["tier"], float)
    both.assert_equal()


def test_trap_06_a_field_hidden_in_mid_pull_costs_that_field_only(make: Make) -> None:
    both = make(map={"account": {"fields": {"tier": "Tier__c"}}})
    add_fields(both, "Tier__c")
    both.later(minutes=10)
    both.sync()
    both.later(minutes=2)
    list(both.adapter.pull("user", None))  # describes all objects of the round
    drop_field(both, "Tier__c")
    both.edit("Account", both.ids("account")[0], Name="Renamed")
    both.sync()
    both.later(minutes=6)
    both.sync()
    assert both.stored("account")[both.ids("account")[0]]["name"] == "Renamed"


def provisioned(both: OrgAndStore) -> None:
    both.adapter.provision(both.adapter.plan(OWN), OWN)


def test_trap_17_our_own_write_back_comes_back_and_is_no_change(both: OrgAndStore) -> None:
    provisioned(both)
    both.later(minutes=10)
    both.sync()
    both.later(minutes=10)
    ref = _accounts(both)[0].ref
    both.adapter.write([Patch(ref, {"health_score": 71.5})])
    taken = both.sync().kinds["account"]
    assert (taken.read, taken.changed) == (1, 0)


def test_trap_19_what_the_org_rounds_is_read_back_as_it_holds_it(both: OrgAndStore) -> None:
    provisioned(both)
    ref = _accounts(both)[0].ref
    at = datetime(2026, 5, 1, 7, 25, 37, 999_000, tzinfo=UTC)
    (outcome,) = both.adapter.write([Patch(ref, {"health_score": 72.4999999, "scored_at": at})])
    assert outcome.status == "written"
    (account,) = both.adapter.read("account", [ref.id])
    assert isinstance(account, Account)
    assert (account.own["health_score"], account.own["scored_at"]) == (72.5, at.replace(microsecond=0))


def test_trap_20_a_pick_list_value_without_a_word_of_ours_stays_visible(both: OrgAndStore) -> None:
    account = both.ids("account")[0]
    both.later(minutes=10)
    both.edit("Account", account, Type="Something of their own")
    both.sync()
    stored = both.stored("account")[account]
    assert (stored["status"], stored["extra"]["status_in_crm"]) == ("unknown", "Something of their own")


def test_trap_21_a_first_pull_has_no_window(both: OrgAndStore) -> None:
    rows = both.box.vendor.desk.org.tables["Task"].rows.values()  # type: ignore[attr-defined]
    oldest = min(rows, key=lambda row: str(row["SystemModstamp"]))
    assert oldest["Id"] in both.stored("activity")


def test_trap_22_the_next_page_is_asked_for_at_the_address_that_was_given(make: Make) -> None:
    both = make(companies=5, page_rows=2)
    calls = both.box.instruments.journal.calls()
    following = sum(count for call, count in calls.items() if call.endswith("/query/<locator>/"))
    assert len(both.ids("account")) == 5
    assert following >= 2
    assert not any("/query/services" in call for call in calls)


def test_a_listing_goes_on_behind_an_expired_cursor(make: Make) -> None:
    both = make(page_rows=200)
    for number in range(450):
        both.edit("Contact", LastName=f"Tester {number}")
    pages = both.adapter.ids("person")
    seen = {one.id for one in next(pages)}
    both.later(days=3)
    for page in pages:
        assert not seen & {one.id for one in page}
        seen |= {one.id for one in page}
    assert len(seen) == 453


def test_a_listing_of_a_hidden_object_raises(both: OrgAndStore) -> None:
    org = both.box.vendor.desk.org  # type: ignore[attr-defined]
    del org.types["event"]
    both.later(minutes=10)
    with pytest.raises(Unauthorized, match="Event"):
        list(both.adapter.ids("activity"))


def test_an_activity_on_a_case_belongs_to_the_account_of_the_case(both: OrgAndStore) -> None:
    case, ticket = next(iter(both.stored("ticket").items()))
    both.later(minutes=10)
    task = both.edit("Task", Subject="Look into it", WhatId=case, Status="Completed", Priority="Normal")
    lead = both.edit("Task", Subject="Call", WhoId="00Q000000000001AAA", Status="Completed", Priority="Normal")
    before = both.adapter.calls.made.total()
    both.sync()
    assert both.adapter.calls.made.total() - before <= 10, "one call more"
    assert both.stored("activity")[task]["accounts"] == [ticket["account"]]
    assert (both.stored("activity")[lead]["accounts"], both.stored("activity")[lead]["persons"]) == ([], [])
    both.assert_equal()


def test_an_activity_on_a_case_follows_it_to_another_account_within_a_day(both: OrgAndStore) -> None:
    case, ticket = next(iter(both.stored("ticket").items()))
    other = next(id for id in both.ids("account") if id != ticket["account"])
    both.later(minutes=10)
    task = both.edit("Task", Subject="Look into it", WhatId=case, Status="Completed", Priority="Normal")
    both.sync()
    assert both.stored("activity")[task]["accounts"] == [ticket["account"]]
    both.edit("Account", ticket["account"], delete=True, MasterRecordId=other)
    both.later(days=1, hours=1)
    both.sync()
    assert both.stored("activity")[task]["accounts"] == [other]
    both.assert_equal()
    both.later(minutes=10)
    before = both.adapter.calls.made.total()
    both.sync()
    assert both.adapter.calls.made.total() - before <= 9, "once a day"


def test_shared_activities_name_all_their_persons(make: Make) -> None:
    both = make(shared_activities=True)
    first, second, third = both.ids("person")
    both.later(minutes=10)
    task = both.edit("Task", Subject="Call", WhoId=first, Status="Completed", Priority="Normal")
    for person in (first, second, third):
        both.edit("TaskWhoRelation", TaskId=task, RelationId=person)
    both.sync()
    assert both.stored("activity")[task]["persons"] == [first, second, third]
    (read,) = both.adapter.read("activity", [task])
    assert getattr(read, "persons", ()) == (first, second, third)
    both.assert_equal()


def test_person_accounts_are_accounts_with_a_person(make: Make) -> None:
    both = make(person_accounts=True)
    both.later(minutes=10)
    account = both.edit("Account", Name="Synthia Sample", PersonEmail="s@example.com", IsPersonAccount=True)
    both.sync()
    (person,) = [one for one in both.stored("person").values() if one["accounts"] == [account]]
    assert person["email"] == "s@example.com"
    both.assert_equal()


def test_private_contacts_and_cases_of_a_queue(both: OrgAndStore) -> None:
    both.later(minutes=10)
    private = both.edit("Contact", LastName="Private")
    case = both.ids("ticket")[0]
    both.edit("Case", case, OwnerId="00G000000000001AAA")
    task = both.ids("activity")[0]
    both.sync()
    assert both.stored("person")[private]["accounts"] == []
    assert both.stored("activity")[task]["owner"]
    both.assert_equal()


def test_amounts_of_an_org_with_one_currency_are_in_that(make: Make) -> None:
    both = make(multi_currency=False)
    assert {deal["currency"] for deal in both.stored("deal").values()} == {"EUR"}
    assert {account["currency"] for account in both.stored("account").values()} == {"EUR"}
    (read,) = both.adapter.read("deal", both.ids("deal")[:1])
    assert getattr(read, "currency", "") == "EUR"


def test_a_currency_that_the_admin_keeps_in_a_field_of_their_own_counts_before_the_orgs(make: Make) -> None:
    both = make(multi_currency=False, map={"account": {"fields": {"currency": "Plan__c"}}})
    account = both.ids("account")[0]
    both.later(minutes=10)
    both.edit("Account", account, Plan__c="USD")
    both.sync()
    assert both.stored("account")[account]["currency"] == "USD"


def test_histories_go_back_as_far_as_tracking_is_proven(both: OrgAndStore) -> None:
    account, other, quiet = both.ids("account")
    owner = both.stored("account")[account]["owner"]
    clock = both.box.instruments.clock.now
    both.later(days=1)
    tracked = clock().replace(microsecond=0)
    both.edit("Account", other, Type="Prospect", Name="Not tracked")
    both.later(days=1)
    changed = clock().replace(microsecond=0)
    both.edit("Account", account, Type="Former Customer")
    both.edit("Account", account, OwnerId=both.box.vendor.desk.org.tables["User"].ids[0])  # type: ignore[attr-defined]
    pasts = both.adapter.history("account", [account, other, quiet], ["status", "owner", "name", "domain"])
    found = {(past.ref.id, past.field): past.turns for past in pasts}
    assert found[account, "status"] == ((tracked, "customer"), (changed, "churned"))
    assert found[other, "status"] == ((tracked, "prospect"),)
    assert found[quiet, "status"] == ((tracked, "customer"),), "tracked, and never changed since"
    ((since, new),) = found[account, "owner"]
    assert (since, new != owner) == (changed, True)
    assert {field for _, field in found} == {"status", "owner"}
    assert both.adapter.history("user", both.ids("user"), ["name"]) == []
    assert both.adapter.history("account", [], ["status"]) == []
