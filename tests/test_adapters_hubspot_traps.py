"""The known traps of HubSpot (crm_api_facts, Part 3), provoked on the sandbox: afterwards copy and portal agree."""

from math import ceil

import pytest
from hubspot_mirror import Mirror, mirrored

from adapters.errors import Unauthorized
from adapters.records import Ref
from bridge.store.references import named


def test_trap_23_a_bulk_edit_leaves_every_record_at_one_millisecond() -> None:
    with mirrored(accounts=260) as mirror:
        mirror.edit("companies", "*", phone="+49 30 1")
        mirror.tick(minutes=1)
        told = mirror.sync("account")
        assert len(told) == len(mirror.held("account")) >= 260
        assert mirror.held("account") == mirror.truth("account")


def test_trap_25_what_the_index_shows_late_comes_with_the_late_pass() -> None:
    with mirrored(index_lag_ms=40 * 60 * 1000) as mirror:
        made = mirror.edit("companies", None, name="Late AG")
        for _ in range(9):
            mirror.tick(minutes=5)
            assert mirror.sync("account") == []
        for _ in range(9):
            mirror.tick(minutes=5)
            mirror.sync("account")
        assert Ref("hs", "account", made) in mirror.items
        assert mirror.held("account") == mirror.truth("account")


def test_trap_25_a_quiet_late_pass_costs_one_search_in_a_quarter_of_an_hour() -> None:
    with mirrored() as mirror:
        searches = []
        for _ in range(12):
            mirror.tick(minutes=5)
            made = mirror.adapter.calls.made["page"]
            mirror.sync("account")
            searches.append(mirror.adapter.calls.made["page"] - made)
        # a search, a look at what was deleted, and every third or fourth time the late pass
        assert set(searches) == {2, 3}
        assert searches.count(3) in (3, 4)


def test_trap_26_deletes_merges_and_privacy_deletions_are_seen_without_a_webhook() -> None:
    for new_id in (False, True):
        with mirrored(merge_new_id=new_id) as mirror:
            deleted, erased, one, two, three = mirror.first("person", 5)
            mirror.edit("contacts", deleted, delete=True)
            mirror.edit("contacts", two, delete=True, merged_into=one)
            survivor = one if not new_id else str(max(int(row) for row in _living(mirror)))
            mirror.edit("contacts", survivor, delete=True, merged_into=three)
            last = three if not new_id else str(max(int(row) for row in _living(mirror)))
            mirror.edit("contacts", erased, delete=True, gdpr=True)
            mirror.tick(minutes=1)
            mirror.sync("person")
            merged = [one, two] if not new_id else [one, two, three]
            assert {mirror.gone[Ref("hs", "person", old)].merged_into for old in merged} == {last}
            assert mirror.gone[Ref("hs", "person", deleted)].merged_into is None
            # in no list at all: a webhook or the reconcile tells
            assert Ref("hs", "person", erased) in mirror.items
            mirror.take(mirror.adapter.read("person", [erased]))
            assert mirror.held("person") == mirror.truth("person")


def _living(mirror: Mirror) -> list[str]:
    return [one.id for page in mirror.adapter.ids("person") for one in page]


def test_trap_26_a_long_list_of_deleted_records_is_not_read_at_every_poll() -> None:
    with mirrored(accounts=150) as mirror:
        for one in mirror.first("account", 120):
            mirror.edit("companies", one, delete=True)
        mirror.tick(minutes=1)
        mirror.sync("account")
        assert mirror.held("account") == mirror.truth("account")
        before = mirror.adapter.calls.made["page"]
        mirror.tick(minutes=1)
        mirror.sync("account")
        assert mirror.adapter.calls.made["page"] - before == 1


def test_deletions_that_hubspot_lists_no_more_are_a_gap() -> None:
    with mirrored() as mirror:
        mirror.tick(days=91)
        mirror.sync("account")
        assert len(mirror.gaps) == 1
        mirror.tick(minutes=5)
        mirror.sync("account")
        assert len(mirror.gaps) == 1


def test_trap_30_histories_are_read_fifty_at_a_time_in_canonical_words() -> None:
    with mirrored(accounts=60) as mirror:
        ids = mirror.first("account", 60)
        mirror.edit("companies", ids[0], lifecyclestage="opportunity", hubspot_owner_id="")
        mirror.tick(days=1)
        mirror.edit("companies", ids[0], lifecyclestage="evangelist")
        before = mirror.adapter.calls.made["read"]
        pasts = mirror.adapter.history("account", ids, ["status", "name", "arr"])
        assert mirror.adapter.calls.made["read"] - before == 2
        status = {past.ref.id: past.turns for past in pasts if past.field == "status"}
        assert len(status) == 60
        words = [value for _, value in status[ids[0]]]
        assert words[-2:] == ["prospect", "customer"]
        assert [at for at, _ in status[ids[0]]] == sorted(at for at, _ in status[ids[0]])
        assert not [past for past in pasts if past.field == "arr"]


