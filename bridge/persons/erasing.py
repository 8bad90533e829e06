"""Erases a person from all that the store keeps, and keeps them out: of the next pull, of deliveries, of usage files.

The CRM's own fields are left as they are: what it holds of the person is its owner's to delete. What csbridge wrote
there goes with the next push: the person's survey links are blanked, what quotes their address is written without it.
What remains here is how much was done, by nobody: use and answers are still counted for the account.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, Row, Table, delete, func, or_, select, update

from adapters.records import Ref
from bridge.persons import outside
from bridge.persons.persons import Someone, by_connection, find
from bridge.persons.withholding import MASK, SAID_BY, without
from bridge.store import (
    audit,
    customers,
    deliveries,
    emails,
    erased,
    payers,
    references,
    stream_names,
    told,
    told_persons,
)
from bridge.store.erased import Erased
from bridge.store.records import FOREIGN, digest_of
from bridge.store.rows import among
from bridge.store.schema import links, past_values, records, usage, usage_versions, versions
from bridge.store.texts import scrub
from bridge.workspace import Workspace

Erasure = Counter[str]
"""How many rows of what were changed or deleted."""


def erase(workspace: Workspace, someone: Someone) -> Erasure:
    """All of it in one transaction; customers that the person was about are scored again.

    Files of ours beside a CRM come first: raises Retry, and nothing is erased, while another program holds one.
    """
    done: Erasure = Counter()
    done["rows of files"] += outside.forget_in_files(workspace, someone)
    with workspace.store.write() as db:
        now = workspace.now()
        someone.names |= stream_names.also_called(db, someone.names)
        done["links in the CRM"] += outside.blank_links(db, workspace, someone)
        concerned = customers.of_accounts(db, references.accounts_of(db, someone.refs))
        erased.note(db, someone.names, someone.refs, now)
        gone = Erased(db)
        done["records that named them"] += _unname(db, someone, gone)
        done["records of theirs"] += _forget_records(db, someone)
        done["usage rows"] += sum(_rename(db, table, someone, gone) for table in (usage, usage_versions))
        done["usage rows"] += stream_names.forget_person(db, someone.names, gone.stand_in)
        done["deliveries"] += deliveries.forget(db, someone.emails, someone.refs, now, someone.names)
        done["words of theirs"] += _silence(db, someone)
        done["told by others"] += told.forget_person(db, someone.emails) + payers.forget_person(db, someone.emails)
        done["notifications"] += told_persons.forget_person(db, sorted(someone.refs, key=str))
        outside.write_anew(db, workspace, someone)
        done["texts"] += scrub(db, someone.emails, MASK)
        emails.forget(db, someone.refs)
        customers.mark_affected(db, concerned.values(), now)
        audit.record(db, "operator", "erase-person", {what: number for what, number in done.items() if number}, now)
    return done


def erase_records(workspace: Workspace, refs: Iterable[Ref]) -> None:
    """Erase the persons behind these records: their CRM says that they have asked for it."""
    for ref in refs:
        with workspace.store.read() as db:
            someone = find(db, f"{ref.connection}:{ref.id}")
        someone.refs.add(ref)
        erase(workspace, someone)


def _unname(db: Connection, someone: Someone, gone: Erased) -> int:
    """Take the person out of the records, present and past, that name them or quote an address of theirs."""
    changed = 0
    for table in (records, versions):
        for row in list(_mentioning(db, table, someone)):
            content = orjson.loads(row.payload)
            changed += _rewritten(db, table, row, content, dict(without(row.connection, row.kind, content, gone)))
    return changed


def _rewritten(
    db: Connection, table: Table, row: Row[Any], content: Mapping[str, Any], changes: Mapping[str, Any]
) -> bool:
    """Whether there was anything to change in what a record is, or was, known to say."""
    if not changes:
        return False
    payload = orjson.dumps({**content, **changes}, option=orjson.OPT_SORT_KEYS)
    values = {"payload": payload.decode()} | ({"digest": digest_of(payload)} if table is records else {})
    key = [column == row._mapping[column] for column in table.primary_key]
    db.execute(update(table).where(*key).values(values))
    return True


def _silence(db: Connection, someone: Someone) -> int:
    """Take away what they wrote to a survey tool under an address of theirs, though no CRM knows them as a person."""
    changed = 0
    for row in told.of_addresses(db, someone.emails):
        for table in (records, versions):
            this = table.c.kind == row.kind, table.c.id == f"{FOREIGN}{row.source}:{row.id}"
            for found in db.execute(select(table).where(*this, table.c.payload.is_not(None))).all():
                content = orjson.loads(found.payload)
                silenced = {name: None for name in SAID_BY.get(row.kind, ()) if content[name] is not None}
                changed += _rewritten(db, table, found, content, silenced)
    return changed


def _mentioning(db: Connection, table: Table, someone: Someone) -> Iterator[Row[Any]]:
    columns = (*table.primary_key, table.c.payload)
    linked = [
        (connection, kind, among(db, table.c.id, references.linked(db, connection, "person", ids, kind)))
        for connection, ids in by_connection(someone).items()
        for kind, named in references.REFERENCES.items()
        if any(to_kind == "person" for _, to_kind in named)
    ]
    quoting = [func.lower(table.c.payload).contains(email, autoescape=True) for email in sorted(someone.emails)]
    hits = [
        *((table.c.connection == connection) & (table.c.kind == kind) & those for connection, kind, those in linked),
        *quoting,
    ]
    if hits:
        query = select(*columns).where(or_(*hits), table.c.payload.is_not(None))
        own = {(ref.connection, "person", ref.id) for ref in someone.refs}
        yield from (row for row in db.execute(query) if (row.connection, row.kind, row.id) not in own)


def _forget_records(db: Connection, someone: Someone) -> int:
    """The person's own records and all that they ever said; that there was one under that id is all that stays."""
    forgotten = 0
    for connection, ids in by_connection(someone).items():
        for table in (versions, past_values):
            mine = table.c.connection == connection, table.c.kind == "person", among(db, table.c.id, ids)
            db.execute(delete(table).where(*mine))
        there = records.c.connection == connection, records.c.kind == "person", among(db, records.c.id, ids)
        living = update(records).where(*there, records.c.payload.is_not(None))
        forgotten += db.execute(living.values(payload=None, digest=None)).rowcount
        ends = (
            (links.c.kind == "person") & among(db, links.c.id, ids),
            (links.c.to_kind == "person") & among(db, links.c.to_id, ids),
        )
        db.execute(delete(links).where(links.c.connection == connection, or_(*ends)))
    return forgotten


def _rename(db: Connection, table: Table, someone: Someone, gone: Erased) -> int:
    """Use stays the account's, under a name that is nobody's: one row where they were written in two ways."""
    lower, nobodys = {name.lower() for name in someone.names}, {gone.stand_in(name) for name in someone.names}
    theirs = or_(among(db, func.lower(table.c.person), lower), among(db, table.c.person, someone.names | nobodys))
    rows = db.execute(delete(table).where(theirs).returning(*table.c)).mappings().all()
    renamed: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        changed = {**row, "person": row["person"] if row["person"] in nobodys else gone.stand_in(row["person"])}
        key = tuple(changed[column.name] for column in table.primary_key)
        same = renamed.get(key)
        renamed[key] = {**changed, "count": changed["count"] + same["count"]} if same else changed
    if renamed:
        db.execute(table.insert(), list(renamed.values()))
    return sum(row["person"] not in nobodys for row in rows)
