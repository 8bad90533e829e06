"""Streamed usage: totals that wait for an account, and which messages are counted already.

Totals that have an account are in ``usage`` beside those of files; what of them must stay answerable becomes a version.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from bridge.rules.tallying import Place
from bridge.store.rows import among, chunks, insert_all
from bridge.store.schema import STREAMED, unplaced_usage, usage, usage_messages, usage_versions
from bridge.store.usage import Key


def counted(db: Connection, source: str, messages: Collection[bytes]) -> set[bytes]:
    """Those of the messages that are counted already."""
    found: set[bytes] = set()
    for some in chunks(list(messages)):
        query = select(usage_messages.c.message).where(
            usage_messages.c.source == source, usage_messages.c.message.in_(some)
        )
        found.update(db.execute(query).scalars())
    return found


def remember(db: Connection, source: str, messages: Iterable[bytes], now: datetime) -> None:
    insert_all(db, usage_messages, ("source", "message", "at"), [(source, message, now) for message in messages])


def remember_longer(db: Connection, source: str, messages: Collection[bytes], now: datetime) -> None:
    """They have come again, in a delivery that can be replayed for as long as any other."""
    for some in chunks(list(messages)):
        mine = usage_messages.c.source == source, usage_messages.c.message.in_(some)
        db.execute(update(usage_messages).where(*mine).values(at=now))


def forget_messages(db: Connection, before: datetime) -> None:
    db.execute(delete(usage_messages).where(usage_messages.c.at < before))


def held(db: Connection, source: str, ids: Collection[str]) -> list[tuple[str, Place, float]]:
    """The totals of these ids that have an account: (id, place, count)."""
    query = select(usage.c.person, usage.c.account_key, usage.c.day, usage.c.feature, usage.c.count).where(
        STREAMED, usage.c.source == source, among(db, usage.c.person, ids)
    )
    return [(person, (account, day, feature), count) for person, account, day, feature, count in db.execute(query)]


def waiting(db: Connection, source: str, ids: Collection[str]) -> list[tuple[str, Place, float]]:
    """Those that wait for one."""
    table = unplaced_usage.c
    query = select(table.person, table.day, table.feature, table.count).where(
        table.source == source, among(db, table.person, ids)
    )
    return [(person, (None, day, feature), count) for person, day, feature, count in db.execute(query)]


def add(db: Connection, source: str, changes: Mapping[Key, float], now: datetime, close: datetime, today: date) -> None:
    """Add to totals, or take from them; one of which nothing is left is gone.

    The past can be asked for at every close of a day: what was known at the last one, ``close``, becomes a version;
    what became known since (all about ``today`` did) is overwritten.
    """
    earlier = [key for key in changes if key[1] < today]
    if earlier:
        versions = [column.name for column in usage_versions.c if column.name != "known_to"]
        known = select(*(usage.c[name] for name in versions), bindparam("now", now, usage.c.known_from.type))
        there = known.where(*_this, usage.c.known_from <= bindparam("close", close, usage.c.known_from.type))
        db.execute(insert(usage_versions).from_select([*versions, "known_to"], there), _each(source, earlier))
    rows = [(source, *key, count, now, True) for key, count in changes.items()]
    insert_all(db, usage, _COLUMNS, rows, _ADDED)
    taken_from = [key for key, count in changes.items() if count < 0]
    if taken_from:
        db.execute(delete(usage).where(*_this, usage.c.count <= 0), _each(source, taken_from))


_COLUMNS = ("source", "account_key", "day", "person", "feature", "count", "known_from", "streamed")
_ADDED = """ON CONFLICT (source, account_key, day, person, feature) DO UPDATE
    SET count = usage.count + excluded.count, known_from = excluded.known_from, streamed = excluded.streamed"""
_this = [usage.c[name] == bindparam(f"this_{name}") for name in ("source", "account_key", "day", "person", "feature")]


def _each(source: str, keys: Iterable[Key]) -> list[dict[str, Any]]:
    return [
        {"this_source": source, "this_account_key": account, "this_day": day, "this_person": who, "this_feature": what}
        for account, day, who, what in keys
    ]


def add_waiting(db: Connection, source: str, changes: Mapping[tuple[str, date, str], float]) -> None:
    """The same for (person, day, feature) without an account; nobody scores these, so that no version is kept."""
    rows = [(source, *key, count) for key, count in changes.items()]
    insert_all(db, unplaced_usage, ("source", "person", "day", "feature", "count"), rows, _WAITS)
    gone = [
        {"of": source, "who": person, "on": day, "what": feature}
        for (person, day, feature), count in changes.items() if count < 0
    ]  # fmt: skip
    if gone:
        this = [
            unplaced_usage.c[name] == bindparam(bound)
            for name, bound in (("source", "of"), ("person", "who"), ("day", "on"), ("feature", "what"))
        ]
        db.execute(delete(unplaced_usage).where(*this, unplaced_usage.c.count <= 0), gone)


_WAITS = """ON CONFLICT (source, person, day, feature) DO UPDATE SET count = unplaced_usage.count + excluded.count"""


def messages_counted(db: Connection, source: str) -> int:
    """Those that are remembered."""
    return db.execute(select(func.count()).where(usage_messages.c.source == source)).scalar_one()


def without_account(db: Connection, source: str, first: int) -> tuple[int, list[dict[str, Any]]]:
    """How many persons have totals that wait for an account, and the ``first`` of them by how much that is."""
    table = unplaced_usage.c
    mine = table.source == source
    number = db.execute(select(func.count(table.person.distinct())).where(mine)).scalar_one()
    total = func.sum(table.count)
    columns = (table.person, total.label("count"), func.min(table.day).label("since"))
    most = select(*columns).where(mine).group_by(table.person).order_by(total.desc(), table.person)
    return number, [dict(row) for row in db.execute(most.limit(first)).mappings()]
