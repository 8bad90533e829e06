"""What the map reads and the user of the connection cannot see although it exists: the rights to it can be granted.

Required fields and those of the activities need no right of their own; what nobody can name is not there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from adapters.errors import Refused, Unauthorized
from adapters.salesforce.client import Client
from adapters.salesforce.describe import Described
from adapters.salesforce.describing import describe_many
from adapters.salesforce.rows import custom_field_ids

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
    """What is there of ``mapped`` and ``client`` does not see.

    An administrator's login (``hands``) may see more, and Tooling knows the custom fields of standard objects, whoever
    sees them. Where an org cannot describe many objects at once, nothing is known.
    """
    try:
        ours, _ = describe_many(client, tuple(mapped))
        theirs = ours if hands is client else describe_many(hands, tuple(mapped))[0]
    except (Refused, Unauthorized) as exc:
        if exc.status == 401:
            raise
        return NOTHING
    seen = {name: (_described(ours, name), _described(theirs, name)) for name in mapped}
    named = [field for name, (mine, whole) in seen.items() if whole for field in _fields(mine, whole, mapped[name])]
    return Hidden(
        tuple(name for name, (mine, whole) in seen.items() if whole and not mine and name not in UNGRANTED),
        tuple(dict.fromkeys([*named, *_known_to_tooling(hands, ours, mapped)])),
    )


def _fields(mine: Described | None, whole: Described, names: Sequence[str]) -> list[str]:
    found = (whole.field(name) for name in names)
    return [
        f"{whole.object}.{field.name}"
        for field in found
        if field and field.permissionable and (mine is None or mine.field(field.name) is None)
    ]


def _known_to_tooling(client: Client, seen: Mapping[str, tuple[Described | None, object]], mapped: Names) -> list[str]:
    found: list[str] = []
    for name in (name for name in mapped if not name.endswith("__c")):
        mine = _described(seen, name)
        unseen = [field for field in mapped[name] if field.endswith("__c") and mine and mine.field(field) is None]
        found += custom_field_ids(client, name, unseen) or ()
    return found


def _described(seen: Mapping[str, tuple[Described | None, object]], name: str) -> Described | None:
    return seen[name][0] if name in seen else None
