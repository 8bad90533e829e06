"""Rebuilds the book month by month as it would have stood, and says what came of everybody. Stores nothing.

Reads records and usage once for all days before the first sync. What a day's score is, is scoring's.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from bridge.frames import rows as frame_rows
from bridge.frames.frames import build, customer_rows
from bridge.frames.standing import standing
from bridge.knowledge.knowledge import Facts, gather_around
from bridge.moments import Moment, close_of, closed, day_of, present
from bridge.progress import Progress, silent
from bridge.proof.lives import Life, lives_of
from bridge.store import customers, timelines, usage
from bridge.workspace import Workspace
from config.errors import ConfigError, Problem
from config.scorecards import Scorecard
from scoring.frames import Frames
from scoring.proof import outcomes as proved
from scoring.proof import panel as proof
from scoring.proof.outcomes import Lives
from scoring.scorecard import check
from scoring.use import HISTORY

PIECE: Final = 1_000
"""Customers whose records are held at a time: all that is known of them, for all cuts."""
MONTHS: Final = 24
"""How many months back the proof looks where nothing else is asked."""
CUSTOMER: Final = "customer"
EVER_USED: Final = 36_500
"""Days: all usage there is."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of history: from which month to which, and over which horizon in days."""

    first: date | None = None
    last: date | None = None
    horizon: int = 90


@dataclass(frozen=True)
class Panel:
    """Rows of customer × cut with outcomes, and what there is to say of how they came about."""

    rows: Any
    """A data frame: ``scoring.proof.panel.KEYS``, features and account fields, and those of ``outcomes``."""
    lives: Lives
    until: date | None
    """The last day of which anything is recorded; None: nothing is."""
    horizon: int
    cuts: Sequence[date]
    first_known: date | None
    """Cuts before it are as dated, those from it on as known."""
    assumed: int = 0
    left_out: Mapping[str, int] | None = None


def panel(workspace: Workspace, asked: Asked, progress: Progress = silent) -> Panel:
    """The book at each month's end. Only what had happened, or was known, by then reaches a row."""
    with workspace.store.read() as db:
        first_known = customers.first_known(db)
        reach = _reach(db, workspace)
        since = day_of(first_known, workspace.settings.zone) if first_known else None
        if since is None or reach is None:
            return Panel(proof.stacked([]), proved.lives([], [], []), None, asked.horizon, [], since)
        cuts = _cuts(asked, *reach)
        parts, lived = [], {}
        for ids in customers.all_ids(db, PIECE):
            lived.update(lives_of(db, workspace.settings, ids))
            parts += list(_piece(db, workspace, ids, cuts, since, progress))
    rows, lives = proof.stacked(parts), _lives(lived)
    there = proof.customers_only(rows, proved.gone_by(rows, lives.losses))
    came = proved.outcomes(there.rows, lives, asked.horizon, reach[1])
    return Panel(there.rows.join(came), lives, reach[1], asked.horizon, cuts, since, there.assumed, there.left_out)


def _cuts(asked: Asked, begin: date, end: date) -> list[date]:
    """Without a wish: up to two years of months, the first one a month after the first event."""
    earliest = max(begin + timedelta(days=28), end - timedelta(days=31 * MONTHS))
    return proof.cut_days(asked.first or earliest, min(asked.last or end, end))


def _reach(db: Connection, workspace: Workspace) -> tuple[date, date] | None:
    """The first and the last day on which anything is recorded to have happened, to anybody."""
    moment = present(workspace.now(), workspace.settings.zone)
    sources = [source.name for source in workspace.settings.usage]
    spans = [
        span
        for ids in customers.all_ids(db, PIECE)
        for rows, accounts in [customer_rows(db, workspace.settings, ids, moment)]
        if (span := proof.span(build(db, workspace.settings, rows, accounts, moment, usage_days=0)))
    ]
    used = [timelines.first_day_of_use(db, sources), _newest_use(db, sources, moment)] if sources else []
    days = [day for span in spans for day in span] + [day for day in used if day and day <= moment.day]
    return (min(days), max(days)) if days else None


