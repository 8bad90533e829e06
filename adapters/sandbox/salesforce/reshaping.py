"""What an administrator does to a custom field in mid-life: hides it by rights, renames, retypes or removes it.

Asked for by the control surface as an edit of ``CustomField`` by full name: ``{"object": "CustomField", "id":
"Account.ARR__c", "fields": {"hidden": true}}``, or ``{"name": "Revenue__c"}``, or ``{"type": "Checkbox"}``, or delete.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapters.sandbox.salesforce import custom_fields
from adapters.sandbox.salesforce.fields import Field, ObjectType
from adapters.sandbox.salesforce.org import Actor, Org
from adapters.sandbox.vendor import Edit, Edited, EditRefused


def reshaped(org: Org, admin: Actor, edit: Edit) -> Edited:
    """The field's facts afterwards. Raises EditRefused for what is no custom field, or cannot be done to one."""
    entity, _, name = str(edit.id).partition(".")
    kind = org.types.get(entity.casefold())
    field = kind.field(name) if kind else None
    if kind is None or field is None or not field.custom:
        raise EditRefused(f"{edit.id} is no custom field of this org")
    if edit.delete:
        custom_fields.remove(org, admin, field.key)
        return Edited({"FullName": edit.id}, [])
    unknown = sorted(edit.fields.keys() - {"hidden", "name", "type"})
    if unknown:
        raise EditRefused(f"a field can be hidden, renamed (name) or retyped (type), not: {', '.join(unknown)}")
    if "hidden" in edit.fields:
        _hide(org, kind, field, edit.fields["hidden"] is True)
    after = _retyped(field, edit.fields)
    if after != field:
        _replace(org, kind, field, after)
    org.rights_changed()
    return Edited({"FullName": f"{kind.name}.{after.name}", "type": after.type}, [])


def _hide(org: Org, kind: ObjectType, field: Field, hidden: bool) -> None:
    """By the profile that showed it to everybody."""
    change = org.profile_fields.discard if hidden else org.profile_fields.add
    change((kind.name, field.name))


def _retyped(field: Field, wanted: Mapping[str, Any]) -> Field:
    name = str(wanted.get("name", field.name))
    if not name.endswith("__c"):
        raise EditRefused(f"a custom field's name ends with __c, not {name}")
    said = wanted.get("type")
    if said is None:
        return replace(field, name=name)
    if said not in custom_fields.TYPES:
        raise EditRefused(f"type must be one of {', '.join(custom_fields.TYPES)}, not {said}")
    default = False if said == "Checkbox" else None
    return replace(field, name=name, type=custom_fields.TYPES[said], options=(), restricted=False, default=default)


def _replace(org: Org, kind: ObjectType, before: Field, after: Field) -> None:
    """Values move with a new name; with a new type they are lost, but for text, which any value becomes."""
    kind.drop(before.name)
    kind.put(after)
    if (kind.name, before.name) in org.profile_fields:
        org.profile_fields.add((kind.name, after.name))
    for row in org.tables[kind.name].rows.values():
        held = row.pop(before.name, None)
        if after.type != before.type:
            held = str(held) if held is not None and after.type == "string" else after.default
        if held is not None:
            row[after.name] = held
    org.tables["CustomField"].change(
        before.key,
        {
            "DeveloperName": after.name.removesuffix("__c"),
            "FullName": f"{kind.name}.{after.name}",
            "Metadata": custom_fields.metadata_of(after),
            "SystemModstamp": org.now(),
        },
    )
