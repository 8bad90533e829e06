"""What a portal's properties let be read, and what happens when they change in mid-life."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from fake_hubspot import Asked, Portal, Said, adapter_for

from adapters.contract import Finding
from adapters.hubspot.adapter import HubspotAdapter
from adapters.hubspot.schemas import columns, covering, may_drift, narrowed
from adapters.hubspot.shapes import Shape, shapes
from adapters.records import Invoice, Item
from adapters.registry import Context
from bridge.clock import MovableClock
from config.connections import KindMap
from config.maps import default_maps, merged

STAMP = "2026-02-01T00:00:00Z"
FIELDS = {"account": "company", "due_on": "due", "paid_on": "paid", "amount": "total", "number": "no"}
MAP = {"invoice": {"object": "2-118", "fields": FIELDS}}
PROPERTIES: dict[str, dict[str, Any]] = {
    "company": {"type": "string"}, "due": {"type": "date"}, "paid": {"type": "date"},
    "total": {"type": "number", "label": "Amount"}, "no": {"type": "string"},
}  # fmt: skip


class Invoices(Portal):
    """A portal with one invoice in a custom object, whose properties a person may change."""

    def __init__(self) -> None:
        super().__init__(self.reply)
        self.properties = {name: {"name": name, **facts} for name, facts in PROPERTIES.items()}
        self.status = 200

    def reply(self, asked: Asked) -> Said:
        if "properties" in asked.path:
            return Said(self.status, {"results": list(self.properties.values())})
        if asked.path.endswith("/search"):
            known = {"company": "9", "due": "2026-01-05", "paid": "", "total": "10", "no": "7"}
            said = {
                name: value for name, value in known.items() if name in self.properties and name in self.wanted(asked)
            }
            rows = [{"id": "1", "properties": {**said, "hs_lastmodifieddate": STAMP}, "updatedAt": STAMP}]
            since = int(asked.body["filterGroups"][0]["filters"][0]["value"])
            return Said(200, {"total": 1, "results": rows if since < 1_769_904_000_000 else []})
        return Said(200, {"results": [], "portalId": 1})

    @staticmethod
    def wanted(asked: Asked) -> list[str]:
        return list(asked.body["properties"])

    def looks(self) -> int:
        return sum("properties" in asked.path for asked in self.asked)


@pytest.fixture
def portal() -> Invoices:
    return Invoices()


def pulled(portal: Invoices, cursor: str | None = None) -> tuple[list[Item], str]:
    """As a process of its own pulls."""
    with adapter_for(portal, map=MAP) as hubspot:
        pages = list(hubspot.pull("invoice", cursor))
    return [item for page in pages for item in page.items], pages[-1].cursor


def test_a_custom_object_is_read_by_its_map(portal: Invoices) -> None:
    (invoice,), _ = pulled(portal)
    assert isinstance(invoice, Invoice)
    assert (invoice.account, invoice.due_on, invoice.paid_on) == ("9", date(2026, 1, 5), None)
    assert (invoice.amount, invoice.extra) == (10.0, {"number": "7"})


@pytest.mark.parametrize("change", ["removed", "retyped"])
def test_a_property_that_was_removed_or_retyped_is_read_of_no_record_any_more_and_of_all_when_it_is_back(
    portal: Invoices, change: str
) -> None:
    _, cursor = pulled(portal)
    unchanged, cursor = pulled(portal, cursor)
    assert unchanged == []
    before = portal.properties["total"]
    if change == "removed":
        del portal.properties["total"]
    else:
        portal.properties["total"] = {**before, "type": "bool"}
    (without,), cursor = pulled(portal, cursor)
    assert isinstance(without, Invoice)
    assert (without.amount, without.due_on) == (None, date(2026, 1, 5)), "nobody keeps what nobody can see"
    assert pulled(portal, cursor)[0] == []
    portal.properties["total"] = before
    (again,), _ = pulled(portal, cursor)
    assert isinstance(again, Invoice)
    assert again.amount == 10.0, "although it did not change"


def test_hidden_payments_make_no_invoice_late(portal: Invoices) -> None:
    del portal.properties["paid"]
    (invoice,), _ = pulled(portal)
    assert isinstance(invoice, Invoice)
    assert invoice.due_on is None


def test_a_portal_that_does_not_show_its_properties_is_read_as_mapped(portal: Invoices) -> None:
    portal.status = 403
    (invoice,), cursor = pulled(portal)
    assert isinstance(invoice, Invoice)
    assert invoice.amount == 10.0
    assert pulled(portal, cursor)[0] == []


def test_properties_are_asked_for_once_in_a_quarter_of_an_hour(portal: Invoices) -> None:
    clock = MovableClock(datetime(2026, 3, 1, 12, tzinfo=UTC))
    with adapter_for(portal, map=MAP, context=Context(clock=clock.now)) as hubspot:
        for _ in range(3):
            list(hubspot.pull("invoice", None))
        hubspot.read("invoice", ["1"])
        assert portal.looks() == 1
        clock.move(timedelta(minutes=15))
        list(hubspot.pull("invoice", None))
    assert portal.looks() == 2


def shape(kind: Any, **overrides: KindMap) -> Shape:
    return shapes("hs", merged(default_maps("hubspot"), overrides), (), UTC)[kind][0]


def test_only_objects_with_properties_of_the_portals_own_are_looked_at() -> None:
    assert not may_drift(shape("ticket"))
    assert may_drift(shape("ticket", ticket=KindMap(fields={"escalated": "boss"})))
    assert may_drift(shape("account", account=KindMap(fields={"tier": "tier"})))


def test_a_cursor_of_old_covers_what_is_there() -> None:
    one = shape("invoice", invoice=KindMap(object="2-118", fields=FIELDS))
    marks = {"2-118": {"from": 5}}
    assert json.loads(covering(json.dumps(marks), [one]) or "") == {
        **marks,
        "covered": {"2-118": sorted(FIELDS.values())},
    }
    assert covering(None, [shape("ticket")]) is None


def test_names_of_properties_are_found_whatever_their_case() -> None:
    one = shape("invoice", invoice=KindMap(object="2-118", fields={"due_on": "Due", "paid_on": "PAID"}))
    assert narrowed(one, columns([{"name": "due", "type": "date"}, {"name": "paid", "type": "date"}])).mapped == {
        "due_on": "due", "paid_on": "paid",
    }  # fmt: skip


@pytest.fixture
def hubspot(portal: Invoices) -> Iterator[HubspotAdapter]:
    with adapter_for(portal, map=MAP) as adapter:
        yield adapter


def told(hubspot: HubspotAdapter) -> list[Finding]:
    return [finding for finding in hubspot.check().findings if finding.what.startswith("invoice")]


def test_check_names_the_property_and_what_may_be_meant(portal: Invoices, hubspot: HubspotAdapter) -> None:
    del portal.properties["total"]
    portal.properties["amount_2"] = {"name": "amount_2", "label": "Total", "type": "number"}
    portal.properties["due"]["type"] = "bool"
    assert [finding.what for finding in told(hubspot)] == [
        "invoice.amount: 2-118 has no field total, or hides it (did you mean amount_2?); it stays unknown",
        "invoice.due_on: due of 2-118 holds yes or no, and a date is needed; it stays unknown",
    ]
    assert hubspot.check().missing["invoice"] == ("amount", "due_on")


def test_trap_37_values_that_are_no_option_any_more_are_named_and_still_translated() -> None:
    changes = {"account": {"values": {"status": {"customre": "customer", "old": "churned"}}}}

    def reply(asked: Asked) -> Said:
        options = [{"value": "customer", "hidden": False}, {"value": "lead", "hidden": False}]
        fields = [{"name": "lifecyclestage", "type": "enumeration", "fieldType": "radio", "options": options}]
        return Said(200, {"results": fields if "properties" in asked.path else [], "portalId": 1})

    with adapter_for(Portal(reply), map=changes) as hubspot:
        found = [finding for finding in hubspot.check().findings if "is no option" in finding.what]
    assert [(finding.level, finding.what) for finding in found] == [
        (
            "warning",
            "account.status: 'customre' is no option of lifecyclestage that is in use (did you mean customer?)",
        ),
        ("info", "account.status: 'old' is no option of lifecyclestage that is in use"),
    ]


def test_an_object_that_is_not_there_is_named_with_what_may_be_meant() -> None:
    def reply(asked: Asked) -> Said:
        if "schemas" in asked.path:
            return Said(200, {"results": [{"fullyQualifiedName": "p123_invoices", "objectTypeId": "2-118"}]})
        if "p_invoice" in asked.path:
            return Said(400, {"category": "VALIDATION_ERROR", "message": "Unable to infer object type from: p_invoice"})
        return Said(200, {"results": [], "portalId": 1})

    with adapter_for(Portal(reply), map={"invoice": {"object": "p_invoice", "fields": FIELDS}}) as hubspot:
        (finding,) = told(hubspot)
    assert finding.level == "warning"
    assert "did you mean p123_invoices?" in finding.what
