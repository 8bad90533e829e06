"""Whose e-mail address is whose: an index over all living persons, kept by whoever takes them in.

In lower case: no mailbox that anybody uses tells A from a. Finds; decides nothing about several who share one.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

import orjson
from sqlalchemy import Connection, delete, select

from adapters.records import Item, Person, Ref
from bridge.store import cursors, lookup
from bridge.store.records import these
from bridge.store.rows import among, grouped, insert_missing
from bridge.store.schema import person_emails, records

OTHERS: Final = ("hs_additional_emails", "other_emails")
"""Mapped fields of persons that hold further addresses, as HubSpot has them: with a semicolon in between."""

AT_ONCE: Final = 5_000
INDEXED: Final = "indexed emails"

_BEFORE: Final = r"(?:(?<![0-9a-z])(?<![0-9a-z][._+-])|(?<=\\[bfnrt])|(?<=\\u[0-9a-f]{4}))"
"""No longer address begins here. After an escape of JSON one may; and after a word of a script without blanks."""
_AFTER: Final = r"(?![.-]?[0-9a-z])"

Row = tuple[str, str, str]


def spelled(email: object) -> str | None:
    """An address as it is kept and looked up; None for what is none."""
    text = email.strip().lower() if isinstance(email, str) else ""
    return text if "@" in text else None


def quoted(emails: Iterable[str]) -> str:
    """A pattern, for any case, that finds these addresses in a text, or in JSON as it is written: never within the
    longer address of somebody else (``an@x.com`` is no part of ``susan@x.com``).
    """
    longest_first = sorted(emails, key=len, reverse=True)
    return f"{_BEFORE}(?:{'|'.join(map(re.escape, longest_first))}){_AFTER}" if longest_first else "(?!)"


def each_spelled(emails: Iterable[object]) -> list[str]:
    """The same for several, each once."""
    return sorted({found for each in emails if (found := spelled(each))})


def keep(db: Connection, changed: Iterable[Item], new: Collection[Ref] = ()) -> None:
    """From now on these persons have these addresses, and no other. ``new``: those that never had any."""
    persons = {item.ref: item for item in changed if item.ref.kind == "person"}
    forget(db, [ref for ref in persons if ref not in new])
    rows = [
        (ref.connection, ref.id, email)
        for ref, item in persons.items()
        if isinstance(item, Person)
        for email in said(item.email, item.extra)
    ]
    _insert(db, rows)


def persons(db: Connection, emails: Iterable[str]) -> dict[str, list[Ref]]:
    """Address, in lower case → the living persons who have it, in a fixed order; those that nobody has are left out."""
    found: dict[str, list[Ref]] = {}
    wanted = each_spelled(emails)
    if wanted:
        query = select(person_emails).where(among(db, person_emails.c.email, wanted))
        for connection, id, email in db.execute(query.order_by(person_emails.c.connection, person_emails.c.person_id)):
            found.setdefault(email, []).append(Ref(connection, "person", id))
    return found


def index_whole(db: Connection, connections: Sequence[str]) -> None:
    """Index everybody, once: a store of an earlier release knows persons whom nobody has indexed."""
    if cursors.fact(db, INDEXED) is not None:
        return
    for connection in connections:
        after = ""
        while ids := lookup.ids_after(db, connection, "person", after, AT_ONCE):
            after = ids[-1]
            query = select(records.c.id, records.c.payload).where(*these(db, connection, "person", ids))
            _insert(db, [row for id, payload in db.execute(query) for row in _rows(connection, id, payload)])
    cursors.save_fact(db, INDEXED, "1")


def _rows(connection: str, id: str, payload: str) -> list[Row]:
    content = orjson.loads(payload)
    return [(connection, id, email) for email in said(content["email"], content["extra"])]


def said(email: str | None, extra: Mapping[str, Any]) -> list[str]:
    """Every address of a person's own, in lower case, each once."""
    others = [part for name in OTHERS if isinstance(text := extra.get(name), str) for part in text.split(";")]
    return list(dict.fromkeys(found for each in (email, *others) if (found := spelled(each))))


def _insert(db: Connection, rows: Sequence[Row]) -> None:
    insert_missing(db, person_emails, ("connection", "person_id", "email"), rows)


def forget(db: Connection, persons: Iterable[Ref]) -> None:
    """These persons have no address any more."""
    for (connection, _), ids in grouped(persons).items():
        mine = person_emails.c.connection == connection, among(db, person_emails.c.person_id, ids)
        db.execute(delete(person_emails).where(*mine))
