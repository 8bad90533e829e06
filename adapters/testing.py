"""The contract that every adapter keeps, as tests: subclass ``AdapterContract`` and give it a ``bench`` fixture.

An adapter of a system that lacks a part (no webhooks, fields that need no creating) subclasses the others one by one.

Owns what "keeps the contract" means; knows no vendor. Third parties run it against theirs. Needs pytest.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest

from adapters.contract import Adapter, Delivery, Page, Patch
from adapters.errors import Rejected
from adapters.keyed import KEY_FIELDS, Creation, Keyed
from adapters.records import RECORD_TYPES, Account, Fields, Item, Person, Record, Ref, Tombstone, Value
from config.fields import OwnField
from config.words import KEYED_KINDS, KeyedKind, Kind

URL: Final = "https://cs.example.com/webhooks/crm"


@dataclass(frozen=True, slots=True)
class Bench:
    """An adapter on a CRM with a history (accounts of every usual kind), and a person who works in that CRM.

    The adapter's own fields are ``own`` and include one of each common type; its org id is pinned.
    """

    adapter: Adapter
    own: tuple[OwnField, ...]
    overlap: timedelta
    absent_id: str
    """An account id of the right form that names nothing."""
    secrets: tuple[str, ...]
    rename: Callable[[Ref, str], Delivery]
    """A person renames an account; what the vendor then sends to ``URL``."""
    delete: Callable[[Ref], None]
    """A person deletes an account."""
    advance: Callable[[timedelta], None]
    """The vendor's clock moves on."""
    now: Callable[[], datetime]
    """The vendor's clock."""


def records(pages: Sequence[Page]) -> list[Item]:
    return [item for page in pages for item in page.items]


class ReadingContract:
    """Each test gets a ``bench`` of its own."""

    def test_check_says_which_org_it_is_and_what_can_be_read(self, bench: Bench) -> None:
        report = bench.adapter.check()
        assert report.org_id
        assert {"account", "person", "activity", "deal", "ticket", "user"} <= set(report.kinds)
        assert not [finding for finding in report.findings if finding.level == "error"]

    def test_pull_streams_everything_once_in_pages(self, bench: Bench) -> None:
        for kind in bench.adapter.check().kinds:
            pages = list(bench.adapter.pull(kind, None))
            found = records(pages)
            assert found, kind
            assert all(isinstance(item, RECORD_TYPES[kind]) for item in found)
            assert all(item.ref.connection == bench.adapter.connection and item.ref.kind == kind for item in found)
            assert len({item.ref for item in found}) == len(found)
            assert all(len(page.items) <= bench.adapter.page_size for page in pages)

    def test_references_lead_to_records(self, bench: Bench) -> None:
        accounts = {item.ref.id for item in _all(bench, "account")}
        several: tuple[Kind, ...] = ("person", "activity")
        one = [kind for kind in bench.adapter.check().kinds if kind in ("deal", "ticket", "contract", "invoice")]
        for kind in several:
            named = {account for item in _all(bench, kind) for account in getattr(item, "accounts", ())}
            assert named
            assert named <= accounts
        for kind in one:
            assert {getattr(item, "account", None) for item in _all(bench, kind)} - {None} <= accounts

    def test_values_are_canonical(self, bench: Bench) -> None:
        for kind in bench.adapter.check().kinds:
            for item in _all(bench, kind):
                assert isinstance(item, Record)
                assert item.changed_at.tzinfo is UTC or item.changed_at.utcoffset() == timedelta(0)
                assert "" not in [getattr(item, name) for name in item.__slots__]
                assert all(value != "" for value in item.extra.values())

    def test_a_pull_resumed_after_any_page_loses_nothing(self, bench: Bench) -> None:
        for kind in bench.adapter.check().kinds:
            everything = {item.ref for item in _all(bench, kind)}
            stored: set[Ref] = set()
            for page in bench.adapter.pull(kind, None):
                stored |= {item.ref for item in page.items}
                rest = {item.ref for item in records(list(bench.adapter.pull(kind, page.cursor)))}
                assert stored | rest == everything

    def test_a_pull_later_than_the_overlap_reads_nothing_new(self, bench: Bench) -> None:
        bench.advance(bench.overlap + timedelta(seconds=2))
        for kind in bench.adapter.check().kinds:
            cursor = list(bench.adapter.pull(kind, None))[-1].cursor
            again = list(bench.adapter.pull(kind, cursor))
            assert records(again) == []
            assert again, "the cursor moves on without a row, too"

    def test_read_returns_what_pull_returned(self, bench: Bench) -> None:
        for kind in bench.adapter.check().kinds:
            some = {item.ref.id: item for item in _all(bench, kind)[:120]}
            again = {item.ref.id: item for item in bench.adapter.read(kind, list(some))}
            assert again == some

    def test_read_gives_a_tombstone_for_what_is_gone(self, bench: Bench) -> None:
        kept, gone = _accounts(bench)[:2]
        bench.delete(gone.ref)
        found = {
            item.ref.id: item for item in bench.adapter.read("account", [kept.ref.id, gone.ref.id, bench.absent_id])
        }
        assert isinstance(found[kept.ref.id], Account)
        assert isinstance(found[gone.ref.id], Tombstone)
        assert isinstance(found[bench.absent_id], Tombstone)

    def test_reading_nothing_reads_nothing(self, bench: Bench) -> None:
        assert bench.adapter.read("account", []) == []

    def test_ids_lists_the_living_with_their_stamps(self, bench: Bench) -> None:
        gone = _accounts(bench)[0]
        bench.delete(gone.ref)
        for kind in bench.adapter.check().kinds:
            living = {item.ref.id: item.changed_at for item in _all(bench, kind) if isinstance(item, Record)}
            listed = [one for page in bench.adapter.ids(kind) for one in page]
            assert {one.id: one.changed_at for one in listed} == living
            assert len(listed) == len(living)


