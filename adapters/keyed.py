"""What csbridge itself creates in a CRM: tasks and notes, each by a key that says which it is, so that none is doubled.

Owns what such a record is made of, how its parts are compared, and its key. Knows no vendor.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import blake2b
from typing import Final, Literal

from adapters.records import Fields, Record, Ref
from config.fields import OwnField
from config.words import KEYED_KINDS

LONGEST_KEY: Final = 80
"""Characters that every vendor's key field holds."""
_DIGEST: Final = 8
"""Bytes of what stands for the part of a key that has no room."""

FIELDS: Final[Mapping[str, OwnField]] = {
    one.name: one
    for one in (
        OwnField("account", "Account", "text", on="note"),
        OwnField("person", "Person", "text", on="note"),
        OwnField("owner", "Owner", "text", on="note"),
        OwnField("subject", "Subject", "text", on="note"),
        OwnField("body", "Text", "text", on="note", length=32_000),
        OwnField("at", "At", "datetime", on="note"),
        OwnField("due", "Due", "date", on="note"),
        OwnField("status", "Status", "picklist", on="note", options=("open", "done")),
    )
}
"""The parts of a task or a note, compared as a CRM can hold them. No own field has one of these names."""

KEY_FIELDS: Final = tuple(
    OwnField(
        f"{kind}_key", "CS Bridge Key", "text", on=kind, length=LONGEST_KEY,
        description="Which task or note of csbridge this is. Blank on everybody else's.",
    )
    for kind in KEYED_KINDS
)  # fmt: skip
"""Where a CRM keeps the keys: fields like our others, but on tasks and notes."""


@dataclass(frozen=True, slots=True)
class Creation:
    """A task or a note as it should be. ``ref`` holds its kind and key; account, person and owner are ids."""

    ref: Ref
    account: str
    subject: str
    body: str = ""
    at: datetime | None = None
    """When what a note tells of took place."""
    due: date | None = None
    status: Literal["open", "done"] = "open"
    owner: str | None = None
    """None: whoever the connection logs in as."""
    person: str | None = None

    @property
    def fields(self) -> Fields:
        return {name: getattr(self, name) for name in FIELDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed(Record):
    """One of ours as the CRM has it now. ``own``: those of its parts that can be read back."""

    own: Fields = field(default_factory=dict)


def is_keyed(ref: Ref) -> bool:
    return ref.kind in KEYED_KINDS


def key_of(*parts: str) -> str:
    """A key of these parts, always the same for the same; what is too long ends in a digest of the whole."""
    key = ":".join(parts)
    if len(key) <= LONGEST_KEY:
        return key
    digest = blake2b(key.encode(), digest_size=_DIGEST).hexdigest()
    return f"{key[: LONGEST_KEY - len(digest) - 1]}~{digest}"
