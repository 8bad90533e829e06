"""The Salesforce adapter: the contract, put together from the rooms of this package. Decides nothing itself."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from math import ceil
from typing import Final

from adapters.consent import Consent
from adapters.contract import Answer, Calls, Change, Delivery, Outcome, Page, Past, Patch, Plan, Report, Sighting
from adapters.errors import Refused
from adapters.keyed import is_keyed
from adapters.records import Item, Ref
from adapters.registry import Context
from adapters.salesforce import change_messages, checking, exporting, listing, outbound_message
from adapters.salesforce.administrator import administrator
from adapters.salesforce.bulk_query import BulkQuery
from adapters.salesforce.bulk_writing import JOB_CALLS
from adapters.salesforce.change_messages import Telling
from adapters.salesforce.client import Client
from adapters.salesforce.cursor import decoded
from adapters.salesforce.history import Histories
from adapters.salesforce.keyed import TASK, KeyedWriter
from adapters.salesforce.provisioning import Provisioning
from adapters.salesforce.pulling import Pull
from adapters.salesforce.reading import Reader, leads_elsewhere
from adapters.salesforce.view import vendor_name
from adapters.salesforce.views import Views
from adapters.salesforce.wide import Asker
from adapters.salesforce.writing import MOST_IN_BULK, MOST_WRITTEN, Writer
from config.connections import SalesforceConnection
from config.fields import OwnField
from config.maps import default_maps, merged
from config.words import KEYED_KINDS, AnyKind, Kind

PAGE: Final = 2000
"""Rows of a page of query results, by default and at most."""

_DESCRIBED_OTHERWISE: Final = ("INVALID_FIELD", "INVALID_TYPE")
"""A field or object was hidden or removed since it was described: look again, once."""

_WRITTEN_KINDS: Final[tuple[Kind, ...]] = ("account", "person")


def open_connection(connection: SalesforceConnection, context: Context) -> "SalesforceAdapter":
    """No network call: the login waits for the first request. Raises ConfigError for a map that cannot be used."""
    return SalesforceAdapter(connection, context)


class SalesforceAdapter:
    """A connection to one Salesforce org."""

    creates = KEYED_KINDS
    write_batch = MOST_WRITTEN
    page_size = PAGE

    def __init__(self, settings: SalesforceConnection, context: Context) -> None:
        self.connection = settings.name
        self.calls = Calls(budget=context.budget)
        above = settings.bulk.write_above
        self.write_most = MOST_WRITTEN if above == "never" else MOST_IN_BULK
        self.bulk_above = MOST_WRITTEN if above == "never" else above
        self._context = context
        self._written = settings.map
        self._client = Client(settings, self.calls, context.patience, context.clock, context.vault)
        self._views = Views(self._client, merged(default_maps("salesforce"), settings.map), context)
        self._bulk = BulkQuery(self._client, context.patience, settings.bulk.pull_above)
        self._reader = Reader(self._client, Asker(self._client))
        self._histories = Histories(self._client)
        objects: dict[AnyKind, str] = {
            kind: self._views.objects(kind)[0] for kind in _WRITTEN_KINDS if self._views.objects(kind)
        }
        self._writer = Writer(self._client, context.own, objects, context.patience, above)
        self._objects: dict[AnyKind, str] = {**objects, "task": TASK}
        self._keyed = KeyedWriter(self._client, self._writer, context.zone, self._views.forget)
        self._settings = settings
        self._provisioning = Provisioning(
            self._client, self._objects, self._views.names(), checking.identity, context.patience
        )

    def identify(self) -> str:
        return checking.identity(self._client)[0]

    def consent(self) -> Consent | None:
        return self._client.consent()

    def user(self) -> str:
        return checking.user(self._client)

    def check(self) -> Report:
        return checking.check(self._client, self._views, self._context.org_id, self._written)

    def pull(self, kind: Kind, cursor: str | None, until: datetime | None = None) -> Iterator[Page]:
        try:
            for page in self._pages(kind, cursor, until):
                cursor = page.cursor
                yield page
        except Refused as exc:
            if exc.code not in _DESCRIBED_OTHERWISE:
                raise
            self._views.forget()
            yield from self._pages(kind, cursor, until)

    def _pages(self, kind: Kind, cursor: str | None, until: datetime | None) -> Iterator[Page]:
        place = decoded(cursor)
        if kind not in self._views.kinds:
            return
        views, now = self._views.look(kind)
        if kind == "account" and not views:
            raise self._views.denied(kind, views)  # other kinds can be done without; ``check`` tells
        bound = place.until or (min(until, now) if until else now)
        yield from Pull(self._client, self._reader, self._bulk, views, place, bound, self._context.overlap).pages()

    def read(self, kind: AnyKind, ids: Sequence[str]) -> list[Item]:
        if kind == "task" or kind == "note":
            return self._keyed.read(kind, ids) if ids else []
        if kind not in self._views.kinds or not ids:
            return []
        try:
            return self._read(kind, ids)
        except Refused as exc:
            if exc.code not in _DESCRIBED_OTHERWISE:
                raise
        self._views.forget()
        return self._read(kind, ids)

    def _read(self, kind: Kind, ids: Sequence[str]) -> list[Item]:
        """Raises Unauthorized when a record may be of an object that is hidden: nobody knows whether it is gone."""
        views = self._views.known(kind)
        hidden = self._views.hidden(kind, views)
        if not views or (hidden and any(leads_elsewhere(one, views) for one in ids)):
            raise self._views.denied(kind, views)
        return self._reader.read(kind, views, ids, self._context.clock())

    def ids(self, kind: Kind) -> Iterator[Sequence[Sighting]]:
        if kind in self._views.kinds:
            views = self._views.known(kind)
            if self._views.hidden(kind, views):
                raise self._views.denied(kind, views)
            yield from listing.sightings(self._client, self._bulk, views)

    def history(self, kind: Kind, ids: Sequence[str], fields: Sequence[str]) -> list[Past]:
        if kind not in self._views.kinds:
            return []
        views = self._views.known(kind)
        mine = {view.object: [one for one in ids if one.startswith(view.prefix)] for view in views}
        return [past for view in views for past in self._histories.past(view, mine[view.object], fields)]

    def _placed(self, fields: Sequence[OwnField]) -> list[OwnField]:
        """Without those of a kind that the admin maps to no object."""
        return [field for field in fields if field.on in self._objects]

    def plan(self, fields: Sequence[OwnField]) -> Plan:
        return self._provisioning.plan(self._placed(fields))

    def missing(self, fields: Sequence[OwnField]) -> Plan:
        return self._provisioning.missing(self._placed(fields))

    def provision(self, plan: Plan, fields: Sequence[OwnField]) -> None:
        self._provisioning.provision(plan, self._placed(fields))
        self._views.forget()

    def undoing(self, fields: Sequence[OwnField]) -> Plan:
        return self._provisioning.undoing(self._placed(fields))

    def unprovision(self, plan: Plan) -> list[Change]:
        refused = self._provisioning.unprovision(plan)
        self._views.forget()
        return refused

    def export(self, fields: Sequence[OwnField]) -> Mapping[str, str]:
        names, version = self._views.names(), self._settings.api_version
        placed = self._placed(fields)
        return exporting.files(placed, self._objects, names, version, self._telling(placed))

    def _telling(self, fields: Sequence[OwnField]) -> Telling | None:
        """How the org tells of changes, once it is known where it reaches us. Daily usage is polled."""
        if not self._context.public_url:
            return None
        read = {name for kind in self._views.kinds if kind != "usage" for name in self._views.objects(kind)}
        mapped = {name: set(names) for name, names in self._views.names().items() if name in read}
        for field in fields:
            if not field.written:  # the pulse
                mapped[self._objects[field.on]].add(vendor_name(field))
        return change_messages.telling(self._settings, self._context.public_url, mapped)

    def as_admin(self, token: str) -> Consent | None:
        """The administrator's login is of the same connected app; with ``token``, of any."""
        client = administrator(self._settings, self.calls, self._context, token, self._client)
        self._provisioning.hands = client
        return None if token else client.consent()

    def write(self, patches: Sequence[Patch]) -> list[Outcome]:
        ours = [patch for patch in patches if is_keyed(patch.ref)]
        if not ours:
            return self._writer.write(patches)
        if len(ours) < len(patches):
            raise ValueError("tasks and notes are written by themselves")
        return self._keyed.write(patches)

    def write_calls(self, count: int) -> int:
        return ceil(count / MOST_WRITTEN) if count <= self.bulk_above else JOB_CALLS

    def verify(self, delivery: Delivery, secrets: Sequence[str], now: datetime) -> None:
        outbound_message.verify(delivery, secrets, self._context.org_id)

    def notices(self, delivery: Delivery) -> list[Ref]:
        return outbound_message.notices(delivery, self.connection, self._views.by_object())

    def kept(self, delivery: Delivery) -> bytes:
        return outbound_message.kept(delivery)

    def acknowledge(self, delivery: Delivery) -> Answer:
        return outbound_message.acknowledge()

    def close(self) -> None:
        self._client.close()
