"""Scorecards in the store: every version that ever decided, with which rules, and what was activated in whose place."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, delete, insert, select, update

from bridge.store.schema import active_cards, card_changes, card_versions
from config.scorecards import Scorecard
from config.words import Purpose


@dataclass(frozen=True, slots=True)
class Change:
    """A file that was activated. ``before``: its text until then; None where there was none."""

    id: int
    purpose: Purpose
    file: str
    version: str
    before: str | None
    after: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Active:
    """What decided at a moment. ``rules``: what else of the settings did; None = not kept then."""

    cards: Mapping[Purpose, tuple[Scorecard, ...]]
    rules: Mapping[str, Any] | None


def remember(db: Connection, cards: Iterable[Scorecard], now: datetime) -> list[str]:
    """Keep the content of those that are not known yet; their versions."""
    by_version = {card.version: card for card in cards}
    known = set(
        db.execute(select(card_versions.c.version).where(card_versions.c.version.in_(list(by_version)))).scalars()
    )
    rows = [
        {"version": version, "purpose": card.purpose, "content": card.content, "seen_at": now}
        for version, card in by_version.items()
        if version not in known
    ]
    if rows:
        db.execute(insert(card_versions), rows)
    return [str(row["version"]) for row in rows]


def recalled(db: Connection, version: str) -> Scorecard | None:
    """The scorecard that decided under that version; None where it never did."""
    content = db.execute(select(card_versions.c.content).where(card_versions.c.version == version)).scalar()
    return None if content is None else Scorecard.model_validate(orjson.loads(content))


def note_active(
    db: Connection, cards: Mapping[Purpose, Sequence[Scorecard]], rules: Mapping[str, Any], since: datetime
) -> None:
    """These decide since then: their content is remembered, and when that began, where it differs from the last.

    ``rules``: what decides beside the cards, as plain JSON.
    """
    remember(db, (card for some in cards.values() for card in some), since)
    versions = {purpose: [card.version for card in some] for purpose, some in cards.items()}
    query = select(active_cards.c.versions, active_cards.c.rules).order_by(active_cards.c.since.desc())
    last = db.execute(query.limit(1)).first()
    if last is None or tuple(last) != (versions, rules):
        db.execute(delete(active_cards).where(active_cards.c.since >= since))
        db.execute(insert(active_cards).values(since=since, versions=versions, rules=rules))


def active_at(db: Connection, moment: datetime) -> Active | None:
    """What decided at a moment; None before the first of which it is known."""
    query = select(active_cards.c.versions, active_cards.c.rules).where(active_cards.c.since <= moment)
    row = db.execute(query.order_by(active_cards.c.since.desc()).limit(1)).first()
    if row is None:
        return None
    found = {purpose: [recalled(db, version) for version in some] for purpose, some in row.versions.items()}
    return Active({purpose: tuple(filter(None, some)) for purpose, some in found.items()}, row.rules)


def seen(db: Connection) -> dict[str, datetime]:
    """Since when each version has decided."""
    return dict(db.execute(select(card_versions.c.version, card_versions.c.seen_at)).all())


def changed(db: Connection, card: Scorecard, file: str, before: str | None, after: str, now: datetime) -> None:
    """A file was activated."""
    row = {"purpose": card.purpose, "file": file, "version": card.version, "before": before, "after": after, "at": now}
    db.execute(insert(card_changes), row)


def last_change(db: Connection, purpose: Purpose | None = None) -> Change | None:
    """The newest activation, of that purpose, that was not taken back; None when there is none."""
    query = select(card_changes).where(card_changes.c.undone_at.is_(None)).order_by(card_changes.c.id.desc())
    if purpose is not None:
        query = query.where(card_changes.c.purpose == purpose)
    row = db.execute(query).first()
    if row is None:
        return None
    return Change(row.id, row.purpose, row.file, row.version, row.before, row.after, row.at)


def undone(db: Connection, change: Change, now: datetime) -> None:
    db.execute(update(card_changes).where(card_changes.c.id == change.id).values(undone_at=now))


def activated(db: Connection) -> dict[tuple[str, str], datetime]:
    """When each (file, version) was last activated."""
    rows = db.execute(
        select(card_changes.c.file, card_changes.c.version, card_changes.c.at).order_by(card_changes.c.id)
    )
    return {(file, version): at for file, version, at in rows}
