"""Custom properties: what fits, said before provision fails; silent where the portal does not tell."""

from typing import Any

import pytest
from fake_hubspot import connection

from adapters.contract import Finding
from adapters.errors import Refused
from adapters.hubspot.adapter import open_connection
from adapters.hubspot.limits import compared
from adapters.registry import Context
from adapters.sandbox.serve import running
from config.fields import OwnField

OWN = (
    OwnField("health_score", "Score", "number", core=True),
    OwnField("health_band", "Band", "picklist", options=("red",), core=True),
    OwnField("nps", "NPS", "number"),
    OwnField("segment", "Segment", "text", to="tier"),
)
NOTHING = {"account": frozenset[str](), "person": frozenset[str]()}


def told(limit: Any, usage: Any) -> dict[str, Any]:
    return {"byObjectType": [{"objectTypeId": "0-2", "limit": limit, "usage": usage}]}


def test_what_fits_is_no_finding() -> None:
    assert list(compared(told(10, 7), OWN, NOTHING)) == []
    there = {**NOTHING, "account": frozenset({"csb_health_score", "csb_health_band"})}
    assert list(compared(told(10, 9), OWN, there)) == [], "those that are there need no room"


def test_what_does_not_fit_comes_with_the_set_that_does() -> None:
    ((where, finding),) = compared(told(10, 8), OWN, NOTHING)
    assert (where, finding.level) == ("companies", "warning")
    assert finding.what == "companies have room for 2 more custom properties, and 3 own fields are missing"
    assert "before provision, set write: {fields: core} (2 of them, which fits)" in finding.mend
    ((_, finding),) = compared(told(10, 12), OWN, NOTHING)
    assert "room for 0 more" in finding.what
    assert "which does not fit either" in finding.mend


@pytest.mark.parametrize("answer", [{}, {"byObjectType": None}, told(None, 3), told("many", 3)])
def test_what_the_portal_does_not_tell_is_not_guessed(answer: dict[str, Any]) -> None:
    assert list(compared(answer, OWN, NOTHING)) == []


def checked(**options: Any) -> tuple[Finding, ...]:
    with running("hubspot", accounts=1, history=False, options=options) as box:
        token = box.announcement["token"]
        hubspot = open_connection(connection(box.url, token=token), Context(own=OWN))
        try:
            return tuple(one for one in hubspot.check().findings if "custom properties" in one.what)
        finally:
            hubspot.close()


def test_provision_stops_before_it_creates_what_does_not_fit() -> None:
    with running("hubspot", accounts=1, history=False, options={"custom_properties": 1}) as box:
        hubspot = open_connection(connection(box.url, token=box.announcement["token"]), Context(own=OWN))
        try:
            plan = hubspot.plan(OWN)
            blocked = plan.blocked[-1]
            assert "write: {fields: core}" in blocked.blocked
            with pytest.raises(Refused, match="room for 0 more"):
                hubspot.provision(plan, OWN)
            assert hubspot.undoing(OWN).changes == (), "nothing was made"
        finally:
            hubspot.close()


def test_a_portal_is_asked_and_one_that_refuses_is_not_pressed() -> None:
    assert checked() == ()
    (finding,) = checked(custom_properties=1)
    assert "room for 0 more custom properties" in finding.what
    assert checked(custom_properties=1, limits_api=False) == ()
