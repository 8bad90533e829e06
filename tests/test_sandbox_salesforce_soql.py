"""SOQL as the sandbox parses and runs it: what Salesforce refuses is refused, what it finds is found."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.sandbox.clock import SandboxClock
from adapters.sandbox.faults import Faults
from adapters.sandbox.journal import Journal
from adapters.sandbox.salesforce import ids, soql_dates, times
from adapters.sandbox.salesforce.errors import ApiError
from adapters.sandbox.salesforce.fields import Field
from adapters.sandbox.salesforce.org import Actor, Org
from adapters.sandbox.salesforce.query import run
from adapters.sandbox.salesforce.rights import Rights
from adapters.sandbox.salesforce.soql_parser import parse

NOW = datetime(2026, 5, 1, 7, 0, tzinfo=UTC)
READER = Actor("005Sx0000000001IAA", "reader")


def org_with(*rows: dict[str, Any], name: str = "Account") -> Org:
    org = Org(SandboxClock(NOW), Journal(), Faults())
    org.tables["User"].add({"Id": READER.user, "Name": "Reader", "SystemModstamp": times.shown(NOW)})
    kind = org.type(name)
    for row in rows:
        plain = {"SystemModstamp": times.shown(NOW), "IsDeleted": False}
        org.tables[name].add({**plain, "Id": org.new_id(kind.prefix), **row})
    return org


def found(org: Org, soql: str, everything: bool = False) -> list[dict[str, Any]]:
    result = run(parse(soql), org, Rights(org), READER, everything=everything)
    rows = org.tables[result.kind.name].rows
    return [result.render(rows[row_id]) for row_id in result.ids]


def names(org: Org, where: str) -> list[str]:
    return [row["Name"] for row in found(org, f"SELECT Name FROM Account {where}")]


COMPANIES = (
    {"Name": "Ärzte AG", "NumberOfEmployees": 10, "CS_Status__c": "Customer", "Renewal_Date__c": "2026-04-30"},
    {"Name": "Beta 100%", "NumberOfEmployees": 200, "CS_Status__c": "Prospect", "OwnerId": READER.user},
    {"Name": "o'Neil_Co", "CS_Status__c": "Churned", "Renewal_Date__c": "2026-05-01"},
)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("WHERE Name = 'ärzte ag'", ["Ärzte AG"]),
        (r"WHERE Name = 'O\'Neil_Co'", ["o'Neil_Co"]),
        (r"WHERE Name LIKE '%100\%'", ["Beta 100%"]),
        ("WHERE Name LIKE 'o_neil%'", ["o'Neil_Co"]),
        (r"WHERE Name LIKE '%\_co'", ["o'Neil_Co"]),
        ("WHERE NumberOfEmployees > 10", ["Beta 100%"]),
        ("WHERE NumberOfEmployees <= 10", ["Ärzte AG"]),
        ("WHERE NumberOfEmployees = null", ["o'Neil_Co"]),
        ("WHERE NumberOfEmployees != 10", ["Beta 100%", "o'Neil_Co"]),
        ("WHERE CS_Status__c IN ('customer', 'Prospect')", ["Ärzte AG", "Beta 100%"]),
        ("WHERE CS_Status__c NOT IN ('Customer')", ["Beta 100%", "o'Neil_Co"]),
        ("WHERE NOT (CS_Status__c = 'Customer' OR NumberOfEmployees = 200)", ["o'Neil_Co"]),
        ("WHERE (CS_Status__c = 'Customer' AND NumberOfEmployees = 10) OR Name LIKE 'o%'", ["Ärzte AG", "o'Neil_Co"]),
        ("WHERE Renewal_Date__c < TODAY", ["Ärzte AG"]),
        ("WHERE Renewal_Date__c = THIS_MONTH", ["o'Neil_Co"]),
        ("WHERE Renewal_Date__c >= 2026-05-01", ["o'Neil_Co"]),
        ("WHERE Owner.Name = 'reader'", ["Beta 100%"]),
        ("WHERE OwnerId IN (SELECT Id FROM User WHERE Name = 'Reader')", ["Beta 100%"]),
        (f"WHERE OwnerId = '{READER.user[:15]}'", ["Beta 100%"]),
        ("WHERE SystemModstamp = 2026-05-01T09:00:00+02:00", ["Ärzte AG", "Beta 100%", "o'Neil_Co"]),
        ("WHERE SystemModstamp > 2026-05-01T07:00:00.000Z", []),
        ("ORDER BY NumberOfEmployees DESC NULLS LAST, Name", ["Beta 100%", "Ärzte AG", "o'Neil_Co"]),
        ("ORDER BY NumberOfEmployees", ["o'Neil_Co", "Ärzte AG", "Beta 100%"]),
        ("ORDER BY Name LIMIT 1 OFFSET 1", ["o'Neil_Co"]),
    ],
)
def test_a_condition_finds_what_it_means(where: str, expected: list[str]) -> None:
    assert names(org_with(*COMPANIES), where) == expected


@pytest.mark.parametrize(
    ("soql", "code", "part"),
    [
        ("SELECT Id FROM Account WHERE Name = 'a' OR Name = 'b' AND Name = 'c'", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id FROM Account WHERE Name = 'a' AND NOT Name = 'b'", "MALFORMED_QUERY", "unexpected token: 'NOT'"),
        ("SELECT Id FROM Account WHERE NOT Name = 'a' AND Name = 'b'", "MALFORMED_QUERY", "unexpected token: 'AND'"),
        ("SELECT Id FROM Account WHERE", "MALFORMED_QUERY", "<EOF>"),
        ("SELECT FROM Account", "MALFORMED_QUERY", ""),
        ("SELECT Id FROM Account LIMIT -1", "MALFORMED_QUERY", ""),
        (r"SELECT Id FROM Account WHERE Name = 'a\q'", "MALFORMED_QUERY", "Illegal escape"),
        ("SELECT Id FROM Account WHERE Name = 'a", "MALFORMED_QUERY", "ERROR at Row:1"),
        ("SELECT Id FROM Account WHERE SystemModstamp > 2026-05-01T07:00:00", "MALFORMED_QUERY", ""),
        ("SELECT Id FROM Account WHERE SystemModstamp > 2026-13-01T07:00:00Z", "MALFORMED_QUERY", "not a date"),
        ("SELECT Id FROM Account WHERE Renewal_Date__c = 2026-02-31", "MALFORMED_QUERY", "not a date"),
        ("SELECT Id FROM Account WHERE Renewal_Date__c = LAST_N_DAYS:9999999", "MALFORMED_QUERY", "LAST_N_DAYS"),
        (
            "SELECT Id FROM Account WHERE SystemModstamp > '2026-05-01T07:00:00Z'",
            "INVALID_FIELD",
            "value of filter criterion for field 'SystemModstamp' must be of type dateTime and should not be",
        ),
        ("SELECT Id FROM Account WHERE NumberOfEmployees = '5'", "INVALID_FIELD", "must be of type int"),
        ("SELECT Id FROM Account WHERE Name = 5", "INVALID_FIELD", "should be enclosed in quotes"),
        ("SELECT Id FROM Account WHERE Id = 'short'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: short"),
        ("SELECT Nope__c FROM Account", "INVALID_FIELD", "No such column 'Nope__c' on entity 'Account'"),
        ("SELECT Nope.Name FROM Account", "INVALID_FIELD", "Didn't understand relationship 'Nope'"),
        ("SELECT Id, id FROM Account", "INVALID_FIELD", "duplicate field selected"),
        ("SELECT Id FROM Nope", "INVALID_TYPE", "sObject type 'Nope' is not supported"),
        ("SELECT Id FROM CustomField", "INVALID_TYPE", "CustomField"),
        ("SELECT FIELDS(ALL) FROM Account", "MALFORMED_QUERY", "LIMIT"),
        ("SELECT FIELDS(ALL) FROM Account LIMIT 201", "MALFORMED_QUERY", "LIMIT"),
        ("SELECT Id FROM Account OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "2000"),
    ],
)
def test_what_salesforce_refuses_is_refused(soql: str, code: str, part: str) -> None:
    with pytest.raises(ApiError) as refusal:
        found(org_with(*COMPANIES), soql)
    assert (refusal.value.status, refusal.value.code) == (400, code)
    assert part in str(refusal.value)


def test_a_statement_may_hold_100000_characters_and_no_more() -> None:
    head = "SELECT Id FROM Account WHERE Name = '"
    parse(f"{head}{'x' * (100_000 - len(head) - 1)}'")
    with pytest.raises(ApiError, match="can not be longer than 100000 characters"):
        parse(f"{head}{'x' * (100_001 - len(head) - 1)}'")


def test_multi_selects_are_searched_option_by_option() -> None:
    org = org_with()
    org.type("Account").put(Field(name="Flags__c", type="multipicklist"))
    for flags in ("silent;detractor", "silent", None):
        row = {"Id": org.new_id("001"), "Name": str(flags), "SystemModstamp": times.shown(NOW), "Flags__c": flags}
        org.tables["Account"].add(row)
    assert names(org, "WHERE Flags__c INCLUDES ('silent')") == ["silent;detractor", "silent"]
    assert names(org, "WHERE Flags__c INCLUDES ('detractor;silent', 'other')") == ["silent;detractor"]
    assert names(org, "WHERE Flags__c EXCLUDES ('detractor')") == ["silent", "None"]


def test_deleted_and_archived_rows_show_only_when_everything_is_asked_for() -> None:
    org = org_with(
        {"Subject": "new"}, {"Subject": "old", "IsArchived": True}, {"Subject": "gone", "IsDeleted": True}, name="Task"
    )
    soql = "SELECT Subject FROM Task"
    assert [row["Subject"] for row in found(org, soql)] == ["new"]
    assert [row["Subject"] for row in found(org, soql, everything=True)] == ["new", "old", "gone"]
    assert [row["Subject"] for row in found(org, f"{soql} ALL ROWS")] == ["new", "old", "gone"]


def test_parents_are_nested_and_polymorphic_ones_tell_their_type() -> None:
    org = org_with({"Name": "Acme", "OwnerId": READER.user})
    account = org.tables["Account"].ids[0]
    org.tables["Task"].add({"Id": org.new_id("00T"), "WhatId": account, "SystemModstamp": times.shown(NOW)})
    [row] = found(org, "SELECT What.Type, What.Name, Who.Type, Account.Owner.Name FROM Task")
    assert row["What"]["Type"] == "Account"
    assert row["What"]["Name"] == "Acme"
    assert row["Who"] is None
    assert row["Account"] is None
    [shown] = found(org, "SELECT Owner.Name FROM Account")
    assert shown["Owner"]["Name"] == "Reader"
    assert shown["Owner"]["attributes"]["type"] == "User"


@given(
    stamps=st.lists(st.integers(0, 5), min_size=1, max_size=40),
    page=st.integers(1, 7),
    until=st.integers(0, 5),
)
@settings(max_examples=40, deadline=None)
def test_a_keyset_walk_meets_every_row_once_however_many_share_a_stamp(
    stamps: list[int], page: int, until: int
) -> None:
    org = org_with(
        *({"Name": str(n), "SystemModstamp": times.shown(NOW + timedelta(seconds=s))} for n, s in enumerate(stamps))
    )
    end = f"{NOW + timedelta(seconds=until):%Y-%m-%dT%H:%M:%SZ}"
    at, last, seen = "2000-01-01T00:00:00Z", "000000000000000AAA", []
    while True:
        rows = found(
            org,
            f"SELECT Id, SystemModstamp FROM Account WHERE ((SystemModstamp = {at} AND Id > '{last}') OR "
            f"SystemModstamp > {at}) AND SystemModstamp <= {end} ORDER BY SystemModstamp, Id LIMIT {page}",
        )
        if not rows:
            break
        seen += [(row["SystemModstamp"], row["Id"]) for row in rows]
        at, last = seen[-1][0].replace("+0000", "Z"), seen[-1][1]
    table = org.tables["Account"]
    assert seen == sorted(
        (r["SystemModstamp"], r["Id"])
        for r in table.rows.values()
        if r["SystemModstamp"] <= times.shown(NOW + timedelta(seconds=until))
    )


WORDS = st.sampled_from(
    [
        *("SELECT", "FROM", "WHERE", "AND", "OR", "NOT", "IN", "LIKE", "ORDER", "BY", "LIMIT", "COUNT"),
        *("(", ")", ",", "=", "<", "!=", "'a'", "'%\\_'", "5", "null", "TODAY", "2026-05-01"),
        *("Id", "Name", "Account", "Owner.Name", "ARR__c"),
    ]
)


@given(words=st.lists(WORDS, max_size=12), rest=st.text(max_size=8))
@settings(max_examples=150, deadline=None)
def test_whatever_is_asked_is_answered_or_refused_in_the_vendors_shape(words: list[str], rest: str) -> None:
    org = org_with(*COMPANIES)
    for soql in (" ".join(words) + rest, f"SELECT Id FROM Account WHERE {' '.join(words)}{rest}"):
        assert outcome(org, soql) in (200, 400)


def outcome(org: Org, soql: str) -> int:
    try:
        found(org, soql)
    except ApiError as refusal:
        return refusal.status
    return 200


@given(number=st.integers(0, 62**6 - 2))
def test_ids_are_safe_and_in_order(number: int) -> None:
    made = ids.made("001", number)
    assert len(made) == 18
    assert ids.normal(made[:15]) == made
    assert made < ids.made("001", number + 1)


def test_the_suffix_is_the_vendors() -> None:
    assert ids.safe("001xx000003DGb0") == "001xx000003DGb0AAG"
    assert ids.safe("00Dxx0000001gPF") == "00Dxx0000001gPFEAY"


@pytest.mark.parametrize(
    ("word", "first", "after"),
    [
        ("TODAY", date(2026, 5, 1), date(2026, 5, 2)),
        ("LAST_N_DAYS:30", date(2026, 4, 1), date(2026, 5, 2)),
        ("NEXT_N_DAYS:2", date(2026, 5, 2), date(2026, 5, 4)),
        ("LAST_WEEK", date(2026, 4, 19), date(2026, 4, 26)),
        ("THIS_QUARTER", date(2026, 4, 1), date(2026, 7, 1)),
        ("LAST_YEAR", date(2025, 1, 1), date(2026, 1, 1)),
        ("LAST_N_MONTHS:5", date(2025, 12, 1), date(2026, 5, 1)),
    ],
)
def test_relative_dates_are_ranges_of_days(word: str, first: date, after: date) -> None:
    assert soql_dates.days(word, NOW.date()) == (first, after)
