"""How often each action happened to each customer: the counts that an additive index multiplies by its values.

Point in time: what is dated after the day does not count. Zero where the source of the action speaks of the customer
and has none; unknown where it never did. Must not know values.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import numpy as np
import pandas as pd

from config.actions import USAGE, family
from config.scorecards import Action, Scorecard
from scoring.answers import PASSIVE, PROMOTER, SCALES
from scoring.days import days_before
from scoring.features.registry import Source
from scoring.frames import Frames, typed
from scoring.past import Past

DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Events:
    """``rows``: customer, ``ago`` (days, never negative) and ``times`` (how many the row stands for).

    ``seen``: the customers of whom the source speaks, so that none is zero.
    """

    rows: pd.DataFrame
    seen: pd.Index


def action_counts(frames: Frames, past: Past, cards: Iterable[Scorecard]) -> pd.DataFrame:
    """A column per action that the cards count, named as their measures' ``feature``; no column without an index.

    ``past`` is that of the frames. Put the columns beside the features before ``score_frame``.
    """
    wanted = {
        action.feature: action
        for card in cards
        for action in card.measures.values()
        if isinstance(action, Action) and action.action is not None
    }
    sources = {family(str(action.action)): None for action in wanted.values()}
    events = {name: _EVENTS[name](frames, past) for name in sources}
    columns = {name: _count(action, events[family(str(action.action))], past) for name, action in wanted.items()}
    return pd.DataFrame(columns, index=past.index)


def _count(action: Action, events: Events, past: Past) -> pd.Series:
    """Each event counts by its age: half after a half-life, not at all outside the window."""
    rows = events.rows
    if (feature := str(action.action).partition(".")[2]) and family(str(action.action)) == USAGE:
        rows = rows[rows["feature"].astype("object").eq(feature)]
    if action.window is not None:
        rows = rows[rows["ago"].lt(action.window / DAY)]
    times = rows["times"].to_numpy(np.float64)
    if action.half_life is not None:
        times = times * 0.5 ** (rows["ago"].to_numpy(np.float64) / (action.half_life / DAY))
    who = past.index.get_indexer(pd.Index(rows["customer"]))
    found = np.bincount(who[who >= 0], weights=times[who >= 0], minlength=len(past.index))
    return pd.Series(found, index=past.index).where(past.index.isin(events.seen))


def _dated(rows: pd.DataFrame, day: str, past: Past) -> pd.DataFrame:
    """The rows whose day has come, each once."""
    ago = days_before(rows[day], past.as_of)
    return rows.assign(ago=ago, times=1.0)[ago.ge(0)]


def _once(rows: pd.DataFrame, id: str) -> pd.DataFrame:
    """Each record once, of several lines the latest; those without an id each for itself."""
    rows = rows.sort_values("ago", kind="stable")
    return rows[rows[id].isna() | ~rows.duplicated(["customer", id])]


def _usage(frames: Frames, past: Past) -> Events:
    """A day's total counts as it says; one without a count once, a negative one not at all, a doubled line once."""
    rows = _dated(typed("usage", frames.usage), "day", past).drop_duplicates()
    times = rows["count"].fillna(1.0).replace([np.inf, -np.inf], 1.0).clip(lower=0)
    return Events(rows.assign(times=times), past.index[past.use["watermark"].notna()])


def _usage_days(frames: Frames, past: Past) -> Events:
    used = _usage(frames, past)
    rows = used.rows[used.rows["times"].gt(0)].drop_duplicates(["customer", "person", "ago"])
    return replace(used, rows=rows.assign(times=1.0))


def _touches(kind: str) -> Callable[[Frames, Past], Events]:
    def found(frames: Frames, past: Past) -> Events:
        touches = past.activities.frame(past.index)
        rows = touches[touches["kind"].eq(kind)]
        return Events(_once(rows.assign(times=1.0), "activity"), pd.Index(touches["customer"]))

    return found


