"""Links to our own surveys on persons, and what becomes of an answer, in a workspace with one CRM."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, select
from worlds import World

from adapters.records import Ref
from bridge.doctor.surveys import findings, settings_findings
from bridge.inlets import survey_answers
from bridge.inlets.sources import inlets
from bridge.persons.erasing import erase
from bridge.persons.persons import find
from bridge.pipeline import pushing
from bridge.store import memory, references
from bridge.store.schema import records
from bridge.surveys import links as surveying
from bridge.surveys import places as survey_places
from bridge.workers.public_port import public_app
from config.surveys import SurveyName
from webhooks.survey.answers import SOURCE
from webhooks.survey.tokens import Invitation

Make = Callable[..., World]
URL = "https://cs.example.com"
NAMES = {"survey_link_nps", "survey_link_csat", "survey_link_ces"}


@pytest.fixture
def make(make_world: Make) -> Make:
    def made(**settings: Any) -> World:
        world = make_world(**{"public_url": URL, "write": {"fields": ["health_band", *sorted(NAMES)]}} | settings)
        world.account("a1")
        world.crm.put("person", "p1", accounts=("a1",), email="anna@example.com")
        return world

    return made


@pytest.fixture
def asked(make: Make) -> World:
    """Everything in scope, and written."""
    world = make()
    world.run()
    return world


def links(world: World, id: str = "p1") -> dict[str, object]:
    return {name: value for name, value in world.crm.own_of_persons.get(id, {}).items() if value is not None}


def vote(world: World, survey: SurveyName = "nps", id: str = "p1", **said: object) -> int:
    """What the door answers; the answer is taken in."""
    client = public_app(world.workspace).test_client()
    path = str(links(world, id)[f"survey_link_{survey}"]).removeprefix(URL)
    status = client.post(path, data=said).status_code
    inlets(world.workspace)[SOURCE](world.workspace, SOURCE)
    return status


def answers(world: World, id: str = "p1") -> list[dict[str, Any]]:
    with world.workspace.store.read() as db:
        ids = references.linked(db, "sf", "person", [id], "response")
        return [dict(one.content) for one in memory.known(db, "sf", "response", ids, world.clock.now())]


def kept(db: Connection) -> list[str]:
    """Every answer that is known, ours too, of which no CRM knows."""
    mine = records.c.kind == "response", records.c.payload.is_not(None)
    return list(db.execute(select(records.c.id).where(*mine)).scalars())


def test_a_person_of_a_customer_in_scope_has_links_that_stay(asked: World) -> None:
    before = links(asked)
    assert before.keys() == NAMES
    assert all(str(link).startswith(f"{URL}/s/") and len(str(link)) < 80 for link in before.values())
    writes = len(asked.crm.writes)
    for _ in range(3):
        asked.next_day()
        asked.run()
    assert links(asked) == before
    assert not [patch for some in asked.crm.writes[writes:] for patch in some if patch.ref.kind == "person"]


def test_without_an_address_there_is_nothing_to_follow_and_nothing_to_pay(make: Make) -> None:
    world = make(public_url=None, write={"fields": "all"})
    world.run()
    assert not NAMES & world.workspace.fields.keys()
    assert {patch.ref.kind for some in world.crm.writes for patch in some} == {"account"}
    assert [entry.ref.kind for entry in world.workspace.ledger.entries("sf")] == ["account"]


def test_a_new_person_gets_links_when_they_are_read(asked: World) -> None:
    asked.tick(minutes=1)
    asked.crm.put("person", "p2", accounts=("a1",))
    asked.sync()
    asked.push()
    assert links(asked, "p2").keys() == NAMES
    assert not set(links(asked, "p2").values()) & set(links(asked).values())


def test_who_left_or_belongs_to_nobody_has_none(asked: World) -> None:
    asked.tick(minutes=1)
    asked.crm.put("person", "p2", accounts=())
    asked.crm.put("person", "p3", accounts=("a1",), left_on=asked.workspace.today)
    asked.crm.put("person", "p1", left_on=asked.workspace.today)
    asked.sync()
    asked.push()
    assert (links(asked, "p1"), links(asked, "p2"), links(asked, "p3")) == ({}, {}, {})
    asked.tick(minutes=1)
    asked.crm.put("person", "p1", left_on=None)
    asked.sync()
    asked.push()
    assert links(asked).keys() == NAMES


def test_links_come_and_go_with_the_scope(make: Make) -> None:
    world = make(scope="status = customer")
    world.account("a1", status="prospect")
    world.run()
    assert links(world) == {}
    for status, there in (("customer", NAMES), ("churned", set()), ("customer", NAMES)):
        world.tick(minutes=1)
        world.account("a1", status=status)
        world.run()
        assert links(world).keys() == there


def test_a_link_that_somebody_changed_is_repaired(asked: World) -> None:
    right = links(asked)
    asked.tick(minutes=1)
    asked.crm.edit_own("p1", "person", survey_link_nps="https://elsewhere.example.com")
    assert asked.sync().kinds["person"].drifted == 1
    asked.push()
    assert links(asked) == right


def test_a_lost_answer_is_read_back(make: Make) -> None:
    world = make()
    world.sync()
    world.score()
    world.crm.lost.add("p1")
    world.push()
    world.tick(minutes=1)
    world.push()
    assert links(world).keys() == NAMES
    assert len([patch for some in world.crm.writes for patch in some if patch.ref.kind == "person"]) == 1


@pytest.mark.parametrize(
    "other", [{"public_url": "https://new.example.com"}, {"secret_key": [SecretStr("a passphrase of some length")]}]
)
def test_another_address_or_key_gives_everybody_other_links(asked: World, other: dict[str, Any]) -> None:
    before = links(asked)
    asked.workspace.settings = asked.workspace.settings.model_copy(update=other)
    asked.run()
    assert links(asked).keys() == NAMES
    assert not set(links(asked).values()) & set(before.values())


def test_a_crm_without_a_place_for_links_gets_its_accounts_written(make: Make) -> None:
    world = make()
    world.crm.provisioned -= NAMES
    summary = world.run()
    assert "survey_link" in summary.waiting
    assert world.crm.own["a1"] == {"health_band": "unknown"}
    assert links(world) == {}
    told = [noted.finding for noted in findings(world.workspace, "sf")]
    assert [one.level for one in told] == ["info", "warning"]
    assert pushing.plan(world.workspace, "sf").patches == ()
    made = world.crm.calls.made.copy()
    assert world.push().waiting == summary.waiting
    assert world.crm.calls.made == made, "it is not asked at every turn"
    world.crm.provision_all(list(world.workspace.fields.values()))
    world.clock.move(survey_places.AGAIN)
    assert not world.push().waiting
    assert links(world).keys() == NAMES
    assert [noted.finding.level for noted in findings(world.workspace, "sf")] == ["info"]


def test_doctor_names_links_that_are_not_written(make: Make) -> None:
    world = make(public_url=None)
    assert {noted.finding.what.split()[0] for noted in settings_findings(world.workspace)} == NAMES
    assert not list(settings_findings(make().workspace))


def test_doctor_says_that_surveys_need_an_address_where_the_admin_names_some(make: Make) -> None:
    def warned(**settings: Any) -> list[str]:
        found = settings_findings(make(own_fields={}, **settings).workspace)
        return [noted.finding.mend for noted in found if noted.finding.what.startswith("surveys")]

    assert warned(public_url=None, surveys=["nps"]) == ["set public_url to where people reach this machine"]
    assert warned(public_url=None) == warned(public_url=None, surveys=[]) == warned(surveys=["nps"]) == []


def test_an_answer_becomes_a_response_of_the_customer(asked: World) -> None:
    assert vote(asked, score=9, comment="Quick help") == 200
    (answer,) = answers(asked)
    assert answer | {"extra": {}} == {
        "account": "a1", "person": "p1", "survey": "nps", "score": 9.0, "comment": "Quick help",
        "at": asked.clock.now().isoformat(), "extra": {},
    }  # fmt: skip
    assert asked.affected() == {asked.customer("a1")}
    asked.score()
    assert (asked.decision("a1").nps, asked.decision("a1").nps_last) == (100, 9)


def test_a_changed_mind_replaces_within_the_window_and_adds_behind_it(asked: World) -> None:
    vote(asked, score=3)
    vote(asked, score=3)
    asked.tick(days=29)
    vote(asked, score=8)
    assert [one["score"] for one in answers(asked)] == [8.0]
    asked.tick(days=2)
    vote(asked, score=10)
    vote(asked, "csat", score=4)
    assert sorted((one["survey"], one["score"]) for one in answers(asked)) == [
        ("csat", 4.0),
        ("nps", 8.0),
        ("nps", 10.0),
    ]
    asked.score()
    assert asked.decision("a1").nps_last == 10


def test_deliveries_that_come_again_change_nothing(asked: World) -> None:
    client = public_app(asked.workspace).test_client()
    path = str(links(asked)["survey_link_nps"]).removeprefix(URL)
    for score in (2, 9):
        client.post(path, data={"score": score})
        asked.tick()
    inlets(asked.workspace)[SOURCE](asked.workspace, SOURCE)
    before = answers(asked)
    assert [one["score"] for one in before] == [9.0]
    with asked.workspace.store.write() as db:
        db.exec_driver_sql("UPDATE inbox SET done_at = NULL")
    asked.tick(hours=3)
    inlets(asked.workspace)[SOURCE](asked.workspace, SOURCE)
    assert answers(asked) == before


def test_a_person_of_two_customers_answers_for_both(asked: World) -> None:
    asked.tick(minutes=1)
    asked.account("a2")
    asked.crm.put("person", "p1", accounts=("a1", "a2"))
    asked.run()
    vote(asked, score=9)
    asked.score()
    assert [asked.decision(id).nps_last for id in ("a1", "a2")] == [9, 9]


def test_an_answer_stays_with_the_customer_when_the_person_moves_on(asked: World) -> None:
    vote(asked, score=9)
    asked.tick(minutes=1)
    asked.account("a2")
    asked.crm.put("person", "p1", accounts=("a2",))
    asked.run()
    assert [asked.decision(id).nps_last for id in ("a1", "a2")] == [9, None]


def test_a_survey_that_is_asked_no_more_is_told_kindly(asked: World) -> None:
    path = str(links(asked)["survey_link_nps"]).removeprefix(URL)
    asked.workspace.settings = asked.workspace.settings.model_copy(update={"surveys": {}})
    assert public_app(asked.workspace).test_client().get(path).status_code == 410
    asked.workspace.settings = asked.workspace.settings.model_copy(update={"public_url": None})
    assert public_app(asked.workspace).test_client().get(path).status_code == 404


def test_who_is_gone_is_told_kindly(asked: World) -> None:
    client = public_app(asked.workspace).test_client()
    path = str(links(asked)["survey_link_nps"]).removeprefix(URL)
    asked.tick(minutes=1)
    asked.crm.delete("person", "p1")
    asked.sync()
    assert client.get(path).status_code == client.post(path, data={"score": 9}).status_code == 410
    assert asked.entry("p1") is None


def merge(world: World, loser: str, winner: str) -> None:
    world.tick(minutes=1)
    world.crm.put("person", winner, accounts=("a1",))
    world.crm.delete("person", loser, merged_into=winner)
    world.run()


def test_the_link_of_who_was_merged_away_leads_to_the_survivor(asked: World) -> None:
    client = public_app(asked.workspace).test_client()
    path = str(links(asked)["survey_link_nps"]).removeprefix(URL)
    vote(asked, score=3)
    merge(asked, "p1", "p2")
    merge(asked, "p2", "p3")
    assert client.get(path).status_code == 200
    assert client.post(path, data={"score": 9}).status_code == 200
    survey_answers.drain(asked.workspace, SOURCE)
    assert [(one["person"], one["score"]) for one in answers(asked, "p3")] == [("p3", 9.0)], "a changed mind"
    assert vote(asked, id="p3", score=7) == 200
    assert [one["score"] for one in answers(asked, "p3")] == [7.0]
    asked.score()
    assert asked.decision("a1").nps_last == 7


def test_an_answer_that_waited_while_its_person_was_merged_is_the_survivors(asked: World) -> None:
    client = public_app(asked.workspace).test_client()
    client.post(str(links(asked)["survey_link_nps"]).removeprefix(URL), data={"score": 9})
    merge(asked, "p1", "p2")
    survey_answers.drain(asked.workspace, SOURCE)
    assert [one["score"] for one in answers(asked, "p2")] == [9.0]


def test_who_was_merged_and_came_back_is_themselves_again(asked: World) -> None:
    path = str(links(asked)["survey_link_nps"]).removeprefix(URL)
    merge(asked, "p1", "p2")
    asked.tick(minutes=1)
    asked.crm.put("person", "p1", accounts=("a1",))
    asked.run()
    client = public_app(asked.workspace).test_client()
    client.post(path, data={"score": 9})
    survey_answers.drain(asked.workspace, SOURCE)
    assert ([one["score"] for one in answers(asked)], answers(asked, "p2")) == ([9.0], [])
    asked.tick(minutes=1)
    asked.crm.delete("person", "p1")
    asked.crm.delete("person", "p2")
    asked.run()
    assert client.get(path).status_code == 410


def test_whoever_was_merged_again_and_again_is_one_person(asked: World) -> None:
    for number in range(1, 9):
        merge(asked, f"p{number}", f"p{number + 1}")
    with asked.workspace.store.read() as db:
        for id in ("p1", "p5", "p9"):
            assert find(db, f"sf:{id}").refs == {Ref("sf", "person", f"p{number}") for number in range(1, 10)}


def test_who_was_merged_is_erased_with_the_survivor(asked: World) -> None:
    path = str(links(asked)["survey_link_nps"]).removeprefix(URL)
    client = public_app(asked.workspace).test_client()
    client.post(path, data={"score": 9, "comment": "Anna was here"})
    merge(asked, "p1", "p2")
    with asked.workspace.store.read() as db:
        someone = find(db, "sf:p2")
    assert someone.emails == {"anna@example.com"}
    erase(asked.workspace, someone)
    assert client.get(path).status_code == 410
    survey_answers.drain(asked.workspace, SOURCE)
    with asked.workspace.store.read() as db:
        assert kept(db) == []


def test_an_erased_person_leaves_a_number_and_nothing_else(asked: World) -> None:
    vote(asked, score=9, comment="Anna was here")
    with asked.workspace.store.read() as db:
        someone = find(db, "anna@example.com")
    erase(asked.workspace, someone)
    with asked.workspace.store.read() as db:
        (id,) = kept(db)
        (left,) = memory.known(db, "sf", "response", [id], asked.clock.now())
        assert (left.content["score"], left.content["person"], left.content["comment"]) == (9.0, None, None)
        assert db.exec_driver_sql("SELECT body FROM inbox").scalars().all() == [None]
    assert not {"p1", "anna"} & set(id.split(":"))


def test_links_of_an_erased_person_are_blanked_where_the_crm_still_has_them(asked: World) -> None:
    asked.crm.put("person", "p2", accounts=("a1",), email="anna@example.com")
    asked.tick(minutes=1)
    asked.run()
    path = str(links(asked)["survey_link_nps"]).removeprefix(URL)
    assert links(asked, "p2").keys() == NAMES
    asked.crm.delete("person", "p2")
    asked.sync()
    with asked.workspace.store.read() as db:
        someone = find(db, "anna@example.com")
    assert erase(asked.workspace, someone)["links in the CRM"] == 1
    assert public_app(asked.workspace).test_client().get(path).status_code == 410
    writes = len(asked.crm.writes)
    asked.push()
    asked.next_day()
    asked.run()
    (patch,) = [patch for some in asked.crm.writes[writes:] for patch in some if patch.ref.kind == "person"]
    assert patch.ref.id == "p1"
    assert links(asked) == {}
    assert asked.crm.items[Ref("sf", "person", "p1")], "their record is left as it is"


def test_an_answer_of_somebody_who_is_gone_since_is_nobodys(asked: World) -> None:
    client = public_app(asked.workspace).test_client()
    client.post(str(links(asked)["survey_link_nps"]).removeprefix(URL), data={"score": 9})
    asked.tick(minutes=1)
    asked.crm.delete("person", "p1")
    asked.sync()
    survey_answers.drain(asked.workspace, SOURCE)
    with asked.workspace.store.read() as db:
        assert kept(db) == []


def test_links_of_another_process_are_the_same(asked: World) -> None:
    with asked.workspace.store.write() as db:
        made = surveying.tokens(db, asked.workspace)
    token = made.token(Invitation(Ref("sf", "person", "p1"), "nps"))
    assert links(asked)["survey_link_nps"] == f"{URL}/s/{token}"
