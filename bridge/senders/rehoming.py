"""Keeps records that are no CRM's with whoever they are about, as accounts and persons are merged or go.

The CRM moves its own records; these it does not know. The caller takes in what comes out.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, select

from adapters.records import Item, Ref
from bridge.senders.attributing import settle_anew
from bridge.senders.placing import jobs
from bridge.store import lookup, references, told
from bridge.store.records import FOREIGN, these
from bridge.store.reviving import record_of
from bridge.store.rows import grouped
from bridge.store.schema import records
from bridge.store.told import Key
from config.settings import Settings


def hand_on(db: Connection, survivors: Mapping[Ref, Ref]) -> list[Item]:
    """Merged away → what it was merged into: records that are no CRM's name the survivor from now on."""
    found: dict[Ref, Item] = {}
    for (connection, to_kind), ids in grouped(survivors).items():
        for kind, fields in references.REFERENCES.items():
            naming = references.linked(db, connection, to_kind, ids, kind)
            foreign = [id for id in naming if id.startswith(FOREIGN)]
            query = select(records.c.id, records.c.payload, records.c.changed_at)
            query = query.where(*these(db, connection, kind, foreign), records.c.payload.is_not(None))
            for id, payload, changed_at in db.execute(query) if foreign else ():
                ref, content = Ref(connection, kind, id), orjson.loads(payload)
                after = {field: _handed_on(connection, to, content[field], survivors) for field, to in fields}
                if any(content[field] != value for field, value in after.items()):
                    found[ref] = record_of(ref, changed_at, content | after)
    return list(found.values())


def _handed_on(connection: str, kind: Any, value: Any, survivors: Mapping[Ref, Ref]) -> Any:
    """A reference field with every merged id replaced; each id once."""
    after = []
    for id in references.named(value):
        ref = Ref(connection, kind, id)
        for _ in range(len(survivors)):  # one that was merged again
            ref = survivors.get(ref, ref)
        after.append(ref.id)
    return list(dict.fromkeys(after)) if isinstance(value, list) else after[0] if after else None


def settle_records(db: Connection, settings: Settings, refs: Iterable[Ref]) -> list[Item]:
    """Find those a new place whose account or person is gone: by whom their sender meant.

    What no sender told, as answers to our own survey, goes with its person.
    """
    keys = {ref: _key(ref) for ref in refs}
    rows = told.of(db, keys.values())
    others = [ref for ref, key in keys.items() if key not in rows]
    return [*settle_anew(db, settings, list(rows.values())), *_with_their_person(db, others)]


def _key(ref: Ref) -> Key:
    source, _, id = ref.id.removeprefix(FOREIGN).partition(":")
    return source, ref.kind, id


def _with_their_person(db: Connection, refs: Iterable[Ref]) -> list[Item]:
    """Those whose account is gone, at the one account where their person is now."""
    found: list[Item] = []
    for (connection, kind), ids in grouped(refs).items():
        query = select(records.c.id, records.c.payload, records.c.changed_at).where(*these(db, connection, kind, ids))
        for id, payload, changed_at in db.execute(query.where(records.c.payload.is_not(None))).all():
            content = orjson.loads(payload)
            if not (content.get("account") and content.get("person")):
                continue
            person = Ref(connection, "person", content["person"])
            here = jobs(db, [person]).get(person, [])
            gone = not lookup.living(db, [Ref(connection, "account", content["account"])])
            if gone and len(here) == 1:
                ref = Ref(connection, kind, id)
                found.append(record_of(ref, changed_at, content | {"account": here[0].id}))
    return found