def _newest_use(db: Connection, sources: Sequence[str], moment: Moment) -> date | None:

    return max((day for name in sources if (day := usage.watermark(db, name, moment.day, moment.known))), default=None)


def _piece(
    db: Connection, workspace: Workspace, ids: Sequence[int], cuts: Sequence[date], since: date, progress: Progress
) -> Iterator[Any]:
    """The rows of some customers at every cut."""
    dated = [day for day in cuts if day < since]
    whole = _Whole.read(db, workspace, ids) if dated else None
    for day in cuts:
        moment = _moment(workspace, day, since)
        rows, accounts = customer_rows(db, workspace.settings, ids, moment)
        inside = {id: row for id, row in rows.items() if _in_scope(workspace, row)}
        if inside and whole is not None and moment.dated:
            yield _judged(db, workspace, whole.as_of(db, workspace, inside, accounts, moment), accounts, moment)
        elif inside:
            yield _judged(db, workspace, build(db, workspace.settings, inside, accounts, moment), accounts, moment)
        progress(f"as of {day}", len(rows))


def _in_scope(workspace: Workspace, row: frame_rows.Row) -> bool:
    """Whether the scope takes it in, or would if it was a customer, where no date says what it was."""
    return workspace.scope.holds(row) or (row["status"] is None and workspace.scope.holds({**row, "status": CUSTOMER}))


def _judged(db: Connection, workspace: Workspace, frames: Frames, accounts: Any, moment: Moment) -> Any:
    """The one seam between the proof and the engine. A band's path starts from the decisions stored before that day."""
    previous = standing(db, workspace, frames.customers.index.tolist(), accounts, moment)
    health = replace(workspace.policy, cards={"health": tuple(workspace.cards["health"])}, flags={})
    return proof.judge(frames, health, previous, dated=moment.dated)


def _moment(workspace: Workspace, day: date, since: date) -> Moment:
    zone = workspace.settings.zone
    if day < since:
        return Moment(day, workspace.now(), dated=True)
    return closed(day, zone) if close_of(day, zone) < workspace.now() else present(workspace.now(), zone)


@dataclass(frozen=True)
class _Whole:
    """All that is known today around some customers, read once: the days before the first sync are made of it."""

    around: Facts
    usage: Any

    @classmethod
    def read(cls, db: Connection, workspace: Workspace, ids: Sequence[int]) -> "_Whole":
        settings, moment = workspace.settings, present(workspace.now(), workspace.settings.zone)
        rows, accounts = customer_rows(db, settings, ids, moment)
        around = gather_around(db, accounts, moment.known)
        bare: Facts = {kind: facts if kind == "usage" else [] for kind, facts in around.items()}
        frames = build(db, settings, rows, accounts, moment, bare, EVER_USED)
        return cls({**around, "usage": []}, frames.usage)

    def as_of(
        self, db: Connection, workspace: Workspace, rows: Mapping[int, frame_rows.Row], accounts: Any, moment: Moment
    ) -> Frames:
        """The frames of a day, equal to those that ``build`` makes of it."""
        around = {kind: [fact for fact in facts if fact.customer in rows] for kind, facts in self.around.items()}
        frames = build(db, workspace.settings, rows, accounts, moment, around, 0)
        return replace(frames, usage=proof.usage_until(self.usage, moment.day, HISTORY))


def _lives(found: Mapping[int, Life]) -> Lives:
    return proved.lives(
        [(id, loss.day, loss.until) for id, life in found.items() for loss in life.losses],
        [(id, *told) for id, life in found.items() for told in life.arr],
        [(id, life.removed) for id, life in found.items() if life.removed],
    )


def only(workspace: Workspace, card: Scorecard | None) -> Workspace:
    """The workspace with one card of the purpose health in place of its own."""
    if card is None:
        return workspace
    if card.purpose != "health":
        raise ConfigError([Problem("purpose", f"is {card.purpose}", expected="health: only that score is proven yet")])
    if problems := check(card):
        raise ConfigError(problems)
    return replace(workspace, cards={**workspace.cards, "health": (card,)})
