"""Whether the map of a kind fits the fields that a CRM has: what is absent, cannot be read, or is no option of a list.

Pure; knows no vendor: each adapter tells its fields in these words, and reads only what ``readable`` lets it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Final, Literal, get_args, get_type_hints

from adapters.contract import Finding
from adapters.records import RECORD_TYPES
from config.connections import KindMap
from config.linking import linked_field
from config.problems import closest, did_you_mean
from config.words import Kind

Sort = Literal["text", "number", "date", "datetime", "flag", "options", "compound"]
"""What a field of a CRM can hold, whatever the vendor calls it. ``compound``: an address and the like, no one value."""


@dataclass(frozen=True, slots=True)
class Column:
    """One visible field of a vendor's object. ``options``: those of a pick-list; empty where any value goes."""

    name: str
    label: str = ""
    sort: Sort = "text"
    options: tuple[str, ...] = ()


Columns = Mapping[str, Column]
"""By name in lower case."""

_UNREADABLE: Final[Mapping[type, tuple[Sort, ...]]] = {
    float: ("flag", "date", "datetime", "options"),
    int: ("flag", "date", "datetime", "options"),
    date: ("number", "flag", "options"),
    datetime: ("number", "flag", "options"),
    bool: ("number", "date", "datetime", "options"),
}
"""What we need → what can never be read as it."""


@cache
def needed(kind: Kind, field: str) -> type:
    """What a canonical field holds; str for words, ids and what is not canonical."""
    hint = get_type_hints(RECORD_TYPES[kind]).get(field, str)
    parts = [part for part in get_args(hint) or (hint,) if part is not type(None)]
    return next((part for part in parts if part in _UNREADABLE), str)


def readable(kind: Kind, field: str, table: KindMap, column: Column) -> bool:
    """Whether the field can hold what is needed; where the map has a table for its values, the table decides."""
    if column.sort == "compound":
        return False
    return field in table.values or column.sort not in _UNREADABLE.get(needed(kind, field), ())


def findings(kind: Kind, table: KindMap, columns: Columns, optional: Iterable[str] = ()) -> Iterator[Finding]:
    """What of one object's map cannot be read as it stands. ``optional``: vendor fields whose absence is no loss."""
    for field, vendor in sorted(table.fields.items()):
        if "." in vendor or vendor in optional:
            continue
        column = columns.get(vendor.lower())
        if column is None and linked_field(field):
            what = f"identity.link: {table.object} has no field {vendor}, or hides it{likely(vendor, columns)}"
            mend = "name the right field in identity.link, or give the user of this connection the right to read it"
            yield Finding("warning", f"{what}; nobody is joined by it", mend)
        elif column is None:
            what = f"{kind}.{field}: {table.object} has no field {vendor}, or hides it{likely(vendor, columns)}"
            yield Finding("warning", f"{what}; it stays unknown", _mend(kind, field))
        elif not readable(kind, field, table, column):
            what = f"{kind}.{field}: {column.name} of {table.object} holds {_A[column.sort]}, and {_need(kind, field)}"
            yield Finding("warning", f"{what} is needed; it stays unknown", _mend(kind, field))
        elif column.sort == "text" and needed(kind, field) is not str and field not in table.values:
            what = (
                f"{kind}.{field}: {column.name} of {table.object} is a text field, and {_need(kind, field)} is needed"
            )
            yield Finding("warning", f"{what}; whatever is none stays unknown", _mend(kind, field))


def strange_values(kind: Kind, written: KindMap, table: KindMap, columns: Columns) -> Iterator[Finding]:
    """What the admin translates although the pick-list has no such option (any more)."""
    for field, words in sorted(written.values.items()):
        column = columns.get(table.fields.get(field, "").lower())
        if column is None or not column.options:
            continue
        known = {option.casefold() for option in column.options}
        for value in words:
            if value.casefold() not in known:
                hint = did_you_mean(value, column.options)
                what = f"{kind}.{field}: {value!r} is no option of {column.name} that is in use{hint}"
                yield Finding("warning" if hint else "info", what, f"correct map.{kind}.values.{field}")


def likely(vendor: str, columns: Columns) -> str:
    """`` (did you mean X?)``: the field whose name or label is most like a name that is not there."""
    words: dict[str, str] = {}
    for column in columns.values():
        words.setdefault(_bare(column.label), column.name)
    words |= {_bare(column.name): column.name for column in columns.values()}
    wanted = _bare(vendor)
    longer = (word for word in sorted(words, key=len) if set(wanted.split()) <= set(word.split()))
    close = closest(wanted, [word for word in words if word]) or next(longer, "")
    return f" (did you mean {words[close]}?)" if close else ""


def _bare(name: str) -> str:
    """A name without what all names of a vendor share: ``Due_Date__c`` and ``Due Date`` are alike."""
    return name.casefold().removesuffix("__c").removeprefix("hs_").replace("_", " ").strip()


_A: Final[Mapping[Sort, str]] = {
    "text": "text", "number": "numbers", "date": "dates", "datetime": "times", "flag": "yes or no",
    "options": "several options", "compound": "several values in one",
}  # fmt: skip
_NEEDED: Final[Mapping[type, str]] = {
    float: "a number", int: "a number", date: "a date", datetime: "a time", bool: "yes or no", str: "one value",
}  # fmt: skip


def _need(kind: Kind, field: str) -> str:
    return _NEEDED[needed(kind, field)]


def _mend(kind: Kind, field: str) -> str:
    return (
        f"name the right field in map.{kind}.fields.{field}, or give the user of this connection the right to read it"
    )


def by_name(columns: Sequence[Column]) -> dict[str, Column]:
    return {column.name.lower(): column for column in columns}
