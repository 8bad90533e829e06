"""Parent accounts: what they are told is made of their own decision and those of the accounts below them.

Finds whom a change concerns, gathers the parts, keeps what was told. How parts become one is in ``scoring.rollup``.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from bridge.frames.frames import customer_rows
from bridge.moments import Moment
from bridge.store import customers, decisions, kinship, rollups
from bridge.workspace import Workspace
from config.settings import Currency
from scoring.decision import Decision, Previous
from scoring.rollup import Part, roll_up

DEEPEST: Final = 10
"""Levels of accounts below one that count; a ring of parents ends there, too, each account counted once."""


@dataclass(frozen=True, slots=True)
class Families:
    """Some customers and whoever is below them."""

    heads: frozenset[int]
    children: Mapping[int, Collection[int]]

    def below(self, head: int) -> set[int]:
        """Everybody below a customer, itself left out."""
        found: set[int] = set()
        level = {head}
        for _ in range(DEEPEST):
            level = {child for one in level for child in self.children.get(one, ())} - found - {head}
            found |= level
        return found


def concerned(db: Connection, ids: Collection[int]) -> Families:
    """The families that these are of, or ever were: from every head down."""
    heads, level = set(ids), set(ids)
    for _ in range(DEEPEST):
        level = kinship.ever_above(db, level) - heads
        heads |= level
    children: dict[int, set[int]] = {}
    known, level = set(heads), set(heads)
    for _ in range(DEEPEST):
        for parent, child in kinship.children(db, level):
            children.setdefault(parent, set()).add(child)
        level = {child for one in level for child in children.get(one, ())} - known
        known |= level
    return Families(frozenset(heads), children)


def told(
    db: Connection, workspace: Workspace, handled: Collection[int], made: Sequence[Decision], moment: Moment
) -> list[Decision]:
    """What is to be published now that ``handled`` were decided about: ``made``, rolled up for those who are parents,
    and what that changes for whoever is above them. Keeps what parents are told.
    """
    how, language = workspace.settings.identity.parents, workspace.settings.language
    if how == "none":
        return list(made)
    families = concerned(db, handled)
    ids = families.heads | {child for some in families.children.values() for child in some}
    own = _own(db, ids, handled, made, moment)
    parents = {head: under for head in families.heads & own.keys() if (under := families.below(head) & own.keys())}
    parts = _parts(db, workspace, {id: own[id] for head, under in parents.items() for id in (head, *under)}, moment)
    before = rollups.last(db, list(parents), moment.day)
    cards = {card.version: card for card in workspace.cards["health"]}
    documents: dict[int, Mapping[str, Any]] = {}
    published = {id: own[id] for id in families.heads & own.keys()}
    for head, under in sorted(parents.items()):
        if card := cards.get(own[head].version):  # an older card's decision is made anew soon
            family = _in_one_currency([parts[id] for id in (head, *sorted(under))], workspace.settings.currency)
            state = _previous(before.get(head))
            published[head] = roll_up(own[head], family, how, card.bands, state, language=language)
            documents[head] = _document(published[head], family, how)
    rollups.keep(db, moment.day, documents)
    rollups.forget(db, sorted(families.heads - parents.keys()))
    return list(published.values())


def last_told(db: Connection, workspace: Workspace, customer: int) -> Mapping[str, Any] | None:
    """What a parent was told last, and of which accounts that is made; None for whoever is none."""
    if workspace.settings.identity.parents == "none":
        return None
    return rollups.last(db, [customer]).get(customer)


def _own(
    db: Connection, ids: Collection[int], handled: Collection[int], made: Sequence[Decision], moment: Moment
) -> dict[int, Decision]:
    """The present decisions of those in scope, each about its own account."""
    others = customers.inside(db, sorted(set(ids) - set(handled)))
    stored = decisions.latest(db, others, before=moment.day + timedelta(days=1))
    return {**stored, **{decision.customer: decision for decision in made}}


@dataclass(frozen=True, slots=True)
class Weighed:
    """A part, before its ARR is in one currency with the others'."""

    decision: Decision
    name: str
    arr: float | None
    currency: str | None


def _parts(db: Connection, workspace: Workspace, own: Mapping[int, Decision], moment: Moment) -> dict[int, Weighed]:
    rows, _ = customer_rows(db, workspace.settings, sorted(own), moment)
    return {
        id: Weighed(decision, row.get("name") or f"customer {id}", row.get("arr"), row.get("currency"))
        for id, decision in own.items()
        for row in [rows.get(id, {})]
    }


def _in_one_currency(family: Iterable[Weighed], currency: Currency) -> list[Part]:
    """Sums that are all in one currency are compared as they are; others by their rates, unknown without one."""
    family = list(family)
    spoken = {part.currency or currency.report for part in family if part.arr is not None}
    rates = dict.fromkeys(spoken, 1.0) if len(spoken) == 1 else {**currency.rates, currency.report: 1.0}
    return [
        Part(part.decision, part.name, _times(part.arr, rates.get(part.currency or currency.report))) for part in family
    ]


def _times(amount: float | None, rate: float | None) -> float | None:
    return None if amount is None or rate is None else amount * rate


def _previous(document: Mapping[str, Any] | None) -> Previous | None:
    return Previous(document["band"], date.fromisoformat(document["band_since"])) if document else None


def _document(decision: Decision, family: Sequence[Part], how: str) -> dict[str, Any]:
    names = ("score", "band", "band_since", "reasons")
    parts = [
        {"customer": part.decision.customer, "name": part.name, "score": part.decision.score, "arr": part.arr}
        for part in family
    ]
    return {**{name: getattr(decision, name) for name in names}, "how": how, "parts": parts}
