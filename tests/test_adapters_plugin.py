"""A third party adds a CRM by one package and an entry point: nothing of csbridge is changed for it."""

from pathlib import Path

import pytest
from config_files import settings_of

from adapters.registry import Context, open_adapter
from config.errors import ConfigError

PACKAGE = """
from typing import Literal

from adapters.contract import Calls
from config.connections import ConnectionSettings, PluginConnection
from config.plugins import checked
from config.values import Secret


class AcmeConnection(ConnectionSettings):
    crm: Literal["acme"]
    shelf: int
    key: Secret


class AcmeAdapter:
    def __init__(self, settings, context):
        self.connection, self.shelf, self.calls = settings.name, settings.shelf, Calls(budget=context.budget)


def open_connection(connection: PluginConnection, context):
    return AcmeAdapter(checked(connection, AcmeConnection), context)
"""


@pytest.fixture
def _installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A distribution as pip would leave it behind."""
    (tmp_path / "acme_csbridge.py").write_text(PACKAGE)
    about = tmp_path / "acme_csbridge-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-csbridge\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[csbridge.adapters]\nacme = acme_csbridge:open_connection\n")
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.usefixtures("_installed")
def test_a_package_serves_its_crm_with_its_own_keys(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, "connections:\n  - {name: shop, crm: acme, shelf: 3, key: hidden, timeout: 5s}\n")
    opened = open_adapter(settings.crms[0], Context())
    assert (opened.connection, opened.shelf) == ("shop", 3)  # type: ignore[attr-defined]
    assert "hidden" not in repr(settings)


@pytest.mark.usefixtures("_installed")
def test_a_packages_own_keys_are_checked_by_its_own_model(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, "connections:\n  - {name: shop, crm: acme, shelf: many, key: hidden}\n")
    with pytest.raises(ConfigError, match=r"connections\.shop\.shelf") as caught:
        open_adapter(settings.crms[0], Context())
    assert "hidden" not in str(caught.value)


def test_a_crm_that_nobody_serves_is_named_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"connections\[0\]\.crm[\s\S]*did you mean salesforce"):
        settings_of(tmp_path, "connections:\n  - {name: shop, crm: salesfroce}\n")