def _tickets(which: Callable[[pd.DataFrame], pd.Series], ago: str) -> Callable[[Frames, Past], Events]:
    def found(frames: Frames, past: Past) -> Events:
        tickets = past.tickets.frame(past.index)
        rows = tickets[which(tickets)]
        return Events(_once(rows.assign(ago=rows[ago], times=1.0), "ticket"), pd.Index(tickets["customer"]))

    return found


def _answers(survey: str | None, least: float, most: float) -> Callable[[Frames, Past], Events]:
    """Every answer, not only each person's latest: what was said then happened then."""

    def found(frames: Frames, past: Past) -> Events:
        rows = _dated(typed("responses", frames.responses), "day", past)
        scale = rows["survey"].map(SCALES)
        rows = rows[rows["score"].between(scale.str[0].astype("float64"), scale.str[1].astype("float64"))]
        rows = rows[rows["person"].isna() | ~rows.duplicated(["customer", "person", "survey", "day", "score"])]
        asked = rows if survey is None else rows[rows["survey"].eq(survey)]
        return Events(asked[asked["score"].between(least, most)], pd.Index(asked["customer"]))

    return found


def _invoices(late: bool) -> Callable[[Frames, Past], Events]:
    """Paid in time: on the due date. Late: on the day after it, paid later or not at all."""

    def found(frames: Frames, past: Past) -> Events:
        rows = _dated(typed("invoices", frames.invoices), "due", past)
        in_time = days_before(rows["paid"], past.as_of).ge(rows["ago"])
        kept = rows[~in_time & rows["ago"].gt(0)] if late else rows[in_time]
        return Events(_once(kept.assign(ago=kept["ago"] - late), "invoice"), pd.Index(rows["customer"]))

    return found


def _deals(kind: str, status: str) -> Callable[[Frames, Past], Events]:
    """On the closing date, once it has come."""

    def found(frames: Frames, past: Past) -> Events:
        deals = past.deals.frame(past.index)
        over = deals[deals["kind"].eq(kind) & deals["status"].eq(status) & deals["closes_in"].le(0)]
        return Events(_once(over.assign(ago=-over["closes_in"], times=1.0), "deal"), pd.Index(deals["customer"]))

    return found


def _left(frames: Frames, past: Past) -> Events:
    persons = past.persons.frame(past.index)
    persons = persons[persons["role"].isin(("champion", "executive"))]
    return Events(_once(_dated(persons, "left_on", past), "person"), pd.Index(persons["customer"]))


_EVENTS: Final[Mapping[str, Callable[[Frames, Past], Events]]] = {
    "usage": _usage,
    "usage_day": _usage_days,
    "call": _touches("call"),
    "email": _touches("email"),
    "meeting": _touches("meeting"),
    "ticket": _tickets(lambda rows: rows["ago"].ge(0), "ago"),
    "escalation": _tickets(lambda rows: rows["escalated"].eq(True), "escalated_ago"),
    "ticket_closed": _tickets(lambda rows: rows["closed_ago"].notna(), "closed_ago"),
    "response": _answers(None, -np.inf, np.inf),
    "promoter": _answers("nps", PROMOTER, np.inf),
    "detractor": _answers("nps", -np.inf, np.nextafter(PASSIVE, 0)),
    "invoice_late": _invoices(late=True),
    "invoice_paid": _invoices(late=False),
    "renewal_won": _deals("renewal", "won"),
    "renewal_lost": _deals("renewal", "lost"),
    "expansion_won": _deals("expansion", "won"),
    "person_left": _left,
}
"""Every action of ``config.actions``."""

SOURCES: Final[Mapping[str, Source]] = {
    "usage": "usage",
    "usage_day": "usage",
    "call": "activities",
    "email": "activities",
    "meeting": "activities",
    "ticket": "tickets",
    "escalation": "tickets",
    "ticket_closed": "tickets",
    "response": "responses",
    "promoter": "responses",
    "detractor": "responses",
    "invoice_late": "invoices",
    "invoice_paid": "invoices",
    "renewal_won": "deals",
    "renewal_lost": "deals",
    "expansion_won": "deals",
    "person_left": "persons",
}
"""The frame that each is made of: what is missing when its count is."""
