"""Keeps erased persons out of what comes in: their records, their names in others' records, their addresses in texts.

Pure but for the list of who was erased. Costs nothing while nobody was.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from adapters.records import Item, Person, Record, Ref
from bridge.store.emails import said
from bridge.store.erased import Erased
from bridge.store.records import payload_fields
from bridge.store.references import REFERENCES
from bridge.store.usage import DailyTotal, Key
from config.words import AnyKind

_LOCAL: Final = r"[\w.!#$%&'*+/=?^`{|}~-]+"
_DOMAIN: Final = r"@[\w-]+(?:\.[\w-]+)+"
ADDRESS: Final = re.compile(_LOCAL + _DOMAIN)
"""To be matched as a whole. For a search it is too slow: at each sign of a long word it would begin anew."""
_WORD: Final = re.compile(f"{_LOCAL}({_DOMAIN})?")
MASK: Final = "[erased]"

SAID_BY: Final[Mapping[str, tuple[str, ...]]] = {"response": ("comment",), "ticket": ("subject",)}
"""Texts of a record that are the words of the person it names."""


def admitted(items: Sequence[Item], erased: Erased) -> tuple[list[Item], list[Ref]]:
    """What of these may be taken in, and the records of erased persons that were not known to be theirs."""
    found: list[Item] = []
    again: list[Ref] = []
    for item in items:
        if isinstance(item, Person) and is_erased(item, erased):
            again += [] if erased.record(item.ref) else [item.ref]
        elif isinstance(item, Record):
            found.append(replace(item, **changes) if (changes := withheld(item, erased)) else item)
        else:
            found.append(item)
    return found, again


def nameless(totals: Sequence[DailyTotal], erased: Erased) -> Sequence[DailyTotal]:
    """Daily totals, those of erased persons under names that are nobody's."""
    if not erased:
        return totals
    named = {total.person for total in totals}
    others = {name: erased.stand_in(name) for name in named if erased.name(name)}
    if not others:
        return totals
    kept = [total for total in totals if total.person not in others]
    nobodys: dict[Key, DailyTotal] = {}
    for total in totals:
        if total.person in others:  # who is written in two ways is one nobody
            one = replace(total, person=others[total.person])
            same = nobodys.get(one.key)
            nobodys[one.key] = replace(one, count=one.count + same.count) if same else one
    return [*kept, *nobodys.values()]


def is_erased(person: Person, erased: Erased) -> bool:
    """Whether record or an address of the person's own is an erased one's: they may be made anew under another id.

    In other fields may stand whose address it likes: who names somebody is not that person.
    """
    return erased.record(person.ref) or any(map(erased.address, said(person.email, person.extra)))


def withheld(record: Record, erased: Erased) -> dict[str, Any]:
    """The fields of a record that may not be as they are, and what they become."""
    content = {name: getattr(record, name) for name in payload_fields(record.ref.kind)}
    return dict(without(record.ref.connection, record.ref.kind, content, erased))


def without(connection: str, kind: AnyKind, content: Mapping[str, Any], erased: Erased) -> Iterator[tuple[str, Any]]:
    """The same for a record's content by itself."""
    persons = [field for field, to_kind in REFERENCES.get(kind, ()) if to_kind == "person"]
    kept = {field: _kept(connection, content[field], erased) for field in persons}
    named = {field for field in persons if kept[field] != content[field]}
    yield from ((field, kept[field]) for field in named)
    silenced = {field for field in SAID_BY.get(kind, ()) if named and content[field] is not None}
    yield from ((field, None) for field in silenced)
    for field, value in content.items():
        if field not in {*persons, *silenced} and (masked := _masked(value, erased)) != value:
            yield field, masked


def _kept(connection: str, value: Any, erased: Erased) -> Any:
    """A reference to one person or several, without those that were erased."""
    if value is None:
        return None
    if isinstance(value, str):
        return None if _out(connection, value, erased) else value
    kept = [id for id in value if not _out(connection, id, erased)]
    return type(value)(kept)


def _out(connection: str, id: str, erased: Erased) -> bool:
    return erased.record(Ref(connection, "person", id)) or erased.name(id)


def _masked(value: Any, erased: Erased) -> Any:
    """Any text in it without the addresses of erased persons."""
    if isinstance(value, str):
        return _WORD.sub(lambda word: _word_masked(word, erased), value) if "@" in value else value
    if isinstance(value, Mapping):
        return {key: _masked(one, erased) for key, one in value.items()}
    if isinstance(value, (tuple, list)):
        return type(value)(_masked(one, erased) for one in value)
    return value


def _word_masked(word: re.Match[str], erased: Erased) -> str:
    return MASK if word[1] and erased.address(word[0]) else word[0]
