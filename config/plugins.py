"""What an installed package says of its own connection keys: its model, met with what the admin wrote."""

from typing import TypeVar

from pydantic import ValidationError

from config.connections import ConnectionSettings, PluginConnection
from config.errors import ConfigError, Problem

Own = TypeVar("Own", bound=ConnectionSettings)


def checked(connection: PluginConnection, model: type[Own]) -> Own:
    """The connection as the package's own model. Raises ConfigError with every problem; no value is quoted."""
    try:
        return model.model_validate(connection.model_dump())
    except ValidationError as exc:
        where = f"connections.{connection.name}"
        errors = exc.errors(include_input=False, include_url=False, include_context=False)
        raise ConfigError([Problem(".".join([where, *map(str, one["loc"])]), one["msg"]) for one in errors]) from None
