from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from worlds import DAY, START, World, settings_of

from adapters.records import Ref
from bridge.pipeline.deciding import as_of
from bridge.store import customers, decisions
from bridge.store.schema import active_cards, peers
from bridge.sync.intake import take_in
from config.flags import FLAG_DAYS
from config.scorecards import load_scorecards
from config.settings import FlagSettings
from config.shipped import shipped_path
from scoring.decision import Decision

TODAY = START.date()
Make = Callable[..., World]


def two_customers(world: World) -> None:
    for id in "12":
        world.account(id)
        world.crm.put("response", f"r{id}", account=id, survey="nps", score=9.0, at=START - DAY)
        world.crm.put("ticket", f"t{id}", account=id, status="closed", opened_at=START - 3 * DAY,
                      closed_at=START - 2 * DAY, escalated=False)  # fmt: skip
        world.crm.put("activity", f"a{id}", accounts=(id,), kind="meeting", at=START - DAY)
    world.sync()


def rebuilt(world: World, day: date) -> list[Decision]:
    return sorted(as_of(world.workspace, day), key=lambda decision: decision.customer)


def flags(world: World, id: str = "1") -> list[str]:
    return [flag.name for flag in world.decision(id).flags]


def test_within_the_day_only_affected_customers_are_decided_about(world: World) -> None:
    two_customers(world)
    assert world.score().customers == 2
    assert world.score().customers == 0
    world.tick(hours=1)
    world.crm.put("ticket", "new", account="2", status="open", opened_at=START, escalated=True)
    world.sync()
    scored = world.score()
    assert (scored.customers, scored.decisions, scored.days) == (1, 1, [])
    assert flags(world, "2") == ["escalated_ticket"]
    assert len(world.history("1")) == 1


def test_at_the_close_of_a_day_everybody_is_decided_about(world: World) -> None:
    two_customers(world)
    world.score()
    world.next_day()
    scored = world.score()
    assert (scored.customers, scored.days) == (2, [TODAY])
    assert world.score().days == []


def test_missed_days_are_closed_in_order_and_only_the_last_is_published(world: World) -> None:
    two_customers(world)
    world.account("1", renewal_date=TODAY + timedelta(days=92))
    world.sync()
    world.score()
    world.next_day(5)
    scored = world.score()
    assert scored.days == [TODAY + timedelta(days=n) for n in range(5)]
    raised = [decision.day for decision in world.history("1") if decision.flags]
    assert raised[0] == TODAY + timedelta(days=2)
    history = world.history("1")
    assert history == sorted(history, key=lambda decision: decision.day)
    entry = world.entry("1")
    assert entry is not None
    assert entry.desired is not None
    assert entry.desired["risk_flags"] == ("renewal_near",)
    assert entry.desired["risk_since"] == TODAY + timedelta(days=2)


def test_time_alone_raises_silence_on_the_right_day(make_world: Make) -> None:
    world = make_world(usage=[{"file": "usage.csv", "stale_after": "30d"}])
    two_customers(world)
    world.write_usage("1,p,login,2026-02-14,3", "2,p,login,2026-02-14,3")
    world.take_in_usage()
    world.score()
    on: list[date] = []
    for _ in range(7):
        world.next_day()
        world.score()
        if "silent" in flags(world):
            on.append(world.workspace.today - DAY)
    assert on[0] == date(2026, 2, 14) + timedelta(days=FLAG_DAYS["silent"] or 0)
    assert len(on) > 1


def test_time_alone_raises_a_near_renewal_on_the_right_day(world: World) -> None:
    two_customers(world)
    world.account("1", renewal_date=TODAY + timedelta(days=93))
    world.sync()
    world.score()
    seen = {}
    for _ in range(6):
        world.next_day()
        world.score()
        seen[world.workspace.today - DAY] = flags(world)
    first = TODAY + timedelta(days=3)
    assert [day for day, names in seen.items() if names == ["renewal_near"]] == [first, first + DAY, first + 2 * DAY]


