"""Whom a sender means: what it calls the account; else an e-mail address, which is its persons', so their accounts'.

Never a guess: where several are meant, nobody is. Where a person is in several CRMs, ``identity.prefer`` says whose
records speak. Reads the store and changes nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import orjson
from sqlalchemy import Connection, select

from adapters.records import Ref
from bridge.knowledge.usage_keys import UsageKeys
from bridge.store import customers, emails, keys, lookup
from bridge.store.records import these
from bridge.store.references import named
from bridge.store.rows import grouped
from bridge.store.schema import records
from config.settings import Settings
from config.words import AnyKind

NOBODY: Final = ("unknown", "ambiguous")
Nobody = Literal["unknown", "ambiguous"]

SPREADS: Final[frozenset[AnyKind]] = frozenset({"response", "activity"})
"""What a person of several accounts says or does is about all of them; what is owed or agreed on is about one."""


@dataclass(frozen=True, slots=True)
class Whom:
    """What is said of whom a record is about."""

    kind: AnyKind
    email: str | None
    account: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """Whose a record is: of these accounts, all of one connection, and perhaps of this person there."""

    accounts: tuple[Ref, ...]
    person: Ref | None = None

    @property
    def connection(self) -> str:
        return self.accounts[0].connection


def places(
    db: Connection, settings: Settings, account_key: str, wanted: Collection[Whom]
) -> dict[Whom, Place | Nobody]:
    """Where each belongs, by one source's names; a few statements, however many."""
    order = _order(settings)
    persons = emails.persons(db, {whom.email for whom in wanted if whom.email})
    at = jobs(db, [ref for refs in persons.values() for ref in refs])
    accounts = named_accounts(db, order, account_key, {whom.account for whom in wanted if whom.account})
    owners = customers.of_accounts(db, {account for some in at.values() for account in some})
    found: dict[Whom, Place | Nobody] = {}
    for whom in wanted:
        meant = accounts.get(whom.account) if whom.account else None
        there = persons.get(emails.spelled(whom.email) or "", [])
        if isinstance(meant, tuple):
            account = _home(meant, there, at)
            found[whom] = Place((account,), _colleague(account, there, at))
        else:
            found[whom] = _by_person(whom.kind, there, at, owners, order) or meant or "unknown"
    return found


def named_accounts(
    db: Connection, order: Sequence[str], account_key: str, names: Collection[str]
) -> dict[str, tuple[Ref, ...] | Nobody]:
    """The living accounts of the customer that each of these names means, the preferred first; those that mean none
    are left out."""
    if not names:
        return {}
    by_id = UsageKeys(account_key).by_id
    several = keys.ambiguous(db, account_key, names)
    meant = keys.customers_of(db, account_key, names)
    refs = customers.refs_of(db, sorted(set(meant.values())))
    living = lookup.living(db, (ref for some in refs.values() for ref in some))
    connection = account_key.rpartition(".")[0]
    asked = [connection] if connection else order
    found: dict[str, tuple[Ref, ...] | Nobody] = dict.fromkeys(several, "ambiguous")
    for name, customer in meant.items():
        mine = [ref for ref in refs[customer] if ref in living and ref.connection in asked]
        if by_id:
            mine = [ref for ref in mine if ref.id == name]
        if mine:
            found[name] = tuple(sorted(mine, key=lambda ref: (order.index(ref.connection), ref.id)))
    return found


def _by_person(
    kind: AnyKind,
    persons: Iterable[Ref],
    at: Mapping[Ref, Sequence[Ref]],
    owners: Mapping[Ref, int],
    order: Sequence[str],
) -> Place | Nobody | None:
    """The accounts of whoever has the address, in the first connection that knows any; None where nobody does."""
    working = [person for person in persons if at.get(person)]
    for connection in order:
        here = [person for person in working if person.connection == connection]
        accounts = sorted({account for person in here for account in at[person]}, key=lambda ref: ref.id)
        if not accounts:
            continue
        if len({owners.get(account) for account in accounts}) == 1:
            return Place((accounts[0],), _colleague(accounts[0], here, at))
        if len(here) == 1 and kind in SPREADS:
            return Place(tuple(accounts), here[0])
        return "ambiguous"
    return None


def _home(accounts: Sequence[Ref], persons: Collection[Ref], at: Mapping[Ref, Sequence[Ref]]) -> Ref:
    """Of one customer's accounts the one where the person is known, so that it is their answer; else the preferred."""
    jobs = {account for person in persons for account in at.get(person, ())}
    known = {person.connection for person in persons}
    return next(
        (account for account in accounts if account in jobs),
        next((account for account in accounts if account.connection in known), accounts[0]),
    )


def _colleague(account: Ref, persons: Iterable[Ref], at: Mapping[Ref, Sequence[Ref]]) -> Ref | None:
    """The person among these who is known where the account is; best one who is at the account."""
    here = [person for person in persons if person.connection == account.connection]
    return next((person for person in here if account in at.get(person, ())), here[0] if here else None)


def jobs(db: Connection, persons: Sequence[Ref]) -> dict[Ref, list[Ref]]:
    """Person → the living accounts that they are at."""
    said: dict[Ref, list[Ref]] = {}
    for (connection, kind), ids in grouped(persons).items():
        query = select(records.c.id, records.c.payload).where(*these(db, connection, kind, ids))
        for id, payload in db.execute(query.where(records.c.payload.is_not(None))):
            at = [Ref(connection, "account", account) for account in named(orjson.loads(payload)["accounts"])]
            said[Ref(connection, kind, id)] = at
    living = lookup.living(db, {account for some in said.values() for account in some})
    return {person: [account for account in some if account in living] for person, some in said.items()}


def _order(settings: Settings) -> list[str]:
    return list(dict.fromkeys((*settings.identity.prefer, *(crm.name for crm in settings.crms))))
