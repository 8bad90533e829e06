"""A person is forgotten, everywhere, and does not come back."""

import zlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import Column, select
from worlds import START, World

from adapters.errors import Retry
from adapters.records import Ref
from bridge.inlets.draining import drain
from bridge.persons.erasing import erase
from bridge.persons.personal import export
from bridge.persons.persons import find
from bridge.store import audit, endpoints, inbox, notifications, payers, schema, told, told_persons
from bridge.store.inbox import StoreInbox
from bridge.store.payers import Payer
from bridge.sync.reconciling import reconcile
from webhooks.outbound.event import Event
from webhooks.outbound.verdict import Health

EMAIL = "user-1@example.com"
PERSON = Ref("sf", "person", "p1")


@pytest.fixture
def full(make_world: Callable[..., World]) -> World:
    """A person who left traces everywhere."""
    world = make_world(usage=[{"file": "usage.csv"}])
    world.account("1", extra={"billing": f"ask {EMAIL.upper()} or user-2@example.com"})
    world.crm.put("person", "p1", accounts=("1",), email="User-1@Example.com", title="First-Title", role="executive")
    world.crm.put("person", "p2", accounts=("1",), email="user-2@example.com", title="CFO", role="executive")
    world.crm.put("activity", "a", accounts=("1",), persons=("p1", "p2"), kind="call", at=START)
    world.crm.put("response", "r", account="1", person="p1", survey="nps", score=3.0, comment="I am cross", at=START)
    world.crm.put("ticket", "t", account="1", person="p1", status="open", opened_at=START, subject="My mail is broken")
    usage(world)
    world.sync()
    world.take_in_usage()
    world.tick()
    world.crm.put("person", "p1", title="Second-Title")
    world.sync()
    world.score()
    box = StoreInbox(world.workspace.store)
    box.put("delighted", b'{"person": "USER-1@example.com"}', (), START)
    box.put("delighted", b'{"person": "user-2@example.com"}', (), START)
    box.put("form", b"score=9&email=user-1%40Example.com", (), START)
    box.put("form", b'{"email": "user-1\\u0040example.com"}', (), START)
    box.put("sf", b"<x/>", (PERSON, Ref("sf", "account", "1")), START)
    with world.workspace.store.write() as db:
        audit.record(db, "operator", "test", {"who": EMAIL}, START)
        what = {"survey": "nps", "score": 3.0, "comment": f"Ask {EMAIL}"}
        told.keep(db, [told.Row("form", "response", "o", "later@x.com", None, None, "unknown", START, START, what)])
        payers.introduce(db, "stripe", [Payer("cus_1", EMAIL, "1", START)])
        endpoints.save(db, "warehouse", Health(failing_since=START, failures=1, cause=f"400 no {EMAIL}"))
        one, other = ({"person": "sf:p1", "comment": "I am cross"}, {"person": "sf:p2", "comment": f"so is {EMAIL}"})
        notifications.put(db, [("warehouse", Event("evt_1", "response.received", START, one))], START)
        notifications.put(db, [("warehouse", Event("dig_1", "digest", START, {"customers": [one, other]}))], START)
    return world


def usage(world: World) -> None:
    rows = [f"1,{name},reports,{START.date()},2" for name in (EMAIL, "u-77", "user-2@example.com")]
    (world.workspace.folder / "usage.csv").write_text("\n".join(["account,person,feature,day,count", *rows]), "utf-8")


def erased(world: World, word: str = EMAIL, also: tuple[str, ...] = ("u-77",)) -> dict[str, int]:
    with world.workspace.store.read() as db:
        someone = find(db, word, also)
    return dict(erase(world.workspace, someone))


def content(world: World, kind: str, id: str) -> dict[str, Any]:
    table = schema.records
    with world.workspace.store.read() as db:
        query = select(table.c.payload).where(table.c.kind == kind, table.c.id == id)
        payload = db.execute(query).scalar_one_or_none()
    return dict(orjson.loads(payload)) if payload else {}


def everything(world: World) -> str:
    """The whole store as text, the bytes of deliveries unpacked."""
    columns: list[Column[Any]] = [column for table in schema.metadata.tables.values() for column in table.c]
    with world.workspace.store.read() as db:
        kept = [(column, value) for column in columns for value in db.execute(select(column)).scalars()]
    bodies = schema.inbox.c.body
    return "\n".join(str(zlib.decompress(value) if column is bodies and value else value) for column, value in kept)


def test_no_trace_of_the_person_is_left_in_the_store(full: World) -> None:
    assert EMAIL in everything(full).lower()
    done = erased(full)
    left = everything(full).lower()
    for trace in (EMAIL, "user-1", "i am cross", "my mail is broken", "first-title", "second-title", "u-77"):
        assert trace not in left, trace
    assert "user-2@example.com" in left
    assert done["records of theirs"] == 1
    assert done["deliveries"] == 4
    assert done["usage rows"] == 2


