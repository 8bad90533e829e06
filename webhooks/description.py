"""The OpenAPI description of the public port: a file in this package, shown on the admin port as ``/openapi.json``."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML


@cache
def description() -> Mapping[str, Any]:
    text = files("webhooks").joinpath("openapi.yml").read_text("utf-8")
    found: Mapping[str, Any] = YAML(typ="safe").load(text)
    return found
