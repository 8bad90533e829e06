"""The HubSpot connection as the engine sees it: the contract's verbs, each handed to the module that owns it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from math import ceil

from adapters.consent import Consent
from adapters.contract import Answer, Calls, Change, Delivery, Outcome, Page, Past, Patch, Plan, Report, Sighting
from adapters.errors import Unauthorized
from adapters.hubspot import (
    checking,
    events,
    exporting,
    limits,
    listing,
    owners,
    past,
    provisioning,
    pulling,
    reading,
    schemas,
    search,
    signature,
    undoing,
    writing,
)
from adapters.hubspot.administrator import administrator
from adapters.hubspot.client import Client
from adapters.hubspot.keyed import KeyedWriter
from adapters.hubspot.portal import Portal
from adapters.hubspot.reading import Source
from adapters.hubspot.schemas import Schemas
from adapters.hubspot.shapes import OWN_OBJECTS, OWNERS, Shape, shapes, vendor_name
from adapters.records import Item, Ref
from adapters.registry import Context
from config.connections import HubspotConnection
from config.fields import OwnField
from config.maps import default_maps, merged
from config.words import KEYED_KINDS, AnyKind, Kind


def open_connection(connection: HubspotConnection, context: Context) -> "HubspotAdapter":
    """An adapter for one portal. No network call."""
    return HubspotAdapter(connection, context)


class HubspotAdapter:
    """One private app in one portal. Not safe to share between threads."""

    creates = KEYED_KINDS
    write_batch = write_most = bulk_above = writing.BATCH
    page_size = search.LIMIT

    def __init__(self, connection: HubspotConnection, context: Context) -> None:
        self.connection = connection.name
        self.calls = Calls(budget=context.budget)
        self._own = {field.name: field for field in context.own}
        self._org_id = context.org_id
        self._overlap = context.overlap
        maps = merged(default_maps("hubspot"), connection.map)
        self._shapes = shapes(connection.name, maps, context.own, context.zone)
        self._client = Client(connection, context, self.calls)
        self._settings, self._context = connection, context
        self._admin: Client | None = None
        self._portal = Portal(self._client)
        self._schemas = Schemas(self._client)
        self._written = connection.map
        self._keyed = KeyedWriter(self._client, connection.name, context.zone)
        self._source = Source(self._client, self._portal, context.overlap)

    def identify(self) -> str:
        return self._portal.known().portal

    @property
    def calls_per_second(self) -> float | None:
        return self._client.calls_per_second

    def consent(self) -> Consent | None:
        app = self._client.app
        return app if app and not app.given else None

    def user(self) -> str:
        return self._client.app.user() if self._client.app else ""

    def check(self) -> Report:
        report = checking.check(self._client, self._portal, self._schemas, self._shapes, self._written, self._org_id)
        return replace(report, findings=(*report.findings, *limits.findings(self._client, list(self._own.values()))))

    def pull(self, kind: Kind, cursor: str | None, until: datetime | None = None) -> Iterator[Page]:
        tables = self._shapes.get(kind, ())
        if _are_owners(tables):
            return owners.pull(self._client, self.connection, cursor, until, self._overlap)
        seen = self._schemas.narrowed(tables)
        return pulling.pull(self._source, seen, schemas.covering(cursor, seen), until)

    def read(self, kind: AnyKind, ids: Sequence[str]) -> list[Item]:
        if kind == "task" or kind == "note":
            return self._keyed.read(kind, ids)
        tables = self._shapes.get(kind, ())
        if _are_owners(tables):
            return owners.read(self._client, self.connection, ids)
        return reading.read(self._source, self._schemas.narrowed(tables), ids)

    def ids(self, kind: Kind) -> Iterator[Sequence[Sighting]]:
        return listing.sightings(self._client, self._shapes.get(kind, ()))

    def history(self, kind: Kind, ids: Sequence[str], fields: Sequence[str]) -> list[Past]:
        tables = self._shapes.get(kind, ())
        return [] if _are_owners(tables) else past.kept(self._source, tables, ids, fields)

    def plan(self, fields: Sequence[OwnField]) -> Plan:
        return provisioning.plan(self._hands(), fields)

    def provision(self, plan: Plan, fields: Sequence[OwnField]) -> None:
        provisioning.provision(self._hands(), plan, fields)

    def undoing(self, fields: Sequence[OwnField]) -> Plan:
        return undoing.plan(self._hands(), fields)

    def unprovision(self, plan: Plan) -> list[Change]:
        return undoing.carry_out(self._hands(), plan)

    def export(self, fields: Sequence[OwnField]) -> Mapping[str, str]:
        return exporting.files(fields)

    def as_admin(self, token: str) -> Consent | None:
        self._admin = administrator(self._settings, self._context, self.calls, token)
        return self._admin.app

    def _hands(self) -> Client:
        """The login that looks at and changes properties; an administrator's must be of the same portal."""
        if self._admin is None:
            return self._client
        theirs = Portal(self._admin).known().portal
        if theirs != self.identify():
            what = (
                f"the administrator's login is of portal {theirs}, and this connection is of portal {self.identify()}"
            )
            raise Unauthorized(what, connection=self.connection)
        return self._admin

    def write(self, patches: Sequence[Patch]) -> list[Outcome]:
        kinds = {patch.ref.kind for patch in patches}
        for kind in KEYED_KINDS:
            if kinds == {kind}:
                return self._keyed.write(kind, patches)
        return writing.write(self._client, self._own, patches)

    def write_calls(self, count: int) -> int:
        return ceil(count / writing.BATCH)

    def verify(self, delivery: Delivery, secrets: Sequence[str], now: datetime) -> None:
        """A signature over the public URL; then an array of events, of the pinned portal once it is known."""
        signature.check(delivery, secrets, now)
        events.belongs(events.events(delivery.body), self._org_id)

    def notices(self, delivery: Delivery) -> list[Ref]:
        echoes = {(OWN_OBJECTS[field.on], vendor_name(field)) for field in self._own.values() if field.written}
        return events.refs(events.ours(events.events(delivery.body), self._org_id), self._all_shapes(), echoes)

    def erasures(self, delivery: Delivery) -> list[Ref]:
        return events.forgotten(delivery.body, self._org_id, self._all_shapes())

    def _all_shapes(self) -> list[Shape]:
        return [shape for tables in self._shapes.values() for shape in tables]

    def acknowledge(self, delivery: Delivery) -> Answer:
        """Any 2xx within five seconds; the body is not read."""
        return Answer()

    def close(self) -> None:
        self._client.close()


def _are_owners(tables: Sequence[Shape]) -> bool:
    return [shape.object for shape in tables] == [OWNERS]
