"""A sandbox portal in this process, asked through Flask's test client: no socket, no thread."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask.testing import FlaskClient

from adapters.sandbox.clock import SandboxClock
from adapters.sandbox.generator import generate
from adapters.sandbox.serve import assemble
from adapters.sandbox.vendor import Instruments

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TOKEN = {"Authorization": "Bearer pat-na1-sandbox"}
FIRST_COMPANY = 10_000_000_001
FIRST_CONTACT = 20_000_000_001


@dataclass(frozen=True, slots=True)
class Portal:
    """Calls return (status, JSON)."""

    client: FlaskClient
    instruments: Instruments

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, Any]:
        answer = self.client.open(path, method=method, json=body, query_string=query, headers=TOKEN)
        return answer.status_code, answer.get_json(silent=True)

    def search(self, kind: str, filters: list[dict[str, Any]] | None = None, **more: Any) -> tuple[int, Any]:
        groups = [{"filters": filters}] if filters else []
        return self.call("POST", f"/crm/v3/objects/{kind}/search", {"filterGroups": groups, **more})

    def add_property(self, **facts: Any) -> tuple[int, Any]:
        base = {"label": "A field", "type": "number", "fieldType": "number", "groupName": "companyinformation"}
        return self.call("POST", "/crm/v3/properties/companies", {**base, **facts})

    def update(self, *inputs: Mapping[str, Any]) -> tuple[int, Any]:
        return self.call("POST", "/crm/v3/objects/companies/batch/update", {"inputs": list(inputs)})


def portal(accounts: int = 12, history: bool = False, ticks: Any = None, **options: Any) -> Portal:
    clock = SandboxClock(NOW, ticks or (lambda: 0.0))
    world = generate(accounts, 1, NOW, history)
    vendor, instruments = assemble(
        "hubspot", world, clock=clock, options={"rate_limit": 0, "search_limit": 0} | options
    )
    return Portal(vendor.app.test_client(), instruments)
