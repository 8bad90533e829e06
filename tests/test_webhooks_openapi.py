"""The public port as its own description says it is: no request that can be thought of makes it fail."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from bridge.clock import SystemClock
from bridge.workers.public_port import public_app
from bridge.workspace import Workspace, open_workspace
from webhooks.description import description

WORKSPACE = """\
public_url: http://127.0.0.1:1
connections:
  - {name: book, crm: csv, folder: data}
  - name: hs
    crm: hubspot
    auth: {flow: private_app, token: pat-na1-x}
    webhook_secret: hush
  - name: sf
    crm: salesforce
    login_url: https://acme.my.salesforce.com
    auth: {flow: client_credentials, client_id: x, client_secret: y}
    webhook_secret: hush
  - {name: delighted, crm: delighted, webhook_secret: hush}
  - {name: typeform, crm: typeform, webhook_secret: hush}
  - {name: surveymonkey, crm: surveymonkey, webhook_secret: hush}
  - {name: form, crm: form, webhook_secret: hush}
  - {name: stripe, crm: stripe, webhook_secret: hush}
  - {name: standard, crm: standard_webhooks, webhook_secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw}
usage:
  - {segment: {write_key: key}}
"""


@dataclass(frozen=True)
class Port:
    app: Flask
    workspace: Workspace


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Port]:
    folder: Path = tmp_path_factory.mktemp("openapi")
    (folder / "data").mkdir()
    (folder / "data" / "accounts.csv").write_text("id,name\n1,One\n", "utf-8")
    (folder / "csbridge.yml").write_text(WORKSPACE, "utf-8")
    workspace = open_workspace(folder / "csbridge.yml", {}, SystemClock().now)
    yield Port(public_app(workspace), workspace)
    workspace.close()


@pytest.fixture(scope="module")
def described(port: Port) -> Any:
    return schemathesis.openapi.from_wsgi("/openapi.json", _with_description(port.app))


def _with_description(app: Flask) -> Flask:
    app.add_url_rule("/openapi.json", "openapi", lambda: dict(description()))
    return app


CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OPERATIONS = [
    (path, method) for path, item in description()["paths"].items() for method in item if method in ("get", "post")
]


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_no_request_makes_the_public_port_fail(described: Any, path: str, method: str) -> None:
    @given(case=described[path][method].as_strategy())
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    def holds(case: Any) -> None:
        case.call_and_validate(checks=CHECKS)

    holds()


def test_every_route_of_the_public_port_is_described(port: Port) -> None:
    told = {path.replace("{", "<").replace("}", ">") for path in description()["paths"]}
    rules = {rule.rule.replace("<path:", "<") for rule in port.app.url_map.iter_rules() if rule.rule != "/openapi.json"}
    assert rules == told
