"""HubSpot's JSON → canonical records: everything is text or null, and vendor words meet ours in tables."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.hubspot import values
from adapters.hubspot.mapping import Beside, Stage, deal_stage, merged_away, record, ticket_stage, user
from adapters.hubspot.portal import details, stages
from adapters.hubspot.shapes import Shape, shapes
from adapters.records import (
    Account,
    Activity,
    Contract,
    Deal,
    Invoice,
    Person,
    Record,
    Ref,
    Response,
    Ticket,
    Tombstone,
    Usage,
    User,
)
from config.connections import KindMap
from config.fields import OwnField
from config.maps import default_maps, merged
from config.words import Kind

BERLIN = ZoneInfo("Europe/Berlin")
OWN = (
    OwnField("health_score", "CS Health Score", "number", scale=1),
    OwnField("risk_flags", "CS Risk Flags", "multi_picklist", options=("silent", "detractor")),
    OwnField("risk_since", "CS Risk Since", "date"),
    OwnField("scored_at", "CS Scored At", "datetime"),
    OwnField("nps", "CS NPS", "number", to="existing_nps"),
    OwnField("pulse", "CS Pulse", "picklist", written=False),
    OwnField("pulse_until", "CS Pulse Until", "date", written=False),
)
STAMPS = {"createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-03-09T20:23:36.861Z", "archived": False}


def shape(kind: Kind, vendor_object: str = "", **overrides: KindMap) -> Shape:
    maps = merged(default_maps("hubspot"), overrides)
    found = shapes("hs", maps, OWN, BERLIN)[kind]
    return next(one for one in found if vendor_object in ("", one.object))


def read(one: Shape, said: dict[str, Any], beside: Beside | None = None, **more: Any) -> Record:
    return record({"id": "7", "properties": said, **STAMPS, **more}, one, beside or Beside())


def test_a_company() -> None:
    said = {
        "name": "Zürich & Söhne", "domain": "HTTPS://www.Acme.example/en", "hubspot_owner_id": "42",
        "industry": "COMPUTER_SOFTWARE", "numberofemployees": "250", "country": "", "lifecyclestage": "evangelist",
        "hs_lastmodifieddate": "2026-03-10T08:00:00.5Z", "csb_health_score": "71.3", "existing_nps": "40",
        "csb_risk_flags": "silent;detractor", "csb_risk_since": "2026-02-28", "csb_scored_at": "2026-03-01T10:00:00Z",
        "csb_pulse": "red", "csb_pulse_until": "",
    }  # fmt: skip
    account = read(shape("account"), said)
    assert account == Account(
        ref=Ref("hs", "account", "7"),
        changed_at=datetime(2026, 3, 10, 8, 0, 0, 500_000, tzinfo=UTC),
        name="Zürich & Söhne",
        domain="acme.example",
        owner="42",
        industry="COMPUTER_SOFTWARE",
        employees=250,
        status="customer",
        pulse="red",
        own={
            "health_score": 71.3,
            "risk_flags": ("detractor", "silent"),
            "risk_since": date(2026, 2, 28),
            "scored_at": datetime(2026, 3, 1, 10, tzinfo=UTC),
            "nps": 40.0,
        },
    )


@pytest.mark.parametrize(
    ("stage", "status"),
    [("customer", "customer"), ("lead", "prospect"), ("other", "unknown"), ("1234567", "unknown"), ("", None)],
)
def test_lifecycle_stages(stage: str, status: str | None) -> None:
    account = read(shape("account"), {"lifecyclestage": stage})
    assert isinstance(account, Account)
    assert account.status == status


def test_the_admins_map_and_what_goes_beyond_the_canonical_fields() -> None:
    own_map = KindMap(
        fields={"arr": "acv", "customer_since": "won_on", "ext_id": "ext", "blank": "none"},
        values={"status": {"1234567": "churned"}},
    )
    said = {"acv": "1200.50", "won_on": "2026-01-31T23:30:00Z", "ext": "A-1", "none": "", "lifecyclestage": "1234567"}
    account = read(shape("account", account=own_map), said, Beside(currency="EUR"))
    assert isinstance(account, Account)
    assert (account.arr, account.currency, account.status) == (1200.5, "EUR", "churned")
    assert account.customer_since == date(2026, 2, 1)
    assert account.extra == {"ext_id": "A-1", "blank": None}


@pytest.mark.parametrize("said", [{}, {"arr": None}, {"arr": ""}, {"arr": " "}])
def test_trap_35_and_36_absent_null_and_blank_are_all_missing_and_none_is_zero(said: dict[str, Any]) -> None:
    own_map = KindMap(fields={"arr": "arr", "renewal_date": "arr", "note": "arr"})
    account = read(shape("account", account=own_map), said)
    assert isinstance(account, Account)
    assert (account.arr, account.renewal_date, account.extra) == (None, None, {"note": None})


def test_trap_37_an_option_that_was_deleted_remains_on_records() -> None:
    ticket = read(shape("ticket"), {"hs_ticket_priority": "BLAZING", "hs_ticket_category": "OLD;OLDER"})
    assert isinstance(ticket, Ticket)
    assert (ticket.priority, ticket.category) == ("unknown", "OLD;OLDER")


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2026-03-31", date(2026, 3, 31)),
        ("2026-03-31T00:00:00Z", date(2026, 3, 31)),
        ("2026-03-31T00:00:00.000Z", date(2026, 3, 31)),
        ("1774915200000", date(2026, 3, 31)),
        ("2026-03-31T22:30:00.1Z", date(2026, 4, 1)),
        ("2026-03-31T21:59:59.861Z", date(2026, 3, 31)),
    ],
)
def test_trap_38_a_date_is_that_day_everywhere_and_an_instant_has_its_day_in_the_zone(said: str, day: date) -> None:
    deal = read(shape("deal"), {"closedate": said})
    assert isinstance(deal, Deal)
    assert deal.closes_on == day


def test_trap_39_ids_are_texts_whether_numbers_came_or_not() -> None:
    for one in (7, "7"):
        row = {"id": one, "properties": {"hs_lastmodifieddate": "2026-03-10T08:00:00Z"}}
        assert record(row, shape("account"), Beside()).ref == Ref("hs", "account", "7")


def test_a_contact_with_its_companies() -> None:
    said = {"email": "champion@example.com", "jobtitle": "CTO", "hs_buying_role": "OTHER;EXECUTIVE_SPONSOR"}
    person = read(shape("person"), said, Beside(links={"accounts": {"7": ("3", "1")}}), updatedAt=STAMPS["updatedAt"])
    assert isinstance(person, Person)
    assert (person.accounts, person.role, person.title) == (("3", "1"), "executive", "CTO")
    assert person.changed_at == datetime(2026, 3, 9, 20, 23, 36, 861_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("vendor_object", "said", "kind", "direction", "done"),
    [
        ("calls", {"hs_call_direction": "INBOUND"}, "call", "in", True),
        ("emails", {"hs_email_direction": "EMAIL"}, "email", "out", True),
        ("emails", {"hs_email_direction": "INCOMING_EMAIL"}, "email", "in", True),
        ("emails", {"hs_email_direction": "FORWARDED_EMAIL"}, "email", "unknown", True),
        ("meetings", {"hs_meeting_outcome": "COMPLETED"}, "meeting", None, True),
        ("meetings", {"hs_meeting_outcome": "NO_SHOW"}, "meeting", None, False),
        ("meetings", {"hs_meeting_outcome": "SCHEDULED"}, "meeting", None, None),
        ("meetings", {}, "meeting", None, None),
        ("notes", {}, "note", None, True),
        ("tasks", {"hs_task_status": "COMPLETED"}, "task", None, True),
        ("tasks", {"hs_task_status": "WAITING"}, "task", None, False),
    ],
)
def test_activities(vendor_object: str, said: dict[str, str], kind: str, direction: str | None, done: bool) -> None:
    activity = read(shape("activity", vendor_object), {"hs_timestamp": "2026-03-09T10:00:00Z", **said})
    assert isinstance(activity, Activity)
    assert activity.ref.id == f"{vendor_object}:7"
    assert (activity.kind, activity.direction, activity.done) == (kind, direction, done)
    assert (activity.at, activity.precision) == (datetime(2026, 3, 9, 10, tzinfo=UTC), "instant")


def test_a_meeting_is_at_its_start() -> None:
    said = {"hs_timestamp": "2026-03-09T10:00:00Z", "hs_meeting_start_time": "2026-03-10T10:00:00Z"}
    activity = read(shape("activity", "meetings"), said)
    assert isinstance(activity, Activity)
    assert activity.at == datetime(2026, 3, 10, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"hs_is_closed_won": "true", "hs_is_closed": "true"}, "won"),
        ({"hs_is_closed_won": "false", "hs_is_closed": "true"}, "lost"),
        ({"hs_is_closed": "false"}, "open"),
        ({"dealstage": "77"}, "won"),
        ({"dealstage": "78"}, "lost"),
        ({"dealstage": "79"}, "open"),
        ({"dealstage": "80"}, "unknown"),
        ({}, None),
    ],
)
def test_how_a_deal_stands(said: dict[str, str], status: str | None) -> None:
    known = {
        "77": Stage("Won", {"isClosed": "true", "probability": "1.0"}),
        "78": Stage("Lost", {"isClosed": "true", "probability": "0.0"}),
        "79": Stage("Talking", {"isClosed": "false", "probability": "0.2"}),
    }
    deal = read(shape("deal"), said, Beside(stages=known))
    assert isinstance(deal, Deal)
    assert deal.status == status


def test_a_deal() -> None:
    said = {
        "dealtype": "existingbusiness", "amount": "5000.00", "createdate": "2026-01-02T23:30:00.123Z",
        "closedate": "2026-02-01T00:00:00Z", "dealstage": "contractsent",
    }  # fmt: skip
    deal = read(shape("deal"), said, Beside(links={"account": {"7": ("9", "4")}}, currency="EUR"))
    assert isinstance(deal, Deal)
    assert (deal.account, deal.kind, deal.stage) == ("9", "expansion", "contractsent")
    assert (deal.amount, deal.currency) == (5000.0, "EUR")
    assert (deal.opened_on, deal.closes_on) == (date(2026, 1, 3), date(2026, 2, 1))


@pytest.mark.parametrize(
    ("stage", "status"),
    [
        (Stage("New", {"ticketState": "OPEN"}), "open"),
        (Stage("Waiting on contact", {"ticketState": "OPEN"}), "pending"),
        (Stage("Waiting on us", {"ticketState": "OPEN"}), "open"),
        (Stage("Done", {"ticketState": "CLOSED"}), "closed"),
        (Stage("Odd", {}), "unknown"),
        (None, "unknown"),
    ],
)
def test_ticket_stages(stage: Stage | None, status: str) -> None:
    assert ticket_stage(stage) == status
    assert deal_stage(None) == "unknown"


def test_a_ticket() -> None:
    said = {
        "hs_pipeline_stage": "2", "hs_ticket_priority": "URGENT", "hs_ticket_category": "BILLING_ISSUE",
        "createdate": "2026-03-01T08:00:00.1Z", "first_agent_reply_date": "2026-03-01T09:00:00Z", "closed_date": "",
        "subject": "Invoice", "boss": "true",
    }  # fmt: skip
    beside = Beside({"account": {"7": ("9",)}, "person": {"7": ("5",)}}, {"2": Stage("x", {"ticketState": "OPEN"})})
    ticket = read(shape("ticket", ticket=KindMap(fields={"escalated": "boss"})), said, beside)
    assert isinstance(ticket, Ticket)
    assert (ticket.account, ticket.person, ticket.status) == ("9", "5", "open")
    assert (ticket.priority, ticket.category, ticket.escalated) == ("urgent", "BILLING_ISSUE", True)
    assert ticket.opened_at == datetime(2026, 3, 1, 8, 0, 0, 100_000, tzinfo=UTC)
    assert ticket.first_reply_at == datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert ticket.closed_at is None


@pytest.mark.parametrize(("said", "survey"), [("NPS", "nps"), ("CSAT", "csat"), ("CUSTOM", "unknown"), (None, None)])
def test_an_answer_leads_to_its_person_and_to_no_account(said: str | None, survey: str | None) -> None:
    properties = {"hs_survey_type": said, "hs_value": "3", "hs_content": "  ", "hs_contact_id": "5"}
    response = read(shape("response"), properties, Beside(links={"person": {"7": ("6",)}}))
    assert isinstance(response, Response)
    assert (response.survey, response.score, response.comment) == (survey, 3.0, None)
    assert (response.person, response.account) == ("5", None)


def test_an_owner() -> None:
    row = {"id": 42, "email": "csm-1@example.com", "firstName": "CSM", "lastName": "1", "userId": 9, "archived": True}
    assert user({**row, "updatedAt": "2026-03-09T20:23:36Z"}, "hs") == User(
        ref=Ref("hs", "user", "42"),
        changed_at=datetime(2026, 3, 9, 20, 23, 36, tzinfo=UTC),
        name="CSM 1",
        email="csm-1@example.com",
        active=False,
    )


def test_merged_records_leave_a_tombstone() -> None:
    row = {"id": "7", "properties": {"hs_merged_object_ids": "3;5;7", "hs_calculated_merged_vids": "4:1700000000000"}}
    gone = merged_away({**row, **STAMPS}, shape("person"))
    assert [item.ref.id for item in gone] == ["3", "4", "5"]
    assert {item.merged_into for item in gone if isinstance(item, Tombstone)} == {"7"}


def test_what_is_asked_for_is_asked_once() -> None:
    asked = shape("deal").properties
    assert len(set(asked)) == len(asked)
    assert {"hs_is_closed", "hs_is_closed_won", "dealstage", "hs_lastmodifieddate"} <= set(asked)
    assert "lastmodifieddate" in shape("person").properties
    assert "existing_nps" in shape("account").properties


def test_a_kind_that_is_not_mapped_has_no_shape() -> None:
    assert "invoice" not in shapes("hs", default_maps("hubspot"), (), BERLIN)


def test_the_portal_and_its_pipelines() -> None:
    told = details({"portalId": 62515, "timeZone": "Europe/Berlin", "companyCurrency": "EUR"})
    assert (told.portal, told.zone, told.currency) == ("62515", BERLIN, "EUR")
    assert details({"timeZone": "Mars/Base"}).zone is None
    answer = {"results": [{"stages": [{"id": 1, "label": "New", "metadata": {"ticketState": "OPEN"}}]}, {}]}
    assert stages(answer) == {"1": Stage("New", {"ticketState": "OPEN"})}


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.text())))
def test_no_value_is_too_dirty_to_read(value: object) -> None:
    for reader in (*values.OWN_READERS.values(), values.whole, values.flag):
        read_value = reader(value, BERLIN)
        assert read_value != ""
        assert read_value == read_value  # never NaN


@pytest.mark.parametrize(
    ("said", "whole"),
    [
        ("250", 250), ("250.9", 250), ("-3", -3), ("9007199254740992", 2**53), ("-9007199254740992", -(2**53)),
        ("1e20", None), ("-1e20", None), ("9007199254740994", None), (10**20, None),
        ("nan", None), ("inf", None), ("-Infinity", None), ("1e999", None), (True, None),
    ],
)  # fmt: skip
def test_whole_numbers_that_a_store_cannot_keep_are_no_numbers(said: object, whole: int | None) -> None:
    assert values.whole(said) == whole
    account = read(shape("account"), {"numberofemployees": said})
    assert isinstance(account, Account)
    assert account.employees == whole


@pytest.mark.parametrize(
    ("said", "text"),
    [("a\0b", "ab"), ("\0", None), (" \0 a \0 ", "a"), ("cut \ud83d", "cut \ufffd"), ("\udc00\ud800", "\ufffd\ufffd"),
     ("whole \U0001f600", "whole \U0001f600")],
)  # fmt: skip
def test_texts_that_a_store_cannot_keep_are_mended(said: str, text: str | None) -> None:
    assert values.text(said) == text
    own_map = KindMap(fields={"note": "note"})
    account = read(shape("account", account=own_map), {"name": said, "note": said, "csb_pulse": said})
    assert isinstance(account, Account)
    assert (account.name, account.extra["note"]) == (text, text)


@given(st.text(st.characters(), max_size=20))
def test_every_text_can_be_stored(said: str) -> None:
    for read_value in (values.text(said), *values.ids(said), *(values.options(said) or ())):
        assert "\0" not in (read_value or "")
        (read_value or "").encode()


@given(st.floats(-1e9, 1e9), st.integers(0, 4))
def test_numbers_are_written_at_their_scale_and_read_back(value: float, scale: int) -> None:
    text = values.written(OwnField("x", "X", "number", scale=scale), value)
    assert "e" not in text.lower()
    assert text == "0" or not text.endswith(".")
    assert values.number(text) == pytest.approx(value, abs=0.5 * 10**-scale + 1e-6)


@pytest.mark.parametrize(
    ("field_type", "scale", "value", "text"),
    [
        ("number", 1, 71.30000000000001, "71.3"),
        ("number", 1, 80.0, "80"),
        ("number", 0, 100, "100"),
        ("number", 1, -0.04, "0"),
        ("text", 0, None, ""),
        ("multi_picklist", 0, (), ""),
        ("multi_picklist", 0, ("silent", "detractor"), "detractor;silent"),
        ("date", 0, date(2026, 3, 9), "2026-03-09"),
        ("datetime", 0, datetime(2026, 3, 9, 1, 2, 3, 4567, tzinfo=UTC), "2026-03-09T01:02:03.004Z"),
        ("text", 0, "a;b", "a;b"),
    ],
)
def test_how_values_are_written(field_type: Any, scale: int, value: Any, text: str) -> None:
    assert values.written(OwnField("x", "X", field_type, scale=scale), value) == text


@pytest.mark.parametrize(
    ("field_type", "value"), [("number", "many"), ("number", float("nan")), ("text", ("a", "b")), ("multi_picklist", 3)]
)
def test_what_a_field_cannot_hold_is_an_error(field_type: Any, value: Any) -> None:
    with pytest.raises(ValueError, match="x holds"):
        values.written(OwnField("x", "X", field_type), value)


AT = datetime(2026, 3, 9, 20, 23, 36, 861_000, tzinfo=UTC)
INVOICE = KindMap(object="2-118", fields={"due_on": "due", "paid_on": "paid", "amount": "total"})


def test_an_invoice_of_a_custom_object_belongs_to_its_associated_company() -> None:
    said = {"due": "2026-03-01", "paid": "", "total": "99.50"}
    beside = Beside(links={"account": {"7": ("9",)}}, currency="EUR")
    assert read(shape("invoice", invoice=INVOICE), said, beside) == Invoice(
        ref=Ref("hs", "invoice", "7"), changed_at=AT, account="9", due_on=date(2026, 3, 1), amount=99.5, currency="EUR"
    )


def test_an_invoice_without_a_property_for_payments_is_not_said_to_be_due() -> None:
    unpaid = KindMap(object="2-118", fields={"due_on": "due", "amount": "total"})
    record = read(shape("invoice", invoice=unpaid), {"due": "2026-03-01"})
    assert isinstance(record, Invoice)
    assert record.due_on is None


def test_a_contract_and_usage_of_custom_objects() -> None:
    contract = KindMap(
        object="p_contracts",
        fields={"status": "state", "starts_on": "begin", "ends_on": "end", "arr": "arr", "auto_renew": "auto"},
        values={"status": {"Running": "active"}},
    )
    said = {"state": "running", "begin": "2026-01-01", "end": "2026-12-31", "arr": "1200", "auto": "true"}
    beside = Beside(links={"account": {"7": ("9",)}})
    assert read(shape("contract", contract=contract), said, beside) == Contract(
        ref=Ref("hs", "contract", "7"), changed_at=AT, account="9", status="active", starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31), arr=1200.0, auto_renew=True,
    )  # fmt: skip
    usage = KindMap(
        object="2-9", fields={"account": "company_id", "person": "who", "feature": "f", "day": "on", "count": "n"}
    )
    said = {"company_id": "12", "who": "u-1", "f": "login", "on": "2026-01-02", "n": "4"}
    assert read(shape("usage", usage=usage), said) == Usage(
        ref=Ref("hs", "usage", "7"), changed_at=AT, account="12", person="u-1", feature="login",
        day=date(2026, 1, 2), count=4.0,
    )  # fmt: skip


def test_a_survey_answer_of_a_custom_object_may_name_the_company_itself() -> None:
    changes = KindMap(object="2-5", fields={"score": "score", "at": "hs_createdate"})
    assert shape("response", response=changes).references == {"account": "companies", "person": "contacts"}
    assert shape("response").references == {"person": "contacts"}


def test_trap_37_a_word_that_nobody_translated_stays_visible() -> None:
    partner = read(shape("account"), {"lifecyclestage": "Partner"})
    assert isinstance(partner, Account)
    assert (partner.status, partner.extra) == ("unknown", {"status_in_crm": "Partner"})
    other = read(shape("account"), {"lifecyclestage": "other"})
    assert isinstance(other, Account)
    assert (other.status, other.extra) == ("unknown", {}), "the map says so itself"
    closed = read(shape("ticket"), {"hs_pipeline_stage": "77", "hs_ticket_priority": "Someday"})
    assert closed.extra == {"status_in_crm": "77", "priority_in_crm": "Someday"}


def test_constants_hold_of_records_that_do_not_say_otherwise() -> None:
    fields = {"score": "score", "at": "hs_createdate", "survey": "kind"}
    one = shape("response", response=KindMap(object="2-5", fields=fields, constants={"survey": "nps"}))
    answers = [read(one, {"score": "9"}), read(one, {"score": "4", "kind": "csat"})]
    assert [answer.survey for answer in answers if isinstance(answer, Response)] == ["nps", "csat"]
