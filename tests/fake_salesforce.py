"""The wire of a Salesforce org for tests of the adapter: canned answers by the ``responses`` library, and builders."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
import responses

from adapters.registry import Context
from adapters.retrying import Patience
from adapters.salesforce.adapter import SalesforceAdapter, open_connection
from config.connections import SalesforceConnection
from config.fields import OwnField

LOGIN = "https://acme.my.salesforce.com"
INSTANCE = "https://acme--one.my.salesforce.com"
DATA = f"{INSTANCE}/services/data/v60.0"
TOKEN = f"{LOGIN}/services/oauth2/token"
ORG, USER = "00Dxx0000001gPFEAY", "005xx000001SwiUAAS"
NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
HTTP_NOW = "Fri, 01 May 2026 12:00:00 GMT"
HEADERS = {"Date": HTTP_NOW, "Sforce-Limit-Info": "api-usage=18/5000"}

OWN = (
    OwnField("health_score", "CS Health Score", "number", precision=4, scale=1, core=True),
    OwnField("health_band", "CS Health Band", "picklist", options=("green", "yellow", "red", "unknown")),
    OwnField("risk_flags", "CS Risk Flags", "multi_picklist", options=("silent", "detractor")),
    OwnField("risk_since", "CS Risk Since", "date"),
    OwnField("scored_at", "CS Scored At", "datetime"),
    OwnField("health_reasons", "CS Health Reasons", "text", length=255),
    OwnField("nps", "CS NPS", "number", precision=3),
    OwnField("pulse", "CS Pulse", "picklist", options=("green", "yellow", "red"), written=False),
    OwnField("pulse_until", "CS Pulse Until", "date", written=False),
)


class Sleeps:
    """Remembers the waits instead of waiting."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)


def connection(**changes: Any) -> SalesforceConnection:
    auth = {"flow": "client_credentials", "client_id": "key", "client_secret": "hush-hush"}
    facts: dict[str, Any] = {"name": "sf", "crm": "salesforce", "login_url": LOGIN, "auth": auth}
    return SalesforceConnection.model_validate({**facts, **changes})


def context(sleeps: Sleeps | None = None, **changes: Any) -> Context:
    facts: dict[str, Any] = {
        "own": OWN,
        "clock": lambda: NOW,
        "overlap": timedelta(minutes=5),
        "patience": Patience(sleep=sleeps or Sleeps()),
    }
    return Context(**{**facts, **changes})


def adapter(*, sleeps: Sleeps | None = None, own: tuple[OwnField, ...] = OWN, **changes: Any) -> SalesforceAdapter:
    return open_connection(connection(**changes), context(sleeps, own=own))


def token(mock: responses.RequestsMock, access: str = "00Dxx!one", **changes: Any) -> None:
    answer = {
        "access_token": access, "instance_url": INSTANCE, "id": f"https://login.salesforce.com/id/{ORG}/{USER}",
        "token_type": "Bearer", "issued_at": "1777636800000",
    }  # fmt: skip
    mock.post(TOKEN, json={**answer, **changes})


def describe(mock: responses.RequestsMock, name: str, fields: Iterable[str | Mapping[str, Any]], **kwargs: Any) -> None:
    rows = [{"name": field, "type": "string"} if isinstance(field, str) else field for field in fields]
    answer = {"name": name, "keyPrefix": PREFIXES.get(name, ""), "fields": rows}
    mock.get(f"{DATA}/sobjects/{name}/describe", json=answer, headers=HEADERS, **kwargs)


def composite(mock: responses.RequestsMock) -> None:
    """The composite resource: each part is answered as if it had come alone; what is not mocked is not there."""

    def answer(request: Any) -> tuple[int, dict[str, str], str]:
        parts = json.loads(request.body)["compositeRequest"]
        return 200, HEADERS, json.dumps({"compositeResponse": [_part(part) for part in parts]})

    mock.add_callback("POST", f"{DATA}/composite", callback=answer)


def _part(part: Mapping[str, str]) -> dict[str, Any]:
    if "/query/" in part["url"]:  # the org does not tell its currency
        return {"referenceId": part["referenceId"], "httpStatusCode": 400, "body": error("INVALID_FIELD")}
    try:
        reply = requests.get(INSTANCE + part["url"], timeout=1)
    except requests.ConnectionError:
        return {"referenceId": part["referenceId"], "httpStatusCode": 404, "body": error("NOT_FOUND")}
    return {"referenceId": part["referenceId"], "httpStatusCode": reply.status_code, "body": reply.json()}


PREFIXES = {
    "Account": "001",
    "Contact": "003",
    "Opportunity": "006",
    "Case": "500",
    "Task": "00T",
    "Event": "00U",
    "User": "005",
}


def own_rows(names: Iterable[str], **changes: Any) -> list[dict[str, Any]]:
    """Describe's rows of own fields, as they are right after provisioning."""
    by_name = {field.name: field for field in OWN}
    types = {"number": "double", "text": "string", "multi_picklist": "multipicklist"}
    return [
        {
            "name": "CSB_" + "_".join(part.capitalize() for part in name.split("_")) + "__c",
            "type": types.get(by_name[name].type, by_name[name].type),
            "updateable": True,
            "precision": by_name[name].precision,
            "scale": by_name[name].scale,
            "length": by_name[name].length,
            "picklistValues": [{"value": option, "active": True} for option in by_name[name].options],
            **changes,
        }
        for name in names
    ]


def error(code: str, message: str = "said the vendor") -> list[dict[str, Any]]:
    return [{"errorCode": code, "message": message}]


def soql(call: Any) -> str:
    """The query of a recorded request."""
    return str(call.request.params["q"])


def account_id(number: int) -> str:
    return f"001xx{number:010d}AAA"


def account_row(number: int, stamp: str = "2026-04-01T08:00:00.000+0000", **fields: Any) -> dict[str, Any]:
    row = {"attributes": {"type": "Account"}, "Id": account_id(number), "SystemModstamp": stamp, "IsDeleted": False}
    return {**row, "Name": f"Company {number}", **fields}


def page(rows: list[dict[str, Any]], following: str | None = None) -> dict[str, Any]:
    more = {"nextRecordsUrl": f"/services/data/v60.0/query/{following}"} if following else {}
    return {"totalSize": len(rows), "done": following is None, "records": rows, **more}
