"""What provisioning would do, from facts alone: the fields, options and rights that are missing, and what blocks them.

Pure. Options are added and never removed; a field of the admin's own (``to``) is checked and never changed.
"""

from collections.abc import Iterator, Sequence

from adapters.contract import Change, Plan
from adapters.salesforce.describe import Field
from adapters.salesforce.fitting import missing_options, unfit
from adapters.salesforce.setup import PERMISSION_SET, Setup, full_name
from config.fields import OwnField


def plan(fields: Sequence[OwnField], setup: Setup) -> Plan:
    """The changes in the order in which they must be made: set of rights, fields, options, grants, assignment."""
    own = [field for field in fields if not field.to]
    blocked = [change for field in fields if field.to for change in _lent(field, setup)]
    made = [change for field in own for change in _field(field, setup)]
    grants = [_grant(field, setup) for field in own if _needs_grant(field, setup)]
    rights = _rights(setup) if grants else ([], [])
    return Plan((*blocked, *rights[0], *made, *grants, *rights[1]))


def _visible(own: OwnField, setup: Setup) -> Field | None:
    return setup.objects[own.on].field(full_name(own, setup.objects).partition(".")[2])


def _field(own: OwnField, setup: Setup) -> Iterator[Change]:
    """Create the field, or add the options that it lacks; blocked when a field of that name cannot hold ours."""
    name = full_name(own, setup.objects)
    hidden = setup.hidden.get(name)
    there = _visible(own, setup) or (hidden.field if hidden else None)
    if there is None:
        yield Change("create_field", own.name, name, detail=own.type, options=own.options)
        return
    if problem := unfit(own, there):
        yield Change("create_field", own.name, name, blocked=f"{problem}; rename or remove the field that is there")
    elif lacking := missing_options(own, there):
        shared = "its options come from a value set of the org: add them there" if name in setup.shared else ""
        yield Change("add_options", own.name, name, detail=", ".join(lacking), options=lacking, blocked=shared)


def _needs_grant(own: OwnField, setup: Setup) -> bool:
    there = _visible(own, setup)
    return there is None or (own.written and not there.updateable)


def _grant(own: OwnField, setup: Setup) -> Change:
    rights = "read and edit" if own.written else "read"
    return Change("grant", own.name, full_name(own, setup.objects), detail=f"{rights}, by {PERMISSION_SET}")


def _rights(setup: Setup) -> tuple[list[Change], list[Change]]:
    """The permission set before, its assignment after the grants."""
    group = Change("create_group", "", PERMISSION_SET, detail="permission set")
    assign = Change("assign", "", PERMISSION_SET, detail="permission set to the user of this connection")
    return [] if setup.permission_set else [group], [] if setup.assigned else [assign]


def _lent(own: OwnField, setup: Setup) -> Iterator[Change]:
    """What stands in the way of keeping ours in a field that the admin has already."""
    name = full_name(own, setup.objects)
    there = _visible(own, setup)
    if problem := _obstacle(own, there, name in setup.filled):
        yield Change("create_field", own.name, name, blocked=problem)


def _obstacle(own: OwnField, there: Field | None, is_filled: bool) -> str:
    if there is None:
        return "this field is absent or hidden from the user of this connection; csbridge creates only its own"
    if problem := unfit(own, there):
        return problem
    if lacking := missing_options(own, there):
        return f"the pick-list lacks {', '.join(lacking)}; csbridge adds options only to its own fields"
    if own.written and not there.updateable:
        return "the user of this connection may not edit this field"
    if own.written and is_filled and not own.adopt:
        return "the field holds values already; set adopt: true to let csbridge overwrite them"
    return ""
