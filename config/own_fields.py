"""Which own fields a workspace fills, and their options: the shipped list, narrowed and mapped by the admin.

Owns the choice; vendor names and vendor types are each adapter's.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from config.fields import OwnField
from config.settings import Settings
from config.shipped import shipped

FROM_FLAGS: Final = "flags"
"""In the shipped list: the options are the risk flags that the workspace raises."""


def own_fields(settings: Settings) -> tuple[OwnField, ...]:
    """The fields that are switched on, in the shipped order; a field this release does not fill is left out.

    ``write.fields`` chooses: all, core, or those it names (the pulse like any other).
    """
    flags = tuple(settings.flags)
    chosen = settings.write.fields
    return tuple(
        _mapped(_with_options(field, entry, flags), settings)
        for field, entry in _shipped_fields().items()
        if chosen == "all" or (field in chosen if isinstance(chosen, list) else entry.get("core", False))
    )


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


def _with_options(name: str, entry: Mapping[str, Any], flags: tuple[str, ...]) -> OwnField:
    options = entry.get("options", ())
    return OwnField(name=name, **{**entry, "options": flags if options == FROM_FLAGS else tuple(options)})


def _mapped(field: OwnField, settings: Settings) -> OwnField:
    mapped = settings.own_fields.get(field.name)
    return replace(field, to=mapped.to, adopt=mapped.adopt) if mapped else field
