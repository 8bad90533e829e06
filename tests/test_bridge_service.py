"""A whole serving process in a thread: webhooks in, fields out, what the admin port tells, and a clean end."""

import logging
import re
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import fake_crm
import pytest
from fake_crm import FakeCrm
from test_adapters_salesforce_outbound_message import envelope, notification
from two_crms import TwoCrms, two_crms
from worlds import World

from adapters import registry
from adapters.errors import Retry, Unauthorized
from bridge.cli.provision import provisioned
from bridge.connecting import try_to_pin
from bridge.demo.setting import SECRET
from bridge.store import cursors
from bridge.store.engine import StoreFailed
from bridge.workers.public_port import receivers
from bridge.workers.service import serve_workspace
from bridge.workers.serving import Serving
from bridge.workspace import Workspace, open_workspace
from config.errors import ConfigError

Make = Callable[..., World]

SOON = 60.0
"""Seconds after which something that should come is called missing."""
OTHER_ORG = "00Dxx00000OTHER"


@contextmanager
def serving(workspace: Workspace) -> Iterator[Serving]:
    """``serve_workspace`` in a thread, on ports of the machine's choice, until the block ends; it must end cleanly."""
    ready, told, failed = threading.Event(), [], []

    def on_ready(started: Serving) -> None:
        told.append(started)
        ready.set()

    def run() -> None:
        try:
            serve_workspace(workspace, "127.0.0.1", 0, "127.0.0.1", 0, on_ready)
        except BaseException as exc:
            failed.append(exc)
            raise

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(SOON), failed
    try:
        yield told[0]
    finally:
        told[0].stop()
        thread.join(SOON)
        assert not thread.is_alive()
        assert failed == []


def asked(url: str, body: bytes | None = None) -> tuple[int, str]:
    """Status and text of a GET, or of a POST where there is a body."""
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, body, {"Content-Type": "text/xml"}), timeout=SOON
        ) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as exc:
        return exc.code, exc.read().decode()


def metric(text: str, name: str, **labels: str) -> float:
    """The sum over all series that have these labels."""
    wanted = [f'{label}="{value}"' for label, value in labels.items()]
    lines = [line for line in text.splitlines() if re.match(rf"csbridge_{name}[{{ ]", line)]
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if all(one in line for one in wanted))


