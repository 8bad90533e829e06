"""What provisioning would do, from facts alone: the fields, options and rights that are missing, and what blocks them.

Pure. Options are added and never removed; a field of the admin's own (``to``) is checked and never changed.
"""

from collections.abc import Iterator, Sequence

from adapters.contract import Change, Plan
from adapters.salesforce.describe import Field
from adapters.salesforce.fitting import missing_options, unfit
from adapters.salesforce.permission_sets import DAILY, DESCRIPTIONS, READERS, PermissionSet
from adapters.salesforce.setup import Setup, full_name
from config.fields import OwnField


def plan(fields: Sequence[OwnField], setup: Setup) -> Plan:
    """The changes in the order in which they must be made: sets of rights, fields, options, grants, assignment."""
    own = [field for field in fields if not field.to]
    blocked = [change for field in fields if field.to for change in _lent(field, setup)]
    made = [change for field in own for change in _field(field, setup)]
    grants = [*_daily(own, setup), *_mapped(setup), *_readers(own, setup)]
    sets, assigned = _sets(grants, setup)
    changes = (*blocked, *sets, *made, *grants, *assigned)
    return Plan(changes, setup.lacking if changes else ())


def missing(fields: Sequence[OwnField], setup: Setup) -> Plan:
    """What keeps a push from writing: fields, options, the right of the connection's own user; nobody else's."""
    own = [field for field in fields if not field.to]
    blocked = [change for field in fields if field.to for change in _lent(field, setup)]
    made = [change for field in own for change in _field(field, setup)]
    return Plan((*blocked, *made, *_daily(own, setup)))


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


def _daily(own: Sequence[OwnField], setup: Setup) -> Iterator[Change]:
    """What the user of the connection cannot see, or not edit where csbridge writes, by whatever right."""
    for field in own:
        there = _visible(field, setup)
        if there is None or (field.written and not there.updateable):
            yield _grant(field.name, full_name(field, setup.objects), DAILY, field.written)


def _mapped(setup: Setup) -> Iterator[Change]:
    for name in (*setup.mapped.objects, *setup.mapped.fields):
        yield _grant("", name, DAILY, edit=False)


def _readers(own: Sequence[OwnField], setup: Setup) -> Iterator[Change]:
    """People read everything and write the pulse. Where the login may not look, the set is an admin's affair."""
    if setup.sets is None:
        return
    there = setup.sets.get(READERS, PermissionSet(""))
    for field in own:
        name = full_name(field, setup.objects)
        right = there.rights.get(name)
        if right is None or not right.covers(edit=not field.written):
            yield _grant(field.name, name, READERS, edit=not field.written)


def _grant(own: str, name: str, group: str, edit: bool) -> Change:
    return Change("grant", own, name, detail=f"{'read and edit' if edit else 'read'}, by {group}", group=group)


def _sets(grants: Sequence[Change], setup: Setup) -> tuple[list[Change], list[Change]]:
    """The permission sets that grant and are not there yet; and whom the one of the connection is assigned to."""
    there = setup.sets or {}
    needed = dict.fromkeys(change.group for change in grants)
    made = [
        Change("create_group", "", name, detail=f"permission set. {DESCRIPTIONS[name]}", group=name)
        for name in needed
        if name not in there
    ]
    assigned = DAILY in there and setup.user in there[DAILY].assignments
    detail = "permission set to the user of this connection"
    assign = Change("assign", "", DAILY, detail=detail, group=DAILY)
    return made, [assign] if DAILY in needed and not assigned else []


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
