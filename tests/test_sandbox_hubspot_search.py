"""Search of the sandbox: operators, one sort, the cap of 10,000, and walks that find every record once."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sandbox_portal import FIRST_COMPANY, Portal, portal

from adapters.sandbox.hubspot.values import parse_ms

STAMP = "hs_lastmodifieddate"


@pytest.fixture(scope="module")
def hub() -> Portal:
    return portal(60)


def where(name: str, operator: str, value: Any = None, **more: Any) -> dict[str, Any]:
    return {"propertyName": name, "operator": operator, **({} if value is None else {"value": value}), **more}


def found(hub: Portal, *filters: dict[str, Any], **more: Any) -> list[dict[str, str | None]]:
    status, body = hub.search("companies", list(filters), limit=200, **more)
    assert (status, len(body["results"])) == (200, body["total"])
    return [row["properties"] for row in body["results"]]


def test_pages_by_offset_and_counts_all(hub: Portal) -> None:
    sorts = [{"propertyName": STAMP, "direction": "ASCENDING"}]
    status, first = hub.search("companies", sorts=sorts, limit=40)
    assert (status, first["total"], first["paging"]) == (200, 60, {"next": {"after": "40"}})
    _, second = hub.search("companies", sorts=sorts, limit=40, after="40")
    assert "paging" not in second
    rows = first["results"] + second["results"]
    stamps = [row["updatedAt"] for row in rows]
    assert stamps == sorted(stamps)
    assert len({row["id"] for row in rows}) == 60


def test_times_compare_in_milliseconds_as_number_or_text(hub: Portal) -> None:
    rows = found(hub, sorts=[STAMP])
    middle = rows[30][STAMP]
    expected = [row for row in rows if row[STAMP] >= middle]
    assert found(hub, where(STAMP, "GTE", middle), sorts=[STAMP]) == expected
    ms = str(_ms(middle))
    assert found(hub, where(STAMP, "GTE", ms), sorts=[STAMP]) == expected
    assert found(hub, where(STAMP, "EQ", ms), sorts=["hs_object_id"]) == [row for row in rows if row[STAMP] == middle]
    after = found(hub, where(STAMP, "GT", ms), sorts=[STAMP])
    assert after == [row for row in rows if row[STAMP] > middle]
    descending = found(hub, where(STAMP, "BETWEEN", ms, highValue=str(_ms(rows[50][STAMP]))), sorts=["-" + STAMP])
    assert [row[STAMP] for row in descending] == [
        row[STAMP] for row in rows if middle <= row[STAMP] <= rows[50][STAMP]
    ][::-1]


def _ms(text: str | None) -> int:
    return parse_ms(text or "") or 0


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (where("cs_status", "EQ", "customer"), lambda row: row["cs_status"] == "customer"),
        (where("cs_status", "NEQ", "customer"), lambda row: row["cs_status"] != "customer"),
        (
            where("cs_status", "IN", values=["prospect", "churned"]),
            lambda row: row["cs_status"] in ("prospect", "churned"),
        ),
        (where("seats", "GT", "10"), lambda row: row["seats"] is not None and int(row["seats"]) > 10),
        (where("seats", "BETWEEN", "5", highValue="9"), lambda row: row["seats"] and 5 <= int(row["seats"]) <= 9),
        (where("arr", "NOT_HAS_PROPERTY"), lambda row: row["arr"] is None),
        (where("plan", "IN", values=["team"]), lambda row: row["plan"] == "team"),
        (where("plan", "IN", values=["Team"]), lambda row: False),
        (where("plan", "EQ", "TEAM"), lambda row: row["plan"] == "team"),
        (where("name", "CONTAINS_TOKEN", "gmb*"), lambda row: "gmbh" in row["name"].lower().split()),
        (
            where("renewal_date", "LT", "2027-01-01"),
            lambda row: row["renewal_date"] and row["renewal_date"] < "2027-01-01",
        ),
    ],
)
def test_operators(hub: Portal, condition: dict[str, Any], holds: Any) -> None:
    words = ["cs_status", "seats", "arr", "plan", "name", "renewal_date"]
    everything = found(hub, properties=words)
    assert found(hub, condition, properties=words) == [row for row in everything if holds(row)]


def test_groups_are_joined_by_or(hub: Portal) -> None:
    groups = [{"filters": [where("hs_object_id", "EQ", str(FIRST_COMPANY + place))]} for place in (3, 5)]
    _, body = hub.call("POST", "/crm/v3/objects/companies/search", {"filterGroups": groups})
    assert [row["id"] for row in body["results"]] == [str(FIRST_COMPANY + 3), str(FIRST_COMPANY + 5)]


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 201},
        {"after": "10000"},
        {"after": "x"},
        {"sorts": ["nope"]},
        {"filterGroups": [{"filters": [where("nope", "EQ", "1")]}]},
        {"filterGroups": [{"filters": [where("name", "LIKE", "a")]}]},
        {"filterGroups": [{"filters": [where("name", "EQ")]}]},
        {"filterGroups": [{"filters": [where("name", "CONTAINS_TOKEN", "")]}]},
        {"filterGroups": [{"filters": [where("seats", "GT", "many")]}]},
        {"filterGroups": [{"filters": [where("seats", "BETWEEN", "1")]}]},
        {"filterGroups": [{"filters": [where("seats", "IN", "1")]}]},
        {"filterGroups": [{"filters": [where("name", "HAS_PROPERTY")] * 11}]},
        {"filterGroups": [{"filters": [where("name", "HAS_PROPERTY")]}] * 6},
        {"filterGroups": [{"filters": [where("name", "HAS_PROPERTY")] * 6}] * 5},
        {"filterGroups": "x"},
        {"query": "x" * 3001},
    ],
)
def test_refuses_what_hubspot_refuses(hub: Portal, body: dict[str, Any]) -> None:
    status, answer = hub.call("POST", "/crm/v3/objects/companies/search", body)
    assert (status, answer["category"]) == (400, "VALIDATION_ERROR")


def test_a_search_from_the_very_epoch_breaks_as_it_does_there(hub: Portal) -> None:
    assert hub.search("companies", [where(STAMP, "GTE", "0")])[0] == 500


def test_the_index_can_lag() -> None:
    hub = portal(index_lag_ms=60_000)
    hub.call("PATCH", f"/crm/v3/objects/companies/{FIRST_COMPANY}", {"properties": {"name": "New"}})
    recent = [where(STAMP, "GTE", "2026-11-21T11:59:59Z")]
    assert hub.search("companies", recent)[1]["total"] == 0
    hub.instruments.clock.advance(61)
    assert hub.search("companies", recent)[1]["total"] == 1


def test_the_cap_ends_the_pages_but_not_the_count() -> None:
    hub = portal(10_050)
    _, body = hub.search("companies", limit=200, after="9900", sorts=[STAMP])
    assert (body["total"], len(body["results"]), body["paging"]) == (10_050, 100, {"next": {"after": "10000"}})
    assert hub.search("companies", limit=200, after="10000", sorts=[STAMP])[0] == 400


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 59), operator=st.sampled_from(["GTE", "GT", "LT", "LTE", "EQ"]), limit=st.integers(1, 60))
def test_the_fast_walk_finds_what_a_scan_finds(hub: Portal, place: int, operator: str, limit: int) -> None:
    """Sorted by stamp the range is bisected; sorted by id it is filtered: the same rows either way."""
    stamp = found(hub, sorts=[STAMP])[place][STAMP]
    condition = where(STAMP, operator, stamp)
    walked: list[str] = []
    after = "0"
    while after:
        _, page = hub.search("companies", [condition], sorts=[STAMP], limit=limit, after=after)
        walked += [row["id"] for row in page["results"]]
        after = page.get("paging", {}).get("next", {}).get("after")
    scanned = [row["hs_object_id"] for row in found(hub, condition, where("name", "HAS_PROPERTY"))]
    assert sorted(walked) == sorted(filter(None, scanned))
