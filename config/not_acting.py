"""Keys that are accepted but do not act yet in this release, so that ``doctor`` can say so.

Owns the list. Only what the admin wrote counts: a default that does not act misleads nobody.
"""

from collections.abc import Iterator
from typing import Final

from pydantic import BaseModel

from config.settings import Settings

SETTINGS: Final = ("broker",)


def not_acting(settings: Settings) -> list[str]:
    """Dotted keys, in the order of the reference, e.g. ``broker``."""
    return [
        *_set(settings, "", SETTINGS),
        *(["workers: celery"] if settings.workers == "celery" else []),
    ]


def _set(model: BaseModel, path: str, keys: tuple[str, ...]) -> Iterator[str]:
    return (f"{path}.{key}".removeprefix(".") for key in keys if key in model.model_fields_set)