def test_trap_27_an_association_that_changed_alone_shows_in_the_ids_at_no_further_call() -> None:
    with mirrored() as mirror:
        (contact,), (old, new) = mirror.first("person"), mirror.first("account", 2)
        mirror.edit("contacts", contact, associations={"companies": [new]}, dissociate={"companies": [old]})
        mirror.tick(minutes=30)
        mirror.sync("person")
        assert mirror.held("person") != mirror.truth("person")
        before = mirror.adapter.calls.made["page"]
        seen = {one.id: one.links for page in mirror.adapter.ids("person") for one in page}
        assert mirror.adapter.calls.made["page"] - before == ceil(len(seen) / 100)
        held = {ref.id: set(getattr(item, "accounts", ())) for ref, item in mirror.held("person").items()}
        otherwise = [one for one, links in seen.items() if set(links["accounts"]) != held[one]]
        assert otherwise == [contact]
        mirror.take(mirror.adapter.read("person", otherwise))
        assert mirror.held("person") == mirror.truth("person")


def test_the_links_of_ids_are_those_of_records() -> None:
    fields = {"person": ["accounts"], "deal": ["account"], "ticket": ["account", "person"]}
    with mirrored(accounts=30) as mirror:
        for kind, names in {**fields, "activity": ["accounts", "persons"]}.items():
            seen = {one.id: one.links for page in mirror.adapter.ids(kind) for one in page}  # type: ignore[arg-type]
            assert seen
            for ref, item in mirror.held(kind).items():  # type: ignore[arg-type]
                assert {name: set(seen[ref.id][name]) for name in names} == {
                    name: set(named(getattr(item, name))) for name in names
                }


def test_trap_28_associations_that_a_list_cuts_at_a_hundred_are_read_to_their_end() -> None:
    with mirrored(accounts=60, association_page=70) as mirror:
        call = next(one for one in mirror.first("activity", 999) if one.startswith("calls:")).removeprefix("calls:")
        everybody = mirror.first("person", 150)
        assert len(everybody) == 150
        mirror.edit("calls", call, hs_call_title="All hands", associations={"contacts": everybody})
        mirror.tick(minutes=1)
        mirror.sync("activity")
        held = mirror.items[Ref("hs", "activity", f"calls:{call}")]
        assert set(everybody) <= set(getattr(held, "persons", ()))
        seen = {one.id: one.links for page in mirror.adapter.ids("activity") for one in page}
        assert set(seen[f"calls:{call}"]["persons"]) >= set(everybody)


@pytest.mark.parametrize("moves", [False, True])
def test_trap_26_a_restored_record_is_there_again_although_its_stamp_does_not_move(moves: bool) -> None:
    with mirrored(restore_moves_stamp=moves) as mirror:
        (one,) = mirror.first("account")
        mirror.edit("companies", one, delete=True)
        mirror.tick(minutes=5)
        mirror.sync("account")
        assert Ref("hs", "account", one) not in mirror.items
        mirror.edit("companies", one, archived=False)
        mirror.tick(minutes=5)
        told = mirror.sync("account")
        assert {item.ref.id for item in told} == {one}
        assert set(mirror.held("account")) == set(mirror.truth("account"))
        # later than the tombstone, or the store would not believe it
        assert mirror.items[Ref("hs", "account", one)].changed_at > mirror.gone[Ref("hs", "account", one)].at


def test_trap_29_and_31_four_hundred_properties_come_in_one_answer_and_in_no_address() -> None:
    many = {f"extra_{number}": f"a_property_with_quite_a_long_name_{number}" for number in range(400)}
    with mirrored(maps={"account": {"fields": {**many, "telephone": "phone"}}}, url_limit=500) as mirror:
        (one,) = mirror.first("account")
        mirror.edit("companies", one, phone="+49 30 1")
        mirror.tick(minutes=1)
        mirror.sync("account")
        assert mirror.items[Ref("hs", "account", one)].extra["telephone"] == "+49 30 1"
        assert mirror.held("account") == mirror.truth("account")
        assert mirror.adapter.history("account", [one], ["telephone", *many])


def test_trap_41_two_companies_of_one_domain_are_two_accounts() -> None:
    with mirrored() as mirror:
        made = [mirror.edit("companies", None, name="Twin", domain="twin.example.com") for _ in range(2)]
        mirror.tick(minutes=1)
        told = {item.ref.id: getattr(item, "domain", None) for item in mirror.sync("account")}
        assert told == dict.fromkeys(made, "twin.example.com")


def test_an_object_that_is_hidden_is_not_listed_as_empty() -> None:
    with mirrored(missing_scopes="crm.objects.tickets.read,crm.objects.owners.read") as mirror:
        for kind in ("ticket", "user"):
            assert not list(mirror.adapter.pull(kind, None))  # type: ignore[arg-type]
            with pytest.raises(Unauthorized):
                list(mirror.adapter.ids(kind))  # type: ignore[arg-type]


def test_the_ids_of_owners_hold_those_who_left() -> None:
    with mirrored() as mirror:
        owners = {item.ref.id: item for page in mirror.adapter.pull("user", None) for item in page.items}
        seen = {one.id: one.changed_at for page in mirror.adapter.ids("user") for one in page}
        assert seen == {one: getattr(item, "changed_at", None) for one, item in owners.items()}
