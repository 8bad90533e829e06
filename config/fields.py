"""The fields that csbridge owns in a CRM: their canonical names, types, sizes and options.

The list itself is data (``defaults/own_fields.yml``); options of pick-lists come from the configuration.
"""

from dataclasses import dataclass
from typing import Literal

FieldType = Literal["number", "text", "picklist", "multi_picklist", "date", "datetime", "currency", "url"]
OwnKind = Literal["account", "person", "task", "note"]
"""Where a field of ours can be."""


@dataclass(frozen=True, slots=True)
class OwnField:
    """One own field. ``to`` names the admin's existing vendor field that keeps it, else the adapter names it."""

    name: str
    label: str
    type: FieldType
    description: str = ""
    on: OwnKind = "account"
    precision: int = 18
    """Digits of a number in all, the decimals included."""
    scale: int = 0
    """Decimals of a number."""
    length: int = 255
    """Characters of a text."""
    options: tuple[str, ...] = ()
    core: bool = False
    gated: bool = False
    """A sentence or drifting figure: rewritten only with a material change (design, section 1)."""
    written: bool = True
    """False for what the CSM writes and csbridge only reads (the pulse)."""
    to: str | None = None
    adopt: bool = False
    """The admin's own field may be overwritten although it already holds values."""
    lent_late: bool = False
    """csbridge had written to the org before it was lent this field: its mark on a record says nothing of it then."""
