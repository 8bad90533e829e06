"""Writes decisions into the results file: all patches in one go, an outcome for each."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from adapters.contract import Calls, Outcome, Patch
from adapters.csv.sheets import Sheets, names
from adapters.texts import written
from config.fields import OwnField


def write(sheets: Sheets, own: Mapping[str, OwnField], patches: Sequence[Patch], calls: Calls) -> list[Outcome]:
    """Outcomes in the order of ``patches``. Raises Retry when another program holds the file: nothing was written."""
    sheet = sheets.sheet("account")
    living = sheet.rows if sheet else {}
    texts: dict[str, dict[str, str]] = {}
    unwritten: dict[int, Outcome] = {}
    for place, patch in enumerate(patches):
        if patch.ref.id not in living:
            unwritten[place] = Outcome(patch.ref, "gone", code="NO_ROW", message="the account has no row any more")
            continue
        try:
            texts[patch.ref.id] = texts.get(patch.ref.id, {}) | cells(patch, own)
        except ValueError as error:
            unwritten[place] = Outcome(patch.ref, "refused", code="UNWRITABLE", message=str(error))
    at: datetime | None = None
    if texts and sheet:
        calls.count("write")
        at = sheets.results.write(texts, names(sheet), living)
    return [unwritten.get(place) or Outcome(patch.ref, "written", at=at) for place, patch in enumerate(patches)]


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
