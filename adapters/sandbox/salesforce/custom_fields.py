"""Custom fields through the Tooling API: metadata in, a field on the object out, and the row that describes it."""

import re
from collections.abc import Mapping
from typing import Any, Final

from adapters.sandbox.journal import Write
from adapters.sandbox.salesforce.errors import ApiError, not_found
from adapters.sandbox.salesforce.fields import Field, FieldType, Option
from adapters.sandbox.salesforce.org import FIELD_PREFIX, Actor, Org, needs

TYPES: Final[Mapping[str, FieldType]] = {
    "Number": "double", "Currency": "currency", "Percent": "percent", "Text": "string", "TextArea": "textarea",
    "LongTextArea": "textarea", "Picklist": "picklist", "MultiselectPicklist": "multipicklist", "Date": "date",
    "DateTime": "datetime", "Checkbox": "boolean", "Url": "url", "Email": "email", "Phone": "phone",
}  # fmt: skip
_FULL_NAME: Final = re.compile(r"(?P<entity>[A-Za-z]\w*)\.(?P<name>[A-Za-z](?:_?[A-Za-z0-9])*)__c")
_LONGEST_NAME: Final = 40
_MOST_DIGITS: Final = 18
_FIXED_LENGTHS: Final = {
    "Url": 255,
    "Email": 80,
    "Phone": 40,
    "TextArea": 255,
    "Picklist": 255,
    "MultiselectPicklist": 4099,
}


def create(org: Org, actor: Actor, body: Mapping[str, Any]) -> str:
    """Add the custom field that ``body`` (FullName, Metadata) describes; its id. Nobody sees it until it is granted."""
    needs(actor)
    full_name, metadata = body.get("FullName"), body.get("Metadata")
    match = _FULL_NAME.fullmatch(full_name) if isinstance(full_name, str) else None
    if match is None or len(match["name"]) > _LONGEST_NAME:
        raise _invalid("FIELD_INTEGRITY_EXCEPTION", f"Field Name: not a custom field's name: {full_name}", "FullName")
    if not isinstance(metadata, dict):
        raise _invalid("REQUIRED_FIELD_MISSING", "Required fields are missing: [Metadata]", "Metadata")
    name = f"{match['name']}__c"
    targets = org.custom_targets(match["entity"])
    if any(target.field(name) for target in targets) or f"{match['entity']}.{name}" in org.setup.reserved:
        raise _invalid(
            "DUPLICATE_DEVELOPER_NAME",
            f"There is already a field named {match['name']} on {match['entity']}.",
            "DeveloperName",
        )
    if sum(field.custom for field in targets[0].fields()) >= org.setup.custom_fields:
        raise _invalid("LIMIT_EXCEEDED", f"This would exceed the maximum of custom fields of {match['entity']}")
    field = parsed(name, metadata, org.new_id(FIELD_PREFIX))
    for target in targets:
        target.put(field)
    register(org, match["entity"], field, actor.user)
    org.rights_changed()
    org.journal.record(Write(org.clock.now(), "CustomField", field.key, dict(body), actor.name, "create"))
    return field.key


def change(org: Org, actor: Actor, field_id: str, body: Mapping[str, Any]) -> None:
    """Give a custom field other metadata (all of it, as the API asks); its type stays."""
    needs(actor)
    row = _row(org, field_id)
    metadata = body.get("Metadata")
    if not isinstance(metadata, dict):
        raise _invalid("REQUIRED_FIELD_MISSING", "Required fields are missing: [Metadata]", "Metadata")
    field = parsed(row["FullName"].partition(".")[2], {**metadata, "type": metadata.get("type", "")}, field_id)
    for target in org.custom_targets(row["TableEnumOrId"]):
        target.put(field)
    stamps = {"SystemModstamp": org.now(), "LastModifiedDate": org.now(), "LastModifiedById": actor.user}
    org.tables["CustomField"].change(field_id, {"Metadata": metadata, **stamps})
    org.rights_changed()
    org.journal.record(Write(org.clock.now(), "CustomField", field_id, dict(body), actor.name))


def remove(org: Org, actor: Actor, field_id: str) -> None:
    """Delete a custom field with the values it held and the rights to it; not one that other metadata refers to."""
    needs(actor)
    row = _row(org, field_id)
    if row["FullName"] in org.setup.referenced:
        raise _invalid("DEPENDENCY_EXISTS", "This custom field is referenced elsewhere in salesforce.com.")
    if org.setup.reserve_deleted:
        org.setup.reserved.add(row["FullName"])
    name = row["FullName"].partition(".")[2]
    targets = org.custom_targets(row["TableEnumOrId"])
    for target in targets:
        target.drop(name)
        for held in org.tables[target.name].rows.values():
            held.pop(name, None)
    spelt = {f"{target.name}.{name}" for target in targets} | {row["FullName"]}
    rights = org.tables["FieldPermissions"]
    for right in [right for right in rights.rows.values() if right["Field"] in spelt]:
        rights.drop(right["Id"])
    org.tables["CustomField"].drop(field_id)
    org.rights_changed()
    org.journal.record(Write(org.clock.now(), "CustomField", field_id, {}, actor.name, "delete"))


def shown(org: Org, field_id: str, version: str) -> dict[str, Any]:
    """The whole record of a custom field, its metadata included."""
    row = _row(org, field_id)
    url = f"/services/data/{version}/tooling/sobjects/CustomField/{field_id}"
    return {"attributes": {"type": "CustomField", "url": url}, **row}


