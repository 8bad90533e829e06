"""Scores customers: the affected ones as of now, and everybody at each close of day, missed days in order.

A decision, what it wants in the CRM and the end of its claim are one transaction. Scoring itself is pure and
lies in ``scoring``; this module only brings frames in and decisions out.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bridge.frames.frames import build, customer_rows
from bridge.frames.peers import peers_on
from bridge.frames.standing import standing
from bridge.identity import families
from bridge.identity import joining as identity
from bridge.moments import Moment, close_of, closed, day_of, present
from bridge.pipeline import publication
from bridge.pipeline.ruling import ruled_at, rules_of
from bridge.progress import Progress, silent
from bridge.store import cards, cursors, customers, decisions
from bridge.surveys import links as surveying
from bridge.sync.retargeting import let_go, refresh_ledger
from bridge.workspace import Workspace
from config.errors import ConfigError, Problem
from config.fields import OwnField
from config.rules import Rule
from scoring.decision import Decision
from scoring.engine import decide
from scoring.features.table import FEATURES
from scoring.journey import COLUMNS

MOST = 0.5
FEW = 10
"""New rules that leave out more than this share of those who were scored, and more than a few, are not believed."""

PIECE = 2_000
"""Customers scored at a time."""


@dataclass(slots=True)
class Scored:
    """What a scoring run did. ``days``: closes that were caught up with."""

    customers: int = 0
    decisions: int = 0
    bands: Counter[str] = field(default_factory=Counter)
    """Of the decisions that are new."""
    outside: int = 0
    days: list[date] = field(default_factory=list)


def score(workspace: Workspace, *, everybody: bool = False, progress: Progress = silent) -> Scored:
    """Close the days that ended since the last run, then decide about whoever is affected (or everybody)."""
    scored = Scored()
    _take_note_of_rules(workspace, everybody)
    surveying.take_note_of_settings(workspace)
    with workspace.store.read() as db:
        waiting = customers.count_affected(db)
    while True:
        _close_days(workspace, scored, progress)
        with workspace.store.read() as db:
            claimed = customers.claim_affected(db, PIECE)
            moment = present(workspace.now(), workspace.settings.zone)
            if customers.furthest_behind(db, moment.day - timedelta(days=1)):
                continue  # midnight has passed since
            if not claimed or waiting <= 0:  # whoever is affected meanwhile is decided about next time
                return scored
        made = _decided(workspace, list(claimed), moment)
        # Whoever was marked anew since the claim keeps the mark, and is decided about next with what changed.
        with workspace.store.write() as db:
            _keep(db, workspace, customers.done(db, claimed), made, scored, moment)
        waiting -= len(claimed)
        progress("score", len(claimed))


def _take_note_of_rules(workspace: Workspace, everybody: bool) -> None:
    """Where card, scope, flags, language, usage sources or fields differ from the last run's, everybody is affected."""
    current = _rules(workspace)
    with workspace.store.read() as db:
        same = cursors.fact(db, "decided_with") == current
    if same:
        let_go(workspace)
    else:
        with workspace.store.write() as db:
            identity.index_whole(db, workspace.settings, workspace.now())
        if not everybody:
            _refuse_to_blank_the_book(workspace)
        refresh_ledger(workspace)
    if everybody or not same:
        with workspace.store.write() as db:
            customers.mark_all(db, workspace.now())
            cursors.save_fact(db, "decided_with", current)
            cards.note_active(db, workspace.policy.cards, rules_of(workspace.settings), _from_when(db, workspace))


def _from_when(db: Connection, workspace: Workspace) -> datetime:
    """From when on the present rules decide: now, or the first day that is still to be closed."""
    behind = customers.furthest_behind(db, workspace.today - timedelta(days=1))
    return workspace.now() if behind is None else close_of(behind, workspace.settings.zone) + timedelta(microseconds=1)


def _refuse_to_blank_the_book(workspace: Workspace) -> None:
    """Raise ConfigError when the rules have come to leave out most of who was scored: a typo blanks a whole CRM."""
    was_inside = leaves = 0
    moment = present(workspace.now(), workspace.settings.zone)
    with workspace.store.read() as db:
        for ids in customers.all_ids(db, PIECE):
            inside = customers.inside(db, ids)
            rows, _ = customer_rows(db, workspace.settings, inside, moment)
            was_inside += len(rows)
            leaves += sum(not _may_be_meant(workspace, row) for row in rows.values())
    if leaves >= FEW and leaves > was_inside * MOST:
        what = f"scope and scorecards leave out {leaves:,} of {was_inside:,} customers that were scored until now"
        mend = "the right rule; if it is right, `csbridge score --all` accepts it (their fields are blanked)"
        raise ConfigError([Problem("scope", what, expected=mend, example="status = customer")])


