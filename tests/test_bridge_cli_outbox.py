"""``csbridge outbox`` and the end of ``run``: what endpoints were told, and what is to be mended."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import fake_crm
import pytest
from click.testing import CliRunner, Result
from fake_crm import FakeCrm
from receiver import SECRET, Receiver, receiving
from worlds import START

from adapters import registry
from bridge.cli import outbox, outbox_text
from bridge.cli.main import main
from bridge.clock import MovableClock

CONFIG = """\
connections:
  - {name: sf, crm: hubspot, auth: {flow: private_app, token: t}}
outbound:
  - {name: warehouse, url: "%s", secret: "${OUTBOUND_SECRET}", allow_private: true, events: flag.raised}
"""


@dataclass
class Shop:
    """A workspace folder with one CRM and one endpoint, handled from the command line only."""

    folder: Path
    crm: FakeCrm
    receiver: Receiver

    def run(self, *words: str) -> Result:
        """A command, a minute after the one before."""
        now = self.crm.clock.move(timedelta(minutes=1)).isoformat()
        environ = {"CSBRIDGE_CLOCK": now, "OUTBOUND_SECRET": SECRET}
        return CliRunner(env=environ).invoke(main, ["-c", str(self.folder / "csbridge.yml"), *words])

    def data(self, *words: str, code: int = 0) -> Any:
        result = self.run(*words, "--json")
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    def escalate(self, id: str) -> None:
        now = self.crm.clock.now()
        self.crm.put("ticket", f"t{id}", account=id, status="open", opened_at=now, escalated=True)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, _empty_sqlite: Path) -> Iterator[Shop]:
    (tmp_path / "csbridge.db").write_bytes(_empty_sqlite.read_bytes())
    crm = FakeCrm(MovableClock(START))
    monkeypatch.setitem(registry.ADAPTERS, "hubspot", "fake_crm:open_connection")  # type: ignore[arg-type]
    monkeypatch.setitem(fake_crm.ORGS, "sf", crm)
    with receiving() as receiver:
        (tmp_path / "csbridge.yml").write_text(CONFIG % receiver.url, "utf-8")
        found = Shop(tmp_path, crm, receiver)
        for id in ("1", "2"):
            crm.put("account", id, name=f"Account {id}", status="customer")
            crm.put("ticket", f"t{id}", account=id, status="closed", opened_at=START - timedelta(days=9))
        assert found.run("provision", "--apply").exit_code == 0
        assert found.run("run").exit_code == 0
        yield found


def test_run_tells_what_is_new_at_its_end(shop: Shop) -> None:
    assert shop.receiver.got == []
    shop.escalate("1")
    ended = shop.run("run")
    assert ended.exit_code == 0
    assert ended.output.rstrip().endswith("warehouse: 1 notification delivered")
    (got,) = shop.receiver.take()
    assert got.is_signed()
    assert got.json["data"]["customer"]["records"] == ["sf:1"]
    assert shop.data("run")["outbound"]["warehouse"]["delivered"] == 0
    assert shop.receiver.got == []


def test_what_was_not_delivered_is_listed_and_sent_again(shop: Shop) -> None:
    shop.receiver.answer(500, 410)
    shop.escalate("1")
    assert shop.data("run", code=1)["outbound"]["warehouse"] == {
        "delivered": 0, "failed": 1, "state": "failing", "waiting": 1, "parked": 0,
    }  # fmt: skip
    listed = shop.run("outbox", "list").output
    assert "failing  warehouse  127.0.0.1, standard: 1 waiting, 0 parked; since 2026-03-02" in listed
    assert "flag.raised, 1 failed try, next" in listed
    assert "secret-path" not in listed
    assert shop.data("outbox", "send", code=1)["outbound"]["warehouse"]["state"] == "disabled"
    ended = shop.run("run")
    assert ended.output.rstrip().endswith("0 notifications delivered, disabled; csbridge outbox list says why")
    assert ended.exit_code == 1
    (row,) = shop.data("outbox", "list")["endpoints"]
    assert (row["state"], row["cause"]) == ("disabled", "410: the receiver wants no more events")
    doctor = shop.run("doctor")
    assert doctor.exit_code != 0
    assert "csbridge outbox retry warehouse" in doctor.output
    assert shop.data("outbox", "retry", "warehouse") == {"retry": ["warehouse"], "notifications": 1}
    ids = {one.id for one in shop.receiver.take()}
    ended = shop.run("outbox", "send")
    assert (ended.output, ended.exit_code) == ("warehouse: 1 notification delivered\n", 0)
    assert {one.id for one in shop.receiver.take()} == ids
    assert shop.data("outbox", "list")["notifications"] == []


def test_an_endpoint_that_rests_after_a_failure_is_not_taken_for_a_well_one(shop: Shop) -> None:
    shop.receiver.otherwise = (500, {}, b"")
    shop.escalate("1")
    assert "then an attempt failed" in shop.run("run").output
    assert "then an attempt failed" in shop.run("outbox", "send").output
    shop.crm.clock.move(timedelta(seconds=-50))
    resting = shop.run("outbox", "send")
    assert (resting.exit_code, "it failed before, and rests" in resting.output) == (1, True), resting.output


@pytest.mark.parametrize(
    ("state", "failed", "parked", "code", "said"),
    [
        ("well", 0, 0, 0, "3 notifications delivered"),
        ("well", 0, 1, 1, "3 notifications delivered, 1 parked; csbridge outbox list says why"),
        ("failing", 1, 0, 1, "3 notifications delivered, then an attempt failed; csbridge outbox list says why"),
        ("failing", 0, 2, 1, "3 notifications delivered, it failed before, and rests; csbridge outbox list says why"),
        ("disabled", 1, 0, 1, "3 notifications delivered, disabled; csbridge outbox list says why"),
    ],
)
def test_the_code_and_the_words_for_a_round(state: str, failed: int, parked: int, code: int, said: str) -> None:
    data = {"warehouse": {"delivered": 3, "failed": failed, "state": state, "waiting": failed, "parked": parked}}
    assert (outbox.code_of(data), outbox_text.sent(data)) == (code, f"warehouse: {said}")


def test_notifications_can_be_given_up_one_by_one(shop: Shop) -> None:
    shop.receiver.answer(500)
    shop.escalate("1")
    shop.escalate("2")
    shop.run("run")
    first, second = (row["notification"] for row in shop.data("outbox", "list")["notifications"])
    assert shop.run("outbox", "drop", first).output == "drop: 1 notification\n"
    assert [row["notification"] for row in shop.data("outbox", "list")["notifications"]] == [second]
    assert shop.data("outbox", "drop", first, "nobody", "sf:account:9", code=2)["missing"] == [
        "sf:account:9", "nobody", first,
    ]  # fmt: skip


def test_without_endpoints_there_is_nothing_to_send(shop: Shop) -> None:
    (shop.folder / "csbridge.yml").write_text(CONFIG.partition("outbound")[0], "utf-8")
    assert "there are no endpoints" in shop.run("outbox", "send").output
    assert "outbound" not in shop.data("run")
