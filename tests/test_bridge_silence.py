"""Both CRMs tell by webhook of every change that csbridge makes: the system falls silent all the same."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from test_bridge_service import asked, metric, serving
from two_crms import TwoCrms, two_crms

from bridge.cli.provision import provisioned
from bridge.demo.setting import SECRET
from bridge.store import inbox
from bridge.store.schema import affected
from bridge.workers.serving import Serving
from bridge.workspace import Workspace, open_workspace
from webhooks.writeback.entry import standing

QUIET = 1.5
"""Seconds without a call, a write or a delivery while nothing is on its way: longer than a thread takes to wake."""
PATIENCE = 90.0
ECHO = {"echo_api_writes": True}
OBJECTS = {"sf": "Account", "hs": "companies"}


@dataclass(frozen=True)
class Count:
    """What happened at one CRM since it began."""

    calls: int
    writes: int
    """Of records, each counted."""
    told: int
    """Deliveries."""
    settled: bool

    def since(self, before: "Count") -> "Count":
        return Count(self.calls - before.calls, self.writes - before.writes, self.told - before.told, self.settled)


@dataclass(frozen=True)
class Echoing:
    crms: TwoCrms
    serving: Serving
    workspace: Workspace

    def busy(self) -> bool:
        """Whether a delivery, a customer whom it affects, or a field of theirs has not been acted on yet."""
        with self.workspace.store.read() as db:
            undecided = select(affected.c.customer_id).where(affected.c.since.is_not(None))
            if inbox.depth(db)["waiting"] or db.execute(undecided).first():
                return True
        ledger = self.workspace.ledger
        entries = (entry for name in self.crms.crms for entry in ledger.entries(name))
        return any(standing(entry, ledger.fields) != "quiet" for entry in entries)

    def count(self) -> dict[str, Count]:
        found = {}
        for name in self.crms.crms:
            told = self.crms.asked(name, "events")
            calls = sum(self.crms.asked(name, "stats")["calls"].values())
            settled = all(one["state"] == "delivered" for one in told)
            found[name] = Count(calls, len(self.crms.writes(name)), len(told), settled)
        return found

    def quiet(self) -> dict[str, Count]:
        """What was counted once nothing moved any more. However long it takes, it must come."""
        deadline, since, last = time.monotonic() + PATIENCE, time.monotonic(), self.count()
        while time.monotonic() - since < QUIET or self.busy() or not all(one.settled for one in last.values()):
            assert time.monotonic() < deadline, f"it does not fall silent: {last}"
            time.sleep(0.1)
            if (now := self.count()) != last:
                since, last = time.monotonic(), now
        return last

    def edit(self, name: str, **body: Any) -> None:
        self.crms.asked(name, "edit", body)

    def raised(self, name: str, account: str, own: str) -> bool:
        return "renewal_near" in (self.crms.held()[name, account].get(own) or "")

    def rejected(self) -> float:
        return metric(asked(f"{self.serving.admin}/metrics")[1], "webhook_deliveries_total", outcome="rejected")


def eventually(look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def echoing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Echoing]:
    """Served, and once read, scored, written and echoed."""
    folder = tmp_path_factory.mktemp("echoing")
    with two_crms(folder, accounts=12, hubspot={**ECHO, "rate_limit": 0}, salesforce=ECHO) as crms:
        file = Path(crms.config)
        text = file.read_text("utf-8").replace("public_url: http://127.0.0.1:1\n", "identity: {key: null}\n")
        file.write_text(text, "utf-8")  # nobody is in both: what one CRM says is not overruled by the other
        before = open_workspace(file, crms.environ, crms.clock.now)
        provisioned(before, apply=True)
        before.close()
        workspace = open_workspace(file, crms.environ, crms.clock.now)
        with serving(workspace) as up:
            crms.crms["sf"].instruments.notifier.url = f"{up.public}/webhooks/sf/{SECRET}"
            crms.crms["hs"].instruments.notifier.url = f"{up.public}/webhooks/hs"
            found = Echoing(crms, up, workspace)
            eventually(lambda: all(one.writes for one in found.count().values()))
            yield found
        workspace.close()


@pytest.mark.slow
def test_after_the_whole_book_was_written_and_echoed_it_is_still(echoing: Echoing) -> None:
    for name, count in echoing.quiet().items():
        written = [write["id"] for write in echoing.crms.writes(name)]
        assert count.told > 0, "the CRM told of what we wrote"
        assert len(written) == len(set(written)), "and nothing was written again for that"
    assert echoing.rejected() == 0


@pytest.mark.slow
def test_a_persons_change_is_answered_once_and_the_echo_not_at_all(echoing: Echoing) -> None:
    before = echoing.quiet()
    flags = {
        "sf": ("CSB_Risk_Flags__c", "Renewal_Date__c"),
        "hs": ("csb_risk_flags", "renewal_date"),
    }
    soon = (echoing.crms.clock.now().date() + timedelta(days=9)).isoformat()
    for name, (own, field) in flags.items():
        held = {id: fields.get(own) or "" for (crm, id), fields in echoing.crms.held().items() if crm == name}
        account = next(id for id, raised in held.items() if "renewal_near" not in raised)
        echoing.edit(name, object=OBJECTS[name], id=account, fields={field: soon})
        eventually(partial(echoing.raised, name, account, own))
    after = {name: count.since(before[name]) for name, count in echoing.quiet().items()}
    for name, count in after.items():
        assert count.writes == 1, f"{name}: one record, written once: {after}"
        assert 2 <= count.told <= 3, f"{name}: told of the person's change and of ours: {after}"
    # The echo of our own properties is dropped at HubSpot's door; Salesforce names no field, so that one is read again.
    assert after["hs"].calls <= 10, after
    assert after["sf"].calls <= 10, after
    again = {name: count.since(before[name]) for name, count in echoing.quiet().items()}
    assert again == after, "and nothing came of it later"
