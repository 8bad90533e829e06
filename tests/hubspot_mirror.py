"""A copy of a sandbox portal as the store would keep it: synced through the adapter, compared with the portal."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.hubspot.adapter import HubspotAdapter, open_connection
from adapters.records import Item, Record, Ref, Tombstone
from adapters.registry import Context
from adapters.retrying import Patience
from adapters.sandbox.serve import Sandbox, running
from adapters.sandbox.vendor import Edit
from adapters.testing import records
from bridge.store.references import REFERENCES, named
from config.connections import HubspotConnection
from config.words import Kind

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
OVERLAP = timedelta(minutes=5)


@dataclass
class Mirror:
    """``items`` holds the living; an item older than what is there is not taken, as in the store."""

    box: Sandbox
    adapter: HubspotAdapter
    items: dict[Ref, Record] = field(default_factory=dict)
    cursors: dict[Kind, str] = field(default_factory=dict)
    gone: dict[Ref, Tombstone] = field(default_factory=dict)
    gaps: list[str] = field(default_factory=list)

    def sync(self, *kinds: Kind) -> list[Item]:
        """What the pages of these kinds held."""
        told: list[Item] = []
        gone = set(self.gone)
        for kind in kinds or ("account", "person", "deal", "ticket", "activity"):
            for page in self.adapter.pull(kind, self.cursors.get(kind)):
                self.take(page.items)
                told += page.items
                self.cursors[kind] = page.cursor
                self.gaps += [page.gap] if page.gap else []
        self.relink({ref.id for ref in self.gone.keys() - gone if ref.kind in ("account", "person")})
        return told

    def relink(self, gone: set[str]) -> None:
        """What the engine does with those who name what is gone: no stamp of theirs moves."""
        for kind, references in REFERENCES.items():
            ids = [
                ref.id
                for ref, item in self.held(kind).items()
                if gone.intersection(id for field, _ in references for id in named(getattr(item, field)))
            ]
            if ids:
                self.take(self.adapter.read(kind, ids))

    def take(self, items: Any) -> None:
        for item in items:
            if isinstance(item, Tombstone):
                self.items.pop(item.ref, None)
                self.gone[item.ref] = item
            elif item.ref not in self.items or self.items[item.ref].changed_at <= item.changed_at:
                self.items[item.ref] = item

    def truth(self, kind: Kind) -> dict[Ref, Item]:
        """What the portal holds now, by its list, which is never late."""
        ids = [one.id for page in self.adapter.ids(kind) for one in page]
        return {item.ref: item for item in self.adapter.read(kind, ids)}

    def held(self, kind: Kind) -> dict[Ref, Record]:
        return {ref: item for ref, item in self.items.items() if ref.kind == kind}

    def edit(self, kind: str, one: str | None, delete: bool = False, **fields: Any) -> str:
        """A person's edit; the record's id."""
        return str(self.box.vendor.edit(Edit(kind, one, fields, delete)).row.get("id"))

    def tick(self, **by: float) -> None:
        self.box.instruments.clock.advance(timedelta(**by).total_seconds())

    def first(self, kind: Kind, number: int = 1) -> list[str]:
        return [ref.id for ref in sorted(self.held(kind), key=str)[:number]]


@contextmanager
def mirrored(accounts: int = 12, context: Context | None = None, maps: Any = None, **options: Any) -> Iterator[Mirror]:
    """Synced once already, with nothing pending. ``maps``: what the admin maps; ``options``: the sandbox's."""
    free = {"rate_limit": 0, "search_limit": 0} | options
    with running("hubspot", accounts=accounts, clock=NOW, history=True, options=free) as box:
        auth = {"flow": "private_app", "token": box.announcement["token"]}
        connection = HubspotConnection.model_validate(
            {"name": "hs", "crm": "hubspot", "base_url": box.url, "auth": auth, "map": maps or {}}
        )
        clock = box.instruments.clock.now
        about = context or Context(overlap=OVERLAP, clock=clock, patience=Patience(sleep=lambda _: None))
        mirror = Mirror(box, open_connection(connection, about))
        try:
            mirror.sync()
            mirror.tick(hours=2)
            mirror.sync()
            yield mirror
        finally:
            mirror.adapter.close()


__all__ = ["NOW", "OVERLAP", "Mirror", "mirrored", "records"]
