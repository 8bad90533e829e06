"""Whom ``export-person`` and ``erase-person`` are about."""

from collections.abc import Callable
from typing import Any, Final

import click

from bridge.cli.shell import MISUSED, Result

_MESSAGE: Final = "nobody is known by that id; an e-mail address, connection:id or an id is needed"
NOBODY: Final = Result({"error": {"family": "unknown", "message": _MESSAGE}}, _MESSAGE, MISUSED)


def of_a_person(command: Callable[..., Any]) -> Callable[..., Any]:
    """Make a verb one that is told of a person: ``person``, and by what other names in ``also``."""
    more = "What a usage source calls the person. Several times."
    named = click.option("--also", multiple=True, metavar="NAME", help=more)
    return click.argument("person")(named(command))


def someone(workspace: Any, person: str, also: tuple[str, ...]) -> Any:
    """The person by all their names; None where that could be anybody."""
    from bridge.persons.persons import find

    with workspace.store.read() as db:
        found = find(db, person, also)
    return found if found.known else None