class StampedContract:
    """Where each record says when it changed, a pull brings what did, and nothing else."""

    def test_a_change_is_pulled(self, bench: Bench) -> None:
        bench.advance(bench.overlap + timedelta(seconds=2))
        cursor = list(bench.adapter.pull("account", None))[-1].cursor
        account = _accounts(bench)[0]
        bench.rename(account.ref, "Renamed")
        (changed,) = records(list(bench.adapter.pull("account", cursor)))
        assert (changed.ref, getattr(changed, "name", "")) == (account.ref, "Renamed")

    def test_an_upper_bound_is_kept(self, bench: Bench) -> None:
        bound = bench.now() - timedelta(days=30)
        pages = list(bench.adapter.pull("ticket", None, bound))
        stamps = [item.changed_at for item in records(pages) if isinstance(item, Record)]
        assert stamps
        assert max(stamps) <= bound
        late = {item.ref for item in records(list(bench.adapter.pull("ticket", pages[-1].cursor)))}
        assert late | {item.ref for item in records(pages)} == {item.ref for item in _all(bench, "ticket")}


class ProvisioningContract:
    """Where own fields have to be created before they can be written."""

    def test_provisioning_is_idempotent(self, bench: Bench) -> None:
        plan = bench.adapter.plan(bench.own)
        assert plan.changes
        assert not plan.blocked
        bench.adapter.provision(plan, bench.own)
        assert bench.adapter.plan(bench.own).changes == ()
        bench.adapter.provision(plan, bench.own)
        assert bench.adapter.plan(bench.own).changes == ()

    def test_new_options_are_added_and_none_is_removed(self, bench: Bench) -> None:
        _provision(bench)
        grown = tuple(
            replace(field, options=("brand_new",)) if field.type == "multi_picklist" else field for field in bench.own
        )
        plan = bench.adapter.plan(grown)
        assert [(change.action, change.options) for change in plan.changes] == [("add_options", ("brand_new",))]
        bench.adapter.provision(plan, grown)
        assert bench.adapter.plan(grown).changes == ()
        assert bench.adapter.plan(bench.own).changes == ()

    def test_what_was_provisioned_can_be_taken_back_and_made_again(self, bench: Bench) -> None:
        assert [one for one in bench.adapter.undoing(bench.own).changes if one.action == "delete_field"] == []
        _provision(bench)
        account = _accounts(bench)[0]
        bench.adapter.write([Patch(account.ref, _samples(bench.own))])
        wanted = bench.adapter.undoing(bench.own)
        assert {one.field for one in wanted.changes if one.action == "delete_field"} == {one.name for one in bench.own}
        assert bench.adapter.unprovision(wanted) == []
        assert bench.adapter.undoing(bench.own).changes == ()
        assert bench.adapter.unprovision(wanted) == [], "what is gone is done"
        assert bench.adapter.plan(bench.own).changes
        _provision(bench)
        assert set(_own(bench, account.ref).values()) == {None}

    def test_a_field_of_the_admins_own_is_never_taken_back(self, bench: Bench) -> None:
        _provision(bench)
        mine, other, *_ = (one for one in bench.own if one.type == "number")
        made = {change.field: change.target for change in bench.adapter.undoing(bench.own).changes if change.field}
        lent = replace(other, to=made[mine.name].rpartition(".")[2])
        asked = [lent, *(one for one in bench.own if one != other)]
        assert made[mine.name] not in [change.target for change in bench.adapter.undoing(asked).changes]

    def test_an_export_needs_no_call_and_is_the_same_every_time(self, bench: Bench) -> None:
        before = bench.adapter.calls.made.total()
        files = bench.adapter.export(bench.own)
        assert dict(files) == dict(bench.adapter.export(bench.own))
        assert bench.adapter.calls.made.total() == before
        assert files
        assert not [path for path in files if path.startswith("/") or ".." in path]
        text = "".join(files.values())
        assert [one.label for one in bench.own if one.label not in text] == []
        assert "brand_new" not in text


