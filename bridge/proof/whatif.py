"""What another scorecard would change over the whole book, before it goes live. Stores nothing, and asks no CRM.

Both cards decide about everybody as of now, from the same records and the same bands of yesterday.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from statistics import median
from typing import Any, Final

from sqlalchemy import Connection

from adapters.records import Fields, Ref
from bridge.identity import families
from bridge.moments import Moment, present
from bridge.pipeline.deciding import decisions_now
from bridge.pipeline.publication import by_record, told_of
from bridge.pipeline.pushing import plan
from bridge.progress import Progress, silent
from bridge.store import customers, lookup
from bridge.workspace import Workspace, unknown_names
from config.errors import ConfigError
from config.scorecards import Scorecard
from config.words import Purpose
from config.workspace import ended
from scoring.bands import decide_band
from scoring.decision import Decision
from scoring.features.table import FEATURES
from scoring.journey import COLUMNS
from scoring.proof.switching import Tally
from scoring.scorecard import check
from webhooks.writeback.entry import Entry
from webhooks.writeback.gate import SCORED_AT, want
from webhooks.writeback.settle import leave

PIECE: Final = 2_000
BESIDE: Final = frozenset({SCORED_AT, "score_version"})
"""Fields that another card always changes: they say when and by what was decided, not what."""


@dataclass
class Wanted:
    """What the records would be told under one set of cards; None: they are out of scope."""

    fields: dict[Ref, Fields | None] = field(default_factory=dict)

    def entries(self, workspace: Workspace, connection: str) -> Iterator[Entry]:
        """The write-back entries of a connection as they would stand once this was published."""
        left = {ref for ref in self.fields if ref.connection == connection}
        for entry in workspace.ledger.entries(connection):
            left.discard(entry.ref)
            yield self._published(workspace, entry) if entry.ref in self.fields else entry
        for ref in sorted(left, key=str):
            yield self._published(workspace, Entry(ref))

    def _published(self, workspace: Workspace, entry: Entry) -> Entry:
        told = self.fields[entry.ref]
        if told is None:
            return leave(entry)
        seen = entry if entry.desired is not None else replace(entry, seen=True)
        return want(seen, told, workspace.settings.write.min_change, workspace.ledger.fields)


@dataclass(frozen=True)
class WhatIf:
    """The comparison, and what it would cost to tell the CRMs."""

    present: Sequence[Scorecard]
    other: Scorecard
    tally: Tally
    names: Mapping[int, str]
    pushes: Mapping[str, Mapping[str, Any]]
    notes: Sequence[str]

    def as_data(self) -> dict[str, Any]:
        tally = self.tally
        moved = sorted(tally.switches, key=lambda one: (-_size(one.before, one.after), one.customer))
        return {
            "present": [card.version for card in self.present],
            "other": self.other.version,
            "customers": tally.customers,
            "edges": {card.version: [card.bands.green, card.bands.yellow] for card in (*self.present, self.other)},
            "bands": {"present": tally.bands(0), "other": tally.bands(1)},
            "band_changes": len(moved),
            "moves": dict(tally.matrix()),
            "changed": [{**one.as_data(), "name": self.names.get(one.customer, "")} for one in moved],
            "held_by_margin_or_dwell": tally.held,
            "score_change": _spread(tally.score_changes),
            "flags": {"raised": dict(tally.raised), "cleared": dict(tally.cleared), "customers": tally.flags_changed},
            "next_action_changes": tally.actions_changed,
            "unknown_for_lack_of": dict(tally.missing.most_common()),
            "push": dict(self.pushes),
            "notes": list(self.notes),
        }


def what_if(workspace: Workspace, card: Scorecard, progress: Progress = silent) -> WhatIf:
    """The whole book as of now under the present cards and with ``card``. Raises ConfigError for one that cannot be."""
    _require(workspace, card)
    other = with_card(workspace, card)
    moment = present(workspace.now(), workspace.settings.zone)
    tally, now, then, parents = Tally(), Wanted(), Wanted(), 0
    names: dict[int, str] = {}
    with workspace.store.read() as db:
        for ids in customers.all_ids(db, PIECE):
            before, after = _decided(workspace, ids, moment), _decided(other, ids, moment)
            for id in ids:
                tally.add(*(_of_purpose(made.get(id), card.purpose) for made in (before, after)))
            tally.held += _held(other, card.purpose, after.values())
            parents += _want(db, workspace, ids, (before, after), (now, then))
            names |= _names(db, [one.customer for one in tally.switches if one.customer not in names])
            progress("what if", len(ids))
    pushes = {one.name: _push(workspace, one.name, now, then) for one in workspace.settings.crms}
    present_cards = workspace.cards.get(card.purpose, ())
    return WhatIf(present_cards, card, tally, names, pushes, list(_notes(workspace, card, parents, tally)))


def with_card(workspace: Workspace, card: Scorecard) -> Workspace:
    """The workspace with the card in its place, and its purpose on."""
    on = [*workspace.settings.scorecards, *({card.purpose} - set(workspace.settings.scorecards))]
    settings = workspace.settings.model_copy(update={"scorecards": on})
    cards = {**workspace.cards, card.purpose: taking_its_place(workspace, card)}
    return replace(workspace, settings=settings, cards=cards)


def _of_purpose(decision: Decision | None, purpose: Purpose) -> Decision | None:
    """The decision with what the card of that purpose says in place of the health; None where it has none."""
    if decision is None or purpose == "health":
        return decision
    verdict = decision.verdict(purpose)
    if verdict is None:
        return None
    said = {field.name: getattr(verdict, field.name) for field in fields(verdict) if field.name != "purpose"}
    return replace(decision, **said)


def taking_its_place(workspace: Workspace, card: Scorecard) -> tuple[Scorecard, ...]:
    """The cards with this one in place of that for the same customers; before all others where there is none.

    Alone where the present ones are shipped: those do not count beside a file of the workspace's own.
    """
    if ended(workspace.folder, card.purpose):
        return (card,)
    cards = workspace.cards.get(card.purpose, ())
    same = [str(one.applies) == str(card.applies) for one in cards]
    if not any(same):
        return (card, *cards)
    return tuple(card if alike else one for one, alike in zip(cards, same, strict=True))


def _require(workspace: Workspace, card: Scorecard) -> None:
    problems = [*check(card), *unknown_names("for", card.applies, workspace.settings, (*FEATURES, *COLUMNS))]
    if problems:
        raise ConfigError(problems)


def _decided(workspace: Workspace, ids: Sequence[int], moment: Moment) -> dict[int, Decision]:
    """The one seam to the engine: what would be decided now."""
    return {made.customer: made for made in decisions_now(workspace, ids, moment)}


def _held(workspace: Workspace, purpose: Purpose, made: Iterable[Decision]) -> int:
    """How many of these lie in another band than their score, because margin or dwell keep the old one."""
    edges = {card.version: card.bands for card in workspace.cards[purpose]}
    count = 0
    for one in (_of_purpose(decision, purpose) for decision in made):
        if one is None or one.score is None or one.version not in edges:
            continue
        plain, _ = decide_band(one.score, edges[one.version], None, one.day)
        count += plain != one.band
    return count


def _want(
    db: Connection,
    workspace: Workspace,
    ids: Sequence[int],
    decided: tuple[Mapping[int, Decision], Mapping[int, Decision]],
    wanted: tuple[Wanted, Wanted],
) -> int:
    """Note what the records of these would be told; how many are parents, told a roll-up, and left out."""
    parents = _parents(db, workspace, ids)
    refs = customers.refs_of(db, [id for id in ids if id not in parents])
    for made, one in zip(decided, wanted, strict=True):
        told = by_record(db, [decision for id, decision in made.items() if id in refs])
        one.fields.update({ref: None for id, some in refs.items() if id not in made for ref in some})
        one.fields.update({ref: told_of(workspace, decision, workspace.now()) for ref, decision in told.items()})
    return len(parents)


def _parents(db: Connection, workspace: Workspace, ids: Sequence[int]) -> set[int]:
    if workspace.settings.identity.parents == "none":
        return set()
    found = families.concerned(db, ids)
    return {id for id in ids if found.children.get(id)}


def _names(db: Connection, ids: Sequence[int]) -> dict[int, str]:
    refs = customers.refs_of(db, ids)
    names = lookup.names(db, [ref for some in refs.values() for ref in some])
    return {id: next((names[ref] for ref in some if ref in names), "") for id, some in refs.items()}


def _push(workspace: Workspace, name: str, now: Wanted, then: Wanted) -> dict[str, Any]:
    """What a push would write under the present cards, and what with the other one."""
    pending = plan(workspace, name, now.entries(workspace, name))
    coming = plan(workspace, name, then.entries(workspace, name))
    desired = {entry.ref: entry.desired or {} for entry in now.entries(workspace, name)}
    otherwise = sum(
        any((entry.desired or {}).get(field) != value for field, value in desired[entry.ref].items()
            if field not in BESIDE and field in workspace.ledger.fields)
        for entry in then.entries(workspace, name)
    )  # fmt: skip
    return {
        "records": len(coming.patches),
        "write_calls": coming.calls,
        "records_pending_anyway": len(pending.patches),
        "write_calls_pending_anyway": pending.calls,
        "records_told_otherwise": otherwise,
    }


def _size(before: Decision | None, after: Decision | None) -> float:
    scores = [one.score for one in (before, after) if one and one.score is not None]
    return abs(scores[0] - scores[1]) if len(scores) == 2 else 100.0


def _spread(changes: Sequence[float]) -> dict[str, float] | None:
    if not changes:
        return None
    figures = {"lowest": min(changes), "median": round(median(changes), 1), "highest": max(changes)}
    return {**figures, "known": len(changes)}


def _notes(workspace: Workspace, card: Scorecard, parents: int, tally: Tally) -> Iterator[str]:
    cards = workspace.cards.get(card.purpose, ())
    if alone := ended(workspace.folder, card.purpose):
        yield from alone
    elif card.version in {one.version for one in cards}:
        yield "this card is in force already: it decides the same"
    elif all(str(one.applies) != str(card.applies) for one in cards):
        yield f"no present card is for {card.applies}: it is tried before all others, as a file whose name comes first"
    others = sum(tally.versions.values()) - tally.versions[card.version]
    if others:
        yield f"{others:,} customers have other cards of the purpose {card.purpose}, which come first, and keep them"
    if parents:
        yield f"{parents:,} parent accounts are told a roll-up of their family: their writes are not foretold"
    yield "a record's task is its next action: playbooks, which would make tasks of their own, do not exist yet"
