"""How a long job says how far it is."""

from collections.abc import Callable

Progress = Callable[[str, int], None]
"""Told what is under way, and how many records of it were done since."""


def silent(what: str, count: int) -> None:
    """The progress of whoever does not show any."""