class WritingContract:
    """Own fields, and nothing but them."""

    def test_written_values_come_back_as_own(self, bench: Bench) -> None:
        _provision(bench)
        account = _accounts(bench)[0]
        values = _samples(bench.own)
        (outcome,) = bench.adapter.write([Patch(account.ref, values)])
        assert outcome.status == "written", outcome
        assert outcome.at is not None
        assert abs(outcome.at - bench.now()) < timedelta(seconds=30)
        assert _own(bench, account.ref) == {**dict.fromkeys(_written(bench)), **values}

    def test_a_person_has_own_fields_of_theirs(self, bench: Bench) -> None:
        _provision(bench)
        person, other, *_ = [item for item in _all(bench, "person") if isinstance(item, Person)]
        values = _samples(bench.own, "person")
        assert values, "the bench has an own field of persons"
        (outcome,) = bench.adapter.write([Patch(person.ref, values)])
        assert outcome.status == "written", outcome
        assert _own(bench, person.ref) == values
        assert set(_own(bench, other.ref).values()) == {None}
        pulled = {item.ref: item for item in _all(bench, "person") if isinstance(item, Person)}
        assert pulled[person.ref].own == values
        bench.adapter.write([Patch(person.ref, dict.fromkeys(values))])
        assert set(_own(bench, person.ref).values()) == {None}

    def test_none_clears(self, bench: Bench) -> None:
        _provision(bench)
        account = _accounts(bench)[0]
        bench.adapter.write([Patch(account.ref, _samples(bench.own))])
        (outcome,) = bench.adapter.write([Patch(account.ref, dict.fromkeys(_written(bench)))])
        assert outcome.status == "written", outcome
        assert set(_own(bench, account.ref).values()) == {None}

    def test_what_a_patch_does_not_name_stays_as_it_is(self, bench: Bench) -> None:
        _provision(bench)
        one, other, *_ = _accounts(bench)
        values = _samples(bench.own)
        bench.adapter.write([Patch(one.ref, values), Patch(other.ref, values)])
        number = next(field.name for field in bench.own if field.type == "number")
        text = next(field.name for field in bench.own if field.type == "text")
        bench.adapter.write([Patch(one.ref, {number: 3.0}), Patch(other.ref, {text: None})])
        assert _own(bench, one.ref) == {**dict.fromkeys(_written(bench)), **values, number: 3.0}
        assert _own(bench, other.ref) == {**dict.fromkeys(_written(bench)), **values, text: None}

    def test_a_text_is_written_as_it_is_whatever_it_means_to_the_vendor(self, bench: Bench) -> None:
        _provision(bench)
        text = next(field.name for field in bench.own if field.type == "text")
        said = ["#N/A", 'a "quoted", comma', "two\nlines", "null", "-1"]
        accounts = _accounts(bench)[: len(said)]
        outcomes = bench.adapter.write([Patch(a.ref, {text: one}) for a, one in zip(accounts, said, strict=True)])
        assert {outcome.status for outcome in outcomes} == {"written"}
        assert [_own(bench, account.ref)[text] for account in accounts] == said

    def test_outcomes_are_one_per_patch_and_a_refused_one_stops_no_other(self, bench: Bench) -> None:
        _provision(bench)
        field = next(field for field in bench.own if field.type == "picklist" and field.written)
        accounts = _accounts(bench)[:8]
        patches = [
            Patch(account.ref, {field.name: "no such option" if place == 5 else field.options[0]})
            for place, account in enumerate(accounts)
        ]
        outcomes = bench.adapter.write(patches)
        assert [outcome.ref for outcome in outcomes] == [patch.ref for patch in patches]
        assert [outcome.status for outcome in outcomes] == ["written"] * 5 + ["refused"] + ["written"] * 2
        assert outcomes[5].code
        assert outcomes[5].message
        assert _own(bench, accounts[5].ref)[field.name] is None
        assert _own(bench, accounts[6].ref)[field.name] == field.options[0]

    def test_a_deleted_record_is_told_alone(self, bench: Bench) -> None:
        _provision(bench)
        kept, gone = _accounts(bench)[:2]
        bench.delete(gone.ref)
        number = next(field.name for field in bench.own if field.type == "number")
        outcomes = bench.adapter.write([Patch(gone.ref, {number: 1.0}), Patch(kept.ref, {number: 2.0})])
        assert [outcome.status for outcome in outcomes] == ["gone", "written"]

    def test_what_people_write_is_never_written(self, bench: Bench) -> None:
        _provision(bench)
        account = _accounts(bench)[0]
        before = bench.adapter.calls.made["write"]
        (outcome,) = bench.adapter.write([Patch(account.ref, {"pulse": "red"})])
        assert outcome.status == "refused"
        assert bench.adapter.calls.made["write"] == before

    def test_a_clean_write_takes_the_calls_that_were_foretold(self, bench: Bench) -> None:
        _provision(bench)
        number = next(field.name for field in bench.own if field.type == "number")
        patches = [Patch(account.ref, {number: 1.0}) for account in _accounts(bench)]
        before = bench.adapter.calls.made["write"]
        assert {outcome.status for outcome in bench.adapter.write(patches)} == {"written"}
        foretold = bench.adapter.write_calls(len(patches))
        assert 0 < bench.adapter.calls.made["write"] - before <= foretold
        assert foretold == 1 or len(patches) > bench.adapter.bulk_above


