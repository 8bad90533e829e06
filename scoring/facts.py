"""One customer's values by name, for sentences: what a message may say aloud. Must not know any sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config.rules import as_number, is_missing


@dataclass(frozen=True, slots=True)
class Facts:
    """A row of a table of columns, looked up only when a sentence asks."""

    columns: Mapping[str, Sequence[object]]
    row: int

    def get(self, name: str) -> object:
        """The value, or None where it is missing."""
        value = self.columns[name][self.row] if name in self.columns else None
        return None if is_missing(value) else value

    def number(self, name: str) -> float | None:
        return as_number(self.get(name))

    def text(self, name: str) -> str:
        """As a person would write it: a number with one decimal at most; nothing where it is missing."""
        value = self.get(name)
        return "" if value is None else written(value)


def written(value: object) -> str:
    """``3.0`` → ``3``, ``0.4567`` → ``0.5``; words as they are."""
    if not isinstance(value, (float, int)):
        return str(value)
    rounded = round(float(value), 1)
    return str(int(rounded)) if rounded.is_integer() else str(rounded)