def test_a_day_rebuilt_as_known_equals_the_day_as_it_was_scored(make_world: Make) -> None:
    world = make_world(timezone="America/New_York", usage=[{"file": "usage.csv"}])
    two_customers(world)
    world.score()
    closes: dict[date, list[Decision]] = {}
    for number in range(6):
        world.tick(hours=5)
        world.write_usage(*(f"1,p,login,{TODAY + timedelta(days=n - 3)},{number + n}" for n in range(number + 3)))
        status = "open" if number % 4 < 2 else "closed"
        closed_at = None if status == "open" else world.clock.now()
        world.crm.put("ticket", "x", account="1", status=status, opened_at=START, escalated=True, closed_at=closed_at)
        world.crm.put("response", "r1", score=float(number))
        world.sync()
        world.take_in_usage()
        world.score()
        world.next_day()
        world.score()
        day = world.workspace.today - DAY
        with world.workspace.store.read() as db:
            closes[day] = [found for _, found in sorted(decisions.latest(db, [1, 2], day + DAY).items())]
    assert len({decision.band for some in closes.values() for decision in some}) > 1, "the bands took some path"
    for day, stored in closes.items():
        again = rebuilt(world, day)
        assert [shown(decision) for decision in again] == [shown(decision) for decision in stored], day


OTHER_RULES: dict[str, dict[str, Any]] = {
    "the days of a flag": {"flags": {"silent": {"days": 400}, "renewal_near": {"days": 5}}},
    "a segment": {"segments": [{"name": "all", "if": "all", "touch": "tech"}]},
    "a stage": {"stages": [{"name": "whole", "enter": "all", "exit": ["arr < 0"]}]},
    "the scope": {"scope": "domain = a2.example.com"},
    "the purposes": {"scorecards": ["health", "risk"]},
    "the time zone": {"timezone": "Asia/Tokyo"},
    "the life of a source": {"usage": [{"file": "usage.csv", "stale_after": "1d"}]},
}


@pytest.mark.parametrize("change", OTHER_RULES.values(), ids=OTHER_RULES)
def test_a_day_rebuilt_after_the_rules_were_changed_equals_the_day_as_it_was_scored(
    make_world: Make, change: dict[str, Any]
) -> None:
    rules = {"flags": {"silent": {"days": 2}, "renewal_near": {"days": 90}}, "usage": [{"file": "usage.csv"}]}
    world = make_world(**rules)
    two_customers(world)
    world.account("1", renewal_date=TODAY + timedelta(days=30), arr=50_000.0, currency="USD")
    world.write_usage("1,p,login,2026-02-25,3", "2,p,login,2026-02-28,3")
    world.run()
    world.tick(hours=7)
    world.crm.put("response", "r1", score=2.0, at=world.clock.now())
    world.run()
    world.next_day()
    world.run()
    day = world.workspace.today - DAY
    with world.workspace.store.read() as db:
        stored = [found for _, found in sorted(decisions.latest(db, [1, 2], day + DAY).items())]
    assert any(decision.flags for decision in stored)
    settings = settings_of(world.workspace.folder, **rules | change)
    world.workspace = replace(world.workspace, settings=settings)
    world.score(everybody=True)
    world.next_day(2)
    world.score()
    assert [ruled(decision) for decision in rebuilt(world, day)] == [ruled(decision) for decision in stored]
    new = world.workspace.today - DAY
    with world.workspace.store.read() as db:
        now = [found for _, found in sorted(decisions.latest(db, customers.inside(db, [1, 2])).items())]
    assert [ruled(decision) for decision in rebuilt(world, new)] == [ruled(decision) for decision in now]


def ruled(decision: Decision) -> tuple[Any, ...]:
    return (*shown(decision), decision.segment, decision.stage, decision.stage_since, len(decision.verdicts))


def test_of_rules_that_an_earlier_release_did_not_keep_the_present_ones_stand_for_them(world: World) -> None:
    two_customers(world)
    world.score()
    world.next_day()
    world.score()
    with world.workspace.store.write() as db:
        db.execute(update(active_cards).values(rules=None))
    day = world.workspace.today - DAY
    before = rebuilt(world, day)
    world.workspace = replace(world.workspace, settings=settings_of(world.workspace.folder, scope="name = nobody"))
    assert (len(before), rebuilt(world, day)) == (2, [])