class CreatingContract:
    """Where the adapter creates tasks and notes (``adapters.contract.Creating``): each by its key, and none twice."""

    def test_a_creation_is_found_by_its_key_and_holds_what_was_said(self, bench: Bench) -> None:
        _provision_keys(bench)
        account = _accounts(bench)[0]
        for kind in KEYED_KINDS:
            patch = _creation(bench, kind, account.ref.id, f"{kind}:1")
            assert [one.status for one in bench.adapter.write([patch])] == ["written"]
            found, absent = bench.adapter.read(kind, [f"{kind}:1", f"{kind}:none"])
            assert isinstance(found, Keyed)
            assert found.ref == patch.ref
            assert {
                name: value for name, value in found.own.items() if name in patch.fields and value != patch.fields[name]
            } == {}
            assert found.own["account"] == account.ref.id
            assert isinstance(absent, Tombstone)

    def test_what_is_there_is_not_created_again(self, bench: Bench) -> None:
        _provision_keys(bench)
        one, other = _accounts(bench)[:2]
        first = _creation(bench, "task", one.ref.id, "task:1")
        bench.adapter.write([first])
        second = _creation(bench, "task", other.ref.id, "task:2")
        again = bench.adapter.write([first, second])
        assert [outcome.ref for outcome in again] == [first.ref, second.ref]
        assert again[0].status in ("written", "lost"), "lost is read back, and found"
        assert again[1].status == "written"
        assert [type(item) for item in bench.adapter.read("task", ["task:1", "task:2"])] == [Keyed, Keyed]

    def test_a_task_is_changed_by_its_key_and_one_that_is_gone_is_told(self, bench: Bench) -> None:
        _provision_keys(bench)
        account = _accounts(bench)[0]
        bench.adapter.write([_creation(bench, "task", account.ref.id, "task:1")])
        done = [Patch(Ref(bench.adapter.connection, "task", key), {"status": "done"}) for key in ("task:1", "task:9")]
        assert [outcome.status for outcome in bench.adapter.write(done)] == ["written", "gone"]
        (found,) = bench.adapter.read("task", ["task:1"])
        assert isinstance(found, Keyed)
        assert found.own["status"] == "done"
        assert found.own["subject"] == "Call them"

    def test_what_csbridge_created_is_nobodys_touch(self, bench: Bench) -> None:
        _provision_keys(bench)
        before = {item.ref for item in _all(bench, "activity")}
        listed = {one.id for page in bench.adapter.ids("activity") for one in page}
        cursor = list(bench.adapter.pull("activity", None))[-1].cursor
        account = _accounts(bench)[0]
        for kind in KEYED_KINDS:
            bench.adapter.write([_creation(bench, kind, account.ref.id, f"{kind}:1")])
        bench.advance(bench.overlap)
        assert [
            item for item in records(list(bench.adapter.pull("activity", cursor))) if isinstance(item, Record)
        ] == []
        assert {item.ref for item in _all(bench, "activity")} == before
        assert {one.id for page in bench.adapter.ids("activity") for one in page} == listed

    def test_it_is_not_created_before_its_key_has_a_place(self, bench: Bench) -> None:
        if not bench.adapter.plan(KEY_FIELDS).changes:
            return  # a file has room for every key
        account = _accounts(bench)[0]
        for kind in KEYED_KINDS:
            (outcome,) = bench.adapter.write([_creation(bench, kind, account.ref.id, f"{kind}:1")])
            assert (outcome.status, outcome.definition) == ("refused", True)
            assert bench.adapter.read(kind, [f"{kind}:1"]) == []


