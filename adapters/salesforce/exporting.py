"""Our fields, permission sets, list views, a field set, and what makes the org tell of changes: Salesforce's source
format, for an admin to deploy.

Pure: the same fields give the same text. A page layout can only be deployed as a whole, over what is there, so that
none is written: the field set names the fields, and the read-me says how to place them.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import orjson

from adapters.salesforce import change_messages
from adapters.salesforce.change_messages import MESSAGE, Telling
from adapters.salesforce.fitting import creation
from adapters.salesforce.mapped_rights import UNGRANTED, Names
from adapters.salesforce.metadata import Part, document
from adapters.salesforce.permission_sets import DAILY, DESCRIPTIONS, READERS
from adapters.salesforce.rows import entity
from adapters.salesforce.view import vendor_name
from adapters.salesforce.watching import PERMISSION
from config.fields import OwnField
from config.words import KEYED_KINDS, AnyKind

ROOT: Final = "force-app/main/default"
FIELD_SET: Final = "CSB_Customer_Success"
_NAME: Final = "ACCOUNT.NAME"
"""How list views call the standard field."""

Objects = Mapping[AnyKind, str]


def files(
    fields: Sequence[OwnField], objects: Objects, mapped: Names, version: str, telling: Telling | None
) -> dict[str, str]:
    """Relative path → text. An admin's own field (``to``) is theirs already. ``telling``: where changes are told."""
    own = [field for field in fields if not field.to and field.on in objects]
    parts = {
        **_fields(own, objects),
        **_permission_sets(own, objects, mapped, [PERMISSION] if telling else []),
        **_list_views(fields, objects),
        **_field_sets(own, objects),
        **(change_messages.parts(telling, version) if telling else {}),
    }
    texts = {f"{ROOT}/{path}": document(kind, content) for path, (kind, content) in parts.items()}
    project = {
        "packageDirectories": [{"path": "force-app", "default": True}],
        "namespace": "",
        "sourceApiVersion": version,
        **({"replacements": change_messages.replacements(telling)} if telling else {}),
    }
    return {
        **texts,
        "package.xml": _manifest(list(parts), version),
        "sfdx-project.json": orjson.dumps(project, option=orjson.OPT_INDENT_2).decode() + "\n",
        "README.md": "\n".join([*_readme(own, objects), *(change_messages.instructions(telling) if telling else [])])
        + "\n",
    }


def _fields(own: Sequence[OwnField], objects: Objects) -> dict[str, Part]:
    found: dict[str, Part] = {}
    for field in own:
        vendor_object, vendor = objects[field.on], vendor_name(field)
        metadata = creation(field, f"{vendor_object}.{vendor}")["Metadata"]
        path = f"objects/{entity(vendor_object)}/fields/{vendor}.field-meta.xml"
        found[path] = ("CustomField", {"fullName": vendor, **dict(sorted(metadata.items()))})
    return found


def _permission_sets(
    own: Sequence[OwnField], objects: Objects, mapped: Names, permissions: Sequence[str]
) -> dict[str, Part]:
    """Of what is mapped, custom fields only: standard ones are either required or open to most profiles.

    People get no right to objects: who may see and edit accounts is decided elsewhere.
    """
    ours = {f"{objects[field.on]}.{vendor_name(field)}": field.written for field in own}
    read = {f"{name}.{field}" for name, fields in mapped.items() for field in fields if field.endswith("__c")}
    reads = [name for name in mapped if name not in UNGRANTED]
    written = {objects[field.on] for field in own if field.written}
    daily = dict.fromkeys(sorted(read), False) | ours
    readers = {name: not is_written for name, is_written in ours.items()}
    return {
        f"permissionsets/{DAILY}.permissionset-meta.xml": _permission_set(
            DAILY, daily, {name: name in written for name in reads}, permissions
        ),
        f"permissionsets/{READERS}.permissionset-meta.xml": _permission_set(READERS, readers, {}, ()),
    }


def _permission_set(
    name: str, fields: Mapping[str, bool], objects: Mapping[str, bool], permissions: Sequence[str]
) -> Part:
    return "PermissionSet", {
        "customPermissions": [{"enabled": True, "name": permission} for permission in permissions],
        "description": DESCRIPTIONS[name],
        "fieldPermissions": [
            {"editable": edit, "field": field, "readable": True} for field, edit in sorted(fields.items())
        ],
        "hasActivationRequired": False,
        "label": name,
        "objectPermissions": [
            {"allowCreate": False, "allowDelete": False, "allowEdit": edit, "allowRead": True,
             "modifyAllRecords": False, "object": vendor_object, "viewAllRecords": False}
            for vendor_object, edit in sorted(objects.items())
        ],
    }  # fmt: skip


