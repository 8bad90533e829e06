"""Which own fields a workspace fills, and their options: the shipped list, narrowed and mapped by the admin.

Owns the choice; vendor names and vendor types are each adapter's.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import Any

from config.fields import OwnField
from config.settings import Settings
from config.shipped import shipped
from config.words import SIGNALS


def own_fields(settings: Settings) -> tuple[OwnField, ...]:
    """The fields that are switched on, in the shipped order; a field this release does not fill is left out.

    ``write.fields`` chooses: all, core, or those it names (the pulse like any other). A field of a purpose that is
    off, and a pick-list without any option, are left out.
    """
    chosen = settings.write.fields
    options = _options(settings)
    return tuple(
        _mapped(_field(name, entry, options), settings)
        for name, entry in _shipped_fields().items()
        if chosen == "all" or (name in chosen if isinstance(chosen, list) else entry.get("core", False))
        if entry.get("purpose", "health") in (*settings.scorecards, "health")
        if not isinstance(entry.get("options"), str) or options[entry["options"]]
    )


def _options(settings: Settings) -> Mapping[object, tuple[str, ...]]:
    """What the words stand for that the shipped list has in place of options."""
    return {
        "flags": tuple(settings.flags),
        "segments": tuple(segment.name for segment in settings.segments),
        "stages": tuple(stage.name for stage in settings.stages),
        "signals": SIGNALS,
    }


def known_names() -> tuple[str, ...]:
    """Every own field that may be named in ``csbridge.yml``, those of later releases included."""
    return (*_shipped_fields(), *later_names())


@cache
def later_names() -> tuple[str, ...]:
    """Own fields that are accepted but not filled yet."""
    return tuple(shipped("own_fields.yml").data["later"])


@cache
def _shipped_fields() -> Mapping[str, Mapping[str, Any]]:
    return MappingProxyType(shipped("own_fields.yml").data["fields"])


def _field(name: str, entry: Mapping[str, Any], options: Mapping[object, tuple[str, ...]]) -> OwnField:
    given = entry.get("options", ())
    plain = {key: value for key, value in entry.items() if key != "purpose"}
    return OwnField(name=name, **{**plain, "options": options.get(given) if isinstance(given, str) else tuple(given)})


def _mapped(field: OwnField, settings: Settings) -> OwnField:
    mapped = settings.own_fields.get(field.name)
    return replace(field, to=mapped.to, adopt=mapped.adopt) if mapped else field
