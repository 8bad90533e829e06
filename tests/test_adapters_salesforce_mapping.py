"""Rows of Salesforce as canonical records, on JSON as the vendor sends it."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fake_salesforce import OWN, PREFIXES
from hypothesis import given
from hypothesis import strategies as st

from adapters.records import (
    Account,
    Activity,
    Contract,
    Deal,
    Invoice,
    Item,
    Person,
    Ref,
    Response,
    Ticket,
    Tombstone,
    Usage,
    User,
)
from adapters.salesforce.describe import described
from adapters.salesforce.mapping import mapper
from adapters.salesforce.view import view
from config.connections import KindMap
from config.maps import default_maps, merged
from config.words import Kind

STAMP = "2026-05-01T07:25:37.000+0000"
AT = datetime(2026, 5, 1, 7, 25, 37, tzinfo=UTC)


def mapped(
    kind: Kind,
    row: dict[str, Any],
    *,
    vendor_object: str | None = None,
    changes: KindMap | None = None,
    zone: str = "UTC",
    types: dict[str, str] | None = None,
) -> Item:
    """The record of a row, seen with every field that the row holds."""
    maps = merged(default_maps("salesforce"), {kind: changes} if changes else {})[kind]
    table = next(table for table in maps if vendor_object in (None, table.object))
    fields = [{"name": name, "type": (types or {}).get(name, "string")} for name in row]
    seen = described({"name": table.object, "keyPrefix": PREFIXES.get(str(table.object), ""), "fields": fields})
    return mapper(view("sf", kind, table, seen, OWN, ZoneInfo(zone)))({"SystemModstamp": STAMP, **row})


def test_an_account_with_all_its_fields() -> None:
    record = mapped(
        "account",
        {
            "attributes": {"type": "Account"},
            "Id": "001xx000003DGb0AAG",
            "IsDeleted": False,
            "Name": "Ünïcode Works",
            "Website": "https://www.Unicode-Works.example/en?x=1",
            "ParentId": "001xx000003DGb1",
            "OwnerId": "005xx000001SwiUAAS",
            "Industry": "Software",
            "NumberOfEmployees": 250,
            "BillingCountry": "Germany",
            "CurrencyIsoCode": "EUR",
            "Type": "Customer - Direct",
            "CSB_Health_Score__c": 72.5,
            "CSB_Risk_Flags__c": "silent;detractor",
            "CSB_Risk_Since__c": "2026-04-30",
            "CSB_Scored_At__c": "2026-04-30T22:00:00.000+0000",
            "CSB_Nps__c": None,
            "CSB_Pulse__c": "Red",
            "CSB_Pulse_Until__c": "2026-07-01",
        },
    )
    assert record == Account(
        ref=Ref("sf", "account", "001xx000003DGb0AAG"),
        changed_at=AT,
        name="Ünïcode Works",
        domain="unicode-works.example",
        parent="001xx000003DGb1AAG",
        owner="005xx000001SwiUAAS",
        industry="Software",
        employees=250,
        country="Germany",
        currency="EUR",
        status="customer",
        pulse="red",
        pulse_until=date(2026, 7, 1),
        own={
            "health_score": 72.5,
            "risk_flags": ("detractor", "silent"),
            "risk_since": date(2026, 4, 30),
            "scored_at": datetime(2026, 4, 30, 22, tzinfo=UTC),
            "nps": None,
        },
    )


@pytest.mark.parametrize(
    ("said", "meant"),
    [("Prospect", "prospect"), ("CUSTOMER - channel", "customer"), ("Reseller", "unknown"), ("  ", None), (None, None)],
)
def test_a_vendor_word_without_an_entry_is_unknown_and_a_blank_one_missing(said: str | None, meant: str | None) -> None:
    record = mapped("account", {"Id": "001xx000003DGb0AAG", "Type": said})
    assert isinstance(record, Account)
    assert record.status == meant


def test_what_the_admin_maps_arrives_in_its_field_or_in_extra_by_its_type() -> None:
    changes = KindMap(
        fields={"arr": "ARR__c", "renewal_date": "Renews__c", "seats_bought": "Seats__c", "tier": "Tier__c",
                "goals": "Goals__c", "health_note": "Note__c", "gone": "Hidden__c"},
        values={"status": {"Reseller": "customer"}},
    )  # fmt: skip
    record = mapped(
        "account",
        {"Id": "001xx000003DGb0AAG", "Type": "Reseller", "ARR__c": "12000.50", "Renews__c": "2026-09-30",
         "Seats__c": 25.0, "Tier__c": 2, "Goals__c": "b;a", "Note__c": " "},
        changes=changes,
        types={"Tier__c": "int", "Goals__c": "multipicklist"},
    )  # fmt: skip
    assert isinstance(record, Account)
    assert (record.arr, record.renewal_date, record.seats_bought) == (12000.5, date(2026, 9, 30), 25.0)
    assert record.status == "customer"
    assert record.extra == {"tier": 2, "goals": ("a", "b"), "health_note": None}


def test_a_date_taken_from_a_datetime_is_the_day_in_the_workspace() -> None:
    row = {"Id": "006xx000001a2b3AAA", "CreatedDate": "2026-04-30T22:30:00.000+0000"}
    record = mapped("deal", row, zone="Europe/Berlin")
    assert isinstance(record, Deal)
    assert record.opened_on == date(2026, 5, 1)


@pytest.mark.parametrize("dirt", ["", "n/a", "NaN", "inf", "2026-02-31", "yesterday", {"a": 1}, [], "1e999"])
def test_dirt_is_missing_never_an_error(dirt: object) -> None:
    fields = KindMap(fields={"arr": "A__c", "renewal_date": "B__c", "seats_bought": "C__c"})
    row = {
        "Id": "001xx000003DGb0AAG",
        "A__c": dirt,
        "B__c": dirt,
        "C__c": dirt,
        "NumberOfEmployees": dirt,
        "Website": dirt,
    }
    record = mapped("account", row, changes=fields)
    assert isinstance(record, Account)
    assert (record.arr, record.renewal_date, record.seats_bought, record.employees) == (None, None, None, None)
    assert record.domain is None


def test_a_parents_field_can_be_mapped() -> None:
    table = KindMap(object="Account", fields={"owner_email": "Owner.Email"})
    owner = {"name": "OwnerId", "type": "reference", "relationshipName": "Owner"}
    seen = described({"name": "Account", "fields": [{"name": "Id"}, owner]})
    shown = view("sf", "account", table, seen, ())
    assert "Owner.Email" in shown.columns
    row = {"Id": "001xx000003DGb0AAG", "SystemModstamp": STAMP, "Owner": {"Email": "csm-1@example.com"}}
    assert mapper(shown)(row).extra == {"owner_email": "csm-1@example.com"}
    assert mapper(shown)({**row, "Owner": None}).extra == {"owner_email": None}


def test_a_contact() -> None:
    record = mapped(
        "person",
        {"Id": "003xx000004TmiQAAS", "AccountId": "001xx000003DGb0AAG", "Email": "admin@example.com", "Title": "CTO"},
    )
    assert record == Person(
        ref=Ref("sf", "person", "003xx000004TmiQAAS"), changed_at=AT, accounts=("001xx000003DGb0AAG",),
        email="admin@example.com", title="CTO",
    )  # fmt: skip
    private = mapped("person", {"Id": "003xx000004TmiQAAS", "AccountId": None})
    assert isinstance(private, Person)
    assert private.accounts == ()


def test_of_several_roles_the_strongest_counts() -> None:
    changes = KindMap(fields={"role": "Roles__c"}, values={"role": {"Sponsor": "executive", "Daily user": "user"}})
    row = {"Id": "003xx000004TmiQAAS", "Roles__c": "Daily user;Sponsor"}
    person = mapped("person", row, changes=changes, types={"Roles__c": "multipicklist"})
    assert isinstance(person, Person)
    assert person.role == "executive"


def test_a_word_of_ours_needs_no_entry() -> None:
    changes = KindMap(fields={"role": "Role__c"})
    person = mapped("person", {"Id": "003xx000004TmiQAAS", "Role__c": "Champion"}, changes=changes)
    assert isinstance(person, Person)
    assert person.role == "champion"


def test_a_call_that_is_done() -> None:
    record = mapped(
        "activity",
        {
            "Id": "00Txx000001a2b3AAA", "AccountId": "001xx000003DGb0AAG", "WhatId": "006xx000001a2b3AAA",
            "WhoId": "003xx000004TmiQAAS", "OwnerId": "005xx000001SwiUAAS", "TaskSubtype": "Call",
            "CallType": "Inbound",
            "IsClosed": True, "CompletedDateTime": "2026-04-02T09:30:00.000+0000", "ActivityDate": "2026-04-01",
        },
        vendor_object="Task",
    )  # fmt: skip
    assert record == Activity(
        ref=Ref("sf", "activity", "00Txx000001a2b3AAA"), changed_at=AT, accounts=("001xx000003DGb0AAG",),
        persons=("003xx000004TmiQAAS",), owner="005xx000001SwiUAAS", kind="call", direction="in",
        at=datetime(2026, 4, 2, 9, 30, tzinfo=UTC), precision="instant", done=True,
    )  # fmt: skip


def test_a_task_of_a_lead_has_the_day_only_and_the_account_it_is_about() -> None:
    record = mapped(
        "activity",
        {"Id": "00Txx000001a2b3AAA", "AccountId": None, "WhatId": "001xx000003DGb0AAG", "WhoId": "00Qxx000001a2b3AAA",
         "TaskSubtype": None, "IsClosed": False, "CompletedDateTime": None, "ActivityDate": "2026-04-01"},
        vendor_object="Task",
    )  # fmt: skip
    assert isinstance(record, Activity)
    assert (record.accounts, record.persons, record.kind) == (("001xx000003DGb0AAG",), (), "task")
    assert (record.at, record.precision, record.done) == (datetime(2026, 4, 1, tzinfo=UTC), "day", False)


def test_events_are_meetings_with_an_instant_or_a_day() -> None:
    row = {
        "Id": "00Uxx000001a2b3AAA",
        "WhatId": "500xx000001a2b3AAA",
        "AccountId": "001xx000003DGb0AAG",
        "StartDateTime": "2026-04-02T09:30:00.000+0000",
        "ActivityDate": "2026-04-02",
        "IsAllDayEvent": False,
    }
    timed = mapped("activity", row, vendor_object="Event")
    whole = mapped("activity", {**row, "IsAllDayEvent": True}, vendor_object="Event")
    assert isinstance(timed, Activity)
    assert isinstance(whole, Activity)
    assert (timed.kind, timed.at, timed.precision) == ("meeting", datetime(2026, 4, 2, 9, 30, tzinfo=UTC), "instant")
    assert (whole.at, whole.precision, whole.done) == (datetime(2026, 4, 2, tzinfo=UTC), "day", None)
    assert timed.accounts == ("001xx000003DGb0AAG",)
    copy = mapped("activity", {**row, "IsChild": True}, vendor_object="Event")
    assert isinstance(copy, Tombstone)


@pytest.mark.parametrize(
    ("closed", "won", "status"),
    [(False, False, "open"), (True, True, "won"), (True, False, "lost"), (None, None, "unknown")],
)
def test_a_deal_is_won_by_two_flags(closed: bool | None, won: bool | None, status: str) -> None:
    row = {
        "Id": "006xx000001a2b3AAA",
        "AccountId": "001xx000003DGb0AAG",
        "Type": "Existing Customer - Upgrade",
        "StageName": "Closed Won",
        "Amount": 1200,
        "CloseDate": "2026-05-31",
        "IsClosed": closed,
        "IsWon": won,
    }
    record = mapped("deal", row)
    assert isinstance(record, Deal)
    assert (record.status, record.kind, record.amount) == (status, "expansion", 1200.0)
    assert (record.closes_on, record.stage, record.currency) == (date(2026, 5, 31), "Closed Won", None)


@pytest.mark.parametrize(
    ("status", "closed", "meant"),
    [("New", False, "open"), ("On Hold", False, "pending"), ("Our Own Word", False, "open"),
     ("Our Own Word", True, "closed"), ("Our Own Word", None, "unknown")],
)  # fmt: skip
def test_a_ticket_is_closed_by_its_flag_whatever_its_status_says(status: str, closed: bool | None, meant: str) -> None:
    row = {"Id": "500xx000001a2b3AAA", "AccountId": "001xx000003DGb0AAG", "ContactId": None,
           "OwnerId": "00Gxx0000001AAA",
           "Status": status, "IsClosed": closed, "Priority": "High", "IsEscalated": True, "Type": "Mechanical",
           "Subject": "Cannot log in", "CreatedDate": STAMP, "ClosedDate": None}  # fmt: skip
    record = mapped("ticket", row)
    assert record == Ticket(
        ref=Ref("sf", "ticket", "500xx000001a2b3AAA"), changed_at=AT, account="001xx000003DGb0AAG",
        status=meant, priority="high", category="Mechanical", opened_at=AT, escalated=True, subject="Cannot log in",
        extra={"status_in_crm": status} if meant == "unknown" else {},
    )  # fmt: skip


def test_a_user_and_a_response_that_the_admin_mapped() -> None:
    user = mapped(
        "user", {"Id": "005xx000001SwiUAAS", "Name": "CSM 1", "Email": "csm-1@example.com", "IsActive": False}
    )
    assert user == User(
        ref=Ref("sf", "user", "005xx000001SwiUAAS"),
        changed_at=AT,
        name="CSM 1",
        email="csm-1@example.com",
        active=False,
    )
    changes = KindMap(
        object="Survey_Answer__c",
        fields={"account": "Account__c", "survey": "Kind__c", "score": "Score__c", "at": "CreatedDate"},
        values={"survey": {"NPS": "nps"}},
    )
    row = {
        "Id": "a01xx0000001abcAAA",
        "Account__c": "001xx000003DGb0",
        "Kind__c": "NPS",
        "Score__c": "9",
        "CreatedDate": STAMP,
    }
    answer = mapped("response", row, changes=changes)
    assert answer == Response(
        ref=Ref("sf", "response", "a01xx0000001abcAAA"), changed_at=AT, account="001xx000003DGb0AAG", survey="nps",
        score=9.0, at=AT,
    )  # fmt: skip


def test_deleted_and_merged_rows_are_tombstones() -> None:
    gone = mapped("account", {"Id": "001xx000003DGb0AAG", "IsDeleted": True, "MasterRecordId": None})
    merged_away = mapped(
        "account", {"Id": "001xx000003DGb0AAG", "IsDeleted": True, "MasterRecordId": "001xx000003DGb1AAG"}
    )
    ref = Ref("sf", "account", "001xx000003DGb0AAG")
    assert gone == Tombstone(ref, AT)
    assert merged_away == Tombstone(ref, AT, merged_into="001xx000003DGb1AAG")


anything = st.one_of(
    st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=30), st.lists(st.text(max_size=3))
)


@given(
    st.dictionaries(
        st.sampled_from(["Name", "Website", "Type", "NumberOfEmployees", "OwnerId", "CSB_Nps__c"]), anything
    )
)
def test_no_row_breaks_the_mapping(row: dict[str, Any]) -> None:
    record = mapped("account", {"Id": "001xx000003DGb0AAG", **row})
    assert isinstance(record, Account)
    assert record.ref.id == "001xx000003DGb0AAG"


def test_text_that_no_store_takes_is_mended() -> None:
    row = {"Id": "001xx000003DGb0AAG", "Name": "A\0cme \ud83d", "Industry": "\0", "Tier__c": "x\udc00y \U0001f600"}
    record = mapped("account", row, changes=KindMap(fields={"tier": "Tier__c"}))
    assert isinstance(record, Account)
    assert (record.name, record.industry) == ("Acme \ufffd", None)
    assert record.extra == {"tier": "x\ufffdy \U0001f600"}


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=20))
def test_any_text_can_be_stored(said: str) -> None:
    record = mapped("ticket", {"Id": "500xx000003DGb0AAG", "Subject": said})
    assert isinstance(record, Ticket)
    assert "\0" not in (record.subject or "").encode("utf-8").decode("utf-8")


CONTRACT = {
    "Id": "800xx000000Sx2zAAC", "AccountId": "001xx000003DGb0AAG", "Status": "Activated", "StatusCode": "Activated",
    "StartDate": "2026-01-31", "EndDate": "2027-01-30", "ContractTerm": 12,
}  # fmt: skip


def test_a_contract() -> None:
    assert mapped("contract", CONTRACT) == Contract(
        ref=Ref("sf", "contract", "800xx000000Sx2zAAC"), changed_at=AT, account="001xx000003DGb0AAG",
        status="active", starts_on=date(2026, 1, 31), ends_on=date(2027, 1, 30),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("word", "code", "status"),
    [
        ("Signed by both", "Activated", "active"),
        ("Legal", "InApproval", "draft"), ("Terminated", "Activated", "ended"),
        ("Signed by both", None, "unknown"), (None, "Draft", "draft"), (None, None, None),
    ],
)  # fmt: skip
def test_salesforces_own_state_tells_what_an_orgs_word_for_a_contract_means(
    word: str | None, code: str | None, status: str | None
) -> None:
    record = mapped("contract", {**CONTRACT, "Status": word, "StatusCode": code})
    assert isinstance(record, Contract)
    assert record.status == status


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-05-01", 12, date(2027, 4, 30)),
        ("2026-01-31", 1, date(2026, 2, 27)), ("2026-12-15", 1, date(2027, 1, 14)),
        ("2026-05-01", None, None), ("2026-05-01", 0, None), ("9999-05-01", 12, None), (None, 12, None),
    ],
)  # fmt: skip
def test_a_contract_without_an_end_ends_with_its_term(start: str | None, months: int | None, end: date | None) -> None:
    record = mapped("contract", {**CONTRACT, "StartDate": start, "ContractTerm": months, "EndDate": None})
    assert isinstance(record, Contract)
    assert record.ends_on == end


INVOICE = KindMap(
    object="Invoice__c",
    fields={
        "account": "Account__c", "due_on": "Due__c", "paid_on": "Paid__c", "amount": "Amount__c",
        "currency": "CurrencyIsoCode", "number": "Name",
    },
)  # fmt: skip
INVOICE_ROW = {
    "Id": "a00xx0000001abcAAA", "Account__c": "001xx000003DGb0", "Due__c": "2026-05-01", "Paid__c": None,
    "Amount__c": 1200, "CurrencyIsoCode": "EUR", "Name": "INV-7",
}  # fmt: skip


def test_an_invoice_from_a_custom_object() -> None:
    assert mapped("invoice", INVOICE_ROW, changes=INVOICE) == Invoice(
        ref=Ref("sf", "invoice", "a00xx0000001abcAAA"), changed_at=AT, account="001xx000003DGb0AAG",
        due_on=date(2026, 5, 1), amount=1200.0, currency="EUR", extra={"number": "INV-7"},
    )  # fmt: skip


def test_an_invoice_whose_payment_is_hidden_is_not_said_to_be_due() -> None:
    row = {name: value for name, value in INVOICE_ROW.items() if name != "Paid__c"}
    record = mapped("invoice", row, changes=INVOICE)
    assert isinstance(record, Invoice)
    assert (record.due_on, record.amount) == (None, 1200.0)


def test_usage_that_the_org_keeps() -> None:
    changes = KindMap(
        object="Usage__c",
        fields={
            "account": "Account__c",
            "person": "User__c",
            "feature": "Feature__c",
            "day": "Day__c",
            "count": "N__c",
        },
    )
    row = {
        "Id": "a02xx0000001abcAAA", "Account__c": "001xx000003DGb0AAG", "User__c": "u-17", "Feature__c": "login",
        "Day__c": "2026-05-01", "N__c": "3",
    }  # fmt: skip
    assert mapped("usage", row, changes=changes) == Usage(
        ref=Ref("sf", "usage", "a02xx0000001abcAAA"), changed_at=AT, account="001xx000003DGb0AAG", person="u-17",
        feature="login", day=date(2026, 5, 1), count=3.0,
    )  # fmt: skip


def test_constants_hold_of_records_that_do_not_say_otherwise() -> None:
    changes = KindMap(
        object="NPS_Answer__c",
        fields={"score": "Score__c", "at": "CreatedDate", "account": "Account__c"},
        constants={"survey": "nps"},
    )
    answer = mapped("response", {"Id": "a01xx0000001abcAAA", "Score__c": 9, "CreatedDate": STAMP}, changes=changes)
    assert isinstance(answer, Response)
    assert (answer.survey, answer.score) == ("nps", 9.0)
    priced = INVOICE.model_copy(update={"constants": {"currency": "USD"}})
    stated = mapped("invoice", INVOICE_ROW, changes=priced)
    silent = mapped("invoice", {**INVOICE_ROW, "CurrencyIsoCode": None}, changes=priced)
    assert isinstance(stated, Invoice)
    assert isinstance(silent, Invoice)
    assert (stated.currency, silent.currency) == ("EUR", "USD")


def test_a_lookup_to_a_contact_stands_for_the_contacts_account() -> None:
    fields = [
        {"name": "Id", "type": "id"},
        {"name": "Who__c", "type": "reference", "referenceTo": ["Contact"], "relationshipName": "Who__r"},
    ]
    seen = described({"name": "Invoice__c", "keyPrefix": "a00", "fields": fields})
    one = view("sf", "invoice", KindMap(object="Invoice__c", fields={"account": "Who__c"}), seen, (), ZoneInfo("UTC"))
    assert one.columns[-1] == "Who__r.AccountId"
    row = {"Id": "a00xx0000001abcAAA", "SystemModstamp": STAMP, "Who__r": {"AccountId": "001xx000003DGb0AAG"}}
    invoice = mapper(one)(row)
    assert isinstance(invoice, Invoice)
    assert invoice.account == "001xx000003DGb0AAG"
