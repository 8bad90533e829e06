"""Writes into the results files: all patches of a kind in one go, an outcome for each."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from adapters.contract import Calls, Outcome, Patch
from adapters.csv.sheets import Sheets, names
from adapters.errors import Retry
from adapters.texts import written
from config.fields import OwnField
from config.words import Kind

MOST: Final = 0.2
FEW: Final = 5
"""Records without a row, by share and number, that are held to be gone; of more only a reconcile may say so."""


def write(sheets: Sheets, own: Mapping[str, OwnField], patches: Sequence[Patch], calls: Calls) -> list[Outcome]:
    """Outcomes in the order of ``patches``, which are of one kind. Raises Retry when another program holds the file:
    nothing was written.
    """
    kind: Kind = "person" if patches and patches[0].ref.kind == "person" else "account"
    results = sheets.results.get(kind)
    sheet = sheets.sheet(kind) if results else None
    living = sheet.rows if sheet else {}
    _doubt_loss(kind, sheets.stem(kind), [patch.ref.id in living for patch in patches], living)
    texts: dict[str, dict[str, str]] = {}
    unwritten: dict[int, Outcome] = {}
    for place, patch in enumerate(patches):
        if patch.ref.id not in living:
            unwritten[place] = Outcome(patch.ref, "gone", code="NO_ROW", message=f"the {kind} has no row any more")
            continue
        try:
            texts[patch.ref.id] = texts.get(patch.ref.id, {}) | cells(patch, own)
        except ValueError as error:
            unwritten[place] = Outcome(patch.ref, "refused", code="UNWRITABLE", message=str(error))
    at: datetime | None = None
    if texts and sheet and results:
        calls.count("write")
        at = results.write(texts, names(sheet), living)
    return [unwritten.get(place) or Outcome(patch.ref, "written", at=at) for place, patch in enumerate(patches)]


def _doubt_loss(kind: Kind, stem: str, there: Sequence[bool], living: Collection[str]) -> None:
    """Raises Retry where the file has lost too much to be believed: it may be about to be written, or emptied."""
    gone = there.count(False)
    if there and (not living or (gone > FEW and gone > len(there) * MOST)):
        raise Retry(f"{gone:,} of {len(there):,} {kind}s have no row in {stem} now; nothing was written")


def cells(patch: Patch, own: Mapping[str, OwnField]) -> dict[str, str]:
    """A patch by column. Raises ValueError for what is not ours to write, and for what is no option."""
    said: dict[str, str] = {}
    for name, value in patch.fields.items():
        field = own.get(name)
        if field is None or not field.written:
            raise ValueError(f"not an own field, never written: {name}")
        chosen = {str(one) for one in (value if isinstance(value, tuple) else (value,)) if one is not None}
        if field.options and not chosen <= set(field.options):
            raise ValueError(f"{name} has the options {', '.join(field.options)}")
        said[field.to or name] = written(field, value)
    return said
