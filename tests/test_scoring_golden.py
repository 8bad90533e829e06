"""The golden accounts (tests/golden/health.yml): what the shipped scorecard says about accounts a CSM can picture."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from config.flags import FLAG_DAYS
from config.scorecards import shipped_scorecard
from scoring.decision import Decision
from scoring.engine import decide
from scoring.frames import COLUMNS, Frames, frame
from scoring.policy import one_card

GOLDEN = YAML(typ="safe").load((Path(__file__).parent / "golden" / "health.yml").read_text("utf-8"))
AS_OF: date = GOLDEN["as_of"]
ACCOUNTS: Mapping[str, Mapping[str, Any]] = GOLDEN["accounts"]


def day(ago: int | None) -> date | None:
    return None if ago is None else AS_OF - timedelta(days=ago)


def usage_rows(customer: int, blocks: list[dict[str, Any]]) -> Iterator[dict[str, object]]:
    for block in blocks:
        base = {"customer": customer, "source": "product"}
        if "seen" in block:
            yield {**base, "day": day(block["seen"]), "count": 0}
            continue
        for ago in range(block["to"], block["from"] + 1):
            for person in range(block["persons"]):
                for feature in range(block["features"]):
                    yield {**base, "person": f"p{person}", "feature": f"f{feature}", "day": day(ago), "count": 1}


def all_frames(accounts: Mapping[str, Mapping[str, Any]] = ACCOUNTS) -> Frames:
    rows: dict[str, list[dict[str, object]]] = {name: [] for name in COLUMNS if name != "sources"}
    for customer, told in enumerate(accounts.values()):
        fields = dict(told["account"])
        ahead = fields.pop("renewal_in", None)
        renewal = None if ahead is None else day(-ahead)
        rows["customers"].append({"customer": customer, "renewal_date": renewal, **fields})
        rows["usage"].extend(usage_rows(customer, told.get("usage", [])))
        rows["persons"].extend({"customer": customer, **person} for person in told.get("people", []))
        rows["tickets"].extend(
            {
                "customer": customer,
                "ticket": f"t{number}",
                "status": "closed" if "closed" in ticket else "open",
                "opened": day(ticket["opened"]),
                "closed": day(ticket.get("closed")),
                "escalated": ticket.get("escalated"),
            }
            for number, ticket in enumerate(told.get("tickets", []))
        )
        rows["responses"].extend(
            {
                "customer": customer,
                "person": answer["person"],
                "survey": "nps",
                "score": answer["nps"],
                "day": day(answer["ago"]),
            }
            for answer in told.get("answers", [])
        )
        rows["activities"].extend(
            {
                "customer": customer,
                "activity": f"a{number}",
                "kind": touch["kind"],
                "person": person,
                "day": day(touch["ago"]),
            }
            for number, touch in enumerate(told.get("touches", []))
            for person in touch["persons"]
        )
        rows["deals"].extend(
            {"customer": customer, "kind": "renewal", "status": deal["status"], "closes": day(deal["closes"])}
            for deal in told.get("renewals", [])
        )
        rows["invoices"].extend(
            {
                "customer": customer,
                "invoice": f"i{number}",
                "due": day(invoice["due"]),
                "paid": day(invoice.get("paid")),
                "amount": invoice["amount"],
                "currency": "EUR",
            }
            for number, invoice in enumerate(told.get("invoices", []))
        )
    sources = frame("sources", [{"source": "product", "newest": AS_OF, "stale_after_days": 7}])
    return Frames(**{name: frame(name, given) for name, given in rows.items()}, sources=sources, as_of=AS_OF)


@pytest.fixture(scope="module")
def decisions() -> dict[str, Decision]:
    made = decide(all_frames(), one_card(shipped_scorecard("health"), dict.fromkeys(FLAG_DAYS)), {})
    return dict(zip(ACCOUNTS, made, strict=True))


@pytest.mark.parametrize("name", ACCOUNTS)
def test_golden_account(name: str, decisions: Mapping[str, Decision]) -> None:
    expected, decision = ACCOUNTS[name]["expect"], decisions[name]
    for field in expected.keys() & {"score", "coverage", "band", "top_risk", "nps", "nps_last", "nps_group"}:
        assert getattr(decision, field) == expected[field], (field, decision)
    assert {flag.name: (AS_OF - flag.since).days for flag in decision.flags} == expected["flags"]
    points = {part.measure: part.points for part in decision.contributions}
    assert points == {**points, **expected.get("parts", {})}
    places = [decision.reasons.find(said) for said in expected.get("says", [])]
    assert -1 not in places, decision.reasons
    assert places == sorted(places), decision.reasons
    if "missing" in expected:
        assert list(decision.missing) == expected["missing"]
    assert decision.next_action == expected.get("next_action", decision.next_action)
    assert len(decision.reasons) <= 255