def test_whose_address_is_part_of_another_takes_nobody_along(full: World) -> None:
    """Susan's address ends as the erased one does, and hers in Australia begins so."""
    others = ("susan-user-1@example.com", "x.user-1@example.com", "user-1@example.com.au")
    store = full.workspace.store
    for other in others:
        StoreInbox(store).put("delighted", orjson.dumps({"person": other}), (), START)
    with store.write() as db:
        audit.record(db, "operator", "test", {"who": [f"{other}\n{EMAIL}、" for other in others]}, START)
        audit.record(db, "operator", "test", {"who": f"請聯絡{EMAIL}謝謝"}, START)
    erased(full)
    with store.read() as db:
        query = select(schema.audit.c.detail).where(schema.audit.c.action == "test").order_by(schema.audit.c.id)
        kept = db.execute(query).scalars().all()
        bodies = [zlib.decompress(body).decode() for body in db.execute(select(schema.inbox.c.body)).scalars() if body]
    assert kept[-2:] == [{"who": [f"{other}\n[erased]、" for other in others]}, {"who": "請聯絡[erased]謝謝"}]
    assert all(any(f'"{other}"' in body for body in bodies) for other in others)


def test_what_others_said_and_did_stays(full: World) -> None:
    erased(full)
    assert content(full, "activity", "a")["persons"] == ["p2"]
    assert content(full, "response", "r")["score"] == 3.0
    assert content(full, "response", "r")["person"] is None
    assert content(full, "account", "1")["extra"] == {"billing": "ask [erased] or user-2@example.com"}
    assert content(full, "person", "p2")["title"] == "CFO"
    with full.workspace.store.read() as db:
        assert told.astray(db, told.BEFORE_ALL, 9)[0].document["comment"] == "Ask [erased]"
        assert endpoints.health(db, "warehouse").cause == "400 no [erased]"
        assert payers.of(db, "stripe", ["cus_1"])["cus_1"] == Payer("cus_1", None, "1", START)
        (digest,) = told_persons.told_of(db, [Ref("sf", "person", "p2")])
    assert digest["about"] == [{"person": "sf:p2", "comment": "so is [erased]"}]


def test_the_next_full_sync_leaves_the_person_out(full: World) -> None:
    erased(full)
    before = everything(full)
    full.tick()
    full.sync(full=True)
    usage(full)
    full.take_in_usage()
    assert EMAIL not in everything(full).lower()
    assert content(full, "person", "p1") == {}
    assert content(full, "activity", "a")["persons"] == ["p2"]
    assert before.count("erased-") == everything(full).count("erased-"), "use is counted once"


def test_a_record_made_anew_with_the_same_address_is_left_out_too(full: World) -> None:
    erased(full)
    full.tick()
    full.crm.put("person", "p9", accounts=("1",), email=EMAIL.title())
    full.crm.put("activity", "b", accounts=("1",), persons=("p9",), kind="call", at=START)
    full.sync()
    assert content(full, "person", "p9") == {}
    full.tick()
    full.sync(full=True)
    assert content(full, "activity", "b")["persons"] == []


def test_a_reconcile_does_not_ask_for_who_was_erased(full: World) -> None:
    erased(full)
    full.clock.move(timedelta(hours=2))
    done = reconcile(full.workspace, "sf")
    assert done.repaired == 0
    assert content(full, "person", "p1") == {}


def test_erasing_twice_changes_nothing_more(full: World) -> None:
    erased(full)
    assert {what: number for what, number in erased(full).items() if number} == {}


def test_an_address_that_nobody_has_yet_is_kept_out(world: World) -> None:
    world.account("1")
    world.sync()
    with world.workspace.store.read() as db:
        someone = find(db, "Later@Example.com")
    erase(world.workspace, someone)
    world.crm.put("person", "p", accounts=("1",), email="later@example.com")
    world.tick()
    world.sync()
    assert content(world, "person", "p") == {}


def test_a_person_reads_all_that_is_kept_of_them(full: World) -> None:
    with full.workspace.store.read() as db:
        someone = find(db, "sf:p1", ("u-77",))
    data = export(full.workspace, someone)
    assert [record["title"] for record in data["records"]] == ["Second-Title", "First-Title"]
    assert {named["record"] for named in data["named_in"]} == {"sf:activity:a", "sf:response:r", "sf:ticket:t"}
    assert {row["person"] for row in data["usage"]} == {EMAIL, "u-77"}
    assert len(data["deliveries"]) == 4
    assert data["payers"] == [
        {"source": "stripe", "name": "cus_1", "email": EMAIL, "account": "1", "told_at": START}
    ]  # fmt: skip
    assert [(one["endpoint"], one["event"]) for one in data["notifications"]] == [
        ("warehouse", "evt_1"),
        ("warehouse", "dig_1"),
    ]
    assert all(one["about"] == [{"person": "sf:p1", "comment": "I am cross"}] for one in data["notifications"])
    assert "user-2@example.com" not in str(data["notifications"])
    assert orjson.loads(orjson.dumps(data, default=str))["usage"][0]["feature"] == "reports"


