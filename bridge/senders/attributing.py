"""Makes records of what senders told: of the account and the person whom they meant, in the CRM that knows these.

Their ids begin with ``@``: no CRM gives such a one, and what the CRM says of its records is not said of them. What
nobody is found for waits, and finds its place when whoever it is about is taken in. The caller takes in what comes out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson
from sqlalchemy import Connection, select

from adapters.records import Account, Item, Record, Ref, Tombstone
from bridge.knowledge.usage_keys import UsageKeys
from bridge.senders.placing import NOBODY, Nobody, Place, Whom, places
from bridge.store import lookup, payers, references, told
from bridge.store.records import FOREIGN, these
from bridge.store.reviving import record_of
from bridge.store.rows import grouped
from bridge.store.schema import records
from bridge.store.told import BEFORE_ALL, Key, Row
from config.settings import Settings
from config.words import AnyKind

PIECE: Final = 2_000
NAMES: Final = ("account", "accounts", "person", "persons")
"""The fields of a record that say whom it is about."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A record that was made of what a sender told, living or gone."""

    ref: Ref
    content: Mapping[str, Any] | None
    at_home: bool
    """Whether the accounts and the person that it names are still there."""


def settle(db: Connection, settings: Settings, rows: Iterable[Row]) -> list[Item]:
    """Find a place for each, and remember it; what is to be taken in for that.

    A new telling of what has a place stays there, unless it names somebody else; so does what nobody else is found
    for. What is older than what is known changes nothing.
    """
    newest = _newest(rows)
    known = told.of(db, newest)
    fresh = [row for key, row in newest.items() if key not in known or row.told_at >= known[key].told_at]
    standing = _standing(db, settings, [row.key for row in fresh])
    found = _places(db, settings, fresh)
    items: list[Item] = []
    kept: list[Row] = []
    for row in fresh:
        now = standing.get(row.key)
        same = row.key in known and _names(known[row.key]) == _names(row)
        place = None if now and now.at_home and same else found.get(row.key, "unknown")
        made, row = _made(row, now, place)
        items += made
        kept.append(row)
    told.keep(db, kept)
    return items


def _newest(rows: Iterable[Row]) -> dict[Key, Row]:
    """Of several tellings of one thing the newest; of one moment the last."""
    found: dict[Key, Row] = {}
    for row in rows:
        if row.key not in found or row.told_at >= found[row.key].told_at:
            found[row.key] = row
    return found


def _names(row: Row) -> tuple[str | None, ...]:
    return row.email, row.account, row.payer


def _made(row: Row, now: Standing | None, place: Place | Nobody | None) -> tuple[list[Item], Row]:
    """What is to be taken in, and what is to be remembered. ``place`` None: where it is."""
    living = now is not None and now.content is not None
    if row.state == "deleted":
        gone: list[Item] = [Tombstone(now.ref, row.told_at)] if now and living else []
        return gone, replace(row, document={})
    content = {**(now.content or {} if now else {}), **row.document} if row.state == "placed" else row.document
    if place is None or place in NOBODY:
        if now is None or not living:
            return [], replace(row, state=place or "unknown", document=content)
        about = {name: value for name, value in (now.content or {}).items() if name in NAMES}
        ref = now.ref
    else:
        assert isinstance(place, Place)
        about, ref = _about(row, place), Ref(place.connection, row.kind, f"{FOREIGN}{row.source}:{row.id}")
    items: list[Item] = [record_of(ref, row.told_at, {**content, **about})]
    if now and living and now.ref != ref:
        items.append(Tombstone(now.ref, row.told_at))
    return items, replace(row, state="placed", document={})


def _about(row: Row, place: Place) -> dict[str, Any]:
    """The fields that name whom it is about, as the kind has them."""
    person = place.person.id if place.person else None
    if row.kind == "activity":
        return {"accounts": [ref.id for ref in place.accounts], "persons": [person] if person else []}
    account = place.accounts[0].id if len(place.accounts) == 1 else None  # several: those of the person
    return {"account": account, "person": person}


