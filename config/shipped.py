"""The YAML files that csbridge brings along (``config/defaults``): found inside the installed package.

Owns where they are; must not know what any of them says.
"""

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from config.document import Document, parse_yaml


@cache
def shipped(name: str) -> Document:
    """One of them, by its path under ``config/defaults``, e.g. ``maps/hubspot.yml``; FileNotFoundError for others."""
    return parse_yaml(shipped_text(name), name)


def shipped_text(name: str) -> str:
    return shipped_path(name).read_text("utf-8")


def shipped_path(name: str) -> Traversable:
    return files("config").joinpath("defaults", *name.split("/"))