def test_they_read_what_waits_for_them_as_well(world: World) -> None:
    rows = [
        told.Row("stripe", "invoice", "in_1", "later@example.com", None, None, "unknown", START, START),
        told.Row("stripe", "invoice", "in_2", None, None, "cus_1", "unknown", START, START),
        told.Row("stripe", "invoice", "in_3", None, None, "cus_2", "unknown", START, START),
    ]
    total = {
        "source": "segment",
        "person": "later@example.com",
        "day": START.date(),
        "feature": "reports",
        "count": 2.0,
    }
    with world.workspace.store.write() as db:
        told.keep(db, rows)
        payers.introduce(db, "stripe", [Payer("cus_1", "later@example.com", None, START)])
        db.execute(schema.unplaced_usage.insert().values(total))
    with world.workspace.store.read() as db:
        someone = find(db, "Later@Example.com")
    data = export(world.workspace, someone)
    assert [waits["id"] for waits in data["waiting_for_somebody"]] == ["in_1", "in_2"]
    assert data["usage_without_account"] == [total]


def test_a_privacy_deletion_told_by_the_crm_erases(full: World) -> None:
    full.crm.delete("person", "p1")
    StoreInbox(full.workspace.store).put("sf", b"{}", (PERSON,), START, erase=(PERSON,))
    full.tick()
    drain(full.workspace, "sf")
    assert EMAIL not in everything(full).lower()
    with full.workspace.store.read() as db:
        assert inbox.depth(db)["waiting"] == 1, "what another person answered waits for its inlet"


def test_a_name_that_sources_write_in_two_ways_is_erased_and_its_use_still_counts(full: World) -> None:
    rows = [f"1,{name},logins,{START.date()},2" for name in ("U-77", "u-77")]
    (full.workspace.folder / "usage.csv").write_text("\n".join(["account,person,feature,day,count", *rows]), "utf-8")
    full.take_in_usage()
    erased(full)
    for end in ("\n", "\n\n"):
        with full.workspace.store.read() as db:
            counts = db.execute(select(schema.usage.c.count).where(schema.usage.c.feature == "logins")).scalars().all()
        assert counts == [4.0]
        (full.workspace.folder / "usage.csv").write_text(
            "\n".join(["account,person,feature,day,count", *rows]) + end, "utf-8"
        )
        full.take_in_usage()


def test_who_only_names_the_person_stays(full: World) -> None:
    full.tick()
    full.crm.put("person", "p2", extra={"manager": EMAIL, "csm": "csm-1@example.com"})
    full.crm.put("person", "p1", extra={"csm": "csm-1@example.com"})
    full.sync()
    erased(full, "sf:p1")
    for _ in range(2):
        assert content(full, "person", "p2")["extra"] == {"manager": "[erased]", "csm": "csm-1@example.com"}
        full.tick()
        full.sync(full=True)


def test_what_of_ours_in_the_crm_quotes_the_address_is_written_anew(make_world: Callable[..., World]) -> None:
    world = make_world(write={"fields": "all", "history": "note"})
    world.account("1", pulse="green", pulse_reason="all is well")
    world.crm.put("person", "p1", accounts=("1",), email=EMAIL)
    world.run()
    world.next_day()
    world.account("1", pulse="red", pulse_reason=f"ask {EMAIL}")
    world.run()
    (note,) = world.crm.keyed
    assert EMAIL in str(world.crm.own["1"])
    assert EMAIL in str(world.crm.keyed[note])
    erased(world, also=())
    assert EMAIL not in everything(world)
    world.push()
    assert "[erased]" in str(world.crm.own["1"]["health_reasons"])
    assert EMAIL not in str([world.crm.own["1"], world.crm.keyed[note]])
    assert list(world.crm.keyed) == [note], "the note is the same one"


def test_what_was_on_its_way_to_the_crm_is_written_anew_too(make_world: Callable[..., World]) -> None:
    """The answer to the write is lost, and while nobody knows whether it arrived the person is erased; what the CRM
    shows then is nobody's edit that a policy could accept.
    """
    world = make_world(write={"drift": "accept"})
    world.account("1", pulse="red", pulse_reason=f"ask {EMAIL}")
    world.crm.put("person", "p1", accounts=("1",), email=EMAIL)
    world.crm.lost.add("1")
    world.crm.fail("read", Retry("later"))
    world.run()
    assert EMAIL in str(world.crm.own["1"])
    entry = world.entry("1")
    assert entry is not None
    assert EMAIL in str(entry.sent)
    erased(world, also=())
    world.tick(hours=1)
    world.push()
    assert "[erased]" in str(world.crm.own["1"]["health_reasons"])
    assert EMAIL not in str(world.crm.own["1"])


def test_a_long_word_is_searched_for_addresses_in_no_time(full: World) -> None:
    erased(full)
    full.tick()
    full.crm.put("account", "1", extra={"billing": "a" * 500_000 + f" {EMAIL}"})
    full.sync()
    assert content(full, "account", "1")["extra"]["billing"].endswith("a [erased]")