def _places(db: Connection, settings: Settings, rows: Sequence[Row]) -> dict[Key, Place | Nobody]:
    """By source: each calls accounts otherwise. What a source says that is not configured any more waits."""
    found: dict[Key, Place | Nobody] = {}
    for sender in settings.senders:
        mine = [row for row in rows if row.source == sender.name]
        known = payers.of(db, sender.name, {row.payer for row in mine if row.payer})
        whom = {row.key: _whom(row, known) for row in mine}
        where = places(db, settings, sender.account_key, set(whom.values())) if whom else {}
        found |= {key: where[one] for key, one in whom.items()}
    return found


def _whom(row: Row, known: Mapping[str, payers.Payer]) -> Whom:
    payer = known.get(row.payer) if row.payer else None
    if payer is None:
        return Whom(row.kind, row.email, row.account)
    return Whom(row.kind, row.email or payer.email, row.account or payer.account)


def _standing(db: Connection, settings: Settings, keys: Sequence[Key]) -> dict[Key, Standing]:
    """The records that were made of these, wherever they are; a living one rather than one that is gone."""
    ids: dict[tuple[AnyKind, str], Key] = {
        (kind, f"{FOREIGN}{source}:{id}"): (source, kind, id) for source, kind, id in keys
    }
    refs = [Ref(crm.name, kind, id) for crm in settings.crms for kind, id in ids]
    found: dict[Key, tuple[Ref, Mapping[str, Any] | None]] = {}
    for (connection, kind), some in grouped(refs).items():
        query = select(records.c.id, records.c.payload).where(*these(db, connection, kind, some))
        for id, payload in db.execute(query):
            key = ids[kind, id]
            if payload is not None or key not in found:
                found[key] = Ref(connection, kind, id), orjson.loads(payload) if payload else None
    named = {key: _named(ref, content) for key, (ref, content) in found.items() if content is not None}
    living = lookup.living(db, {ref for refs in named.values() for ref in refs})
    return {
        key: Standing(ref, content, key in named and living.issuperset(named[key]))
        for key, (ref, content) in found.items()
    }


def _named(ref: Ref, content: Mapping[str, Any]) -> list[Ref]:
    return [
        Ref(ref.connection, to_kind, id)
        for field, to_kind in references.REFERENCES[ref.kind]
        for id in references.named(content.get(field))
    ]


def come_home(db: Connection, settings: Settings, changed: Sequence[Item]) -> list[Item]:
    """What waited for these accounts and persons, or lost its place with another: to be taken in after them."""
    changed = [item for item in changed if item.ref.kind in ("account", "person") and isinstance(item, Record)]
    if not changed or not told.any_at_all(db):
        return []
    accounts = [item for item in changed if isinstance(item, Account)]
    rows = told.of_persons(db, [item.ref for item in changed if item.ref.kind == "person"])
    rows |= told.of_accounts(db, [account.ref for account in accounts])
    for sender in settings.senders:
        calls = UsageKeys(sender.account_key)
        rows |= told.named(db, sender.name, {name for one in accounts if (name := calls.name(one)) is not None})
    return settle_anew(db, settings, list(rows.values()))


def settle_anew(db: Connection, settings: Settings, rows: Sequence[Row]) -> list[Item]:
    """The same for rows that are known: those that are where they belong, or gone, are left alone."""
    standing = _standing(db, settings, [row.key for row in rows if row.state == "placed"])
    astray = [
        row
        for row in rows
        if row.state in NOBODY or (row.state == "placed" and row.key in standing and not standing[row.key].at_home)
    ]
    return settle(db, settings, astray) if astray else []


def settle_astray(db: Connection, settings: Settings, after: Key = BEFORE_ALL) -> tuple[list[Item], Key | None]:
    """A piece of all that waits, and where the next one begins: for whatever made somebody known without being one."""
    rows = told.astray(db, after, PIECE)
    return settle_anew(db, settings, rows), rows[-1].key if len(rows) == PIECE else None
