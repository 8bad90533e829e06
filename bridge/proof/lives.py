"""What became of customers, as far as anybody knows today: when they left and came back, and what they paid since when.

Owns how versions, vendors' histories and dates of accounts become one course of events. Must not know scores.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bridge.moments import day_of
from bridge.store import customers, timelines
from bridge.store.timelines import Told
from config.settings import Settings


@dataclass(frozen=True, slots=True)
class Loss:
    """``day`` None: it had left before anybody looked. ``until``: the day on which it was a customer again."""

    day: date | None
    until: date | None = None


@dataclass(slots=True)
class Life:
    """One account's, oldest first."""

    losses: list[Loss] = field(default_factory=list)
    arr: list[tuple[date, float | None, str | None]] = field(default_factory=list)
    """Since when, how much, in which currency."""
    removed: date | None = None


def life(told: Iterable[Told], zone: ZoneInfo) -> Life:
    """The course of one account. ``churned_on`` says the day better than the moment at which the store learnt of it."""
    made, lost, known = Life(), False, False
    status: str | None = None
    said: date | None = None
    for one in told:
        day = day_of(one.at, zone)
        made.removed = day if one.content is None else None
        if one.content is None:
            continue
        before = status
        status = one.content.get("status") or status
        if one.whole:
            said = date.fromisoformat(text) if (text := one.content.get("churned_on")) else None
        settled = {loss.day for loss in made.losses if loss.until}
        back = lost and before == "churned" and status != "churned"
        if status == "churned" or (said and said not in settled and not back):
            learnt = made.losses.pop().day if lost else (day if known else None)
            made.losses.append(Loss(said or learnt))
            lost = True
        elif lost:
            made.losses[-1] = replace(made.losses[-1], until=day)
            lost = False
        known = known or status is not None
        _note_arr(made, day, one)
    return made


def _note_arr(made: Life, day: date, one: Told) -> None:
    """A history of one field keeps no currency: it is the one that was known last."""
    if one.content is None or "arr" not in one.content:
        return
    currency = one.content.get("currency") if one.whole else made.arr[-1][2] if made.arr else None
    amount = one.content["arr"]
    if not made.arr or made.arr[-1][1:] != (amount, currency):
        made.arr.append((day, amount, currency))


def lives_of(db: Connection, settings: Settings, ids: Sequence[int]) -> dict[int, Life]:
    """The lives of customers. Where one has several accounts, the first that tells counts, preferred ones before."""
    refs = customers.refs_of(db, ids)
    connections = [*settings.identity.prefer, *(connection.name for connection in settings.crms)]
    rank = {name: place for place, name in reversed(list(enumerate(connections)))}
    by_connection: dict[str, list[str]] = {}
    for ref in (ref for some in refs.values() for ref in some):
        by_connection.setdefault(ref.connection, []).append(ref.id)
    told = {name: timelines.of_accounts(db, name, sorted(some)) for name, some in by_connection.items()}
    found: dict[int, Life] = {}
    for id, some in refs.items():
        ordered = sorted(some, key=lambda ref: (rank.get(ref.connection, len(rank)), ref.connection, ref.id))
        found[id] = _merged([life(told[ref.connection].get(ref.id, ()), settings.zone) for ref in ordered])
    return found


def _merged(lives: Sequence[Life]) -> Life:
    there = [one for one in lives if one.removed is None]
    return Life(
        losses=next((one.losses for one in there or lives if one.losses), []),
        arr=next((one.arr for one in there or lives if any(amount is not None for _, amount, _ in one.arr)), []),
        removed=None if there else max((one.removed for one in lives if one.removed), default=None),
    )
