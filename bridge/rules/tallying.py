"""What a run of messages changes: whose users people are, who is the same person, and the daily totals.

Pure: from what is known to what differs. Must not know the store, nor how a message was written.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import NamedTuple

Place = tuple[str | None, date, str]
"""Account (None: not known yet), day, feature."""


class Event(NamedTuple):
    """One message, by the workspace's day and the account as it is spelled here."""

    at: datetime
    day: date
    person: str
    joined: str | None
    tells: str | None
    account: str | None
    feature: str | None


@dataclass(slots=True)
class Name:
    """What is known of an id: whose user it is, or which other id is the same person (then that one knows)."""

    account: str | None = None
    alias_of: str | None = None
    told_at: datetime | None = None


@dataclass
class Tally:
    """What is known before (``names``; ``held``: the totals of whoever may move), and by ``take`` what differs."""

    names: dict[str, Name]
    held: defaultdict[str, defaultdict[Place, float]]
    named: set[str] = field(default_factory=set)
    """Ids of which something else is known than before."""
    joined: set[str] = field(default_factory=set)
    """Ids that were found to be another person."""
    changes: defaultdict[tuple[str, Place], float] = field(default_factory=lambda: defaultdict(float))
    """By how much the totals of a person at a place differ."""

    def take(self, events: Iterable[Event]) -> None:
        for event in events:
            if event.joined:
                self._join(event.joined, event.person, event.at)
            person = self.root(event.person)
            if event.tells:
                self._tell(person, event.tells, event.at)
            if event.feature:
                account = event.account or self._name(person).account
                self._add(person, (account, event.day, event.feature), 1)

    def root(self, id: str) -> str:
        """The person behind an id."""
        name = self.names.get(id)
        if name is None or name.alias_of is None:
            return id
        found = name.alias_of
        while (other := self.names.get(found)) is not None and other.alias_of is not None:
            found = other.alias_of
        name.alias_of = found  # so that the way is short the next time
        return found

    def _name(self, id: str) -> Name:
        return self.names.setdefault(id, Name())

    def _tell(self, person: str, account: str, at: datetime) -> None:
        """The person is a user of the account from now on; totals that waited for an account are its."""
        name = self._name(person)
        if name.account is not None and name.told_at is not None and name.told_at > at:
            return
        first = name.account is None
        if name.account != account or name.told_at != at:
            name.account, name.told_at = account, at
            self.named.add(person)
        if first:
            for place, count in [(place, count) for place, count in self.held[person].items() if place[0] is None]:
                self._add(person, place, -count)
                self._add(person, (account, *place[1:]), count)

    def _join(self, id: str, person: str, at: datetime) -> None:
        """An id was found to be a person: totals that it has move there, the account it is known by as well.

        One that was another person before, as on a machine that two share, is this one from now on; what it did
        until then stays where it went.
        """
        person, name = self.root(person), self._name(id)
        if id == person or self.root(id) == person:
            return
        account, told_at = name.account, name.told_at
        name.account, name.alias_of, name.told_at = None, person, at
        self.named.add(id)
        self.joined.add(id)
        if account is not None and self._name(person).account is None:
            self._tell(person, account, told_at or at)
        known = self._name(person).account
        for place, count in list(self.held[id].items()):
            self._add(id, place, -count)
            self._add(person, (place[0] or known, *place[1:]), count)

    def _add(self, person: str, place: Place, count: float) -> None:
        if count:
            self.held[person][place] += count
            self.changes[person, place] += count

    def told(self) -> dict[str, Name]:
        """What is known now of the ids in ``named``, each leading straight to the person behind it."""
        return {id: replace(self.names[id], alias_of=self._behind(id)) for id in self.named}

    def _behind(self, id: str) -> str | None:
        person = self.root(id)
        return person if person != id else None

    def differing(self) -> Mapping[tuple[str, Place], float]:
        return {key: count for key, count in self.changes.items() if count}
