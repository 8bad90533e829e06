"""The views of a connection: each mapped object described, and remembered for a while.

A round of pulls describes once: whatever kind comes first, for all of them. A read between two rounds looks again
after five minutes, so that fields which an admin adds or hides while csbridge runs are noticed there too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from adapters.errors import Refused, Unauthorized
from adapters.records import RECORD_TYPES
from adapters.registry import Context
from adapters.salesforce.client import Client
from adapters.salesforce.describe import Described
from adapters.salesforce.describing import describe, describe_many
from adapters.salesforce.view import STAMP, View, view
from config.connections import KindMap
from config.errors import ConfigError, Problem
from config.maps import Maps
from config.words import Kind

FRESH: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class _Look:
    """One object as it was seen: at which time of the vendor's clock, and of ours."""

    seen: Described | None
    at: datetime | None
    since: datetime


class Views:
    """Remembers what each kind can be read from. A kind without a visible object has no view."""

    def __init__(self, client: Client, maps: Maps, context: Context) -> None:
        self._client = client
        self._maps: Mapping[Kind, tuple[KindMap, ...]] = maps
        self._context = context
        self._looks: dict[str, _Look] = {}
        self._round: set[Kind] = set()
        """Kinds that have not been pulled yet since the objects were described."""
        self._composes = True
        self._currency: str | None = None

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The mapped kinds that this release has a record for."""
        return tuple(kind for kind in self._maps if kind in RECORD_TYPES)

    def objects(self, kind: Kind) -> tuple[str, ...]:
        return tuple(_object(kind, table) for table in self._maps.get(kind, ()))

    def names(self) -> dict[str, list[str]]:
        """The mapped fields of each vendor object itself; those of its parents are rights to other objects."""
        found: dict[str, list[str]] = {}
        for kind in self.kinds:
            for table in self._maps[kind]:
                found.setdefault(_object(kind, table), []).extend(n for n in table.fields.values() if "." not in n)
        return {name: sorted(set(fields) - {""}) for name, fields in found.items()}

    def by_object(self) -> dict[str, list[Kind]]:
        """Which kinds are read from each vendor object."""
        kinds: dict[str, list[Kind]] = {}
        for kind in self.kinds:
            for name in self.objects(kind):
                kinds.setdefault(name, []).append(kind)
        return kinds

    def hidden(self, kind: Kind, views: Sequence[View]) -> tuple[str, ...]:
        """The kind's objects that none of ``views`` reads: absent, or out of the integration user's reach."""
        seen = {view.object.lower() for view in views}
        return tuple(name for name in self.objects(kind) if name.lower() not in seen)

    def denied(self, kind: Kind, views: Sequence[View]) -> Unauthorized:
        """The error that names the kind's hidden objects, and the right to them."""
        names = ", ".join(self.hidden(kind, views))
        return Unauthorized(
            f"{kind} cannot be read: {names} is absent or hidden; grant the user of this connection read on it",
            connection=self._client.connection,
        )

    def look(self, kind: Kind) -> tuple[tuple[View, ...], datetime]:
        """The kind's views as described in this round of pulls, and the vendor's time of that.

        The round ends when a kind comes again; all kinds of a round share one time.
        """
        if kind not in self._round:
            self.forget()
            self._round = set(self.kinds)
        self._round.discard(kind)
        looks = self._seen(kind)
        times = [look.at for _, look in looks if look.seen and look.at]
        return self._views(kind, looks), min(times, default=self._context.clock())

    def described(self, kind: Kind) -> list[tuple[KindMap, Described]]:
        """The kind's maps, each with the object that it reads from, where that can be seen."""
        return [(table, look.seen) for table, look in self._seen(kind) if look.seen]

    def known(self, kind: Kind) -> tuple[View, ...]:
        """The views as described at most ``FRESH`` ago."""
        return self._views(kind, self._seen(kind))

    def forget(self) -> None:
        """What was described has turned out to be past."""
        self._looks, self._round = {}, set()

    def _views(self, kind: Kind, looks: Sequence[tuple[KindMap, _Look]]) -> tuple[View, ...]:
        found = tuple(self._view(kind, table, look.seen) for table, look in looks if look.seen)
        if kind == "activity":
            return tuple(replace(one, about=self._abouts()) if one.is_about_something else one for one in found)
        return found

    def _view(self, kind: Kind, table: KindMap, seen: Described) -> View:
        connection, own, zone = self._client.connection, self._context.own, self._context.zone
        return view(connection, kind, table, seen, own, zone, self._currency)

    def _abouts(self) -> dict[str, View]:
        """The other objects seen that name an account, cut down to that, by the prefix of their ids."""
        found: dict[str, View] = {}
        for kind in self.kinds:
            for table in self._maps[kind]:
                seen = look.seen if (look := self._fresh(_object(kind, table))) else None
                account = seen.spelled(table.fields.get("account", "")) if seen else None
                if seen and seen.prefix and account and "." not in account:
                    columns, mapped = ("Id", STAMP, account), {"account": account}
                    found[seen.prefix] = View(self._client.connection, kind, seen.object, columns, mapped=mapped)
        return found

    def _seen(self, kind: Kind) -> list[tuple[KindMap, _Look]]:
        return [(table, self._look(_object(kind, table))) for table in self._maps[kind]]

    def _look(self, name: str) -> _Look:
        """From memory; else described together with all mapped objects, or alone where the org cannot do that."""
        look = self._fresh(name)
        if look is None and self._composes:
            self._describe_all()
            look = self._fresh(name)
        if look is None:
            look = self._looks[name] = _Look(*describe(self._client, name), self._context.clock())
        return look

    def _fresh(self, name: str) -> _Look | None:
        look = self._looks.get(name)
        return look if look and timedelta(0) <= self._context.clock() - look.since < FRESH else None

    def _describe_all(self) -> None:
        try:
            seen, currency = describe_many(self._client, tuple(self.by_object()))
        except (Refused, Unauthorized) as exc:
            if exc.status == 401:
                raise
            self._composes = False
            return
        self._currency = currency or self._currency  # an answer that fails once must not take it from every amount
        now = self._context.clock()
        self._looks = {name: _Look(*one, now) for name, one in seen.items()}


def _object(kind: Kind, table: KindMap) -> str:
    if not table.object:
        what = f"{kind} is mapped without the object to read it from"
        raise ConfigError([Problem(f"connections[].map.{kind}.object", what, example="object: Case")])
    return table.object
