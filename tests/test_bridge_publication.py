"""What reaches the CRM, and what is not worth a write."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from worlds import DAY, START, World

from adapters.records import Ref
from bridge.pipeline.publication import _in_its_currency, fields_of
from scoring.decision import NO_TREND, Decision, RaisedFlag, Signal, Verdict

Make = Callable[..., World]

FLAGS = tuple(RaisedFlag(name, date(2026, 2, day), "", "") for name, day in (("silent", 9), ("detractor", 1)))
DECISION = Decision(
    customer=1, day=START.date(), score=71.5, coverage=80.0, band="green", band_since=START.date(), contributions=(),
    missing=(), flags=FLAGS,
    top_risk="silent", nps=-50, nps_last=3.0, nps_group="detractor", reasons="why", next_action="what", version="v",
    verdicts=(
        Verdict("risk", 12.5, 80.0, "red", START.date(), (), (), "why", "v"),
        Verdict("expansion", None, 10.0, "unknown", START.date(), (), (), "too little", "v"),
    ),
    segment="mid", stage="renewal", stage_since=START.date(), csat=80.0, churn_risk=None,
    signals=(Signal("seats_filling", START.date(), "full"), Signal("near_limit", START.date(), "near")),
    expansion_amount=1200.0, expansion_currency="EUR", trend=replace(NO_TREND, direction="down", change_30d=-9.5),
)  # fmt: skip


def test_a_decision_becomes_own_fields() -> None:
    now = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
    assert fields_of(DECISION, now) == {
        "health_score": 71.5,
        "health_band": "green",
        "health_trend": "down",
        "health_change_30d": -9.5,
        "risk_score": 12.5,
        "expansion_score": None,
        "onboarding_score": None,
        "advocacy_score": None,
        "churn_risk": None,
        "csat": 80.0,
        "expansion_signals": ("near_limit", "seats_filling"),
        "expansion_amount": 1200.0,
        "segment": "mid",
        "journey_stage": "renewal",
        "health_reasons": "why",
        "health_coverage": 80.0,
        "risk_flags": ("detractor", "silent"),
        "top_risk": "silent",
        "risk_since": date(2026, 2, 1),
        "risk_count": 2,
        "nps": -50,
        "nps_last": 3.0,
        "nps_group": "detractor",
        "next_action": "what",
        "scored_at": now.replace(microsecond=0),
        "score_version": "v",
    }


def test_every_written_own_field_is_published(world: World) -> None:
    written = {name for name, field in world.workspace.fields.items() if field.written}
    assert set(fields_of(DECISION, START)) >= written


def some_accounts(world: World) -> None:
    """Touched long ago (so that every sentence with a number of days changes each night), by differing means."""
    for number in range(6):
        id = str(number)
        world.account(id, renewal_date=START.date() + timedelta(days=70 + 15 * number))
        at = START - (3 + 20 * number) * DAY
        world.crm.put("activity", f"a{id}", accounts=(id,), kind="call", at=at)
        world.crm.put("response", f"r{id}", account=id, survey="nps", score=float(4 + number), at=at)
        world.crm.put("ticket", f"t{id}", account=id, status="closed", opened_at=at, closed_at=at, escalated=False)


def essence(world: World, id: str) -> tuple[object, ...]:
    decision = world.decision(id)
    return decision.band, tuple(flag.name for flag in decision.flags), decision.version


def going(world: World, id: str) -> tuple[bool, bool]:
    """Whether there is a trend and a change to see: they appear once there is enough history."""
    own = world.crm.own[id]
    return own.get("health_trend") is not None, own.get("health_change_30d") is not None


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_thirty_quiet_nights_write_only_what_moved(world: World) -> None:
    """A write is explained by another band, flag or version, a fact, a score that moved by ``min_change``, or a trend
    of which there is enough history at last.
    """
    some_accounts(world)
    world.run()
    world.crm.writes.clear()
    ids = [str(number) for number in range(6)]
    published = {id: (world.decision(id).score, essence(world, id), facts(world, id)) for id in ids}
    seen = {id: going(world, id) for id in ids}
    kept_quiet = drifted = 0
    for _ in range(30):
        world.next_day()
        world.run()
        written = {ref.id for ref in world.crm.written}
        world.crm.writes.clear()
        for id in ids:
            score, decided, known = published[id]
            now = world.decision(id).score
            moved = score != now and (score is None or now is None or abs(now - score) >= 1 - 1e-9)
            appeared, seen[id] = seen[id] != going(world, id), going(world, id)
            worth_it = moved or appeared or decided != essence(world, id) or known != facts(world, id)
            assert (id in written) == worth_it, (world.workspace.today, id)
            if worth_it:
                material = moved or decided != essence(world, id)
                published[id] = (now if material else score, essence(world, id), facts(world, id))
            kept_quiet += not worth_it
            drifted += not worth_it and score != now
    assert all(trend for trend, _ in seen.values())
    assert kept_quiet > 60
    assert drifted > 5, "some scores drifted below the threshold"


def facts(world: World, id: str) -> tuple[object, ...]:
    decision = world.decision(id)
    since = min((flag.since for flag in decision.flags), default=None)
    return decision.nps, decision.nps_last, decision.nps_group, since


def test_no_change_is_small_enough_where_the_threshold_is_nought(make_world: Make) -> None:
    world = make_world(write={"min_change": 0})
    some_accounts(world)
    world.run()
    world.crm.writes.clear()
    world.next_day(2)  # the first close is that of the day on which they were decided about already
    world.run()
    assert len(set(world.crm.written)) >= 3


def test_only_the_chosen_fields_are_written(make_world: Make) -> None:
    world = make_world(write={"fields": ["health_band", "nps_last"]})
    some_accounts(world)
    world.run()
    assert {name for patches in world.crm.writes for patch in patches for name in patch.fields} == {
        "health_band", "nps_last",
    }  # fmt: skip


def test_what_the_crm_held_before_is_not_drift(world: World) -> None:
    """A store that was lost, or a restored backup: the first reading is where we start."""
    some_accounts(world)
    world.crm.edit_own("0", health_band="red", health_score=1.0)
    summary = world.run()
    assert (summary.repaired, summary.contested) == (0, ())
    assert world.crm.own["0"]["health_band"] == world.decision("0").band
    entry = world.entry("0")
    assert entry is not None
    assert entry.repairs == 0


def test_a_merge_is_not_drift(world: World) -> None:
    some_accounts(world)
    world.run()
    world.tick(hours=1)
    world.crm.delete("account", "1", merged_into="0")
    world.crm.edit_own("0", health_band="red", health_score=1.0)
    assert world.sync().kinds["account"].drifted == 0
    world.score()
    world.push()
    entry = world.entry("0")
    assert entry is not None
    assert (entry.repairs, entry.desired) == (0, entry.confirmed | dict(entry.desired or {}))
    assert world.crm.own["0"]["health_band"] == world.decision("0").band
    assert world.entry("1") is None
    assert Ref("sf", "account", "1") not in world.crm.written[-1:]


def test_an_amount_is_not_shown_as_one_of_another_currency() -> None:
    amounts = {currency: _in_its_currency(DECISION, currency).expansion_amount for currency in ("EUR", "USD", None)}
    assert amounts == {"EUR": 1200.0, "USD": None, None: 1200.0}
