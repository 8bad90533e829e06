"""The views of a connection: each mapped object described, and remembered until the next pull looks again.

Fields that an admin adds or hides while csbridge runs are noticed at the next pull of their kind.
"""

from collections.abc import Mapping
from datetime import datetime

from adapters.contract import Purpose
from adapters.errors import Refused, Unauthorized
from adapters.records import RECORD_TYPES
from adapters.registry import Context
from adapters.salesforce.client import Client
from adapters.salesforce.describe import Described, described
from adapters.salesforce.view import View, view
from config.errors import ConfigError, Problem
from config.maps import Maps
from config.settings import KindMap
from config.words import Kind

_ABSENT = {"NOT_FOUND", "INVALID_TYPE"}


def describe(client: Client, name: str, purpose: Purpose = "describe") -> tuple[Described | None, datetime | None]:
    """An object as the integration user sees it, and the vendor's time; None when it is absent or out of reach."""
    try:
        reply = client.read(f"sobjects/{name}/describe", purpose)
    except Refused as exc:
        if exc.status == 404 or exc.code in _ABSENT:
            return None, None
        raise
    except Unauthorized as exc:
        if exc.code.startswith("INSUFFICIENT_ACCESS"):
            return None, None
        raise
    return described(reply.body or {}), reply.at


class Views:
    """Remembers what each kind can be read from. A kind without a visible object has no view."""

    def __init__(self, client: Client, maps: Maps, context: Context) -> None:
        self._client = client
        self._maps: Mapping[Kind, tuple[KindMap, ...]] = maps
        self._context = context
        self._known: dict[Kind, tuple[View, ...]] = {}

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The mapped kinds that this release has a record for."""
        return tuple(kind for kind in self._maps if kind in RECORD_TYPES)

    @property
    def unread(self) -> tuple[Kind, ...]:
        """Mapped kinds that this release does not read."""
        return tuple(kind for kind in self._maps if kind not in RECORD_TYPES)

    def objects(self, kind: Kind) -> tuple[str, ...]:
        return tuple(_object(kind, table) for table in self._maps.get(kind, ()))

    def by_object(self) -> dict[str, list[Kind]]:
        """Which kinds are read from each vendor object."""
        kinds: dict[str, list[Kind]] = {}
        for kind in self.kinds:
            for name in self.objects(kind):
                kinds.setdefault(name, []).append(kind)
        return kinds

    def look(self, kind: Kind) -> tuple[tuple[View, ...], datetime]:
        """Describe the kind's objects again; also the vendor's time of the first answer."""
        views: list[View] = []
        times: list[datetime] = []
        for table in self._maps[kind]:
            seen, at = describe(self._client, _object(kind, table))
            if seen and at:
                views.append(view(self._client.connection, kind, table, seen, self._context.own, self._context.zone))
                times.append(at)
        self._known[kind] = tuple(views)
        return tuple(views), min(times, default=self._context.clock())

    def known(self, kind: Kind) -> tuple[View, ...]:
        """The views as last described; described now if they never were."""
        return self._known[kind] if kind in self._known else self.look(kind)[0]


def _object(kind: Kind, table: KindMap) -> str:
    if not table.object:
        what = f"{kind} is mapped without the object to read it from"
        raise ConfigError([Problem(f"connections[].map.{kind}.object", what, example="object: Case")])
    return table.object
