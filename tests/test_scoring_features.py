"""Features one by one: what counts, what does not, and what is unknown rather than zero."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from scoring.features.table import FEATURES
from scoring.frames import Frames, empty_frames, frame
from scoring.messages import catalogue
from scoring.nps import rollup
from scoring.past import past

AS_OF = date(2026, 6, 1)


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def book(**rows: list[dict[str, Any]]) -> Frames:
    """Customer 1 unless a row says otherwise; every usage source is alive unless ``sources`` says otherwise."""
    rows = {"customers": [{}], "sources": [{"source": "app", "newest": AS_OF, "stale_after_days": 7}], **rows}
    made = {name: frame(name, [{"customer": 1, **row} for row in found]) for name, found in rows.items()}
    return replace(empty_frames(AS_OF), **made)


def value(feature: str, **rows: list[dict[str, Any]]) -> Any:
    found = FEATURES[feature](past(book(**rows))).iloc[0]
    return None if found != found else found


def use(
    person: str | None, *days: int, source: str = "app", feature: str = "f", count: float | None = 1
) -> list[dict[str, Any]]:
    base = {"source": source, "person": person, "feature": feature, "count": count}
    return [{**base, "day": ago(day)} for day in days]


def test_every_feature_has_a_sentence_a_label_and_a_remedy() -> None:
    words = catalogue("en")
    assert [name for name in FEATURES for id in (name, f"{name}.label", f"{name}.remedy") if id not in words] == []


def test_seat_use_counts_distinct_persons_of_28_days() -> None:
    seats = [{"seats_bought": 4}]
    rows = use("a", 0, 1, 27) + use("b", 27) + use("c", 28) + use("a", 3, feature="g") + use("d", 2, count=-3)
    assert value("seat_use", customers=seats, usage=rows) == 0.5
    assert value("active_persons_before", customers=seats, usage=rows + use("a", 60)) == 1
    assert value("active_persons_before", customers=seats, usage=use("a", 5)) is None
    for none in (0, -1, None):
        assert value("seat_use", customers=[{"seats_bought": none}], usage=rows) is None


def test_use_without_names_of_persons() -> None:
    assert value("active_persons", usage=use(None, 1, 2)) is None
    assert value("active_persons", usage=use(None, 1, 2) + use("a", 2)) == 1
    assert value("active_persons", usage=use("a", 40)) == 0
    assert value("days_since_login", usage=use(None, 2, count=None)) == 2


@pytest.mark.parametrize(
    ("newest", "expected"),
    [(0, 0), (7, 0), (8, None), (None, None)],
)
def test_no_rows_is_zero_only_while_the_source_is_alive(newest: int | None, expected: int | None) -> None:
    sources = [{"source": "app", "newest": None if newest is None else ago(newest), "stale_after_days": 7}]
    assert value("active_persons", usage=use("a", 50), sources=sources) == expected


def test_never_seen_is_unknown_and_seen_without_use_is_zero() -> None:
    assert value("active_persons", usage=[]) is None
    assert value("days_since_login", usage=[]) is None
    assert value("active_persons", usage=use("a", 9, count=0)) == 0
    assert value("days_since_login", usage=use("a", 9, 4, count=0)) == 9


def test_a_dead_source_says_nothing_but_a_live_one_does() -> None:
    sources = [{"source": "app", "newest": ago(30)}, {"source": "web", "newest": ago(1)}]
    rows = use("a", 30) + use("b", 3, source="web")
    assert value("active_persons", usage=rows, sources=sources) == 1
    assert value("active_persons", usage=use("a", 30), sources=sources) is None


def test_a_watermark_in_the_future_is_not_believed() -> None:
    sources = [{"source": "app", "newest": ago(-3), "stale_after_days": 7}]
    assert value("active_persons", usage=use("a", 9), sources=sources) is None
    assert value("active_persons", usage=use("a", 5), sources=sources) == 1


def test_trend_compares_with_the_own_average_before() -> None:
    steady = use("a", *range(112))
    assert value("active_trend", usage=steady) == 1
    assert value("active_trend", usage=use("a", *range(14), *range(28, 112))) == 0.5
    assert value("usage_drop", usage=use("a", *range(7), *range(28, 112))) == 75
    assert value("active_trend", usage=use("a", *range(28))) is None
    assert value("active_trend", usage=use("a", *range(63))) == 1
    assert value("active_trend", usage=use("a", *range(40))) is None
    weekdays = [day for day in range(112) if ago(day).weekday() < 5]
    assert value("active_trend", usage=use("a", *weekdays)) == 1


def test_a_long_silence_is_no_use_and_not_unknown() -> None:
    for days in (28, 112, 400):
        gone = use("a", *range(days, days + 60))
        assert value("active_trend", usage=gone) == 0
        assert value("usage_drop", usage=gone) == 100
    back = use("a", 3, *range(150, 200))
    assert value("active_trend", usage=back) is None
    assert value("usage_drop", usage=back) is None
    assert value("active_trend", usage=use("a", 150, count=0)) is None


def test_breadth() -> None:
    assert value("breadth", usage=use("a", 1) + use("b", 2, feature="g") + use("a", 30, feature="h")) == 2


def ticket(name: str, opened: int, **rest: Any) -> dict[str, Any]:
    return {"ticket": name, "status": "open", "opened": ago(opened), **rest}


def test_tickets() -> None:
    rows = [
        ticket("a", 20),
        ticket("b", 14, status="pending", escalated=True),
        ticket("c", 30, status="closed", closed=ago(10)),
        ticket("d", 9, escalated=True),
        ticket("e", -2, escalated=True),
        ticket("f", 40, status="closed", closed=ago(-5)),
        ticket("g", 40, status="closed", escalated=True),
    ]
    expected = {
        "tickets_open": 4, "tickets_open_old": 2, "tickets_open_days": 40, "tickets_escalated_open": 2,
        "tickets_escalated_open_days": 14, "resolution_days": 20,
    }  # fmt: skip
    assert {name: value(name, tickets=rows) for name in expected} == expected
    quiet = [ticket("c", 30, status="closed", closed=ago(10))]
    assert value("tickets_open", tickets=quiet) == value("tickets_escalated_open_days", tickets=quiet) == 0
    assert value("tickets_open", tickets=[]) is None
    assert value("tickets_open", tickets=[ticket("e", -2)]) is None


def answer(person: str | None, score: float, day: int, survey: str = "nps") -> dict[str, Any]:
    return {"person": person, "survey": survey, "score": score, "day": ago(day)}


def test_latest_answer_of_each_person() -> None:
    rows = [
        answer("a", 2, 300), answer("a", 9, 10), answer("b", 7, 20), answer("b", 11, 1), answer("c", 0, 366),
        answer("d", 10, -1), answer(None, 8, 5), answer(None, 8, 5), answer(None, 6, 6), answer("a", 4, 3, "csat"),
    ]  # fmt: skip
    assert value("nps_answers", responses=rows) == 5
    assert value("nps_latest", responses=rows) == 7.6
    assert value("csat_latest", responses=rows) == 4
    assert value("nps_latest", responses=[answer("c", 0, 366)]) is None


@pytest.mark.parametrize(
    ("scores", "nps"), [([10, 9, 8, 0], 25), ([9], 100), ([7], 0), ([6], -100), ([9, 6, 6], -33), ([9, 9, 6], 33)]
)
def test_nps_rollup(scores: list[float], nps: int) -> None:
    rows = [answer(f"p{number}", score, 50 - number) for number, score in enumerate(scores)]
    found = rollup(past(book(responses=rows))).iloc[0]
    group = "promoter" if scores[-1] >= 9 else "passive" if scores[-1] >= 7 else "detractor"
    assert (found["nps"], found["nps_last"], found["nps_group"]) == (nps, scores[-1], group)


def test_answers_without_a_person_count_each() -> None:
    rows = [answer(None, 10, 5), answer(None, 10, 5), answer(None, 0, 5)]
    assert rollup(past(book(responses=rows))).iloc[0]["nps"] == 33


def touch(name: str, day: int, kind: str = "call", **rest: Any) -> dict[str, Any]:
    return {"activity": name, "kind": kind, "day": ago(day), "person": "a", **rest}


def test_touches() -> None:
    rows = [
        touch("t1", 1, "task"),
        touch("t2", 2, "note"),
        touch("t3", 3, done=False),
        touch("t4", -4, "meeting"),
        touch("t5", 50, "meeting"),
        touch("t5", 50, "meeting", person="b"),
        touch("t6", 80, "email", done=True),
        touch("t7", 91, "call", person="c"),
    ]
    expected = {"days_since_touch": 50, "meetings_90d": 1, "persons_engaged_90d": 2}
    assert {name: value(name, activities=rows) for name in expected} == expected
    assert value("days_since_touch", activities=rows[:4]) is None
    assert value("meetings_90d", activities=[touch("t7", 91)]) == 0
    assert value("persons_engaged_90d", activities=[touch("t7", 5, person=None)]) is None


def test_one_way_mail_is_no_touch() -> None:
    sent = touch("m1", 2, "email", direction="out", person="b")
    assert value("days_since_touch", activities=[sent]) is None
    for direction in ("in", "unknown", None):
        rows = [sent, touch("m2", 9, "email", direction=direction)]
        assert value("days_since_touch", activities=rows) == 9
        assert value("persons_engaged_90d", activities=rows) == 1
    assert value("days_since_touch", activities=[sent, touch("c", 4, direction="out")]) == 4


def test_champion() -> None:
    def person(name: str, **rest: Any) -> dict[str, Any]:
        return {"person": name, "role": "champion", **rest}

    assert value("champion", persons=[{"person": "x", "role": "user"}]) is None
    assert value("champion", persons=[person("a", left_on=ago(3))]) == "left"
    assert value("champion", persons=[person("a", left_on=ago(3)), person("b")]) == "present"
    assert value("champion", persons=[person("a", left_on=ago(-3))]) == "present"


def deal(status: str, closes: int, **rest: Any) -> dict[str, Any]:
    return {"kind": "renewal", "status": status, "closes": ago(-closes), **rest}


def test_renewal() -> None:
    deals = [deal("open", 40), deal("open", 90), deal("open", -500), deal("won", 10), deal("open", 1, kind="new")]
    assert value("days_to_renewal", customers=[{"renewal_date": ago(-7)}], deals=deals) == 7
    assert value("days_to_renewal", deals=deals) == 40
    assert value("days_to_renewal", deals=[deal("open", -9), deal("open", -500)]) == -9
    assert value("days_to_renewal", deals=[deal("won", 10)]) is None
    assert value("days_to_renewal", deals=[deal("open", 10, opened=ago(-1))]) is None
    assert value("renewal_deal", deals=[deal("won", -400), deal("lost", -30)]) == "lost"
    assert value("renewal_deal", deals=deals) == "open"
    assert value("renewal_deal", deals=[deal("unknown", 5)]) is None


def test_an_open_ticket_that_does_not_say_leaves_escalations_unknown() -> None:
    mute = {"ticket": "a", "status": "open", "opened": ago(9), "escalated": None}
    loud = {"ticket": "b", "status": "open", "opened": ago(3), "escalated": True}
    over = {"ticket": "c", "status": "closed", "opened": ago(9), "closed": ago(1), "escalated": None}
    for feature in ("tickets_escalated_open", "tickets_escalated_open_days"):
        assert value(feature, tickets=[mute]) is None
        assert value(feature, tickets=[over]) == 0
    assert value("tickets_escalated_open", tickets=[mute, loud]) == 1
    assert value("tickets_escalated_open_days", tickets=[mute, loud]) == 3


def test_an_escalation_counts_from_the_day_it_was_known() -> None:
    old = {"ticket": "a", "status": "open", "opened": ago(40), "escalated": True}
    for since, days in ((ago(9), 9), (ago(0), 0), (None, 40), (ago(50), 40)):
        assert value("tickets_escalated_open_days", tickets=[{**old, "escalated_since": since}]) == days
    later = {**old, "escalated_since": ago(-1)}
    assert value("tickets_escalated_open", tickets=[later]) == 0
    both = [{**old, "escalated_since": ago(9)}, {**old, "ticket": "b", "opened": ago(20)}]
    assert value("tickets_escalated_open_days", tickets=both) == 20


def test_overdue_invoices() -> None:
    open_one, later = {"invoice": "i", "due": ago(40)}, {"invoice": "j", "due": ago(3)}
    paid = {"invoice": "k", "due": ago(90), "paid": ago(80)}
    assert value("invoices_overdue") is None
    assert value("invoices_overdue", invoices=[paid]) == value("invoices_overdue_days", invoices=[paid]) == 0
    assert value("invoices_overdue", invoices=[open_one, later, paid, {"invoice": "m", "due": ago(0)}]) == 2
    assert value("invoices_overdue_days", invoices=[open_one, later]) == 40


def test_a_contract_tells_the_renewal_where_the_account_does_not() -> None:
    contract = {"contract": "c", "status": "active", "starts": ago(300), "ends": ago(-65)}
    assert value("days_to_renewal", contracts=[contract]) == 65
    assert value("days_to_renewal", contracts=[contract, {**contract, "ends": ago(-20)}]) == 20
    assert value("days_to_renewal", contracts=[contract], deals=[deal("open", -10)]) == 65
    assert value("days_to_renewal", contracts=[contract], customers=[{"renewal_date": ago(-9)}]) == 9
    assert value("days_to_renewal", contracts=[{**contract, "ends": ago(5)}]) == -5
    for silent in ({"status": "draft"}, {"starts": ago(-3)}, {"ends": None}):
        assert value("days_to_renewal", contracts=[{**contract, **silent}]) is None
