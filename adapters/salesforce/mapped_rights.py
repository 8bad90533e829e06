"""What the map reads and the user of the connection cannot see although it exists: the rights to it can be granted.

Required fields and those of the activities need no right of their own; what nobody can name is not there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from adapters.salesforce.client import Client
from adapters.salesforce.describe import Described
from adapters.salesforce.describing import describe_many

UNGRANTED: Final = ("Task", "Event", "User")
"""Objects that permission sets hold no object rights for: a user reads them by other rights."""

Names = Mapping[str, Sequence[str]]
"""Vendor object → its mapped fields."""


@dataclass(frozen=True, slots=True)
class Hidden:
    objects: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    """By full name."""


NOTHING: Final = Hidden()


def hidden(client: Client, hands: Client, mapped: Names) -> Hidden:
    """What ``hands`` (an administrator's login) sees of ``mapped`` and ``client`` does not."""
    ours, _ = describe_many(client, tuple(mapped))
    theirs, _ = describe_many(hands, tuple(mapped))
    seen = {name: (_described(ours, name), _described(theirs, name)) for name in mapped}
    return Hidden(
        tuple(name for name, (mine, whole) in seen.items() if whole and not mine and name not in UNGRANTED),
        tuple(field for name, (mine, whole) in seen.items() if whole for field in _fields(mine, whole, mapped[name])),
    )


def _fields(mine: Described | None, whole: Described, names: Sequence[str]) -> list[str]:
    found = (whole.field(name) for name in names)
    return [
        f"{whole.object}.{field.name}"
        for field in found
        if field and field.permissionable and (mine is None or mine.field(field.name) is None)
    ]


def _described(seen: Mapping[str, tuple[Described | None, object]], name: str) -> Described | None:
    return seen[name][0] if name in seen else None
