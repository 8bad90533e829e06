"""One sandbox CRM in this process with people who work in it and weather between it and us; for test_bridge_machine.

``Crm`` says in each vendor's own words what people do. ``Weather`` decides what becomes of the next answers.
"""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.contract import Delivery
from adapters.sandbox.hubspot import writing
from adapters.sandbox.hubspot.links import types_of
from adapters.sandbox.notify import Change
from adapters.sandbox.serve import Sandbox
from adapters.sandbox.vendor import Edit, EditRefused

URL = "https://cs.example.com/webhooks/crm"
SECRET = "path-secret"
PAGE = b"<html><body><h1>Service unavailable</h1></body></html>"


@dataclass
class Weather:
    """Middleware: what becomes of the next answers, one word each; then the sky is clear.

    down   the call never arrived: a proxy's page in HTML
    lost   the call was carried out, and its answer breaks off
    """

    app: Callable[..., Iterable[bytes]]
    coming: deque[str] = field(default_factory=deque)

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        word = self.coming.popleft() if self.coming else "fine"
        if word == "fine":
            return self.app(environ, start)
        if word == "down":
            start("503 Service Unavailable", [("Content-Type", "text/html"), ("Content-Length", str(len(PAGE)))])
            return [PAGE]
        said: list[Any] = []
        body = b"".join(self.app(environ, lambda status, headers, *_: said.extend((status, headers))))
        headers = [(name, value) for name, value in said[1] if name.lower() != "content-length"]
        start(said[0], [*headers, ("Content-Length", str(len(body) + 100))])
        return [body]


