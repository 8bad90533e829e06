"""Small workspaces for the tests of config: text in, settings or problems out."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from config.errors import ConfigError, Problem
from config.loading import load
from config.settings import Settings

ENVIRON: Mapping[str, str] = {
    name: f"secret-of-{name.lower()}"
    for name in (
        "SF_CLIENT_ID",
        "SF_CLIENT_SECRET",
        "SF_HOOK",
        "HS_TOKEN",
        "HS_CLIENT_SECRET",
        "CSBRIDGE_KEY",
        "SEGMENT_WRITE_KEY",
        "DELIGHTED_SECRET",
    )
} | {"OUTBOUND_SECRET": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}

CONNECTIONS = """\
connections:
  - name: sf
    crm: salesforce
    login_url: https://acme.my.salesforce.com
    auth: {flow: client_credentials, client_id: "${SF_CLIENT_ID}", client_secret: "${SF_CLIENT_SECRET}"}
  - name: hs
    crm: hubspot
    auth: {flow: private_app, token: "${HS_TOKEN}"}
"""


def settings_of(folder: Path, text: str, environ: Mapping[str, str] = ENVIRON) -> Settings:
    path = folder / "csbridge.yml"
    path.write_text(text, encoding="utf-8")
    return load(path, environ)


def problems_of(folder: Path, text: str, environ: Mapping[str, str] = ENVIRON) -> dict[str, Problem]:
    """The problems by where they are."""
    with pytest.raises(ConfigError) as caught:
        settings_of(folder, text, environ)
    return {problem.where: problem for problem in caught.value.problems}
