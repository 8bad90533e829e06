"""What another card would write is what a push under it would: here the rules that decide record by record."""

from pathlib import Path

from twins import open_twins

from bridge.proof.whatif import what_if
from bridge.store.engine import Store

PRODUCT = {"plans": {"pro": {"price_per_seat": 100, "currency": "EUR"}}}


def test_an_amount_is_foretold_for_records_of_its_currency_alone(store: Store, tmp_path: Path) -> None:
    twins = open_twins(
        store, tmp_path, scorecards=["health", "expansion"], product=PRODUCT, currency={"report": "EUR", "rates": {}},
        usage=[{"file": "usage.csv", "account_key": "domain"}],
    )  # fmt: skip
    account = {"domain": "acme.test", "plan": "pro", "seats_bought": 10}
    twins.has("sf:1", currency="EUR", **account)
    twins.has("hs:1", currency="USD", **account)
    twins.write_usage(*(f"acme.test,p{person},login,2026-03-01,3" for person in range(10)))
    twins.run()
    assert twins.together("sf:1", "hs:1")
    assert (twins.own("sf:1", "expansion_amount"), twins.own("hs:1", "expansion_amount")) == (200.0, None)
    found = what_if(twins.workspace, twins.workspace.cards["expansion"][-1]).as_data()  # the one that decided
    assert {name: push["records"] for name, push in found["push"].items()} == {"sf": 0, "hs": 0}
    twins.workspace.close()
