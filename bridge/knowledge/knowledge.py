"""Gathers what the store knew at a moment about some customers: their accounts, and the records around those.

Knows ids and links, not what scoring makes of the content.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from adapters.records import Ref
from bridge.moments import EVER
from bridge.store import customers, memory, references
from bridge.store.memory import Known
from bridge.store.references import named

AROUND: Final = ("deal", "contract", "ticket", "activity", "response", "invoice", "usage")
"""Kinds that concern an account directly or through a person."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One known record, and the customer it concerns (a record may concern several)."""

    customer: int
    known: Known

    @property
    def content(self) -> Mapping[str, Any]:
        return self.known.content


Facts = Mapping[str, Sequence[Fact]]
"""By kind."""


def gather_accounts(db: Connection, ids: Sequence[int], at: datetime = EVER, prefer: Sequence[str] = ()) -> list[Fact]:
    """The accounts of the customers ``ids`` as known at ``at``, those of preferred connections first."""
    owners = _owners_by_connection(customers.refs_of(db, ids))
    return [
        Fact(owners[connection][known.id], known)
        for connection in sorted(owners, key=lambda name: (prefer.index(name) if name in prefer else len(prefer), name))
        for known in memory.known(db, connection, "account", sorted(owners[connection]), at)
    ]


def gather_around(db: Connection, accounts: Sequence[Fact], at: datetime) -> Facts:
    """The persons of these accounts and the records around both; a statement or two per kind, however many."""
    owners: dict[str, dict[str, int]] = {}
    for fact in accounts:
        owners.setdefault(fact.known.connection, {})[fact.known.id] = fact.customer
    facts: dict[str, list[Fact]] = {kind: [] for kind in ("person", *AROUND)}
    for connection, owner in owners.items():
        ids = sorted(owner)
        near = references.linked_by_kind(db, connection, "account", ids, facts)
        person_ids = sorted(near["person"])
        through_persons = references.linked_by_kind(db, connection, "person", person_ids, AROUND)
        persons = memory.known(db, connection, "person", person_ids, at)
        through = {person.id: _owners(person.content["accounts"], owner) for person in persons}
        facts["person"] += [Fact(id, person) for person in persons for id in through[person.id]]
        for kind in AROUND:
            facts[kind] += [
                Fact(id, known)
                for known in memory.known(db, connection, kind, sorted(near[kind] | through_persons[kind]), at)
                for id in _concerned(known.content, owner, through)
            ]
    return facts


def _owners_by_connection(refs: Mapping[int, Sequence[Ref]]) -> dict[str, dict[str, int]]:
    """Connection → account id → customer."""
    owners: dict[str, dict[str, int]] = {}
    for id, some in refs.items():
        for ref in some:
            owners.setdefault(ref.connection, {})[ref.id] = id
    return owners


def _owners(accounts: Iterable[str], owner: Mapping[str, int]) -> list[int]:
    return sorted({owner[account] for account in accounts if account in owner})


def _concerned(content: Mapping[str, Any], owner: Mapping[str, int], through: Mapping[str, list[int]]) -> list[int]:
    """The customers a record is about: those of the accounts it names, else those of its persons."""
    accounts = named(content.get("accounts") or content.get("account"))
    if accounts:
        return _owners(accounts, owner)
    persons = named(content.get("persons") or content.get("person"))
    return sorted({id for person in persons for id in through.get(person, [])})