def _may_be_meant(workspace: Workspace, row: Mapping[str, Any]) -> bool:
    """Whether scope and some card take the customer in, as far as its account fields tell."""
    cards = workspace.policy.cards["health"]
    return workspace.scope.holds(row) and any(_of_account(card.applies, row).holds(row) for card in cards)


def _of_account(rule: Rule, row: Mapping[str, Any]) -> Rule:
    """The part of a rule that does not speak of what scoring finds out first: features, segment, stage."""
    found = {*FEATURES, *COLUMNS} - row.keys()
    return Rule(tuple(condition for condition in rule.conditions if condition.field not in found))


def _rules(workspace: Workspace) -> str:
    """All that decides besides the records, as text."""
    versions = [card.version for cards in workspace.policy.cards.values() for card in cards]
    shown = sorted(_signature(own) for own in workspace.fields.values() if own.on == "account")
    return json.dumps([versions, rules_of(workspace.settings), shown], sort_keys=True)


def _signature(own: OwnField) -> str:
    return repr((own.name, own.type, own.precision, own.scale, own.length, own.options, own.to))


def _close_days(workspace: Workspace, scored: Scored, progress: Progress) -> None:
    last = workspace.today - timedelta(days=1)
    while True:
        with workspace.store.read() as db:
            behind = customers.furthest_behind(db, last)
            if behind is None:
                return
            day = behind + timedelta(days=1)
            ids = customers.closed_through(db, behind, PIECE)
        moment = closed(day, workspace.settings.zone)
        made = _decided(workspace, ids, moment)
        with workspace.store.write() as db:
            _keep(db, workspace, customers.close_day(db, ids, day), made, scored, moment, publish=day == last)
        if day not in scored.days:
            scored.days.append(day)
        progress(f"close of {day}", len(ids))


def _decided(workspace: Workspace, ids: Sequence[int], moment: Moment) -> list[Decision]:
    """The decisions about those of ``ids`` that were known at the moment and that the scope takes in."""
    peers = peers_on(workspace, moment)
    with workspace.store.read() as db:
        rows, accounts = customer_rows(db, workspace.settings, ids, moment)
        inside = {id: row for id, row in rows.items() if workspace.scope.holds(row)}
        if not inside:
            return []
        frames = build(db, workspace.settings, inside, accounts, moment)
        previous = standing(db, workspace, sorted(inside), accounts, moment)
    return decide(frames, workspace.policy, previous, peers)


def decisions_now(workspace: Workspace, ids: Sequence[int], moment: Moment) -> list[Decision]:
    """What would be decided about these now, by the workspace's cards; nothing is stored."""
    return _decided(workspace, ids, moment)


def _keep(
    db: Connection,
    workspace: Workspace,
    ids: Set[int],
    decided: Sequence[Decision],
    scored: Scored,
    moment: Moment,
    publish: bool = True,
) -> None:
    """Store what is new about ``ids`` and publish it (a missed day is history only); who has no decision is outside."""
    made = [decision for decision in decided if decision.customer in ids]
    scored.customers += len(made)
    fresh = decisions.append(db, made, workspace.now())
    scored.decisions += len(fresh)
    scored.bands.update(decision.band for decision in fresh)
    told = families.told(db, workspace, ids, made, moment)
    if not publish:
        return
    publication.publish(db, workspace, told, workspace.now())
    inside = {decision.customer for decision in made}
    outside = sorted(ids - inside)
    scored.outside += len(outside)
    surveying.follow_customers(db, workspace, customers.keep_scope(db, inside, outside))
    publication.withdraw(db, workspace, customers.refs_of(db, outside))


def as_of(workspace: Workspace, day: date, progress: Progress = silent) -> Iterator[Decision]:
    """What would have been decided at the close of ``day``, for every customer; nothing is stored.

    As known then, by the cards and rules that decided; before the first sync, as dated, by the present ones. Today, as
    of now. Each card's band path starts from the decisions stored before that day.
    """
    with workspace.store.read() as db:
        first = customers.first_known(db)
        if first is None:
            return
        if day < day_of(first, workspace.settings.zone):
            then, moment = workspace, Moment(day, workspace.now(), dated=True)
        else:
            then = ruled_at(db, workspace, _moment(workspace, day).at)
            moment = _moment(then, day)  # a day may have closed at another midnight then
        pieces = list(customers.all_ids(db, PIECE))
    for ids in pieces:
        yield from _decided(then, ids, moment)
        progress("score", len(ids))


def _moment(workspace: Workspace, day: date) -> Moment:
    zone = workspace.settings.zone
    return closed(day, zone) if close_of(day, zone) < workspace.now() else present(workspace.now(), zone)
