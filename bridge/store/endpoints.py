"""How each outbound endpoint fares: since when it fails, until when it rests, whether it was disabled."""

from datetime import datetime

from sqlalchemy import Connection, select

from bridge.store.rows import insert_or_update
from bridge.store.schema import endpoints
from webhooks.outbound.verdict import Health

_NAMES = ("failing_since", "failures", "rest_until", "disabled_at", "cause", "delivered_at")


def health(db: Connection, name: str) -> Health:
    return all_of(db).get(name, Health())


def all_of(db: Connection) -> dict[str, Health]:
    """Every endpoint that was ever sent to."""
    return {
        row["name"]: Health(**{name: row[name] for name in _NAMES}) for row in db.execute(select(endpoints)).mappings()
    }


def save(db: Connection, name: str, health: Health) -> None:
    insert_or_update(db, endpoints, [{"name": name, **{one: getattr(health, one) for one in _NAMES}}])


def enable(db: Connection, name: str, delivered_at: datetime | None) -> None:
    """As if it had never failed."""
    save(db, name, Health(delivered_at=delivered_at))