def register(org: Org, entity: str, field: Field, user: str) -> None:
    """Add the row by which the Tooling API finds ``field``."""
    now = org.now()
    org.tables["CustomField"].add(
        {
            "Id": field.key,
            "DeveloperName": field.name.removesuffix("__c"),
            "TableEnumOrId": entity,
            "FullName": f"{entity}.{field.name}",
            "Metadata": dict(field.metadata or {}),
            "ManageableState": "unmanaged",
            "CreatedDate": now,
            "LastModifiedDate": now,
            "SystemModstamp": now,
            "CreatedById": user,
            "LastModifiedById": user,
        }
    )


def parsed(name: str, metadata: Mapping[str, Any], key: str) -> Field:
    """The field that ``metadata`` describes; ApiError when a part that its type needs is missing or out of range."""
    kind = str(metadata.get("type") or "")
    if kind not in TYPES:
        raise _invalid(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", f"Type: bad value for restricted picklist: {kind}", "Type"
        )
    if not metadata.get("label"):
        raise _invalid("REQUIRED_FIELD_MISSING", "Required fields are missing: [MasterLabel]", "MasterLabel")
    precision, scale = _size(kind, metadata)
    options, restricted = _options(kind, metadata)
    if kind == "Checkbox" and metadata.get("defaultValue") is None:
        raise _invalid("FIELD_INTEGRITY_EXCEPTION", "Must specify 'defaultValue' for a CustomField of type Checkbox")
    return Field(
        name=name,
        type=TYPES[kind],
        label=str(metadata["label"]),
        length=_length(kind, metadata),
        precision=precision,
        scale=scale,
        required=bool(metadata.get("required")),
        custom=True,
        options=options,
        restricted=restricted,
        external=bool(metadata.get("externalId")),
        unique=bool(metadata.get("unique")),
        default=str(metadata["defaultValue"]).casefold() == "true" if kind == "Checkbox" else None,
        key=key,
        metadata={**metadata},
    )


def metadata_of(field: Field) -> dict[str, Any]:
    """The metadata by which a field made by hand would have been made."""
    if field.targets:
        links = {"referenceTo": field.targets[0], "relationshipName": (field.relation or "").removesuffix("__r")}
        return {"label": field.label, "type": "Lookup", "required": field.required, **links}
    kind = next(name for name, made in TYPES.items() if made == field.type)
    metadata: dict[str, Any] = {"label": field.label, "type": kind, "required": field.required}
    if field.precision:
        metadata |= {"precision": field.precision, "scale": field.scale}
    if kind == "Text":
        metadata["length"] = field.length
    if field.options:
        entries = [{"fullName": o.value, "label": o.label, "default": o.default} for o in field.options]
        definition = {"sorted": False, "value": entries}
        metadata["valueSet"] = {"restricted": field.restricted, "valueSetDefinition": definition}
    return metadata


def _size(kind: str, metadata: Mapping[str, Any]) -> tuple[int, int]:
    if kind not in ("Number", "Currency", "Percent"):
        return 0, 0
    precision, scale = metadata.get("precision"), metadata.get("scale")
    if not isinstance(precision, int) or not isinstance(scale, int):
        raise _invalid(
            "FIELD_INTEGRITY_EXCEPTION", f"Must specify 'precision' and 'scale' for a CustomField of type {kind}"
        )
    if not 0 <= scale <= precision <= _MOST_DIGITS:
        raise _invalid("NUMBER_OUTSIDE_VALID_RANGE", "Precision: value outside of valid range", "Precision")
    return precision, scale


def _length(kind: str, metadata: Mapping[str, Any]) -> int:
    if kind in ("Text", "LongTextArea"):
        most = 255 if kind == "Text" else 131_072
        length = metadata.get("length")
        if not isinstance(length, int) or not 1 <= length <= most:
            raise _invalid(
                "FIELD_INTEGRITY_EXCEPTION", f"Must specify 'length' from 1 to {most} for a CustomField of type {kind}"
            )
        return length
    return _FIXED_LENGTHS.get(kind, 0)


def _options(kind: str, metadata: Mapping[str, Any]) -> tuple[tuple[Option, ...], bool]:
    if kind not in ("Picklist", "MultiselectPicklist"):
        return (), False
    value_set = metadata.get("valueSet")
    definition = value_set.get("valueSetDefinition") if isinstance(value_set, dict) else None
    entries = definition.get("value") if isinstance(definition, dict) else None
    if not isinstance(value_set, dict) or not isinstance(entries, list):
        raise _invalid("FIELD_INTEGRITY_EXCEPTION", f"Must specify 'valueSet' for a CustomField of type {kind}")
    if kind == "MultiselectPicklist" and not isinstance(metadata.get("visibleLines"), int):
        raise _invalid(
            "FIELD_INTEGRITY_EXCEPTION", "Must specify 'visibleLines' for a CustomField of type MultiselectPicklist"
        )
    options = tuple(
        Option(
            str(entry["fullName"]),
            str(entry.get("label") or entry["fullName"]),
            bool(entry.get("default")),
            entry.get("isActive") is not False,
        )
        for entry in entries
        if isinstance(entry, dict) and entry.get("fullName")
    )
    return options, bool(value_set.get("restricted"))


def _row(org: Org, field_id: str) -> dict[str, Any]:
    row = org.tables["CustomField"].rows.get(field_id)
    if row is None:
        raise not_found()
    return row


def _invalid(code: str, message: str, *fields: str) -> ApiError:
    return ApiError(400, code, message, fields)
