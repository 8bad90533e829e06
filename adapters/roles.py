"""A person's role where a CRM lets several be chosen: the strongest counts. Shared by adapters; knows no vendor."""

from collections.abc import Callable
from typing import Final, get_args

from config.words import UNKNOWN, PersonRole

STRENGTH: Final[tuple[str, ...]] = get_args(PersonRole)
"""Strongest first; ``unknown`` comes last."""


def strongest(value: object, read: Callable[[object], str | None]) -> str | None:
    """The role in a choice, or in several as ``a;b``; ``read`` translates one vendor word (None: blank).

    What ``read`` knows as a whole is not taken apart.
    """
    whole = read(value)
    if whole != UNKNOWN or ";" not in str(value):
        return whole
    chosen = {read(part) for part in str(value).split(";")}
    return next((role for role in STRENGTH if role in chosen), None)
