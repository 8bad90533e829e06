"""A field that somebody hides, renames, retypes or removes while csbridge runs; on the sandbox org."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sandbox_salesforce import NOW, world

from adapters.contract import Adapter
from adapters.records import Account, Item, Record
from adapters.registry import Context, open_adapter
from adapters.retrying import Patience
from adapters.sandbox.serve import Sandbox, running
from adapters.sandbox.vendor import Edit
from config.connections import SalesforceConnection
from config.words import Kind

MAP = {"account": {"fields": {"arr": "ARR__c", "plan": "Plan__c"}}}


@dataclass
class Org:
    box: Sandbox
    adapter: Adapter
    cursors: dict[Kind, str]
    arr: dict[str, float | None]

    def field(self, name: str, /, **fields: Any) -> None:
        self.box.vendor.edit(Edit("CustomField", name, fields, delete=not fields))

    def sync(self) -> list[Item]:
        """A round of pulls of accounts; keeps what a store would."""
        pages = list(self.adapter.pull("account", self.cursors.get("account")))
        self.cursors["account"] = pages[-1].cursor
        items = [item for page in pages for item in page.items]
        self.arr |= {item.ref.id: item.arr for item in items if isinstance(item, Account)}
        return items

    def told(self) -> str:
        return " ".join(finding.what for finding in self.adapter.check().findings)


@pytest.fixture
def org() -> Iterator[Org]:
    with running("salesforce", world=world(3), clock=NOW) as box:
        said = box.announcement
        auth = {"flow": "client_credentials", "client_id": said["client_id"], "client_secret": said["client_secret"]}
        connection = SalesforceConnection.model_validate(
            {"name": "sf", "crm": "salesforce", "login_url": box.url, "auth": auth, "map": MAP}
        )
        context = Context(
            clock=box.instruments.clock.now, overlap=timedelta(0), patience=Patience(sleep=lambda _: None)
        )
        box.instruments.clock.advance(3600)
        yield Org(box, open_adapter(connection, context), {}, {})


CHANGES: Mapping[str, Mapping[str, Any]] = {
    "hidden": {"hidden": True}, "renamed": {"name": "Revenue__c"}, "retyped": {"type": "Checkbox"}, "removed": {},
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_trap_05_a_field_that_goes_is_read_without_and_named(org: Org, what: str) -> None:
    org.sync()
    assert set(org.arr.values()) == {1000.5}
    org.box.instruments.clock.advance(60)
    assert org.sync() == [], "nothing changed"
    org.field("Account.ARR__c", **CHANGES[what])
    org.box.instruments.clock.advance(60)
    items = org.sync()
    assert len(items) == 3
    assert all(isinstance(item, Record) for item in items), "sync goes on"
    assert set(org.arr.values()) == {None}, "no account keeps what nobody can see"
    assert "account.arr:" in org.told()
    assert org.adapter.check().missing["account"] == ("arr",)
    org.box.instruments.clock.advance(60)
    assert org.sync() == [], "read again once only"


def test_a_field_that_is_shown_again_is_read_of_records_that_did_not_change(org: Org) -> None:
    org.sync()
    org.field("Account.ARR__c", hidden=True)
    org.sync()
    org.field("Account.ARR__c", hidden=False)
    org.box.instruments.clock.advance(60)
    assert len(org.sync()) == 3
    assert set(org.arr.values()) == {1000.5}


def test_a_renamed_field_is_proposed(org: Org) -> None:
    org.field("Account.ARR__c", name="ARR_Old__c")
    assert "did you mean ARR_Old__c?" in org.told()
