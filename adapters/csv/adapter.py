"""The adapter for a company whose CRM is a folder of spreadsheets: read from its files, results written beside them.

A file is one thing: it is pulled whole when its bytes changed, and the engine finds what is the same. Rows that were
deleted say nothing, so a changed file asks for its ids to be compared.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from math import ceil
from typing import Any, Final

import orjson

from adapters.contract import Answer, Calls, Change, Delivery, Outcome, Page, Past, Patch, Plan, Report, Sighting
from adapters.csv import checking, writing
from adapters.csv.mapping import default_maps
from adapters.csv.notes import Notes
from adapters.csv.results import NAMES, Results
from adapters.csv.sheets import Sheet, Sheets
from adapters.errors import Rejected
from adapters.keyed import is_keyed
from adapters.records import Item, Ref, Tombstone
from adapters.registry import Context
from config.connections import CsvConnection
from config.errors import ConfigError, Problem
from config.fields import OwnField
from config.maps import merged
from config.words import KEYED_KINDS, AnyKind, Kind

PAGE: Final = 2_000
WRITTEN: Final = 100_000
EDITED: Final = "the file was edited, and rows may have been deleted"


def open_connection(connection: CsvConnection, context: Context) -> "CsvAdapter":
    """No file is opened. Raises ConfigError for a map that cannot be used."""
    return CsvAdapter(connection, context)


class CsvAdapter:
    """A folder."""

    creates = KEYED_KINDS
    write_batch = write_most = bulk_above = WRITTEN
    page_size = PAGE

    def __init__(self, settings: CsvConnection, context: Context) -> None:
        self.connection = settings.name
        self.calls = Calls(budget=context.budget)
        self._folder = settings.folder
        folder, maps = context.folder / settings.folder, merged(default_maps(), settings.map)
        self._sheets = Sheets(settings.name, folder, maps, context, self.calls)
        self._surveys = Results("person", folder, context.own, context.zone)
        self._notes = Notes(folder, settings.name)
        self._own = {field.name: field for field in context.own}
        self._clock = context.clock

    def identify(self) -> str:
        """The folder as the settings name it. Raises ConfigError where it has no accounts."""
        if not self._sheets.is_there("account"):
            what = f"{self._folder} has no file {self._sheets.stem('account')}.csv or .xlsx"
            raise ConfigError([Problem(f"connections.{self.connection}.folder", what, expected="one row per account")])
        return self._folder

    def check(self) -> Report:
        return checking.check(self._sheets, self.identify())

    def pull(self, kind: Kind, cursor: str | None, until: datetime | None = None) -> Iterator[Page]:
        sheet = self._sheets.sheet(kind)
        if sheet is None:
            return
        before: dict[str, Any] = orjson.loads(cursor) if cursor else {}
        here = {"of": sheet.digest, "results": sheet.results, "at": self._stamp(sheet, before).isoformat()}
        same = all(before.get(name) == here[name] for name in ("of", "results"))
        if (same and "row" not in before) or (until and sheet.changed_at > until):
            yield Page((), cursor or "{}")
            return
        first = int(before["row"]) if same else 0
        items = list(self._sheets.records(sheet, datetime.fromisoformat(here["at"])))
        edited = before.get("edited", False) or before.get("of", sheet.digest) != sheet.digest
        for start in range(first, max(len(items), 1), PAGE):
            last = start + PAGE >= len(items)
            place = here if last else {**here, "row": start + PAGE, "edited": edited}
            gap = EDITED if edited and last else ""
            yield Page(tuple(items[start : start + PAGE]), orjson.dumps(place).decode(), gap)

    def _stamp(self, sheet: Sheet, before: dict[str, Any]) -> datetime:
        """When the sheet changed; now, where a file of old was put back: what it says is new all the same."""
        known = datetime.fromisoformat(before["at"]) if "at" in before else None
        if known and before.get("of") == sheet.digest:
            return max(known, sheet.changed_at)
        return self._clock() if known and sheet.changed_at <= known else sheet.changed_at

    def read(self, kind: AnyKind, ids: Sequence[str]) -> list[Item]:
        if kind == "task" or kind == "note":
            return self._notes.read(kind, ids, self._clock())
        sheet = self._sheets.sheet(kind) if ids else None
        found = {item.ref.id: item for item in self._sheets.records(sheet, only=set(ids))} if sheet else {}
        now = self._clock()
        return [found.get(one) or Tombstone(Ref(self.connection, kind, one), now) for one in dict.fromkeys(ids)]

    def ids(self, kind: Kind) -> Iterator[Sequence[Sighting]]:
        if sheet := self._sheets.sheet(kind):
            yield [Sighting(id, sheet.changed_at) for id in sheet.rows]

    def history(self, kind: Kind, ids: Sequence[str], fields: Sequence[str]) -> list[Past]:
        """A file keeps no past."""
        return []

    def plan(self, fields: Sequence[OwnField]) -> Plan:
        """Nothing: the first write makes the results file. Raises ConfigError where another's is in its place."""
        for results in self._sheets.results.values():
            results.read()
        return Plan()

    def provision(self, plan: Plan, fields: Sequence[OwnField]) -> None:
        """Nothing to do: see ``plan``."""

    def undoing(self, fields: Sequence[OwnField]) -> Plan:
        """Nothing: the results file is the company's, and stays."""
        files = " and ".join(NAMES[kind] for kind in self._sheets.results)
        return Plan(note=f"the results in {files} stay: delete the file if nobody needs it")

    def unprovision(self, plan: Plan) -> list[Change]:
        return []

    def export(self, fields: Sequence[OwnField]) -> Mapping[str, str]:
        """Nothing to deploy: see ``plan``."""
        return {}

    def write(self, patches: Sequence[Patch]) -> list[Outcome]:
        if patches and all(is_keyed(patch.ref) for patch in patches):
            return self._notes.write(self._sheets, patches, self.calls)
        return writing.write(self._sheets, self._own, patches, self.calls)

    def forget_persons(self, ids: Collection[str]) -> int:
        """The file of survey links is ours, though the fields may be switched off by now."""
        return self._surveys.forget(ids)

    def write_calls(self, count: int) -> int:
        return ceil(count / WRITTEN)

    def verify(self, delivery: Delivery, secrets: Sequence[str], now: datetime) -> None:
        raise Rejected("a folder sends no webhooks", status=404)

    def notices(self, delivery: Delivery) -> list[Ref]:
        return []

    def acknowledge(self, delivery: Delivery) -> Answer:
        return Answer()

    def close(self) -> None:
        """No file is kept open."""
