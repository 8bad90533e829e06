"""Segment, stage and the scores of other purposes, from the rules of the workspace to the fields of the CRM."""

from collections.abc import Callable
from datetime import timedelta

from worlds import START, World

from config.scorecards import Scorecard

Make = Callable[..., World]

SEGMENTS = [
    {"name": "strategic", "if": "arr >= 100000", "touch": "high"},
    {"name": "small", "if": "arr < 100000", "touch": "tech"},
]
STAGES = [
    {"name": "renewal", "enter": "days_to_renewal <= 30", "exit": "days_to_renewal > 30"},
    {"name": "early", "enter": "customer_since >= 2026-01-01", "exit": "days_to_renewal <= 30"},
]
TOUCH = {"feature": "days_since_touch", "group": "relationship", "weight": 1, "curve": [[0, 100], [100, 0]]}


def card(purpose: str, applies: str = "all", weight: float = 1) -> Scorecard:
    measure = {**TOUCH, "weight": weight}
    return Scorecard.model_validate({"purpose": purpose, "for": applies, "measures": {"touch": measure}})


def desired(world: World, id: str, *names: str) -> tuple[object, ...]:
    entry = world.entry(id)
    assert entry is not None
    return tuple((entry.desired or {}).get(name) for name in names)


def world_of(make_world: Make, **settings: object) -> World:
    world = make_world(segments=SEGMENTS, stages=STAGES, **settings)
    for id, arr in (("big", 250_000.0), ("tiny", 900.0), ("odd", None)):
        renewal = START.date() + timedelta(days=31)
        world.account(id, arr=arr, customer_since=START.date() - timedelta(days=20), renewal_date=renewal)
        world.crm.put("activity", f"of-{id}", accounts=(id,), kind="call", at=START - timedelta(days=10))
    return world


def test_segment_and_stage_become_fields(make_world: Make) -> None:
    world = world_of(make_world)
    world.run()
    assert desired(world, "big", "segment", "journey_stage") == ("strategic", "early")
    assert desired(world, "tiny", "segment", "journey_stage") == ("small", "early")
    assert desired(world, "odd", "segment", "journey_stage") == (None, "early")


def test_the_stage_moves_with_the_days_and_keeps_its_history(make_world: Make) -> None:
    world = world_of(make_world)
    world.run()
    world.next_day(5)
    world.run()
    stages = [(decision.stage, decision.stage_since) for decision in world.history("big")]
    assert list(dict.fromkeys(stages)) == [
        ("early", START.date()),
        ("renewal", START.date() + timedelta(days=1)),
    ]
    assert desired(world, "big", "journey_stage") == ("renewal",)


def test_cards_are_chosen_by_segment_touch_and_stage(make_world: Make) -> None:
    world = world_of(make_world, scorecards=["health", "risk"])
    high, rest = card("health", "touch = high", 2), card("health")
    early, late = card("risk", "journey_stage = early", 3), card("risk", "journey_stage = renewal", 4)
    world.workspace.cards = {"health": [high, rest], "risk": [early, late]}
    world.run()
    big, tiny = world.decision("big"), world.decision("tiny")
    assert (big.version, tiny.version) == (high.version, rest.version)
    assert [(verdict.purpose, verdict.version) for verdict in big.verdicts] == [("risk", early.version)]
    assert desired(world, "big", "risk_score") == (90.0,)
    world.next_day(5)
    world.run()
    assert [verdict.version for verdict in world.decision("big").verdicts] == [late.version]


def test_a_purpose_that_is_off_is_not_scored(make_world: Make) -> None:
    world = world_of(make_world)
    world.workspace.cards = {"health": [card("health")], "risk": [card("risk")]}
    world.run()
    assert world.decision("big").verdicts == ()
    assert "risk_score" not in world.workspace.fields


def test_other_rules_for_segments_affect_everybody(make_world: Make) -> None:
    world = world_of(make_world)
    world.run()
    assert world.score().customers == 0
    fewer = world.workspace.settings.model_copy(update={"segments": world.workspace.settings.segments[1:]})
    world.workspace.settings = fewer
    assert world.score().customers == 3
    assert desired(world, "big", "segment") == (None,)


def test_what_the_crm_says_is_not_written_where_it_is_no_option(make_world: Make) -> None:
    world = world_of(make_world, map={"account": {"fields": {"segment": "Tier__c"}}})
    world.crm.put("account", "vip", name="VIP", status="customer", extra={"segment": "Gold"})
    world.run()
    assert world.decision("vip").segment == "Gold"
    assert desired(world, "vip", "segment") == (None,)


def test_cross_sell_goes_by_the_book_of_the_day_before(make_world: Make) -> None:
    world = make_world(
        scorecards=["health", "expansion"], product={"owned": "products"},
        map={"account": {"fields": {"products": "Products__c"}}},
    )  # fmt: skip
    for number in range(30):
        world.crm.put("account", str(number), name=f"A{number}", status="customer", extra={"products": "base;reports"})
    world.crm.put("account", "lacks", name="Lacks", status="customer", extra={"products": "base"})
    world.run()
    assert [signal.name for signal in world.decision("lacks").signals] == ["cross_sell"]
    assert desired(world, "lacks", "expansion_signals") == (("cross_sell",),)
    assert desired(world, "0", "expansion_signals") == (None,)


def test_another_language_is_said_in_the_history_as_well(make_world: Make) -> None:
    world = world_of(make_world)
    world.run()
    english = world.decision("big")
    world.workspace.settings = world.workspace.settings.model_copy(update={"language": "fa"})
    world.run()
    persian = world.decision("big")
    assert (english.language, persian.language) == ("en", "fa")
    assert (persian.score, persian.band_since) == (english.score, english.band_since)
    assert persian.reasons != english.reasons
