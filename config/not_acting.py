"""Keys that are accepted but do not act yet in this release, so that ``doctor`` can say so.

Owns the list. Only what the admin wrote counts: a default that does not act misleads nobody.
"""

from collections.abc import Iterator
from typing import Final

from pydantic import BaseModel

from config.settings import Settings, UsageSource

SETTINGS: Final = ("broker",)


def not_acting(settings: Settings) -> list[str]:
    """Dotted keys, in the order of the reference, e.g. ``usage[1].segment``, ``broker``."""
    return [
        *(key for position, source in enumerate(settings.usage) for key in _of_usage(position, source)),
        *_set(settings, "", SETTINGS),
        *(["workers: celery"] if settings.workers == "celery" else []),
    ]


def _of_usage(position: int, source: UsageSource) -> Iterator[str]:
    if source.segment is not None:
        yield f"usage[{position}].segment"


def _set(model: BaseModel, path: str, keys: tuple[str, ...]) -> Iterator[str]:
    return (f"{path}.{key}".removeprefix(".") for key in keys if key in model.model_fields_set)
