"""The state of one org: objects, rows, users, sessions, and the counters that ids come from. Speaks no HTTP."""

import threading
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from adapters.sandbox.clock import SandboxClock
from adapters.sandbox.faults import Faults
from adapters.sandbox.journal import Journal
from adapters.sandbox.salesforce import ids, standard, times
from adapters.sandbox.salesforce.errors import ApiError, no_type
from adapters.sandbox.salesforce.fields import Field, ObjectType
from adapters.sandbox.salesforce.tables import Row, Table

ACTIVITIES: Final = ("Task", "Event")
GROUP: Final = "00G"
LEAD: Final = "00Q"
FIELD_PREFIX: Final = "00N"
BIN: Final = timedelta(days=15)
"""How long a deleted row can be restored, and how far back the log of deletions goes."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is at work: a user, and whether as an administrator (may create fields and grant rights)."""

    user: str
    name: str
    admin: bool = False
    person: bool = False
    """Works in the CRM's own pages, with every right, instead of through the API."""
    call: str = ""
    """``METHOD path`` of the API call, for faults to match."""


@dataclass(slots=True)
class SetUp:
    """What an org sets against changes of its fields."""

    custom_fields: int = 800
    """Most of one object."""
    referenced: frozenset[str] = frozenset()
    """Full names of fields that other metadata refers to, so that they cannot be deleted."""
    reserve_deleted: bool = False
    """Whether a deleted field keeps its name (for 15 days); Salesforce renames it ``…_del``, says its help."""
    reserved: set[str] = field(default_factory=set)


class Org:
    """Everything that one sandbox Salesforce remembers. Hold ``lock`` while reading or writing rows."""

    def __init__(self, clock: SandboxClock, journal: Journal, faults: Faults, number: int = 1) -> None:
        self.lock = threading.RLock()
        self.clock, self.journal, self.faults = clock, journal, faults
        self.id = ids.made("00D", number)
        self.types: dict[str, ObjectType] = {kind.name.casefold(): kind for kind in standard.objects()}
        self.tables: dict[str, Table] = {kind.name: Table() for kind in self.types.values()}
        self.profile_fields: set[tuple[str, str]] = {
            (kind.name, field.name) for kind in self.types.values() for field in kind.fields() if field.custom
        }
        """Custom fields that everybody's profile shows, as in an org set up by hand."""
        self.rights_version = 0
        """Moves whenever a right or a custom field changes, so that who remembers rights can ask again."""
        self.setup = SetUp()
        self.commit_delay = timedelta(0)
        """How long after its stamp a change becomes visible."""
        self.stamped: str | None = None
        """The stamp that a transaction under way began with, where a person's edit says so."""
        self.bin: deque[tuple[str, str, str]] = deque()
        """(when, object, id) of what was deleted, in order; some may have been restored since."""
        self.purged: dict[str, list[tuple[str, str]]] = {}
        """Per object, (when it was deleted, id) of what has left the recycle bin."""
        self._numbers: Counter[str] = Counter()

    def type(self, name: str, tooling: bool = False) -> ObjectType:
        """The object called ``name``, whatever its case; ApiError INVALID_TYPE when this API has none."""
        found = self.types.get(name.casefold())
        if found is None or found.tooling != tooling:
            raise no_type(name)
        return found

    def type_of(self, record_id: str) -> ObjectType | None:
        """The object that an id belongs to, by its prefix."""
        return next((kind for kind in self.types.values() if kind.prefix == record_id[:3]), None)

    def row(self, record_id: str) -> Row | None:
        """The row with this id, deleted or not."""
        kind = self.type_of(record_id)
        return self.tables[kind.name].rows.get(record_id) if kind else None

    def new_id(self, prefix: str) -> str:
        self._numbers[prefix] += 1
        return ids.made(prefix, self._numbers[prefix])

    def now(self) -> str:
        """The present as rows keep it."""
        return times.shown(self.clock.now())

    def stamp(self) -> str:
        """What a change made now is stamped with: when its transaction began."""
        return self.stamped or times.shown(self.clock.now() - self.commit_delay)

    def sweep(self) -> None:
        """What has lain in the recycle bin for 15 days leaves it."""
        until = times.shown(self.clock.now() - BIN)
        while self.bin and self.bin[0][0] <= until:
            _, name, row_id = self.bin.popleft()
            row = self.tables[name].rows.get(row_id)
            if row and row.get("IsDeleted") and row["SystemModstamp"] <= until:
                self.purge(name, row_id)

    def purge(self, name: str, row_id: str) -> None:
        """A deleted row leaves the recycle bin: no query shows it any more."""
        row = self.tables[name].rows[row_id]
        self.purged.setdefault(name, []).append((row["SystemModstamp"], row_id))
        self.tables[name].drop(row_id)

    def custom_targets(self, entity: str) -> list[ObjectType]:
        """The objects that a custom field on ``entity`` lands on: both activities for ``Activity``."""
        names = ACTIVITIES if entity.casefold() == "activity" else (entity,)
        return [self.type(name) for name in names]

    def custom_fields(self) -> Iterator[tuple[str, Field]]:
        """(entity, field) of every custom field; those on activities once, as ``Activity``."""
        for kind in self.types.values():
            if kind.name == "Event":
                continue
            entity = "Activity" if kind.name == "Task" else kind.name
            yield from ((entity, field) for field in kind.fields() if field.custom)

    def rights_changed(self) -> None:
        self.rights_version += 1

    def counts(self) -> dict[str, int]:
        """Rows per object, those in the recycle bin left out."""
        with self.lock:
            return {
                name: sum(not row.get("IsDeleted") for row in table.rows.values())
                for name, table in self.tables.items()
                if table.rows
            }


def bare_row(kind: ObjectType) -> dict[str, Any]:
    """What a new row of ``kind`` holds before anything is said of it: its defaults."""
    return {field.name: field.default for field in kind.fields() if field.default is not None}


def needs(actor: Actor) -> None:
    """ApiError when ``actor`` may not customise the org."""
    if not actor.admin:
        raise ApiError(403, "INSUFFICIENT_ACCESS", "insufficient access rights on cross-reference id")
