"""Our group and properties as the bodies that HubSpot's API takes, for an admin to review or send. Pure."""

from collections.abc import Sequence
from typing import Any, Final

import orjson

from adapters.hubspot import paths
from adapters.hubspot.defining import definition, group
from adapters.hubspot.provisioning import WRITING_SCOPES
from adapters.hubspot.shapes import OWN_OBJECTS
from config.fields import OwnField

FOLDER: Final = "hubspot"


def files(fields: Sequence[OwnField]) -> dict[str, str]:
    """Relative path → text. An admin's own property (``to``) is there already."""
    found: dict[str, str] = {}
    for kind, vendor_object in OWN_OBJECTS.items():
        own = [field for field in fields if field.on == kind and not field.to]
        if own:
            found[f"{FOLDER}/{vendor_object}/group.json"] = _json(group())
            inputs = [definition(field) for field in own]
            found[f"{FOLDER}/{vendor_object}/properties.json"] = _json({"inputs": inputs})
    objects = dict.fromkeys(path.split("/")[1] for path in found)
    return {**found, f"{FOLDER}/README.md": _readme(list(objects))}


def _json(body: dict[str, Any]) -> str:
    return orjson.dumps(body, option=orjson.OPT_INDENT_2).decode() + "\n"


def _readme(objects: Sequence[str]) -> str:
    sent = [line for name in objects for line in _calls(name)]
    lines = [
        "# What csbridge needs in this portal",
        "",
        "Written by `csbridge provision --export`. Review it, then create it by hand, or send it with the token of a",
        f"private app that has the scopes {' and '.join(f'`{scope}`' for scope in WRITING_SCOPES)}:",
        "",
        *(f"    {line}" for line in sent),
        "",
        "A property that is there already is reported, and stays as it is.",
    ]
    return "\n".join(lines) + "\n"


def _calls(name: str) -> list[str]:
    properties, groups = paths.PROPERTIES.format(object=name), paths.GROUPS.format(object=name)
    head = 'curl -H "Authorization: Bearer $HUBSPOT_TOKEN" -H "Content-Type: application/json" '
    host = "https://api.hubapi.com"
    return [
        f"{head}{host}{groups} -d @{name}/group.json",
        f"{head}{host}{properties}/batch/create -d @{name}/properties.json",
    ]
