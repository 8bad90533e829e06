"""The files that csbridge ships: they load, and the reference names every key."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from config_files import ENVIRON, settings_of
from pydantic import BaseModel

from adapters.records import RECORD_TYPES
from adapters.vocabulary import words_of
from config.checks import MAPPED_WORDS
from config.connections import HubspotConnection, SalesforceConnection
from config.document import parse_yaml
from config.loading import load
from config.maps import default_maps
from config.settings import Settings
from config.shipped import shipped, shipped_path

DESIGN_EXAMPLE = """\
store: sqlite:///csbridge.db                    # postgresql+psycopg://… when one machine is not enough
timezone: Europe/Berlin                         # days, "as of", digests
public_url: https://cs.example.com              # where webhooks and survey links reach us
connections:
  - name: sf
    crm: salesforce
    login_url: https://acme.my.salesforce.com
    auth: {flow: client_credentials, client_id: "${SF_CLIENT_ID}", client_secret: "${SF_CLIENT_SECRET}"}
    api_version: "60.0"
    webhook_secret: "${SF_HOOK}"
    quota: {daily_share: 0.5, reserve: 0.2}
    map:
      account: {fields: {arr: Annual_Contract_Value__c}, values: {status: {Customer: customer, Lost: churned}}}
      invoice: {object: Invoice__c, fields: {account: Account__c, due_on: Due__c, paid_on: Paid__c, amount: Amount__c}}
  - name: hs
    crm: hubspot
    base_url: https://api.hubapi.com
    auth: {flow: private_app, token: "${HS_TOKEN}"}
    webhook_secret: "${HS_CLIENT_SECRET}"
identity: {link: {sf: Ext_Id__c, hs: ext_id}, key: domain, prefer: [sf, hs]}
scope: all
usage:
  - file: usage.csv
    account_key: id
scorecards: [health, risk, expansion]
flags:
  {silent: {days: 21}, detractor: {days: 90}, escalated_ticket: {}, renewal_near: {days: 90}, payment_late: {days: 14}}
write: {fields: all, dry_run: false, min_change: 1, batch: largest, drift: repair}
own_fields: {health_score: {to: Existing_Score__c, adopt: false}}
schedule: {poll: 5m, reconcile: "02:30", overlap: 5m}
currency: {report: EUR, rates: {USD: 0.92}}
secret_key: "${CSBRIDGE_KEY}"
workers: embedded
"""


def shipped_files(folder: Any = None, path: str = "") -> Iterator[str]:
    for entry in (folder or shipped_path("")).iterdir():
        if entry.is_dir():
            yield from shipped_files(entry, f"{path}{entry.name}/")
        else:
            yield f"{path}{entry.name}"


@pytest.mark.parametrize("name", sorted(shipped_files()))
def test_every_shipped_file_is_yaml(name: str) -> None:
    assert name.endswith(".yml")
    assert shipped(name).data


def test_the_reference_loads() -> None:
    settings = load(Path(str(shipped_path("csbridge.yml"))), ENVIRON)
    assert settings.connection("sf").webhook_secret[0].get_secret_value() == ENVIRON["SF_HOOK"]


def test_the_example_of_the_design_loads(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, DESIGN_EXAMPLE)
    assert settings.scorecards == ["health", "risk", "expansion"]
    segment = DESIGN_EXAMPLE.replace("  - file: usage.csv", '  - segment: {write_key: "${SEGMENT_WRITE_KEY}"}')
    assert settings_of(tmp_path, segment).usage[0].segment is not None


def test_the_reference_names_every_key_of_every_model() -> None:
    data = shipped("csbridge.yml").data
    other_logins = [{"auth": auth} for _, auth in commented_logins()]
    reference = data | {"connections": [*data["connections"], *other_logins]}
    missing = [".".join(path) for path in keys_of(Settings) if not holds(reference, path)]
    assert missing == []


def commented_logins() -> list[tuple[str, dict[str, Any]]]:
    """(crm, auth) of every login that the reference shows as a comment."""
    found, crm = [], ""
    for line in shipped_path("csbridge.yml").read_text("utf-8").splitlines():
        crm = line.partition("crm:")[2].strip() or crm
        if line.strip().startswith("# auth:"):
            found.append((crm, parse_yaml(line.strip().removeprefix("# "), "line").data["auth"]))
    return found


@pytest.mark.parametrize(("crm", "auth"), commented_logins())
def test_every_login_of_the_reference_can_be_used(tmp_path: Path, crm: str, auth: dict[str, Any]) -> None:
    data = shipped("csbridge.yml").data
    connection = next(one for one in data["connections"] if one["crm"] == crm) | {"auth": auth}
    settings = Settings.model_validate(data | {"connections": [connection], "outbound": []})
    assert settings.crms[0].auth.flow == auth["flow"]


def test_the_reference_shows_every_login() -> None:
    shown = {auth["flow"] for _, auth in commented_logins()} | {"client_credentials", "private_app"}
    unions = (SalesforceConnection.model_fields["auth"], HubspotConnection.model_fields["auth"])
    flows = {get_args(login.model_fields["flow"].annotation)[0] for one in unions for login in get_args(one.annotation)}
    assert shown == flows


def keys_of(annotation: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of every key that a model takes; ``*`` for a key that the admin chooses, nothing for a list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            key = (*path, field.alias or name)
            yield key
            yield from keys_of(field.annotation, key)
    inner = (*path, "*") if get_origin(annotation) is Mapping else path
    for argument in get_args(annotation):
        yield from keys_of(argument, inner)


def holds(data: Any, path: Sequence[str]) -> bool:
    """Whether the path stands in the data, in any item of a list and under any key for ``*``."""
    if isinstance(data, list):
        return any(holds(item, path) for item in data)
    if not path:
        return True
    if not isinstance(data, dict):
        return False
    inside = data.values() if path[0] == "*" else [data[path[0]]] if path[0] in data else []
    return any(holds(item, path[1:]) for item in inside)


def test_a_key_that_the_reference_lacks_would_be_found() -> None:
    reference = shipped("csbridge.yml").data
    keys = set(keys_of(Settings))
    assert {("connections", "auth", "token"), ("connections", "map", "*", "object"), ("flags", "*", "days")} <= keys
    assert not holds(reference, ("connections", "client_id"))
    assert not holds(reference, ("flags", "*", "nonsense"))


@pytest.mark.parametrize("crm", ["salesforce", "hubspot"])
def test_the_shipped_maps_translate_into_canonical_words(crm: str) -> None:
    wrong = [
        (kind, field, word)
        for kind, items in default_maps(crm).items()
        for item in items
        for field, table in item.values.items()
        for word in table.values()
        if word not in MAPPED_WORDS.get((kind, field), (word,))
    ]
    assert wrong == []


def test_the_words_that_a_map_may_translate_into_are_those_of_the_records() -> None:
    """The records declare them above; config, which may not see those, names them for its check."""
    assert all(words_of(kind)[field] == known for (kind, field), known in MAPPED_WORDS.items())
    declared = {(kind, field) for kind in RECORD_TYPES for field in words_of(kind)}
    assert declared - MAPPED_WORDS.keys() == {("activity", "precision")}