def shown(decision: Decision) -> tuple[Any, ...]:
    return (
        decision.customer, decision.score, decision.coverage, decision.band, decision.band_since, decision.missing,
        [(flag.name, flag.since) for flag in decision.flags], decision.nps, decision.nps_last, decision.version,
        [(part.measure, part.points) for part in decision.contributions],
    )  # fmt: skip


def test_a_day_before_the_first_sync_is_scored_as_dated_and_nothing_is_stored(world: World) -> None:
    two_customers(world)
    world.account("1", renewal_date=TODAY + timedelta(days=10))
    world.sync()
    world.score()
    before = len(world.history("1"))
    (first, second) = rebuilt(world, TODAY - 2 * DAY)
    assert (first.day, first.nps_last, first.flags) == (TODAY - 2 * DAY, None, ())
    assert [decision.nps_last for decision in rebuilt(world, TODAY - DAY)] == [9.0, 9.0]
    assert second.day == first.day
    assert len(world.history("1")) == before
    assert rebuilt(world, TODAY) == [world.decision("1"), world.decision("2")]


def test_nothing_is_known_before_anything_was_read(world: World) -> None:
    assert rebuilt(world, TODAY) == []
    assert world.score().customers == 0


def test_who_leaves_the_scope_is_blanked_once(make_world: Make) -> None:
    world = make_world(scope="status = customer")
    two_customers(world)
    world.run()
    assert world.crm.own["1"]["health_band"] == "green"
    world.tick(hours=1)
    world.crm.edit_own("1", pulse="red")
    world.account("1", status="churned")
    world.crm.writes.clear()
    assert world.run().written == 1
    held = {name: value for name, value in world.crm.own["1"].items() if value is not None}
    assert held == {"pulse": "red"}
    for _ in range(3):
        world.next_day()
        assert world.run().written <= 1
    assert world.crm.written.count(Ref("sf", "account", "1")) == 1
    with world.workspace.store.read() as db:
        assert sum(decisions.bands(db).values()) == 1


def test_who_comes_back_into_the_scope_is_written_again(make_world: Make) -> None:
    world = make_world(scope="status = customer")
    two_customers(world)
    for status in ("customer", "churned", "customer"):
        world.tick(hours=1)
        world.account("1", status=status)
        world.run()
    assert world.crm.own["1"]["health_band"] == "green"
    entry = world.entry("1")
    assert entry is not None
    assert not entry.contested
    assert entry.repairs == 0


def settled(world: World) -> World:
    two_customers(world)
    world.run()
    assert world.score().customers == 0
    return world


def other_flags(world: World) -> None:
    world.workspace.settings = world.workspace.settings.model_copy(update={"flags": {"silent": FlagSettings(days=3)}})


def other_scope(world: World) -> None:
    world.workspace.settings = world.workspace.settings.model_copy(update={"scope": "status != prospect"})


def other_card(world: World) -> None:
    shipped = Path(str(shipped_path("scorecards/health.yml"))).read_text(encoding="utf-8")
    file = world.workspace.folder / "health.yml"
    file.write_text(shipped.replace("min_coverage: 0.3", "min_coverage: 0.31"), encoding="utf-8")
    world.workspace.cards = {name: list(some) for name, some in load_scorecards([file]).items()}


@pytest.mark.parametrize("change", [other_flags, other_scope, other_card])
def test_other_rules_make_everybody_affected_once(world: World, change: Callable[[World], None]) -> None:
    settled(world)
    change(world)
    assert world.score().customers == 2
    assert world.score().customers == 0


def test_everybody_can_be_asked_for(world: World) -> None:
    assert settled(world).score(everybody=True).customers == 2


