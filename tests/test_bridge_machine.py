"""Adapter, store and sandbox CRM under everything that can happen to them: once quiet, the store is as the CRM,
and the CRM's own fields are as last decided.

People edit, delete, restore, merge and move records between any two calls; answers are cut off, calls do not arrive,
tokens expire, limits are met; webhooks are lost, doubled, late and out of order; the process dies between any two
transactions. `--hypothesis-profile=deep` looks for longer.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

from conftest import DEEP
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from sandbox_salesforce import world
from sqlalchemy import Connection, event
from stormy_crm import SECRET, Crm, Hubspot, Salesforce
from worlds import cards

from adapters.records import Account, Record, Ref
from adapters.registry import Context, open_adapter
from adapters.retrying import Patience
from adapters.sandbox.serve import Crm as CrmName
from adapters.sandbox.serve import running
from bridge.inlets.draining import drain
from bridge.pipeline.deciding import score
from bridge.pipeline.pushing import push
from bridge.store import customers, decisions, lookup, records
from bridge.store.engine import Store, open_store
from bridge.store.inbox import StoreInbox
from bridge.sync.reconciling import reconcile
from bridge.sync.syncing import ORDER, sync
from bridge.workspace import Workspace
from config.errors import CsbridgeError
from config.loading import resolved
from config.settings import Settings
from webhooks.writeback.comparison import same

KINDS = ("account", "person", "ticket", "deal", "activity")
NUMBER = st.integers(0, 9)
KIND = st.sampled_from(KINDS)
DEATH = st.one_of(st.none(), st.none(), st.integers(0, 12))
"""After how many ends of transactions the process dies."""


class Killed(BaseException):
    """The process dies here."""


class MortalStore(Store):
    """Dies before a transaction begins, or after it was committed."""

    left: int | None = None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        self._live()
        with super().write() as db:
            yield db
        self._live()

    def _live(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Killed


class Machine(RuleBasedStateMachine):
    vendor: ClassVar[CrmName]
    people: ClassVar[type[Crm]]
    names: ClassVar[dict[str, Any]]

    def __init__(self) -> None:
        super().__init__()
        self.end = ExitStack()
        options = {"search_limit": 0, "rate_limit": 0} if self.vendor == "hubspot" else {}
        box = self.end.enter_context(running(self.vendor, world=world(3), secret=SECRET, options=options))
        self.crm = self.people(box, **self.names)
        self.folder = Path(self.end.enter_context(tempfile.TemporaryDirectory()))
        self.workspace = self.opened()
        adapter = self.workspace.adapter("crm")
        adapter.provision(adapter.plan(list(self.workspace.fields.values())), list(self.workspace.fields.values()))
        self.doing(lambda: sync(self.workspace, "crm"))

    def teardown(self) -> None:
        try:
            self.once_quiet()
        finally:
            self.workspace.close()
            self.end.close()

    # What the process does

    def opened(self) -> Workspace:
        """The workspace as a new process opens it."""
        store = open_store(f"sqlite:///{self.folder / 'csbridge.db'}")
        store.engine.dispose()
        event.listen(store.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        made = Workspace(self.folder, self.settings(), cards(), MortalStore(store.engine), self.crm.now)
        context = Context(
            own=tuple(made.fields.values()), clock=self.crm.now, patience=Patience(sleep=lambda seconds: None)
        )
        made._adapters["crm"] = open_adapter(made.settings.connection("crm"), context)
        return made

    def settings(self) -> Settings:
        said = self.crm.box.announcement
        if self.vendor == "hubspot":
            how: dict[str, Any] = {
                "base_url": self.crm.box.url,
                "auth": {"flow": "private_app", "token": said["token"]},
            }
            how["webhook_secret"] = said["client_secret"]
        else:
            auth = {"client_id": said["client_id"], "client_secret": said["client_secret"]}
            how = {
                "login_url": self.crm.box.url,
                "auth": {"flow": "client_credentials", **auth},
                "webhook_secret": SECRET,
            }
        map_ = {"account": {"fields": {"arr": self.crm.words["arr"], "status": self.crm.words["status"]}}}
        connection = {"name": "crm", "crm": self.vendor, "map": map_, **how}
        return resolved(
            Settings.model_validate({"connections": [connection], "scope": "status = customer"}), self.folder
        )

    def doing(self, step: Callable[[], Any], death: int | None = None) -> None:
        """A step of the process, which may die in it; an error of ours is what a command ends in."""
        store = self.workspace.store
        assert isinstance(store, MortalStore)
        store.left = death
        try:
            step()
        except CsbridgeError:
            pass
        except Killed:
            self.workspace.close()
            self.workspace = self.opened()
        finally:
            store.left = None
        self.crm.tick()

    @rule(death=DEATH)
    def pull(self, death: int | None) -> None:
        self.doing(lambda: sync(self.workspace, "crm"), death)

    @rule(death=DEATH)
    def decide(self, death: int | None) -> None:
        self.doing(lambda: score(self.workspace), death)

    @rule(death=DEATH)
    def write(self, death: int | None) -> None:
        self.doing(lambda: push(self.workspace, "crm"), death)

    @rule(death=DEATH)
    def compare(self, death: int | None) -> None:
        self.doing(lambda: reconcile(self.workspace, "crm", accept_loss=True), death)

    @rule(death=DEATH)
    def act_on_the_inbox(self, death: int | None) -> None:
        self.doing(lambda: drain(self.workspace, "crm"), death)

    @rule(place=NUMBER, fate=st.sampled_from(["once", "twice", "never"]))
    def post(self, place: int, fate: str) -> None:
        """Some delivery of those under way, whichever it is, arrives once or twice or is lost."""
        if not self.crm.mail:
            return
        changes = self.crm.mail.pop(place % len(self.crm.mail))
        adapter, store = self.workspace.adapter("crm"), self.workspace.store
        for attempt in range({"once": 1, "twice": 2, "never": 0}[fate]):
            delivery = self.crm.deliveries(changes, attempt)
            adapter.verify(delivery, [SECRET, str(self.crm.box.announcement["client_secret"])], self.crm.now())
            StoreInbox(store).put("crm", delivery.body, adapter.notices(delivery), self.crm.now())

    # What happens in the CRM

    @rule(number=NUMBER, value=NUMBER, field=st.sampled_from(["arr", "status", "name"]))
    def edit(self, number: int, value: int, field: str) -> None:
        if id := self.crm.pick("account", number):
            values = {"arr": 100 * value, "status": ("Customer", "Churned")[value % 2], "name": f"Renamed {value}"}
            self.crm.edit("account", id, {field: values[field]})
        self.crm.tick()

    @rule(number=NUMBER, band=st.sampled_from(["green", "red"]))
    def type_into_our_field(self, number: int, band: str) -> None:
        if id := self.crm.pick("account", number):
            self.crm.edit("account", id, {"health_band": band})
        self.crm.tick()

    @rule(kind=KIND, account=NUMBER, number=NUMBER)
    def create(self, kind: str, account: int, number: int) -> None:
        if id := self.crm.pick("account", account):
            self.crm.create(kind, id, number)
        self.crm.tick()

    @rule(kind=KIND, number=NUMBER)
    def delete(self, kind: str, number: int) -> None:
        if (id := self.crm.pick(kind, number)) and len(self.crm.living(kind)) > 1:
            self.crm.edit(kind, id, {}, delete=True)
        self.crm.tick()

    @rule(kind=KIND, number=NUMBER)
    def restore(self, kind: str, number: int) -> None:
        if gone := self.crm.gone(kind):
            self.crm.restore(kind, gone[number % len(gone)])
        self.crm.tick()

    @rule(kind=KIND)
    def purge(self, kind: str) -> None:
        self.crm.purge(kind)
        self.crm.tick()

    @rule(kind=st.sampled_from(["account", "person"]), loser=NUMBER, winner=NUMBER)
    def merge(self, kind: str, loser: int, winner: int) -> None:
        one, other = self.crm.pick(kind, loser), self.crm.pick(kind, winner)
        if one and other and one != other:
            self.crm.merge(kind, one, other)
        self.crm.tick()

    @rule(kind=st.sampled_from(KINDS[1:]), number=NUMBER, account=NUMBER)
    def move(self, kind: str, number: int, account: int) -> None:
        id, to = self.crm.pick(kind, number), self.crm.pick("account", account)
        if id and to:
            self.crm.move(kind, id, to)
        self.crm.tick()

    @rule(words=st.lists(st.sampled_from(["fine", "down", "lost"]), max_size=8))
    def storm(self, words: list[str]) -> None:
        self.crm.weather.coming.extend(words)

    @rule(kind=st.sampled_from(["401", "429"]), times=st.integers(1, 6))
    def fault(self, kind: str, times: int) -> None:
        self.crm.fault(kind=kind, times=times, retry_after_s=1)

    @rule(minutes=st.sampled_from([1, 6, 90, 1500]))
    def wait(self, minutes: int) -> None:
        self.crm.tick(timedelta(minutes=minutes))

    # What must hold in the end

    def once_quiet(self) -> None:
        self.crm.calm()
        self.crm.mail.clear()
        for _ in range(2):
            self.crm.tick(timedelta(hours=2))  # what was read late is older than any overlap
            drain(self.workspace, "crm")
            done = reconcile(self.workspace, "crm", accept_loss=True)
            assert not done.unreadable
            score(self.workspace)
            push(self.workspace, "crm")
        seen = self.seen()
        assert self.stored() == {ref: records.payload_of(record) for ref, record in seen.items()}
        self.own_fields_are_as_decided(seen)
        before = self.calls()
        push(self.workspace, "crm")
        assert self.calls() == before, "a quiet push makes no call"

    def calls(self) -> int:
        return self.workspace.adapter("crm").calls.made.total()

    def seen(self) -> dict[Ref, Record]:
        """Every record that is there, as a process sees it that has never seen it before."""
        fresh = self.opened()
        try:
            pages = (page for kind in ORDER for page in fresh.adapter("crm").pull(kind, None))
            return {item.ref: item for page in pages for item in page.items if isinstance(item, Record)}
        finally:
            fresh.close()

    def stored(self) -> dict[Ref, bytes]:
        with self.workspace.store.read() as db:
            return dict(lookup.payloads(db, "crm"))

    def own_fields_are_as_decided(self, seen: dict[Ref, Record]) -> None:
        ledger = self.workspace.ledger
        entries = {entry.ref: entry for entry in ledger.entries("crm")}
        for ref, account in seen.items():
            if not isinstance(account, Account):
                continue
            entry = entries.get(ref)
            if entry is None or entry.contested:
                assert entry is not None or account.status != "customer", f"{ref} is in scope and nobody writes to it"
                continue
            wanted = entry.desired or {}
            wrong = {
                name: (value, account.own.get(name))
                for name, value in wanted.items()
                if name in ledger.fields and not same(value, account.own.get(name), ledger.fields[name])
            }
            assert not wrong, f"{ref} holds other values than desired"
            if account.status == "customer":
                assert account.own["health_band"] == self.decided(ref)

    def decided(self, ref: Ref) -> str:
        with self.workspace.store.read() as db:
            return decisions.history(db, customers.of_accounts(db, [ref])[ref])[-1].band


class SalesforceMachine(Machine):
    vendor = "salesforce"
    people = Salesforce
    names: ClassVar = {
        "objects": {
            "account": "Account",
            "person": "Contact",
            "ticket": "Case",
            "deal": "Opportunity",
            "activity": "Task",
        },
        "words": {"name": "Name", "arr": "ARR__c", "status": "CS_Status__c", "health_band": "CSB_Health_Band__c"},
    }


class HubspotMachine(Machine):
    vendor = "hubspot"
    people = Hubspot
    names: ClassVar = {
        "objects": {
            "account": "companies",
            "person": "contacts",
            "ticket": "tickets",
            "deal": "deals",
            "activity": "notes",
        },
        "words": {"name": "name", "arr": "arr", "status": "cs_status", "health_band": "csb_health_band"},
    }


def settled(machine: type[Machine]) -> None:
    """The ordinary run is short and always the same; the deep one looks for what is new, and shrinks it."""
    deep = settings().max_examples == DEEP
    ordinary = settings(max_examples=4, stateful_step_count=16, phases=[Phase.generate])
    run_state_machine_as_test(
        machine,
        settings=settings(settings() if deep else ordinary, deadline=None, suppress_health_check=list(HealthCheck)),
    )


def test_salesforce_ends_as_the_store_whatever_happened() -> None:
    settled(SalesforceMachine)


def test_hubspot_ends_as_the_store_whatever_happened() -> None:
    settled(HubspotMachine)
