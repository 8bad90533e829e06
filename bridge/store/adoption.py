"""What product usage tells over long times, summed up by the database: first days, spans, which features were used."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import Connection, func, select

from bridge.store.schema import usage


def span(db: Connection, source: str, until: date) -> tuple[date, date] | None:
    """The first and the newest day up to ``until`` that the source tells of, of any account; None where it has none."""
    query = select(func.min(usage.c.day), func.max(usage.c.day)).where(usage.c.source == source, usage.c.day <= until)
    first, last = db.execute(query).one()
    return (first, last) if first is not None else None


def first_days(
    db: Connection, source: str, until: date, feature: str | None = None, count: float = 0
) -> dict[str, date]:
    """By account key, the day on which its use of the feature (None = of any) had added up to ``count``, or began."""
    used = [usage.c.source == source, usage.c.count > 0, usage.c.day <= until]
    if feature is not None:
        used.append(usage.c.feature == feature)
    of_day = select(usage.c.account_key, usage.c.day, func.sum(usage.c.count).label("total")).where(*used)
    daily = of_day.group_by(usage.c.account_key, usage.c.day).subquery()
    running = func.sum(daily.c.total).over(partition_by=daily.c.account_key, order_by=daily.c.day)
    so_far = select(daily.c.account_key, daily.c.day, running.label("total")).subquery()
    query = select(so_far.c.account_key, func.min(so_far.c.day)).where(so_far.c.total >= count)
    return dict(db.execute(query.group_by(so_far.c.account_key)).all())


def used(db: Connection, source: str, since: date, until: date) -> Iterator[tuple[str, str]]:
    """(account key, feature) that was used after ``since`` and up to ``until``, each once."""
    query = select(usage.c.account_key, usage.c.feature).where(
        usage.c.source == source, usage.c.day > since, usage.c.day <= until, usage.c.count > 0
    )
    for account_key, feature in db.execute(query.distinct()):
        yield str(account_key), str(feature)
