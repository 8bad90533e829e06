"""Product usage as daily totals: what each source says of each of its accounts, and what it said before."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select, union_all

from bridge.store.rows import chunks, insert_or_update
from bridge.store.schema import usage, usage_sources, usage_versions

Key = tuple[str, date, str, str]
"""Account key, day, person, feature."""


@dataclass(frozen=True, slots=True)
class DailyTotal:
    """How often one person of an account used one feature on one day."""

    account_key: str
    day: date
    person: str
    feature: str
    count: float

    @property
    def key(self) -> Key:
        return self.account_key, self.day, self.person, self.feature


def take_in(db: Connection, source: str, totals: Sequence[DailyTotal], now: datetime) -> set[str]:
    """Upsert totals (of several with one key the last counts); returns the account keys that changed."""
    wanted = {total.key: total for total in totals}
    stored = _stored(db, source, wanted.values())
    changed = [total for key, total in wanted.items() if key not in stored or stored[key][0] != total.count]
    corrected = [(total, stored[total.key]) for total in changed if total.key in stored and stored[total.key][1] < now]
    if corrected:
        db.execute(
            insert(usage_versions),
            [_row(source, total, count, known_from) | {"known_to": now} for total, (count, known_from) in corrected],
        )
    insert_or_update(db, usage, [_row(source, total, total.count, now) for total in changed])
    return {total.account_key for total in changed}


def _row(source: str, total: DailyTotal, count: float, known_from: datetime) -> dict[str, Any]:
    return {
        "source": source,
        "account_key": total.account_key,
        "day": total.day,
        "person": total.person,
        "feature": total.feature,
        "count": count,
        "known_from": known_from,
    }


def _stored(db: Connection, source: str, totals: Iterable[DailyTotal]) -> dict[Key, tuple[float, datetime]]:
    days = [total.day for total in totals]
    keys = sorted({total.account_key for total in totals})
    found: dict[Key, tuple[float, datetime]] = {}
    for some in chunks(keys):
        query = select(
            usage.c.account_key, usage.c.day, usage.c.person, usage.c.feature, usage.c.count, usage.c.known_from
        ).where(usage.c.source == source, usage.c.account_key.in_(some), usage.c.day.between(min(days), max(days)))
        for account_key, day, person, feature, count, known_from in db.execute(query):
            found[account_key, day, person, feature] = (count, known_from)
    return found


def known(
    db: Connection, source: str, account_keys: Sequence[str], as_of: date, at: datetime, days: int
) -> Iterator[DailyTotal]:
    """The totals of the last ``days`` days up to ``as_of`` as known at ``at``, and each account's last one before."""
    since = as_of - timedelta(days=days)
    for some in chunks(account_keys):
        rows = _rows_known(source, some, at)
        recent = select(rows).where(rows.c.day > since, rows.c.day <= as_of)
        last = select(rows.c.account_key, func.max(rows.c.day)).where(rows.c.day <= since).group_by(rows.c.account_key)
        for account_key, day, person, feature, count in db.execute(recent):
            yield DailyTotal(account_key, day, person, feature, count)
        for account_key, day in db.execute(last):
            yield DailyTotal(account_key, day, "", "", 1.0)


def _rows_known(source: str, account_keys: Sequence[str], at: datetime) -> Any:
    def columns(table: Any) -> Any:
        return select(table.c.account_key, table.c.day, table.c.person, table.c.feature, table.c.count).where(
            table.c.source == source, table.c.account_key.in_(account_keys), table.c.known_from <= at
        )

    return union_all(columns(usage), columns(usage_versions).where(usage_versions.c.known_to > at)).subquery()


def watermark(db: Connection, source: str, as_of: date, at: datetime) -> date | None:
    """The newest day of any account that the source had told of at ``at``; days after ``as_of`` do not count."""
    return days_told(db, source, as_of, at)[1]


def days_told(db: Connection, source: str, as_of: date, at: datetime) -> tuple[date | None, date | None]:
    """The oldest and the newest such day."""
    days: list[date] = []
    for table in (usage, usage_versions):  # a total that was corrected since was told of before
        known = select(table.c.day).where(table.c.source == source, table.c.day <= as_of, table.c.known_from <= at)
        for end in (table.c.day, table.c.day.desc()):  # each end by the index, which a minimum would read through
            days += db.execute(known.order_by(end).limit(1)).scalars()
    return min(days, default=None), max(days, default=None)


def account_keys(db: Connection, source: str) -> list[str]:
    return list(db.execute(select(usage.c.account_key).where(usage.c.source == source).distinct()).scalars())


def digest(db: Connection, source: str) -> str | None:
    """Of the file as it was last taken in."""
    return db.execute(select(usage_sources.c.digest).where(usage_sources.c.source == source)).scalar_one_or_none()


def save_digest(db: Connection, source: str, value: str, now: datetime) -> None:
    insert_or_update(db, usage_sources, [{"source": source, "digest": value, "taken_at": now}])
