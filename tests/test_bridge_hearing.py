"""What senders told becomes records of the account and person they meant, stays theirs, and waits for the unknown."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest
from signed import SECRET, ZONE, body_of, recorded
from sqlalchemy import event, select
from twins import CONNECTIONS, Twins, open_twins
from worlds import World

from adapters.records import Ref, Response
from bridge.inlets.hearing import hear
from bridge.inlets.working_off import Drained
from bridge.senders import attributing
from bridge.store import deliveries, told
from bridge.store.engine import Store
from bridge.store.inbox import StoreInbox
from bridge.store.schema import records
from bridge.sync.intake import take_in
from bridge.sync.reconciling import reconcile
from bridge.sync.syncing import sync
from config.connections import KindMap

Make = Callable[..., World]

SENDERS = [
    {"name": "form", "crm": "form", "webhook_secret": SECRET},
    {"name": "stripe", "crm": "stripe", "webhook_secret": SECRET},
    {"name": "any", "crm": "standard_webhooks", "webhook_secret": SECRET, "account_key": "domain"},
]
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@dataclass
class Heard:
    """A workspace with senders, and their deliveries as they come in."""

    world: World
    names: list[str] = field(default_factory=list)

    def __call__(self, sender: str, *documents: Any) -> Drained:
        world = self.world
        for document in documents:
            StoreInbox(world.workspace.store).put(sender, body_of(document), (), world.clock.now())
        return hear(world.workspace, sender)

    def answer(self, id: str = "1", sender: str = "form", **fields: Any) -> Drained:
        return self(sender, {"id": id, "survey": "nps", "score": 9} | fields)

    def found(self, kind: str = "response", gone: bool = False) -> dict[str, dict[str, Any]]:
        """The living records that senders told of, by ``connection:id``."""
        query = select(records.c.connection, records.c.id, records.c.payload).where(
            records.c.kind == kind, records.c.id.like("@%")
        )
        with self.world.workspace.store.read() as db:
            rows = db.execute(query.order_by(records.c.connection, records.c.id)).all()
        return {f"{connection}:{id}": orjson.loads(payload) for connection, id, payload in rows if payload}

    def whose(self, kind: str = "response") -> dict[str, tuple[Any, Any]]:
        return {id: (content.get("account"), content.get("person")) for id, content in self.found(kind).items()}

    def astray(self) -> list[tuple[str, str]]:
        with self.world.workspace.store.read() as db:
            return [(row.id, row.state) for row in told.longest_astray(db, 99)[0]]

    def parked(self) -> list[Any]:
        with self.world.workspace.store.read() as db:
            return deliveries.open_deliveries(db)


@pytest.fixture
def heard(make_world: Make) -> Heard:
    login = {"flow": "client_credentials", "client_id": "id", "client_secret": "secret"}
    crm = {"name": "sf", "crm": "salesforce", "login_url": "https://acme.my.salesforce.com", "auth": login}
    world = make_world(connections=[crm, *SENDERS], timezone=ZONE)
    for id in "123":
        world.account(id)
    world.crm.put("person", "p1", accounts=("1",), email="CSM-1@example.com")
    world.crm.put("person", "p2", accounts=("2",), email="csm-2@example.com")
    world.sync()
    return Heard(world)


# Whose it is


def test_an_answer_is_the_persons_with_that_address_and_changes_their_account_at_once(heard: Heard) -> None:
    heard.world.score()
    assert heard.answer(email="csm-1@EXAMPLE.com", comment="Good.").taken.changed == 1
    assert heard.whose() == {"sf:@form:1": ("1", "p1")}
    assert heard.world.affected() == {heard.world.customer("1")}
    heard.world.score()
    decision = heard.world.decision("1")
    assert (decision.nps, decision.nps_last) == (100, 9)
    assert heard.world.decision("2").nps is None


def test_an_account_is_known_by_what_the_sender_calls_it(heard: Heard) -> None:
    heard.answer("1", account="2")
    heard(
        "any", {"type": "response.created", "data": {"id": "2", "score": 3, "account": "https://www.A3.example.com/x"}}
    )
    assert heard.whose() == {"sf:@any:2": ("3", None), "sf:@form:1": ("2", None)}


def test_the_account_that_is_named_counts_more_than_the_address(heard: Heard) -> None:
    heard.answer(email="csm-1@example.com", account="2")
    assert heard.whose() == {"sf:@form:1": ("2", "p1")}
    heard.answer("2", email="csm-1@example.com", account="nobody's")
    assert heard.whose()["sf:@form:2"] == ("1", "p1")


def test_somebody_of_several_accounts_speaks_for_all_of_them_and_pays_for_none(heard: Heard) -> None:
    heard.world.crm.put("person", "p1", accounts=("1", "2"), email="csm-1@example.com")
    heard.world.tick(minutes=6)
    heard.world.sync()
    heard.world.score()
    heard.answer(email="csm-1@example.com")
    assert heard.whose() == {"sf:@form:1": (None, "p1")}
    assert heard.world.affected() == {heard.world.customer("1"), heard.world.customer("2")}
    invoice = {"id": "i", "email": "csm-1@example.com", "amount": 10, "currency": "EUR"}
    heard("any", {"type": "invoice.created", "data": invoice})
    assert (heard.found("invoice"), heard.astray()) == ({}, [("i", "ambiguous")])
    heard("any", {"type": "invoice.updated", "data": {**invoice, "account": "a2.example.com"}})
    assert (heard.whose("invoice"), heard.astray()) == ({"sf:@any:i": ("2", None)}, [])


def test_an_address_of_two_persons_is_nobodys_unless_they_are_at_one_account(heard: Heard) -> None:
    for id, account in (("d1", "1"), ("d2", "1"), ("e1", "1"), ("e2", "2")):
        heard.world.crm.put("person", id, accounts=(account,), email=f"{id[0]}@example.com")
    heard.world.tick(minutes=6)
    heard.world.sync()
    heard.answer("1", email="d@example.com")
    heard.answer("2", email="e@example.com")
    heard.answer("3", email="e@example.com", account="2")
    assert heard.whose() == {"sf:@form:1": ("1", "d1"), "sf:@form:3": ("2", "e2")}
    assert heard.astray() == [("2", "ambiguous")]


def test_a_name_of_two_customers_is_nobodys(heard: Heard) -> None:
    heard.world.account("4", domain="a3.example.com")
    heard.world.tick(minutes=6)
    heard.world.sync()
    heard("any", {"type": "response.created", "data": {"id": "2", "score": 3, "account": "a3.example.com"}})
    assert (heard.whose(), heard.astray()) == ({}, [("2", "ambiguous")])
    heard.world.account("4", domain="a4.example.com")
    heard.world.tick(minutes=6)
    heard.world.sync()
    with heard.world.workspace.store.write() as db:  # as the night does: nobody new came, and yet the name is clear
        items, after = attributing.settle_astray(db, heard.world.workspace.settings)
        take_in(db, heard.world.workspace, items, heard.world.clock.now())
    assert (heard.whose(), heard.astray(), after) == ({"sf:@any:2": ("3", None)}, [], None)


# Who is unknown


def test_what_nobody_is_found_for_waits_and_finds_its_place_with_the_person(heard: Heard) -> None:
    heard.world.score()
    heard.answer("1", email="new@example.com", comment="Waiting.")
    heard.answer("2", email="other@example.com")
    heard.answer("3", account="9")
    heard.answer("4")
    assert heard.found() == {}
    assert sorted(heard.astray()) == [(id, "unknown") for id in "1234"]
    assert heard.parked() == []
    heard.world.crm.put("person", "p9", accounts=("3",), email="New@Example.com")
    heard.world.account("9")
    heard.world.tick(minutes=6)
    heard.world.sync()
    assert heard.whose() == {"sf:@form:1": ("3", "p9"), "sf:@form:3": ("9", None)}
    assert heard.found()["sf:@form:1"]["comment"] == "Waiting."
    assert heard.found()["sf:@form:1"]["at"] == "2026-03-02T09:00:00+00:00"
    assert heard.world.customer("3") in heard.world.affected()
    assert sorted(heard.astray()) == [("2", "unknown"), ("4", "unknown")]


def test_a_person_without_an_account_is_waited_for(heard: Heard) -> None:
    heard.world.crm.put("person", "p9", accounts=("9",), email="new@example.com")
    heard.world.tick(minutes=6)
    heard.world.sync()
    heard.answer(email="new@example.com")
    assert heard.astray() == [("1", "unknown")]
    heard.world.account("9")
    heard.world.tick(minutes=6)
    heard.world.sync()
    assert (heard.whose(), heard.astray()) == ({"sf:@form:1": ("9", "p9")}, [])


def test_a_stray_is_listed_once_however_often_it_is_told_and_the_last_telling_counts(heard: Heard) -> None:
    for score in (1, 5, 7):
        heard.world.tick(minutes=1)
        heard.answer(email="new@example.com", score=score)
    assert heard.astray() == [("1", "unknown")]
    heard.world.crm.put("person", "p9", accounts=("3",), email="new@example.com")
    heard.world.tick(minutes=6)
    heard.world.sync()
    assert heard.found()["sf:@form:1"]["score"] == 7


# Told again


def test_the_same_answer_again_is_replaced_and_the_same_body_again_does_nothing(heard: Heard) -> None:
    heard.answer(email="csm-1@example.com", score=3)
    assert heard.answer(email="csm-1@example.com", score=3).received == []
    heard.world.tick(minutes=1)
    heard.answer(email="csm-1@example.com", score=10, comment="Better now.")
    [content] = heard.found().values()
    assert (content["score"], content["comment"]) == (10, "Better now.")


def test_an_older_telling_changes_nothing_however_late_it_comes(heard: Heard) -> None:
    def told_at(minute: int, what: str = "updated", **data: Any) -> None:
        stamp = f"2026-03-02T08:{minute:02}:00Z"
        heard("any", {"type": f"response.{what}", "timestamp": stamp, "data": {"id": "r", **data}})

    told_at(30, score=9, email="csm-1@example.com")
    heard.world.next_day()
    told_at(20, score=1, email="csm-1@example.com")
    assert heard.found()["sf:@any:r"]["score"] == 9
    told_at(40, "deleted")
    assert heard.found() == {}
    told_at(35, score=2, email="csm-1@example.com")
    assert heard.found() == {}
    told_at(50, score=4, email="csm-1@example.com")
    assert heard.found()["sf:@any:r"]["score"] == 4


def test_a_deletion_that_comes_before_what_it_deletes(heard: Heard) -> None:
    heard("any", {"type": "response.deleted", "timestamp": "2026-03-02T08:30:00Z", "data": {"id": "r"}})
    late = {"id": "r", "score": 2, "email": "csm-1@example.com"}
    heard("any", {"type": "response.created", "timestamp": "2026-03-02T08:20:00Z", "data": late})
    assert (heard.found(), heard.astray()) == ({}, [])
    heard.world.next_day(9)  # longer than deliveries can be replayed
    heard.answer()
    heard("any", {"type": "response.created", "timestamp": "2026-03-02T08:20:30Z", "data": late})
    assert list(heard.found()) == ["sf:@any:r"]


def test_a_clock_ahead_of_ours_outdoes_nobody(heard: Heard) -> None:
    ahead = {"id": "r", "score": 2, "email": "csm-1@example.com", "at": "2031-01-01T00:00:00Z"}
    heard("any", {"type": "response.created", "timestamp": "2031-01-01T00:00:00Z", "data": ahead})
    assert heard.found()["sf:@any:r"]["at"] == "2026-03-02T09:00:00+00:00"
    heard.world.tick(minutes=1)
    heard("any", {"type": "response.updated", "timestamp": "2026-03-02T09:01:00Z", "data": {**ahead, "score": 8}})
    assert heard.found()["sf:@any:r"]["score"] == 8


def test_an_answer_stays_with_the_account_that_gave_it_though_the_person_went_elsewhere(heard: Heard) -> None:
    heard.answer(email="csm-1@example.com", score=3)
    heard.world.crm.put("person", "p1", accounts=("2",))
    heard.world.tick(minutes=6)
    heard.world.sync()
    heard.answer(email="csm-1@example.com", score=4)
    assert heard.whose() == {"sf:@form:1": ("1", "p1")}
    heard.answer("2", email="csm-1@example.com")
    assert heard.whose()["sf:@form:2"] == ("2", "p1")


def test_whoever_is_named_otherwise_takes_it_along(heard: Heard) -> None:
    heard.answer(email="csm-1@example.com")
    heard.answer(email="csm-2@example.com")
    assert heard.whose() == {"sf:@form:1": ("2", "p2")}
    heard.answer(email="nobody@example.com", score=1)
    assert heard.whose() == {"sf:@form:1": ("2", "p2")}
    assert heard.found()["sf:@form:1"]["score"] == 1


# Stripe's names


def test_a_subscription_is_whose_its_customer_is_said_to_be_before_or_later(heard: Heard) -> None:
    heard("stripe", recorded("stripe_subscription"))
    assert heard.astray() == [("sub_1", "unknown")]
    heard("stripe", recorded("stripe_invoice"))
    assert heard.whose("invoice") == {"sf:@stripe:in_1": ("1", None)}
    assert heard.whose("contract") == {"sf:@stripe:sub_1": ("1", None)}
    [contract] = heard.found("contract").values()
    assert (contract["arr"], contract["seats"], contract["ends_on"]) == (4800, 21, "2026-04-01")
    again = recorded("stripe_subscription")
    again["created"] += 60
    again["data"]["object"]["status"] = "canceled"
    heard.world.tick(hours=1)
    heard("stripe", again)
    assert [content["status"] for content in heard.found("contract").values()] == ["ended"]


def test_a_customer_says_which_account_it_is(heard: Heard) -> None:
    document = recorded("stripe_customer")
    document["data"]["object"] |= {"email": "accounting@example.com", "metadata": {"account": "3"}}
    heard("stripe", recorded("stripe_subscription"), document)
    assert heard.whose("contract") == {"sf:@stripe:sub_1": ("3", None)}


def test_a_void_invoice_is_no_invoice(heard: Heard) -> None:
    draft, void = recorded("stripe_invoice"), recorded("stripe_invoice")
    draft["data"]["object"]["status"] = "draft"
    heard("stripe", draft)
    assert heard.found("invoice") == {}
    heard("stripe", recorded("stripe_invoice"))
    assert len(heard.found("invoice")) == 1
    void["created"] += 10
    void["data"]["object"]["status"] = "void"
    heard.world.tick(hours=1)
    heard("stripe", void)
    assert heard.found("invoice") == {}


# The CRM goes on


def test_the_crm_is_not_asked_about_what_is_not_its_own(heard: Heard) -> None:
    heard.answer(email="csm-1@example.com")
    heard.world.tick(hours=2)
    heard.world.sync(full=True)
    done = reconcile(heard.world.workspace, "sf")
    assert done.kinds["response"].unlisted == 0
    assert heard.whose() == {"sf:@form:1": ("1", "p1")}


def test_a_kind_that_leaves_the_map_takes_along_only_what_is_the_crms(heard: Heard) -> None:
    heard.answer(email="csm-1@example.com")
    workspace, answer = heard.world.workspace, {"object": "A__c", "fields": {"account": "Account__c", "score": "S__c"}}

    def mapped(map: dict[str, KindMap]) -> None:
        crm, *senders = workspace.settings.connections
        connections = [crm.model_copy(update={"map": map}), *senders]
        workspace.settings = workspace.settings.model_copy(update={"connections": connections})
        sync(workspace, "sf")

    mapped({"response": KindMap.model_validate(answer)})
    heard.world.crm.put("response", "theirs", account="1", survey="nps", score=1, at=NOW)
    heard.world.tick(minutes=6)
    heard.world.sync()
    heard.world.crm.items.pop(Ref("sf", "response", "theirs"))
    mapped({})
    with workspace.store.read() as db:
        query = select(records.c.id).where(records.c.kind == "response", records.c.payload.is_not(None))
        assert list(db.execute(query).scalars()) == ["@form:1"]


@pytest.mark.parametrize("told_of_it", [True, False])
def test_a_merge_of_accounts_takes_the_answers_along(heard: Heard, told_of_it: bool) -> None:
    heard.answer("1", email="csm-1@example.com")
    heard.answer("2", email="csm-1@example.com", account="1")
    heard.world.tick(minutes=6)
    heard.world.crm.delete("account", "1", merged_into="2" if told_of_it else None)
    heard.world.crm.put("person", "p1", accounts=("2",))
    heard.world.tick(minutes=6)
    heard.world.sync()
    assert heard.whose() == {"sf:@form:1": ("2", "p1"), "sf:@form:2": ("2", "p1")}
    assert heard.world.customer("2") in heard.world.affected()
    assert heard.astray() == []


def test_a_merge_of_persons_takes_the_answers_along(heard: Heard) -> None:
    heard.answer(email="csm-1@example.com")
    heard.world.crm.put("person", "p3", accounts=("1",), email="third@example.com")
    heard.world.tick(minutes=6)
    heard.world.crm.delete("person", "p1", merged_into="p3")
    heard.world.tick(minutes=6)
    heard.world.sync()
    assert heard.whose() == {"sf:@form:1": ("1", "p3")}


def test_an_account_that_is_deleted_keeps_its_answers_until_it_is_back(heard: Heard) -> None:
    heard.answer(email="csm-1@example.com")
    heard.world.tick(minutes=6)
    heard.world.crm.delete("account", "1")
    heard.world.tick(minutes=6)
    heard.world.sync()
    assert heard.whose() == {"sf:@form:1": ("1", "p1")}
    heard.world.account("1")
    heard.world.tick(minutes=6)
    heard.world.sync()
    assert heard.whose() == {"sf:@form:1": ("1", "p1")}


def test_what_no_sender_told_goes_with_its_person(heard: Heard) -> None:
    world = heard.world
    ours = Response(
        ref=Ref("sf", "response", "@survey:1"), changed_at=NOW, account="1", person="p1", survey="nps", score=9, at=NOW
    )
    with world.workspace.store.write() as db:
        take_in(db, world.workspace, [ours], world.clock.now())
    world.tick(minutes=6)
    world.crm.delete("account", "1")  # merged away, as HubSpot tells it
    world.crm.put("person", "p1", accounts=("2",))
    world.tick(minutes=6)
    world.sync()
    assert heard.whose() == {"sf:@survey:1": ("2", "p1")}


# Two CRMs


@pytest.fixture
def both(store: Store, tmp_path: Path) -> Heard:
    settings = {"identity": {"key": "domain", "prefer": ["hs", "sf"]}, "connections": [*CONNECTIONS, *SENDERS]}
    world = open_twins(store, tmp_path, **settings)
    for account in ("sf:1", "hs:11"):
        world.has(account, domain="a1.example.com")
    world.crms["sf"].put("person", "p1", accounts=("1",), email="csm-1@example.com")
    world.crms["hs"].put("person", "h1", accounts=("11",), email="csm-1@example.com")
    world.crms["sf"].put("person", "p2", accounts=("1",), email="csm-2@example.com")
    world.read()
    return Heard(world)


def test_the_preferred_crm_has_the_answer_of_somebody_whom_both_know(both: Heard) -> None:
    assert isinstance(both.world, Twins)
    assert both.world.together("sf:1", "hs:11")
    both.answer("1", email="csm-1@example.com")
    both.answer("2", email="csm-2@example.com")
    assert both.whose() == {"hs:@form:1": ("11", "h1"), "sf:@form:2": ("1", "p2")}
    both("any", {"type": "invoice.created", "data": {"id": "3", "account": "a1.example.com", "amount": 1}})
    assert both.whose("invoice") == {"hs:@any:3": ("11", None)}
    both.world.score()
    for account in ("sf:1", "hs:11"):
        assert both.world.owner(account) == both.world.owner("sf:1")
    assert both.world.affected() == set()


def test_an_answer_for_an_account_in_both_crms_is_its_persons_in_whichever_knows_them(both: Heard) -> None:
    for id, name in (("1", "csm-1"), ("2", "csm-2"), ("3", "nobody")):
        data = {"id": id, "score": 9, "account": "a1.example.com", "email": f"{name}@example.com"}
        both("any", {"type": "response.created", "data": data})
    assert both.whose() == {"hs:@any:1": ("11", "h1"), "sf:@any:2": ("1", "p2"), "hs:@any:3": ("11", None)}


def test_what_moves_to_the_other_crm_is_there_only_once(both: Heard) -> None:
    both.answer("1", email="csm-1@example.com")
    assert isinstance(both.world, Twins)
    both.world.tick(minutes=6)
    both.world.crms["hs"].delete("person", "h1")
    both.world.crms["hs"].delete("account", "11")
    both.world.tick(minutes=6)
    both.world.read()
    assert both.whose() == {"sf:@form:1": ("1", "p1")}
    assert both.astray() == []


# What cannot be read any more


def test_a_body_that_cannot_be_read_is_parked_and_stops_nobody(heard: Heard) -> None:
    store, now = StoreInbox(heard.world.workspace.store), heard.world.clock.now()
    store.put("form", b"no longer readable", (), now)
    for attempt in range(heard.world.workspace.settings.inbox.attempts):
        heard.answer(f"{attempt}", email="csm-1@example.com", score=attempt)
        heard.world.tick(days=1)
    assert len(heard.found()) == heard.world.workspace.settings.inbox.attempts
    [parked] = heard.parked()
    assert parked["parked"]
    assert parked["cause"] == "the body is neither JSON nor urlencoded"


def test_names_as_long_as_a_page_name_nobody_and_stop_nobody(heard: Heard) -> None:
    page = "".join(sha256(str(number).encode()).hexdigest() for number in range(150))  # no database can shorten it
    heard.answer("1", account=page)
    heard.answer("2", email=f"{page}@example.com")
    invoice = {"object": "invoice", "id": "in_1", "status": "open", "customer": page}
    heard("stripe", {"type": "invoice.finalized", "data": {"object": invoice}})
    heard.answer("3", email="csm-1@example.com")
    assert heard.whose() == {"sf:@form:3": ("1", "p1")}
    assert heard.astray() == [("1", "unknown"), ("2", "unknown"), ("in_1", "unknown")]
    assert heard.parked() == []


def test_many_deliveries_take_as_many_statements_as_a_few(heard: Heard) -> None:
    store = heard.world.workspace.store

    def statements(first: int, number: int) -> int:
        for id in range(first, first + number):
            document = {"id": str(id), "score": id % 11, "email": f"csm-{id % 2 + 1}@example.com"}
            StoreInbox(store).put("form", body_of(document), (), heard.world.clock.now())
        said: list[str] = []

        def note(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
            said.append(statement)

        event.listen(store.engine, "before_cursor_execute", note)
        hear(heard.world.workspace, "form")
        event.remove(store.engine, "before_cursor_execute", note)
        return len(said)

    statements(0, 2)
    assert statements(10, 4) == statements(20, 200)
    assert len(heard.found()) == 206
