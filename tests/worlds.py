"""A workspace in a test's hand: one fake CRM, a clock that stands still, and the verbs of the command line."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from fake_crm import FakeCrm
from sqlalchemy import select

from adapters.records import Ref
from bridge.clock import MovableClock
from bridge.pipeline import pushing
from bridge.pipeline.deciding import Scored, score
from bridge.store import customers, decisions
from bridge.store.engine import Store
from bridge.store.schema import affected
from bridge.sync.syncing import Synced, sync
from bridge.usage.files import UsageTaken, count_strangers, take_in_file
from bridge.workspace import Workspace
from config.loading import resolved
from config.scorecards import Scorecard, load_scorecards
from config.settings import Settings
from config.workspace import scorecard_paths
from scoring.decision import Decision
from webhooks.writeback.entry import Entry
from webhooks.writeback.summary import Summary

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass
class World:
    workspace: Workspace
    crm: FakeCrm
    clock: MovableClock

    def sync(self, **options: Any) -> Synced:
        return sync(self.workspace, "sf", **options)

    def score(self, **options: Any) -> Scored:
        return score(self.workspace, **options)

    def push(self) -> Summary:
        return pushing.push(self.workspace, "sf")

    def take_in_usage(self) -> list[UsageTaken]:
        """The usage files, after the CRM was read."""
        done = []
        for source in self.workspace.settings.usage:
            done.append(take_in_file(self.workspace, source, str(source.file)))
            if not done[-1].skipped:
                count_strangers(self.workspace, source, done[-1])
        return done

    def run(self) -> Summary:
        """What ``csbridge run`` does."""
        self.sync()
        self.take_in_usage()
        self.score()
        return self.push()

    def next_day(self, days: int = 1) -> None:
        self.clock.move(days * DAY)

    def tick(self, **by: float) -> None:
        self.clock.move(timedelta(**by) if by else timedelta(seconds=1))

    def account(self, id: str, **fields: Any) -> Ref:
        fields = {"name": f"Account {id}", "domain": f"a{id}.example.com", "status": "customer"} | fields
        return self.crm.put("account", id, **fields)

    def customer(self, id: str) -> int:
        ref = Ref("sf", "account", id)
        with self.workspace.store.read() as db:
            return customers.of_accounts(db, [ref])[ref]

    def decision(self, id: str) -> Decision:
        """The last one about the account."""
        return self.history(id)[-1]

    def history(self, id: str) -> list[Decision]:
        customer = self.customer(id)
        with self.workspace.store.read() as db:
            return decisions.history(db, customer)

    def affected(self) -> set[int]:
        with self.workspace.store.read() as db:
            return set(db.execute(select(affected.c.customer_id).where(affected.c.since.is_not(None))).scalars())

    def entry(self, id: str) -> Entry | None:
        found = [entry for entry in self.workspace.ledger.entries("sf") if entry.ref.id == id]
        return found[0] if found else None

    def write_usage(self, *rows: str, name: str = "usage.csv") -> None:
        text = "\n".join(["account,person,feature,day,count", *rows])
        (self.workspace.folder / name).write_text(text + "\n", encoding="utf-8")


def open_world(store: Store, folder: Path, **settings: Any) -> World:
    """``settings`` are keys of ``csbridge.yml``; relative files lie in ``folder``."""
    clock = MovableClock(START)
    crm = FakeCrm(clock)
    workspace = Workspace(folder, settings_of(folder, **settings), cards(), store, clock.now, _adapters={"sf": crm})
    crm.calls.budget = workspace.purse("sf")
    crm.provision_all(list(workspace.fields.values()))
    return World(workspace, crm, clock)


def settings_of(folder: Path, map: Mapping[str, Any] | None = None, **settings: Any) -> Settings:
    """``map`` is the connection's."""
    login = {"flow": "client_credentials", "client_id": "id", "client_secret": "secret"}
    connection = {
        "name": "sf",
        "crm": "salesforce",
        "login_url": "https://acme.my.salesforce.com",
        "auth": login,
        "webhook_secret": "hook",
        "map": map or {},
    }
    return resolved(Settings.model_validate({"connections": [connection]} | settings), folder)


@cache
def cards() -> Mapping[Any, list[Scorecard]]:
    """The shipped ones."""
    return {name: list(some) for name, some in load_scorecards(scorecard_paths(Path("/nowhere"))).items()}
