"""Keeps erased persons out of what comes in: their records, their names in others' records, their addresses in texts.

Pure but for the list of who was erased. Costs nothing while nobody was.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from adapters.records import Item, Person, Record, Ref
from bridge.store.erased import Erased
from bridge.store.records import payload_fields
from bridge.store.references import REFERENCES
from bridge.store.usage import DailyTotal
from config.words import AnyKind

ADDRESS: Final = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+")
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
    return [replace(total, person=others.get(total.person, total.person)) for total in totals]


def is_erased(person: Person, erased: Erased) -> bool:
    """Whether record or any address of it is an erased person's: a person may be made anew under another id."""
    texts = (person.email, *(value for value in person.extra.values() if isinstance(value, str)))
    return erased.record(person.ref) or any(erased.address(address) for text in texts for address in _addresses(text))


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
        return (
            ADDRESS.sub(lambda match: MASK if erased.address(match[0]) else match[0], value) if "@" in value else value
        )
    if isinstance(value, Mapping):
        return {key: _masked(one, erased) for key, one in value.items()}
    if isinstance(value, (tuple, list)):
        return type(value)(_masked(one, erased) for one in value)
    return value


def _addresses(text: str | None) -> list[str]:
    return ADDRESS.findall(text) if text and "@" in text else []