class WebhookContract:
    """Where the CRM tells of changes."""

    def test_a_genuine_delivery_names_its_record_once(self, bench: Bench) -> None:
        account = _accounts(bench)[0]
        delivery = bench.rename(account.ref, "Renamed")
        bench.adapter.verify(delivery, bench.secrets, bench.now())
        assert bench.adapter.notices(delivery) == [account.ref]
        assert bench.adapter.acknowledge(delivery).status in range(200, 300)

    def test_any_secret_of_several_is_accepted_while_rotating(self, bench: Bench) -> None:
        delivery = bench.rename(_accounts(bench)[0].ref, "Renamed")
        bench.adapter.verify(delivery, ("a newer one", *bench.secrets), bench.now())

    def test_another_secret_is_not_accepted(self, bench: Bench) -> None:
        delivery = bench.rename(_accounts(bench)[0].ref, "Renamed")
        forged = replace(delivery, secret="another")
        for told, secrets in ((delivery, ()), (delivery, ("another",)), (delivery, ("",)), (forged, ("a third",))):
            with pytest.raises(Rejected):
                bench.adapter.verify(told, secrets, bench.now())

    def test_a_malformed_delivery_is_rejected_and_nothing_else(self, bench: Bench) -> None:
        genuine = bench.rename(_accounts(bench)[0].ref, "Renamed")
        for body in (b"", b"{", b"null", b"\xff\x00", b"<a>" * 5000, b"[" * 100_000, b"[{}, 1]"):
            for headers in (genuine.headers, {}, dict.fromkeys(genuine.headers, "\u00fc\ud800")):
                with pytest.raises(Rejected) as rejected:
                    bench.adapter.verify(replace(genuine, body=body, headers=headers), bench.secrets, bench.now())
                assert rejected.value.status in (400, 401, 404)


class AdapterContract(ReadingContract, StampedContract, ProvisioningContract, WritingContract, WebhookContract):
    """All of it."""


def _all(bench: Bench, kind: Kind) -> list[Item]:
    return records(list(bench.adapter.pull(kind, None)))


def _accounts(bench: Bench) -> list[Account]:
    return [item for item in _all(bench, "account") if isinstance(item, Account)]


def _provision(bench: Bench) -> None:
    bench.adapter.provision(bench.adapter.plan(bench.own), bench.own)


def _provision_keys(bench: Bench) -> None:
    bench.adapter.provision(bench.adapter.plan(KEY_FIELDS), KEY_FIELDS)


def _creation(bench: Bench, kind: KeyedKind, account: str, key: str) -> Patch:
    ref = Ref(bench.adapter.connection, kind, key)
    made = Creation(ref, account, "Call them", "Seats: 3 < 5 & falling", at=bench.now().replace(microsecond=0))
    made = replace(made, due=date(2026, 3, 9)) if kind == "task" else replace(made, status="done")
    return Patch(ref, {name: value for name, value in made.fields.items() if value is not None}, new=True)


def _written(bench: Bench) -> list[str]:
    return [field.name for field in bench.own if field.written and field.on == "account"]


def _own(bench: Bench, ref: Ref) -> Fields:
    (record,) = bench.adapter.read(ref.kind, [ref.id])
    assert isinstance(record, (Account, Person))
    return record.own


_SAMPLES: Final[Mapping[str, Value]] = {
    "number": 7.0,
    "currency": 1200.5,
    "text": "Zürich; „quoted“ <b>&amp;</b> 🙂",
    "url": "https://cs.example.com/s/abc?x=1&y=2",
    "date": date(2026, 2, 28),
    "datetime": datetime(2026, 3, 29, 1, 30, 15, tzinfo=UTC),
}


def _samples(own: Sequence[OwnField], on: Kind = "account") -> dict[str, Value]:
    """A value for each field that csbridge writes to such a record."""
    values: dict[str, Value] = {}
    for field in (one for one in own if one.on == on):
        if field.written and field.type == "multi_picklist":
            values[field.name] = tuple(sorted(field.options[:2]))
        elif field.written:
            values[field.name] = field.options[0] if field.options else _SAMPLES[field.type]
    return values