def eventually(look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON
    while not look():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


# Against both sandbox CRMs


@dataclass(frozen=True)
class Served:
    crms: TwoCrms
    serving: Serving
    org: str

    def numbers(self) -> str:
        return asked(f"{self.serving.admin}/metrics")[1]

    def edit(self, name: str, **body: Any) -> list[int]:
        """What a person does in the CRM; the CRM tells of it by its own webhooks."""
        deliveries: list[int] = self.crms.asked(name, "edit", body)["deliveries"]
        return deliveries

    def delivered(self, name: str, numbers: list[int]) -> bool:
        states = {one["number"]: one["state"] for one in self.crms.asked(name, "events")}
        return all(states[number] == "delivered" for number in numbers)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Both sandboxes provisioned, served, and once read, scored and written."""
    with two_crms(tmp_path_factory.mktemp("served"), accounts=12) as crms:
        file = Path(crms.config)
        text = file.read_text("utf-8").replace("public_url: http://127.0.0.1:1\n", "identity: {key: null}\n")
        file.write_text(text, "utf-8")  # nobody is in both: what one CRM says is not overruled by the other
        before = open_workspace(file, crms.environ, crms.clock.now)
        provisioned(before, apply=True)
        with before.store.read() as db:
            org = cursors.pinned_org(db, "sf")
        before.close()
        workspace = open_workspace(file, crms.environ, crms.clock.now)
        with serving(workspace) as up:
            crms.crms["sf"].instruments.notifier.url = f"{up.public}/webhooks/sf/{SECRET}"
            crms.crms["hs"].instruments.notifier.url = f"{up.public}/webhooks/hs"
            found = Served(crms, up, org or "")
            eventually(
                lambda: all(metric(found.numbers(), "fields_written_total", connection=name) for name in crms.crms)
            )
            yield found
        workspace.close()


@pytest.mark.slow
def test_an_outbound_message_becomes_a_field(served: Served) -> None:
    flags = {id: own.get("CSB_Risk_Flags__c") or "" for (name, id), own in served.crms.held().items() if name == "sf"}
    account = next(id for id, raised in flags.items() if "escalated_ticket" not in raised)
    case = {"AccountId": account, "Subject": "It fails", "Status": "New", "IsEscalated": True}
    told = served.edit("sf", object="Case", fields=case)
    eventually(lambda: "escalated_ticket" in (served.crms.held()["sf", account].get("CSB_Risk_Flags__c") or ""))
    assert told
    assert served.delivered("sf", told)
    eventually(lambda: metric(served.numbers(), "event_to_field_seconds_count") >= 1)
    assert metric(served.numbers(), "webhook_deliveries_total", connection="sf") >= 1


@pytest.mark.slow
def test_a_signed_event_becomes_a_field(served: Served) -> None:
    flags = {id: own.get("csb_risk_flags") or "" for (name, id), own in served.crms.held().items() if name == "hs"}
    company = next(id for id, raised in flags.items() if "renewal_near" not in raised)
    soon = served.crms.clock.now().date() + timedelta(days=9)
    told = served.edit("hs", object="companies", id=company, fields={"renewal_date": soon.isoformat()})
    eventually(lambda: "renewal_near" in (served.crms.held()["hs", company].get("csb_risk_flags") or ""))
    assert told
    assert served.delivered("hs", told)
    assert metric(served.numbers(), "webhook_deliveries_total", connection="hs") >= 1


@pytest.mark.slow
def test_the_admin_port_tells_how_things_are(served: Served) -> None:
    status, text = asked(f"{served.serving.admin}/readyz")
    assert status == 200
    assert '"ready":true' in text.replace(" ", "")
    assert re.search(r'"last_read": ?"\d{4}-', text)
    numbers = served.numbers()
    for name in ("sf", "hs"):
        assert metric(numbers, "records_read_total", connection=name, kind="account") >= 12
        assert metric(numbers, "api_calls_total", connection=name, purpose="write") >= 1
    assert metric(numbers, "decisions_total", purpose="health") > 0
    assert metric(numbers, "job_runs_total", outcome="broken") == 0
    assert asked(f"{served.serving.public}/metrics")[0] == 404


@pytest.mark.slow
@pytest.mark.parametrize("strange", [True, False])
def test_an_outbound_message_of_another_org_is_not_accepted(served: Served, strange: bool) -> None:
    body = envelope(notification("Account", "001xx000003DGb0AAG"), org=OTHER_ORG if strange else served.org)
    status, text = asked(f"{served.serving.public}/webhooks/sf/{SECRET}", body)
    assert (status, "<Ack>true</Ack>" in text) == ((401, False) if strange else (200, True))


@pytest.mark.slow
def test_another_process_cannot_serve_the_same_store(served: Served) -> None:
    workspace = open_workspace(Path(served.crms.config), served.crms.environ, served.crms.clock.now)
    with pytest.raises(StoreFailed, match="another csbridge serve works on this store already"):
        serve_workspace(workspace, "127.0.0.1", 0, "127.0.0.1", 0)
    workspace.close()


# Against fakes: how it begins and ends


def connections(*names: str) -> list[dict[str, object]]:
    auth = {"flow": "private_app", "token": "t"}
    return [{"name": name, "crm": "hubspot", "auth": auth, "webhook_secret": "hook"} for name in names]


@pytest.fixture
def two(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> World:
    """Two connections, opened through the registry; ``world.crm`` is ``sf``, the other one ``ORGS["hs"]``."""
    world = make_world(connections=connections("hs", "sf"))
    other = FakeCrm(world.clock, connection="hs", org_id="org-hs")
    other.provision_all(list(world.workspace.fields.values()))
    monkeypatch.setitem(registry.ADAPTERS, "hubspot", "fake_crm:open_connection")  # type: ignore[arg-type]
    monkeypatch.setitem(fake_crm.ORGS, "sf", world.crm)
    monkeypatch.setitem(fake_crm.ORGS, "hs", other)
    return world


def pinned(world: World) -> dict[str, str | None]:
    with world.workspace.store.read() as db:
        return {name: cursors.pinned_org(db, name) for name in ("hs", "sf")}


@pytest.mark.parametrize("error", [Retry("no route"), Unauthorized("expired", status=401), ConfigError([])])
def test_a_crm_that_is_away_does_not_keep_the_other_from_being_pinned(
    two: World, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    fake_crm.ORGS["hs"].fail("identify", error)
    with caplog.at_level(logging.WARNING):
        try_to_pin(two.workspace.of_its_own())
    assert pinned(two) == {"hs": None, "sf": "org-1"}
    assert "hs: its org is not known yet" in caplog.text
    try_to_pin(two.workspace.of_its_own())
    assert pinned(two) == {"hs": "org-hs", "sf": "org-1"}


def test_every_connection_receives_with_its_secrets(two: World) -> None:
    found = receivers(two.workspace)
    assert {name: (one.connection, list(one.secrets)) for name, one in found.items()} == {
        "hs": ("hs", ["hook"]), "sf": ("sf", ["hook"]),
    }  # fmt: skip


def test_it_serves_although_a_crm_is_away_and_ends_cleanly(two: World) -> None:
    two.account("1")
    fake_crm.ORGS["hs"].fail("identify", *[Retry("no route")] * 50)
    before = set(threading.enumerate())
    with serving(two.workspace) as up:
        eventually(lambda: bool(two.crm.own.get("1", {}).get("health_band")))
        assert asked(f"{up.admin}/readyz")[0] == 200
        assert asked(f"{up.public}/healthz")[0] == 200
        working = {thread.name: thread for thread in set(threading.enumerate()) - before}
    assert not working["worker"].is_alive()
    assert not working["poller"].is_alive()
    for url in (up.public, up.admin):
        with pytest.raises(urllib.error.URLError):
            asked(url)
    with serving(two.workspace) as again:
        assert asked(f"{again.public}/healthz")[0] == 200
