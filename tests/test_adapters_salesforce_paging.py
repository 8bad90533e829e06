"""Whatever happens in an org between two calls of a pull, wherever it is cut short: the next quiet sync is whole."""

import random
from pathlib import Path
from typing import Any

import pytest
from org_and_store import OrgAndStore, org_and_store
from test_adapters_salesforce_traps import WIDE, add_fields

from adapters.salesforce import bulk_query
from bridge.store.engine import Store

NAMES = {"Account": "Name", "Contact": "LastName", "Case": "Subject", "Opportunity": "Name"}


@pytest.fixture
def store_url(sqlite_url: str) -> str:
    """What the adapter reads is asked, not what a database keeps."""
    return sqlite_url


class Crash(Exception):
    """The process dies before a call."""


class Unrest:
    """Lets things happen to an org: edits, deletions, merges and restorations, of records of every kind."""

    def __init__(self, both: OrgAndStore, rng: random.Random) -> None:
        self.both, self.rng = both, rng
        self.tables = both.box.vendor.desk.org.tables  # type: ignore[attr-defined]

    def happen(self) -> None:
        self.both.later(seconds=self.rng.choice([0, 1, 1, 2, 30]))
        for _ in range(self.rng.choice([1, 2, 8])):
            self._one(self.rng.choice(["Account", "Account", "Account", *NAMES]))

    def _one(self, name: str) -> None:
        rows = self.tables[name].rows
        living = [id for id, row in rows.items() if not row.get("IsDeleted")]
        restorable = [id for id, row in rows.items() if row.get("IsDeleted") and not row.get("MasterRecordId")]
        one, other = self.rng.sample(living, 2)
        what = self.rng.random()
        if what < 0.8 or len(living) < 5:
            self.both.edit(name, one, **{NAMES[name]: f"edited {self.rng.random()}"})
        elif what < 0.9:
            self.both.edit(name, one, delete=True)
        elif name in ("Account", "Contact"):
            self.both.edit(name, one, delete=True, MasterRecordId=other)
        elif restorable:
            self.both.edit(name, self.rng.choice(restorable), IsDeleted=False)


@pytest.mark.parametrize("seed", range(6, 10))
def test_a_pull_disturbed_at_every_call_and_cut_short_loses_nothing(
    store: Store, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(seed)
    monkeypatch.setattr(bulk_query, "PAGE", 7)
    monkeypatch.setattr(bulk_query, "PIECE", 3)
    with org_and_store(store, tmp_path, companies=30, page_rows=3, map={"account": {"fields": WIDE}}) as both:
        add_fields(both, *WIDE.values())
        both.adapter._bulk._above = rng.choice(["never", "never", 5])
        unrest = Unrest(both, rng)
        _disturbed(both, unrest, rng, monkeypatch)
        both.later(minutes=10)
        for _ in "resumed", "anew":
            both.sync()
        both.assert_equal()


def _disturbed(both: OrgAndStore, unrest: Unrest, rng: random.Random, monkeypatch: pytest.MonkeyPatch) -> None:
    once = both.adapter._client._once

    def unquiet(*asked: Any) -> Any:
        if rng.random() < 0.8:
            unrest.happen()
        if rng.random() < 0.07:
            raise Crash
        return once(*asked)

    with monkeypatch.context() as patched:
        patched.setattr(both.adapter._client, "_once", unquiet)
        for _ in range(2):
            for _ in range(60):
                unrest.happen()
            both.later(seconds=rng.choice([400, 1000, 30_000]))
            try:
                both.sync()
            except Crash:
                continue
