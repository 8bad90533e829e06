"""The types of columns that both databases hold alike: aware times, JSON documents, growing numbers."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator


@lru_cache(1024)
def _sqlite_text(value: datetime | None) -> str | None:
    """Remembered, because one moment is bound to all rows of a page, in several tables."""
    if value is None:
        return None
    known = value if value.tzinfo is UTC else value.astimezone(UTC)
    return known.isoformat(" ", "microseconds")[:26]


class Utc(TypeDecorator[datetime]):
    """An aware UTC datetime, kept naive so that both databases compare it alike."""

    impl = DateTime
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """For SQLite the text that SQLAlchemy would write, in one step: a pull binds several times per record."""
        return _sqlite_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None else None


class Json(TypeDecorator[Any]):
    """A JSON document; dates and datetimes become ISO text, tuples lists."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return orjson.dumps(value).decode() if value is not None else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return orjson.loads(value) if value is not None else None


Serial = BigInteger().with_variant(Integer, "sqlite")
"""A growing number: SQLite gives rowids to INTEGER keys only."""