def test_a_deleted_account_is_decided_about_no_more(world: World) -> None:
    settled(world)
    world.tick(hours=1)
    world.crm.delete("account", "1")
    world.sync()
    scored = world.score()
    assert (scored.customers, scored.outside) == (0, 1)
    assert world.entry("1") is None
    world.next_day()
    world.run()
    assert world.entry("1") is None
    assert len(world.history("1")) == 1


def test_an_undeleted_account_is_decided_about_and_written_again(world: World) -> None:
    settled(world)
    world.tick(hours=1)
    world.crm.delete("account", "1")
    world.run()
    world.tick(hours=1)
    world.account("1")
    assert world.run().written == 1
    assert world.crm.own["1"]["health_band"] == "green"


def test_who_is_known_by_name_only_is_unknown_and_blank(world: World) -> None:
    world.account("1", status="prospect", domain=None)
    world.run()
    decision = world.decision("1")
    assert (decision.score, decision.band, decision.flags) == (None, "unknown", ())
    assert world.crm.own["1"].get("health_score") is None
    assert world.crm.own["1"]["health_band"] == "unknown"
    assert world.crm.own["1"]["next_action"]


def test_what_changes_during_scoring_is_decided_about_next(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A claim that was overtaken is given up: the older decision is not stored over what is known by now."""
    two_customers(world)
    happened: list[str] = []
    plain = customers.done

    def overtaken(db: Any, claimed: Any) -> set[int]:
        if not happened:
            happened.append("an event")
            world.tick()
            ticket = world.crm.put("ticket", "new", account="1", status="open", opened_at=START, escalated=True)
            take_in(db, world.workspace, [world.crm.items[ticket]], world.clock.now())
        return plain(db, claimed)

    monkeypatch.setattr(customers, "done", overtaken)
    assert world.score().customers == 1, "the other one"
    assert world.affected() == {world.customer("1")}
    world.score()
    assert [[flag.name for flag in decision.flags] for decision in world.history("1")] == [["escalated_ticket"]]
    assert world.affected() == set()


def test_midnight_between_the_close_and_the_claim_keeps_days_in_order(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_customers(world)
    world.score()
    world.clock.set(START.replace(hour=23, minute=59, second=59))
    world.crm.put("ticket", "new", account="1", status="open", opened_at=START, escalated=True)
    world.sync()
    plain, happened = customers.claim_affected, []

    def late(db: Any, limit: int) -> dict[int, int]:
        if not happened:
            happened.append("midnight")
            world.tick(seconds=5)
        return plain(db, limit)

    monkeypatch.setattr(customers, "claim_affected", late)
    scored = world.score()
    assert scored.days == [TODAY]
    days: Sequence[date] = [decision.day for decision in world.history("1")]
    assert days == sorted(days)
    assert world.affected() == set()


def test_a_clock_that_was_set_back_hides_nothing_that_is_known(world: World) -> None:
    two_customers(world)
    world.clock.move(-timedelta(minutes=1))
    assert world.score().customers == 2
    assert world.decision("1").score is not None


def test_who_comes_back_into_scope_starts_without_an_old_band(make_world: Make) -> None:
    world = make_world(scope="status = customer")
    two_customers(world)
    world.score()
    world.next_day(2)
    world.account("1", status="churned")
    world.run()
    world.next_day(2)
    world.tick(hours=1)
    world.account("1")
    world.run()
    back = world.clock.now().date()
    world.next_day(2)
    world.run()
    assert world.decision("1").band_since == back
    assert world.decision("2").band_since == TODAY
    for day in (back, back + DAY):
        stored = [decision for decision in world.history("1") if decision.day <= day][-1]
        assert rebuilt(world, day)[0].band_since == stored.band_since == back


def test_before_the_first_sync_nobody_knows_what_similar_accounts_owned(make_world: Make) -> None:
    world = make_world(scorecards=["health", "risk", "expansion"], product={"owned": "products"})
    two_customers(world)
    world.score()
    assert len(rebuilt(world, TODAY - 9 * DAY)) == 2
    with world.workspace.store.read() as db:
        assert db.execute(select(peers.c.day)).scalars().all() == [TODAY]
