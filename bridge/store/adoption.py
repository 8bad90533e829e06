"""What product usage tells over long times, summed up by the database: first days, spans, which features were used."""

from collections.abc import Collection, Iterator
from datetime import date

from sqlalchemy import Connection, func, select

from bridge.store.schema import usage


def span(db: Connection, source: str, until: date) -> tuple[date, date] | None:
    """The first and the newest day up to ``until`` that the source tells of, of any account; None where it has none."""
    query = select(func.min(usage.c.day), func.max(usage.c.day)).where(usage.c.source == source, usage.c.day <= until)
    first, last = db.execute(query).one()
    return (first, last) if first is not None else None


def first_days(db: Connection, source: str, until: date, features: Collection[str] = ()) -> dict[str, date]:
    """By account key, the first day on which one of the features (any, when none is named) was used."""
    query = select(usage.c.account_key, func.min(usage.c.day)).where(
        usage.c.source == source, usage.c.count > 0, usage.c.day <= until
    )
    if features:
        query = query.where(usage.c.feature.in_(list(features)))
    return dict(db.execute(query.group_by(usage.c.account_key)).all())


def used(db: Connection, source: str, since: date, until: date) -> Iterator[tuple[str, str]]:
    """(account key, feature) that was used after ``since`` and up to ``until``, each once."""
    query = select(usage.c.account_key, usage.c.feature).where(
        usage.c.source == source, usage.c.day > since, usage.c.day <= until, usage.c.count > 0
    )
    for account_key, feature in db.execute(query.distinct()):
        yield str(account_key), str(feature)