@dataclass
class Crm(ABC):
    """What people do in one org. Ids are the vendor's; ``objects`` by canonical kind."""

    box: Sandbox
    weather: Weather = field(init=False)
    mail: list[Sequence[Change]] = field(default_factory=list)
    """Webhooks that were not delivered yet."""

    objects: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    """Our words for fields → the org's."""

    def __post_init__(self) -> None:
        app = self.box.vendor.app
        self.weather = Weather(app.wsgi_app)
        app.wsgi_app = self.weather  # type: ignore[method-assign]
        clock = self.box.instruments.clock
        clock._ticks = lambda: 0.0  # stands still until it is moved
        clock.set(datetime(2026, 5, 1, 7, 0, tzinfo=UTC))

    def now(self) -> datetime:
        return self.box.instruments.clock.now()

    def tick(self, by: timedelta = timedelta(seconds=1)) -> None:
        self.box.instruments.clock.advance(by.total_seconds())

    def fault(self, **spec: object) -> None:
        self.box.instruments.faults.add(spec)

    def calm(self) -> None:
        self.weather.coming.clear()
        self.box.instruments.faults.clear()

    def deliveries(self, changes: Sequence[Change], attempt: int) -> Delivery:
        headers, body = self.box.vendor.compose(URL, changes, attempt)
        return Delivery("POST", URL, {name.lower(): value for name, value in headers.items()}, body, SECRET)

    def edit(self, kind: str, id: str | None, fields: Mapping[str, Any], delete: bool = False) -> None:
        """What the org does not allow (a record that is gone meanwhile) does not happen."""
        try:
            edited = self.box.vendor.edit(Edit(self.objects[kind], id, self.worded(fields), delete))
        except EditRefused:
            return
        if edited.changes:
            self.mail.append(edited.changes)

    def worded(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        return {self.words.get(name, name): value for name, value in fields.items()}

    def pick(self, kind: str, number: int) -> str | None:
        """One of the living records of a kind."""
        ids = self.living(kind)
        return ids[number % len(ids)] if ids else None

    @abstractmethod
    def living(self, kind: str) -> list[str]: ...

    @abstractmethod
    def gone(self, kind: str) -> list[str]: ...

    @abstractmethod
    def create(self, kind: str, account: str, number: int) -> None: ...

    @abstractmethod
    def restore(self, kind: str, id: str) -> None: ...

    @abstractmethod
    def purge(self, kind: str) -> None:
        """The recycle bin is emptied: nothing tells of these records any more."""

    @abstractmethod
    def merge(self, kind: str, loser: str, winner: str) -> None: ...

    @abstractmethod
    def move(self, kind: str, id: str, account: str) -> None:
        """A record of that kind is another account's now."""


class Salesforce(Crm):
    @property
    def _org(self) -> Any:
        return self.box.vendor.desk.org  # type: ignore[attr-defined]

    def _rows(self, kind: str, deleted: bool) -> Iterator[str]:
        rows = self._org.tables[self.objects[kind]].rows
        return (id for id, row in sorted(rows.items()) if bool(row.get("IsDeleted")) is deleted)

    def living(self, kind: str) -> list[str]:
        return list(self._rows(kind, False))

    def gone(self, kind: str) -> list[str]:
        rows = self._org.tables[self.objects[kind]].rows
        return [id for id in self._rows(kind, True) if not rows[id].get("MasterRecordId")]

    def create(self, kind: str, account: str, number: int) -> None:
        fields: Mapping[str, Any] = {
            "account": {"Name": f"New {number}", "status": "Customer"},
            "person": {"LastName": f"Role {number}", "AccountId": account},
            "ticket": {"Subject": f"It fails {number}", "Status": "New", "AccountId": account},
            "deal": {"Name": "Renewal", "StageName": "Prospecting", "CloseDate": "2026-09-01", "AccountId": account},
            "activity": {"Subject": "Call", "WhatId": account, "Status": "Completed", "ActivityDate": "2026-04-20"},
        }
        self.edit(kind, None, fields[kind])

    def restore(self, kind: str, id: str) -> None:
        self.edit(kind, id, {"IsDeleted": False})

    def purge(self, kind: str) -> None:
        table = self._org.tables[self.objects[kind]]
        for id in list(self._rows(kind, True)):
            table.drop(id)

    def merge(self, kind: str, loser: str, winner: str) -> None:
        self.edit(kind, loser, {"MasterRecordId": winner}, delete=True)

    def move(self, kind: str, id: str, account: str) -> None:
        self.edit(kind, id, {"WhatId" if kind == "activity" else "AccountId": account})


class Hubspot(Crm):
    @property
    def _portal(self) -> Any:
        return self.box.vendor.portal  # type: ignore[attr-defined]

    def _shelf(self, kind: str) -> Any:
        return self._portal.shelves[self.objects[kind]]

    def living(self, kind: str) -> list[str]:
        return [str(id) for id in self._shelf(kind).ids(False)]

    def gone(self, kind: str) -> list[str]:
        shelf = self._shelf(kind)
        return [str(id) for id in shelf.ids(True) if id not in shelf.merged]

    def create(self, kind: str, account: str, number: int) -> None:
        linked = {"associations": {"companies": [account]}}
        fields: Mapping[str, Any] = {
            "account": {"name": f"New {number}", "status": "Customer"},
            "person": {"email": f"role-{number}-{self.now():%H%M%S}@example.com", **linked},
            "ticket": {"subject": f"It fails {number}", "hs_pipeline_stage": "1", **linked},
            "deal": {"dealname": "Renewal", "dealstage": "appointmentscheduled", "pipeline": "default", **linked},
            "activity": {"hs_timestamp": "2026-04-20T09:00:00Z", "hs_note_body": "A note", **linked},
        }
        self.edit(kind, None, fields[kind])

    def restore(self, kind: str, id: str) -> None:
        shelf = self._shelf(kind)
        row = shelf.rows[int(id)]
        row.archived, row.updated = None, int(self.now().timestamp() * 1000)
        shelf.moved(row, dict(row.props))

    def purge(self, kind: str) -> None:
        shelf = self._shelf(kind)
        for id in list(shelf.ids(True)):
            row = shelf.rows.pop(id)
            shelf.merged.pop(id, None)
            shelf.moved(row)

    def merge(self, kind: str, loser: str, winner: str) -> None:
        shelf = self._shelf(kind)
        writing.merge(self._portal, shelf, shelf.rows[int(winner)], shelf.rows[int(loser)], self._ms())

    def move(self, kind: str, id: str, account: str) -> None:
        """An association only: no stamp moves, in HubSpot."""
        pair = (self.objects[kind], "companies")
        links = self._portal.links
        for other, _ in list(links.of(pair, int(id))):
            links.remove(pair, int(id), other)
        writing.link(self._portal, pair, int(id), int(account), types_of(pair))

    def _ms(self) -> int:
        return int(self.now().timestamp() * 1000)
