"""Senders at the public port: what is stored, what is thanked for how, and what becomes of it from the command line."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from signed import BODIES, NOW, SECRET, SIGN, body_of, headers, recorded
from standardwebhooks import Webhook
from worlds import World

from bridge.cli.main import main
from bridge.doctor.senders import examine_senders
from bridge.inlets.hearing import hear
from bridge.inlets.sources import inlets
from bridge.moments import EVER
from bridge.persons.erasing import erase
from bridge.persons.persons import find
from bridge.store import deliveries, memory, told
from bridge.workers.metrics import create_metrics
from bridge.workers.public_port import public_app
from bridge.workers.working import Worker
from bridge.workspace import open_workspace
from webhooks.senders.registry import SENDERS
from webhooks.survey.answers import SOURCE

Make = Callable[..., World]

CRM = {
    "name": "sf",
    "crm": "salesforce",
    "login_url": "https://acme.my.salesforce.com",
    "auth": {"flow": "client_credentials", "client_id": "id", "client_secret": "secret"},
}


def named(crm: str) -> str:
    return crm.replace("_", "-")


@pytest.fixture
def world(make_world: Make) -> World:
    senders = [{"name": named(crm), "crm": crm, "webhook_secret": SECRET} for crm in SENDERS]
    one = make_world(connections=[CRM, *senders], public_url="https://cs.example.com")
    one.clock.move(NOW - one.clock.now())
    one.account("1")
    one.crm.put("person", "p1", accounts=("1",), email="csm-1@example.com")
    one.sync()
    return one


def post(world: World, crm: str, body: bytes | None = None, count: Callable[[str, str], None] | None = None) -> Any:
    body = BODIES[crm] if body is None else body
    app = public_app(world.workspace, count or (lambda source, outcome: None))
    return app.test_client().post(f"/webhooks/{named(crm)}", data=body, headers=headers(crm, body))


def waiting(world: World) -> list[str]:
    with world.workspace.store.read() as db:
        return [row["connection"] for row in deliveries.open_deliveries(db)]


@pytest.mark.parametrize("crm", sorted(SENDERS))
def test_a_delivery_is_stored_before_its_sender_is_thanked_in_its_own_way(world: World, crm: str) -> None:
    answer = post(world, crm)
    assert (answer.status_code, answer.data) == (SENDERS[crm].ANSWER.status, SENDERS[crm].ANSWER.body)  # type: ignore[index]
    assert waiting(world) == [named(crm)]
    assert post(world, crm).status_code == answer.status_code
    assert waiting(world) == [named(crm)]


def test_what_is_of_no_interest_is_thanked_for_and_counted_and_not_stored(world: World) -> None:
    told_of: list[tuple[str, str]] = []
    body = body_of(recorded("delighted") | {"event_type": "unsubscribe.created"})
    answer = post(world, "delighted", body, lambda source, outcome: told_of.append((source, outcome)))
    assert (answer.status_code, told_of, waiting(world)) == (200, [("delighted", "empty")], [])


def test_a_worker_turn_makes_fields_of_it(world: World) -> None:
    worker = Worker(world.workspace, create_metrics())
    worker.workspace = world.workspace
    worker()
    post(world, "delighted")
    post(world, "stripe")
    worker()
    assert world.crm.own["1"]["nps"] == 100
    assert waiting(world) == []


def test_every_sender_has_an_inlet(world: World) -> None:
    assert set(inlets(world.workspace)) == {"sf", *map(named, SENDERS), SOURCE}


def test_surveymonkey_without_a_token_waits_for_its_admin(world: World) -> None:
    post(world, "surveymonkey")
    found = {noted.finding.what for noted in examine_senders(world.workspace) if noted.finding.level == "error"}
    assert found == {"its webhooks only name answers, and without a token nobody may ask what they say"}


def test_who_was_erased_is_not_heard_of_again(world: World) -> None:
    with world.workspace.store.read() as db:
        someone = find(db, "csm-1@example.com")
    erase(world.workspace, someone)
    post(world, "form")
    post(
        world,
        "form",
        body_of({"id": "2", "score": 3, "comment": "Mine.", "email": "CSM-1@example.com", "account": "1"}),
    )
    post(world, "stripe")
    for name in ("form", "stripe"):
        hear(world.workspace, name)
    with world.workspace.store.read() as db:
        rows = {
            key: (row.email, row.state, dict(row.document))
            for key, row in told.of(
                db, [("form", "response", "f-1"), ("form", "response", "2"), ("stripe", "invoice", "in_1")]
            ).items()
        }
    assert rows[("form", "response", "2")] == (None, "placed", {})
    assert ("form", "response", "f-1") not in rows
    assert rows[("stripe", "invoice", "in_1")][:2] == (None, "unknown")


def test_a_stray_is_erased_with_its_person(world: World) -> None:
    post(world, "form", body_of({"id": "2", "score": 3, "email": "stranger@example.com"}))
    hear(world.workspace, "form")
    with world.workspace.store.read() as db:
        someone = find(db, "stranger@example.com")
    assert erase(world.workspace, someone)["told by others"] == 1
    with world.workspace.store.read() as db:
        assert told.longest_astray(db, 9) == ([], 0)


def test_the_words_of_somebody_whom_no_crm_knows_are_erased_where_they_were_placed(world: World) -> None:
    post(world, "form", body_of({"id": "3", "score": 3, "comment": "Mine.", "email": "x@example.com", "account": "1"}))
    hear(world.workspace, "form")
    with world.workspace.store.read() as db:
        someone = find(db, "X@example.com")
    assert erase(world.workspace, someone)["words of theirs"] == 1
    with world.workspace.store.read() as db:
        (left,) = memory.known(db, "sf", "response", ["@form:3"], EVER)
    assert (left.content["score"], left.content["comment"]) == (3.0, None)


def test_strays_are_listed_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "accounts.csv").write_text("id,name\n1,Account 1\n", "utf-8")
    senders = "\n".join(
        f"  - {{name: {named(crm)}, crm: {crm}, webhook_secret: '{SECRET}'}}" for crm in ("form", "stripe")
    )
    file = tmp_path / "csbridge.yml"
    file.write_text(f"connections:\n  - {{name: book, crm: csv, folder: data}}\n{senders}\n", "utf-8")

    def run(*arguments: str) -> Any:
        done = CliRunner().invoke(main, ["-c", str(file), *arguments])
        assert done.exit_code in (0, 1), done.output
        return done.output

    assert "nothing waits for somebody" in run("inbox", "strays")
    workspace = open_workspace(file, {}, lambda: NOW)
    for number in range(3):
        body = body_of({"id": str(number), "score": number, "email": f"s{number}@example.com"})
        public_app(workspace).test_client().post("/webhooks/form", data=body, headers=headers("form", body))
    hear(workspace, "form")
    workspace.close()
    text = run("inbox", "strays", "--limit", "2")
    assert "form  response 0  s0@example.com  nobody is known by that name" in text
    assert "and 1 more" in text
    listed = json.loads(run("inbox", "strays", "--json"))
    assert (listed["number"], [one["email"] for one in listed["strays"]]) == (
        3,
        [f"s{n}@example.com" for n in range(3)],
    )
    assert "csbridge inbox strays" in run("doctor")


def test_something_may_be_again_as_it_was_and_a_delivery_that_is_sent_twice_counts_once(world: World) -> None:
    client = public_app(world.workspace).test_client()
    for second, score in enumerate((9, 3, 9)):
        said = {"id": "7", "survey": "nps", "score": score, "email": "csm-1@example.com"}
        news = {"type": "ticket.updated", "data": {"id": "7", "account": "1", "subject": f"scored {score}"}}
        signed = Webhook(SECRET).sign(f"msg_{second}", NOW, json.dumps(news))
        standard = {"webhook-id": f"msg_{second}", "webhook-timestamp": str(int(NOW.timestamp()))}
        at = NOW + timedelta(seconds=second)
        for _ in range(2):
            client.post("/webhooks/form", data=body_of(said), headers=SIGN["form"](body_of(said), SECRET, at))
            headed = standard | {"webhook-signature": signed}
            client.post("/webhooks/standard-webhooks", data=json.dumps(news), headers=headed)
        assert len(waiting(world)) == 2
        for name in ("form", "standard-webhooks"):
            hear(world.workspace, name)
        world.tick(seconds=1)
    with world.workspace.store.read() as db:
        [answer] = memory.known(db, "sf", "response", ["@form:7"], EVER)
        [ticket] = memory.known(db, "sf", "ticket", ["@standard-webhooks:7"], EVER)
    assert (answer.content["score"], ticket.content["subject"]) == (9, "scored 9")
