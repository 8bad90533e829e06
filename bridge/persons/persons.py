"""Finds a person in all that the store keeps: the records that are that person, and what they are called elsewhere."""

from dataclasses import dataclass, field
from typing import Final

import orjson
from sqlalchemy import Connection, func, select

from adapters.records import Ref
from bridge.persons.withholding import ADDRESS
from bridge.store.emails import said
from bridge.store.rows import grouped
from bridge.store.schema import records, versions
from bridge.store.survivors import kin

ROUNDS: Final = 5
"""Of finding further records, by the addresses of those found and by merges; a person in two CRMs takes two."""


@dataclass(slots=True)
class Someone:
    """A person by all their names. ``names``: e-mail addresses in lower case, and what usage sources call them."""

    refs: set[Ref] = field(default_factory=set)
    emails: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    @property
    def known(self) -> bool:
        return bool(self.refs or self.emails)


def find(db: Connection, word: str, also: tuple[str, ...] = ()) -> Someone:
    """A person by e-mail address, ``connection:id`` or id, everybody with one of the same addresses, and whom the CRM
    has merged with them.

    ``also``: further names, such as the user id in a usage source.
    """
    found = Someone(names=set(also))
    if ADDRESS.fullmatch(word.strip()):
        found.emails.add(word.strip().lower())
    else:
        found.refs |= _by_id(db, word.strip())
    for _ in range(ROUNDS):
        before = len(found.refs), len(found.emails)
        found.emails |= {email for ref in found.refs for email in _addresses(db, ref)}
        found.refs |= kin(db, {ref for email in found.emails for ref in _by_address(db, email)} | found.refs)
        if before == (len(found.refs), len(found.emails)):
            break
    found.names |= found.emails | {ref.id for ref in found.refs}
    return found


def _by_id(db: Connection, word: str) -> set[Ref]:
    connection, colon, id = word.partition(":")
    query = select(records.c.connection, records.c.id).where(records.c.kind == "person")
    query = (
        query.where(records.c.connection == connection, records.c.id == id)
        if colon
        else query.where(records.c.id == word)
    )
    return {Ref(connection, "person", id) for connection, id in db.execute(query)}


def _by_address(db: Connection, email: str) -> set[Ref]:
    """Every person whose record, now or before, had that address for its own.

    The comparison in the database is only a sieve.
    """
    found: set[Ref] = set()
    for table in (records, versions):
        query = select(table.c.connection, table.c.id, table.c.payload).where(
            table.c.kind == "person", func.lower(table.c.payload).contains(email, autoescape=True)
        )
        hits = ((Ref(connection, "person", id), payload) for connection, id, payload in db.execute(query))
        found |= {ref for ref, payload in hits if email in _own(payload)}
    return found


def _addresses(db: Connection, ref: Ref) -> set[str]:
    found: set[str] = set()
    for table in (records, versions):
        mine = table.c.connection == ref.connection, table.c.kind == "person", table.c.id == ref.id
        for payload in db.execute(select(table.c.payload).where(*mine, table.c.payload.is_not(None))).scalars():
            found |= _own(payload)
    return found


def _own(payload: str) -> set[str]:
    """A person's own addresses; in the other fields may stand a colleague's, who is not to go along."""
    content = orjson.loads(payload)
    return set(said(content["email"], content["extra"]))


def by_connection(found: Someone) -> dict[str, list[str]]:
    """The ids of the person's records."""
    return {connection: sorted(ids) for (connection, _), ids in grouped(sorted(found.refs, key=str)).items()}
