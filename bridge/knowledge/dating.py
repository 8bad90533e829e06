"""What records held on a day before the first sync, as far as the vendors' histories tell; else unknown.

Owns which attributes get overwritten; knows nothing of columns.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from bridge.knowledge.knowledge import Fact
from bridge.store import past_values
from bridge.store.past_values import Turn
from config.words import Kind

OVERWRITTEN: Final[Mapping[Kind, tuple[str, ...]]] = {
    "account": ("status", "renewal_date", "arr", "plan", "seats_bought", "pulse", "pulse_reason", "pulse_until"),
    "deal": ("status", "amount", "closes_on"),
    "ticket": ("priority", "escalated"),
    "person": ("role", "title"),
}
"""Attributes without a date of their own: unknown before the store's first version of them."""


def as_then(db: Connection, kind: Kind, facts: Sequence[Fact], at: datetime) -> Iterator[Fact]:
    """The facts as of ``at``: what gets overwritten is None unless a history tells; ``arr_since`` says since when."""
    ids: dict[str, list[str]] = {}
    for fact in facts:
        ids.setdefault(fact.known.connection, []).append(fact.known.id)
    held = {connection: past_values.held(db, connection, kind, some, at) for connection, some in ids.items()}
    for fact in facts:
        turns = held[fact.known.connection].get(fact.known.id, {})
        content = {**fact.content, **_then(OVERWRITTEN[kind], turns)}
        yield replace(fact, known=replace(fact.known, content=content))


def _then(names: Sequence[str], turns: Mapping[str, Turn]) -> dict[str, Any]:
    values = {name: turns[name].value if name in turns else None for name in names}
    return values | {f"{name}_since": turns[name].since for name in names if name in turns}
