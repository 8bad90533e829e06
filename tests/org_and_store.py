"""A sandbox org and a store that syncs with it, for tests that do things to the org and ask whether the two agree."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
from fake_salesforce import OWN, context
from sandbox_salesforce import sandbox
from sqlalchemy import select
from worlds import cards, settings_of

from adapters.records import Record, Tombstone
from adapters.registry import open_adapter
from adapters.salesforce.adapter import SalesforceAdapter
from adapters.sandbox.serve import Sandbox
from adapters.sandbox.vendor import Edit
from bridge.store.engine import Store
from bridge.store.records import payload_of
from bridge.store.schema import records
from bridge.sync.reconciling import reconcile
from bridge.sync.syncing import ORDER, Synced, sync
from bridge.workspace import Workspace
from config.connections import SalesforceConnection
from config.words import Kind


@dataclass
class OrgAndStore:
    box: Sandbox
    adapter: SalesforceAdapter
    workspace: Workspace

    def sync(self, **options: Any) -> Synced:
        return sync(self.workspace, "sf", **options)

    def reconcile(self) -> None:
        reconcile(self.workspace, "sf")

    def edit(self, object: str, id: str | None = None, *, delete: bool = False, **fields: Any) -> str:
        """A person's edit in the CRM; the record's id."""
        return str(self.box.vendor.edit(Edit(object, id, fields, delete)).row["Id"])

    def later(self, **by: float) -> None:
        self.box.instruments.clock.advance(timedelta(**by).total_seconds())

    def ids(self, kind: Kind) -> list[str]:
        return sorted(self.stored(kind))

    def stored(self, kind: Kind) -> dict[str, dict[str, Any]]:
        """The living records of the store."""
        query = select(records.c.id, records.c.payload).where(records.c.kind == kind, records.c.payload.is_not(None))
        with self.workspace.store.read() as db:
            return {id: orjson.loads(payload) for id, payload in db.execute(query)}

    def held(self, kind: Kind) -> dict[str, dict[str, Any]]:
        """The living records of the org, as a stranger who never looked before reads them."""
        found: dict[str, dict[str, Any]] = {}
        with closing(opened(self.box, self.workspace)) as stranger:
            for page in stranger.pull(kind, None):
                for item in page.items:
                    if isinstance(item, Record):
                        found[item.ref.id] = orjson.loads(payload_of(item))
                    elif isinstance(item, Tombstone):
                        found.pop(item.ref.id, None)
        return found

    def assert_equal(self) -> None:
        for kind in ORDER:
            assert self.stored(kind) == self.held(kind), kind


def opened(box: Sandbox, workspace: Workspace) -> SalesforceAdapter:
    said = box.announcement
    auth = {"flow": "client_credentials", "client_id": said["client_id"], "client_secret": said["client_secret"]}
    facts = {"name": "sf", "crm": "salesforce", "login_url": box.url, "auth": auth, "timeout": 30}
    facts["map"] = workspace.connection("sf").map
    settings = SalesforceConnection.model_validate(facts)
    adapter = open_adapter(settings, replace(context(), own=OWN, clock=box.instruments.clock.now))
    assert isinstance(adapter, SalesforceAdapter)
    return adapter


@contextmanager
def org_and_store(
    store: Store, folder: Path, *, map: Mapping[str, Any] | None = None, companies: int = 3, **options: Any
) -> Iterator[OrgAndStore]:
    """``options`` are the sandbox's own switches; the first sync is over."""
    with sandbox(companies, options=options) as box:
        clock = box.instruments.clock.now
        workspace = Workspace(folder, settings_of(folder, map=map), cards(), store, clock)
        with closing(opened(box, workspace)) as adapter:
            workspace._adapters["sf"] = adapter
            both = OrgAndStore(box, adapter, workspace)
            both.sync()
            yield both
