"""Opening a connection by the name of its CRM."""

import sys
from importlib.metadata import EntryPoint
from typing import Any

import pytest
from fake_salesforce import connection, context

from adapters import registry
from adapters.registry import ADAPTERS, open_adapter
from config.connections import PLUGINS, ConnectionSettings
from config.errors import ConfigError


class Unheard(ConnectionSettings):
    crm: str = "unheard"


def test_opening_imports_the_package_and_makes_no_call() -> None:
    opened = open_adapter(connection(), context())
    assert (opened.connection, sum(opened.calls.made.values())) == ("sf", 0)
    assert "adapters.salesforce.adapter" in sys.modules
    opened.close()


def test_an_unknown_crm_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"unheard[\s\S]*hubspot, salesforce"):
        open_adapter(Unheard(name="x"), context())


def test_a_third_party_adds_one_by_an_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("unheard", "adapters.salesforce.adapter:open_connection", PLUGINS)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point] if group == PLUGINS else [])
    made: list[Any] = []
    monkeypatch.setattr("adapters.salesforce.adapter.open_connection", lambda *given: made.append(given))
    settings = Unheard(name="x")
    open_adapter(settings, context())
    assert made[0][0] is settings


def test_one_that_cannot_be_loaded_is_a_configuration_error(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("unheard", "adapters.nowhere:open_connection", PLUGINS)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    with pytest.raises(ConfigError, match="cannot be loaded"):
        open_adapter(Unheard(name="x"), context())


def test_every_line_of_the_registry_names_a_module_and_a_factory() -> None:
    assert all(target.count(":") == 1 for target in ADAPTERS.values())
