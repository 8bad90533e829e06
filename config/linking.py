"""The field of each connection that holds a common id (``identity.link``), read without being mapped by the admin."""

from typing import Final, TypeVar

from config.connections import ConnectionSettings, KindMap
from config.settings import Settings

PREFIX: Final = "link:"

AnyConnection = TypeVar("AnyConnection", bound=ConnectionSettings)


def link_name(field: str) -> str:
    """The name under which it arrives in an account's ``extra``: no name of ours, and none that a rule can hold."""
    return PREFIX + field


def linked_field(name: str) -> str | None:
    """The vendor field behind such a name; None for any other name."""
    return name.removeprefix(PREFIX) if name.startswith(PREFIX) else None


def with_link(connection: AnyConnection, settings: Settings) -> AnyConnection:
    """The connection with its link field mapped, where it has one."""
    field = settings.identity.link.get(connection.name)
    if not field:
        return connection
    account = connection.map.get("account", KindMap())
    fields = {**account.fields, link_name(field): field}
    return connection.model_copy(
        update={"map": {**connection.map, "account": account.model_copy(update={"fields": fields})}}
    )