def _list_views(fields: Sequence[OwnField], objects: Objects) -> dict[str, Part]:
    """Those whose fields are switched on."""
    named = {field.name: vendor_name(field) for field in fields if field.on == "account"}
    options = {field.name: field.options for field in fields}
    shown = [named[name] for name in ("health_score", "health_band", "health_reasons", "next_action") if name in named]
    found: dict[str, Part] = {}
    if "health_band" in named:
        red = {"field": named["health_band"], "operation": "equals", "value": "red"}
        found |= _list_view(objects, "CSB_Red_Accounts", "CS: red accounts", shown, [red])
    if "health_band" in named and "renewal_near" in options.get("risk_flags", ()):
        weak = {"field": named["health_band"], "operation": "equals", "value": "red,yellow"}
        near = {"field": named["risk_flags"], "operation": "includes", "value": "renewal_near"}
        found |= _list_view(objects, "CSB_Renewals_At_Risk", "CS: renewals at risk", shown, [weak, near])
    if "pulse" in named:
        pulse = {"field": named["pulse"], "operation": "notEqual"}  # without a value: not blank
        columns = [*shown, *(named[name] for name in ("pulse", "pulse_reason", "pulse_until") if name in named)]
        found |= _list_view(objects, "CSB_Pulse", "CS: accounts with a pulse", columns, [pulse])
    return found


def _list_view(
    objects: Objects, name: str, label: str, columns: Sequence[str], filters: Sequence[Mapping[str, str]]
) -> dict[str, Part]:
    content = {
        "fullName": name,
        "columns": [_NAME, *columns],
        "filterScope": "Everything",
        "filters": list(filters),
        "label": label,
    }
    return {f"objects/{objects['account']}/listViews/{name}.listView-meta.xml": ("ListView", content)}


def _field_sets(own: Sequence[OwnField], objects: Objects) -> dict[str, Part]:
    found: dict[str, Part] = {}
    for kind in dict.fromkeys(field.on for field in own if field.on not in KEYED_KINDS):
        shown = [
            {"field": vendor_name(field), "isFieldManaged": False, "isRequired": False}
            for field in own
            if field.on == kind
        ]
        content = {
            "fullName": FIELD_SET,
            "availableFields": [],
            "description": "The fields of csbridge, in the order of its documentation.",
            "displayedFields": shown,
            "label": "Customer Success",
        }
        found[f"objects/{objects[kind]}/fieldSets/{FIELD_SET}.fieldSet-meta.xml"] = ("FieldSet", content)
    return found


_TYPES: Final = {
    "customPermissions": "CustomPermission", "fields": "CustomField", "fieldSets": "FieldSet", "flows": "Flow",
    "listViews": "ListView", "permissionsets": "PermissionSet", "workflows": "WorkflowOutboundMessage",
}  # fmt: skip


def _manifest(paths: Sequence[str], version: str) -> str:
    """``package.xml``: what the folder holds, by type."""
    members: dict[str, list[str]] = {}
    for path in paths:
        *folders, file = path.split("/")
        name = file.partition(".")[0]
        # of a workflow the message alone: the object's other actions are none of ours
        full = f"{name}.{MESSAGE}" if folders[-1] == "workflows" else name
        owner = f"{folders[1]}." if folders[0] == "objects" else ""
        members.setdefault(_TYPES[folders[-1]], []).append(owner + full)
    types = [{"members": sorted(names), "name": kind} for kind, names in sorted(members.items())]
    return document("Package", {"types": types, "version": version})


def _readme(own: Sequence[OwnField], objects: Objects) -> list[str]:
    return [
        "# What csbridge needs in this org",
        "",
        "Written by `csbridge provision --export`. Review it, then deploy it with an administrator's login:",
        "",
        "    sf project deploy start --manifest package.xml --target-org YOUR_ORG",
        "",
        f"1. Assign the permission set `{DAILY}` to the integration user of csbridge, and to nobody else.",
        f"2. Assign `{READERS}` to those who shall see the fields; it lets them edit the pulse.",
        "3. Show the fields on the page. No page layout is deployed: Salesforce deploys a layout only as a whole,",
        "   over yours. Open Setup, Object Manager, Page Layouts (or the Lightning App Builder where Dynamic Forms",
        "   are on), add a section “Customer Success”, and drag these fields to it; they are listed by the field set",
        f"   `{FIELD_SET}`, too:",
        "",
        *(f"   - {field.label} (`{entity(objects[field.on])}.{vendor_name(field)}`)" for field in own),
        "",
        f"`{DAILY}` grants read on the objects and custom fields that csbridge.yml maps. If the deployment refuses one",
        "of them (a required or master-detail field needs no right), delete it from the file and deploy again.",
    ]
