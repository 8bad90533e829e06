"""Support, surveys, meetings, contacts, contracts and payments one by one; and that no later record changes a day."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_scoring_features import AS_OF, ago, answer, book, deal, ticket, touch, value
from test_scoring_properties import Rows, days, later, many, numbers, people, rows, words

from scoring.features.table import FEATURES, tabulate, tabulate_late
from scoring.frames import Frames, frame
from scoring.past import past
from scoring.titles import is_executive


def test_tickets_of_90_days() -> None:
    found = [
        ticket("a", 89, reopened=0), ticket("b", 90, reopened=2), ticket("c", 3, reopened=1),
        ticket("d", 5, status="closed", closed=ago(1), reopened=0), ticket("e", -1, reopened=1),
    ]  # fmt: skip
    assert value("tickets_90d", tickets=found) == 3
    assert value("tickets_reopened_90d", tickets=found) == 1
    assert value("tickets_reopened_90d", tickets=[ticket("a", 9), ticket("b", 9, reopened=0)]) is None
    assert value("tickets_reopened_90d", tickets=[ticket("a", 99)]) == 0
    assert value("tickets_90d") is value("tickets_reopened_90d") is None
    used = [{"source": "app", "person": name, "day": ago(1)} for name in "pqrs"]
    assert value("tickets_per_active_person", tickets=found, usage=used) == 0.75
    assert value("tickets_per_active_person", tickets=found) is None


def test_the_time_to_the_first_reply() -> None:
    found = [
        ticket("a", 20, first_reply=ago(16)), ticket("b", 9, first_reply=ago(9)), ticket("c", 9),
        ticket("d", 9, first_reply=ago(-2)), ticket("e", 9, first_reply=ago(12)), ticket("f", 200, first_reply=ago(95)),
    ]  # fmt: skip
    assert value("first_reply_days", tickets=found) == 2
    assert value("first_reply_days", tickets=found[2:]) is None


def test_tickets_pile_up_against_what_is_usual_for_the_customer() -> None:
    first = ticket("old", 200, status="closed", closed=ago(199))
    assert value("tickets_pileup", tickets=[first, *(ticket(str(n), 3) for n in range(5))]) == 5
    assert value("tickets_pileup", tickets=[first]) == 0
    steady = [ticket(str(n), 200) for n in range(4)]
    assert value("tickets_pileup", tickets=steady) == 1
    assert value("tickets_pileup", tickets=[*steady, *(ticket(f"n{n}", 6) for n in range(4))]) == 2
    half = [*steady, *(ticket(f"c{n}", 200, status="closed", closed=ago(7 * 13)) for n in range(4))]
    assert value("tickets_pileup", tickets=half) == pytest.approx(4 / (4 + 4 * 13 / 26))
    assert value("tickets_pileup", tickets=[ticket("a", 55)]) is None, "seven weeks make no habit"
    assert value("tickets_pileup", tickets=[ticket("a", 56)]) == 1
    assert value("tickets_pileup", tickets=[ticket("a", 56)] * 3) == 1, "the same ticket three times is one"
    undated = ticket("x", 100, status="closed")
    assert value("tickets_pileup", tickets=[undated, ticket("a", 5)]) == 1


PERSONS: list[dict[str, Any]] = [
    {"person": "a", "role": "champion"}, {"person": "b", "role": "executive"}, {"person": "c", "role": "user"},
    {"person": "d", "role": "champion", "left_on": ago(3)}, {"person": "e", "title": "VP Sales"},
]  # fmt: skip


def test_nps_by_role() -> None:
    found = [answer(name, score, 9) for name, score in (("a", 9), ("b", 6), ("c", 3), ("d", 0), ("e", 8), ("f", 10))]
    rates = {"nps_champion": 9, "nps_executive": 7, "nps_user": 3, "promoters": 2, "detractors": 3}
    assert {name: value(name, responses=found, persons=PERSONS) for name in rates} == rates
    assert value("nps_champion", responses=found) is value("promoters") is None
    assert value("promoters", responses=[answer("a", 7, 3)]) == 0


def test_other_surveys() -> None:
    found = [answer("a", 40, 9, "csat"), answer("b", 80, 9, "csat"), answer("a", 70, 5, "ces"), answer("b", 9, 400)]
    expected = {"csat_latest": 60, "csat_answers": 2, "ces_latest": 70, "ces_answers": 1}
    assert {name: value(name, responses=found) for name in expected} == expected
    known = [{"person": name} for name in "abcd"] + [{"person": "e", "left_on": ago(3)}]
    assert value("response_rate", responses=found, persons=known) == 0.5
    assert value("response_rate", responses=[answer("a", 9, 400)], persons=known) == 0
    assert value("response_rate", persons=known) is value("response_rate", responses=found) is None


def test_the_change_of_satisfaction() -> None:
    before = [answer(name, 80, day, "csat") for name, day in (("a", 90), ("b", 200), ("c", 359))]
    now = [answer(name, 50, day, "csat") for name, day in (("a", 89), ("b", 3), (None, 0))]
    assert value("csat_change", responses=[*before, *now, answer("d", 0, 360, "csat")]) == -37.5
    small = [{**row, "score": row["score"] / 20} for row in (*before, *now)]
    assert value("csat_change", responses=small) == -37.5, "on a scale of 1 to 5 as on one of 0 to 100"
    nothing = [{**row, "score": 0} for row in before]
    assert value("csat_change", responses=[*nothing, *now]) is None
    assert value("csat_change", responses=[*before, *now[:2]]) is None
    assert value("csat_change", responses=[*before[:2], *now]) is None
    twice = [answer("a", 50, 9, "csat")] * 3
    assert value("csat_change", responses=[*before, *twice]) is None, "one answer three times is one"


def test_meetings_held_and_booked() -> None:
    met = [touch("a", 30, "meeting"), touch("b", 200, "meeting"), touch("c", 2)]
    assert value("days_since_meeting", activities=met) == 30
    assert value("days_since_meeting", activities=[touch("c", 2)]) is None
    ahead = touch("d", -9, "meeting", booked=True)
    assert value("meeting_booked_in", activities=[ahead, touch("e", -20, "meeting", booked=True)]) == 9
    assert value("meeting_booked_in", activities=[touch("d", 0, "meeting", booked=True)]) == 0, "later today"
    assert value("days_since_meeting", activities=[touch("d", 0, "meeting", booked=True)]) is None
    for other in ({"booked": None}, {"done": False}, {"done": True}, {"kind": "call"}):
        assert value("meeting_booked_in", activities=[{**ahead, **other}]) is None


def overdue(cadence: float | None, **given: list[dict[str, Any]]) -> float | None:
    then = past(book(**given))
    if cadence is not None:
        then = replace(then, cadence=pd.Series({1: cadence}))
    found = tabulate_late(then)["review_overdue_days"].iloc[0]
    return None if found != found else float(found)


def test_a_review_is_overdue_against_the_segments_cadence() -> None:
    met = [touch("a", 100, "meeting")]
    assert overdue(90, activities=met) == 10
    assert overdue(120, activities=met) == -20
    assert overdue(None, activities=met) is None
    since = [{"customer_since": ago(200)}]
    assert overdue(90, activities=[touch("c", 2)], customers=since) == 110
    assert overdue(90, customers=since) is None, "its meetings may be kept elsewhere"
    assert overdue(90, activities=[touch("c", 2)]) is None
    assert "review_overdue_days" not in tabulate(past(book())).values


def test_contacts_and_touches_with_them() -> None:
    assert value("executive", persons=PERSONS) == "present"
    assert value("executive", persons=[{"person": "e", "title": "CEO", "left_on": ago(1)}]) == "left"
    assert value("executive", persons=[{"person": "e", "title": "CEO", "role": "user"}]) is None
    assert value("contacts_known", persons=PERSONS) == 4
    assert value("contacts_known", persons=[{"person": "d", "left_on": ago(3)}]) == 0
    assert value("contacts_known") is None
    touches = [touch("1", 9), touch("2", 50, person="b"), touch("3", 70, person="e"), touch("4", 1, person="d")]
    assert value("days_since_champion_touch", persons=PERSONS, activities=touches) == 9
    assert value("days_since_executive_touch", persons=PERSONS, activities=touches) == 50
    assert value("days_since_executive_touch", persons=PERSONS, activities=touches[:1]) is None


@pytest.mark.parametrize(
    ("title", "executive"),
    [
        ("CEO", True), ("Chief Data Officer", True), ("Vice President, Sales", True), ("VP Ops", True),
        ("head of support", True), ("Managing Director", True), ("Geschäftsführerin", True), ("Co-Founder & CTO", True),
        ("Assistant to the CEO", False), ("Executive Assistant", False), ("Director's secretary", False),
        ("Product Owner", False), ("Account Executive", False), ("Developer", False), ("Nvpx", False), ("", False),
    ],
)  # fmt: skip
def test_executives_by_title(title: str, executive: bool) -> None:
    assert is_executive(title) is executive


def contract(length: int | None, begun: int = 10, **rest: Any) -> dict[str, Any]:
    ends = None if length is None else ago(begun) + timedelta(days=length - 1)
    return {"contract": "c", "status": "active", "starts": ago(begun), "ends": ends, **rest}


@pytest.mark.parametrize(
    ("length", "kind"),
    [(1, "monthly"), (31, "monthly"), (45, "monthly"), (46, "quarterly"), (92, "quarterly"), (120, "quarterly"),
     (121, "yearly"), (365, "yearly"), (400, "yearly"), (401, "multi_year"), (1096, "multi_year"), (None, None)],
)  # fmt: skip
def test_the_kind_of_contract_follows_from_its_length(length: int | None, kind: str | None) -> None:
    assert value("contract_kind", contracts=[contract(length)]) == kind
    assert value("contract_days", contracts=[contract(length)]) == length


def test_the_contract_that_ends_last_speaks() -> None:
    long, short = contract(800, contract="long", auto_renew=True), contract(30, auto_renew=False)
    assert value("contract_days", contracts=[short, long]) == 800
    assert value("auto_renew", contracts=[short, long]) == "yes"
    assert value("auto_renew", contracts=[short]) == "no"
    assert value("auto_renew", contracts=[contract(30)]) is value("auto_renew") is None
    assert value("contract_days", contracts=[contract(-3)]) is None


def test_arr_is_the_accounts_own_else_that_of_its_contracts() -> None:
    two = [
        contract(365, arr=100.0, seats=3.0, plan="pro"),
        contract(365, contract="d", arr=50.0, seats=2.0, plan="pro"),
    ]
    assert value("arr", customers=[{"arr": 70.0}], contracts=two) == 70
    assert value("arr", contracts=two) == 150
    assert value("arr", contracts=[two[0], {**two[1], "arr": None}]) is None
    assert value("arr", contracts=two * 2) == 150, "each contract once"
    assert value("arr", customers=[{"arr": -3.0}]) is value("arr", customers=[{"arr": float("inf")}]) is None
    table = tabulate(past(book(contracts=two))).values.iloc[0]
    assert (table["seats_bought"], table["plan"]) == (5, "pro")
    other = tabulate(past(book(contracts=[two[0], {**two[1], "plan": "max"}]))).values.iloc[0]
    assert pd.isna(other["plan"])
    assert value("arr_change", customers=[{"arr": 120.0, "arr_year_ago": 100.0}]) == 1.2
    for before in (None, 0.0, -5.0):
        assert value("arr_change", customers=[{"arr": 120.0, "arr_year_ago": before}]) is None


def test_deals_and_time_as_a_customer() -> None:
    sold = [deal("won", -40, kind="expansion"), deal("lost", -400, kind="expansion"), deal("open", 3)]
    assert value("expansion_deal", deals=sold) == "won"
    assert value("expansion_deal", deals=sold[2:]) is None
    assert value("customer_days", customers=[{"customer_since": ago(40)}]) == 40
    assert value("customer_days", customers=[{"customer_since": ago(-1)}]) is value("customer_days") is None


def test_how_a_customer_pays() -> None:
    def invoice(name: str, due: int, paid: int | None) -> dict[str, Any]:
        return {"invoice": name, "due": ago(due), "paid": None if paid is None else ago(paid)}

    found = [
        invoice("a", 300, 290), invoice("b", 200, 180), invoice("c", 100, 102), invoice("d", 500, 400),
        invoice("e", 20, None), invoice("f", 20, -3), invoice("g", -20, None),
    ]  # fmt: skip
    assert value("late_payments_365d", invoices=found) == 2
    assert value("pays_late_days", invoices=found) == 10
    assert value("late_payments_365d", invoices=[found[2]]) == 0
    assert value("pays_late_days", invoices=[found[4]]) is value("late_payments_365d") is None
    assert value("invoices_overdue", invoices=found) == 2
    assert value("invoices_overdue", invoices=[found[6]]) is None, "nothing was due yet"


ROLES = words("champion", "executive", "user")
FLAG = st.sampled_from([True, False, None])
BOOK = st.fixed_dictionaries(
    {
        "customers": st.lists(
            st.fixed_dictionaries({
                "status": words("customer"), "customer_since": days(), "arr": numbers, "arr_year_ago": numbers,
                "seats_bought": numbers, "currency": words("EUR", "USD"), "renewal_date": days(-400),
            }), max_size=4,
        ).map(lambda found: [{"customer": number, **account} for number, account in enumerate(found)]),
        "persons": rows(person=people, role=ROLES, title=words("CEO", "Developer"), left_on=days()),
        "usage": rows(source=words("app"), person=people, feature=words("f"), day=days(), count=numbers),
        "tickets": rows(
            ticket=words("t1", "t2", "t3"), status=words("open", "pending", "closed"), opened=days(), closed=days(),
            first_reply=days(), reopened=numbers, escalated=FLAG, escalated_since=days(),
        ),
        "responses": rows(
            person=people, survey=words("nps", "csat", "ces"), score=st.sampled_from([-1.0, 0.0, 7.0, 9.0, 101.0]),
            day=days(),
        ),
        "activities": rows(
            activity=words("a1", "a2"), person=people, kind=words("call", "meeting", "email"),
            direction=words("in", "out"), day=days(), done=FLAG, booked=FLAG,
        ),
        "deals": rows(
            deal=words("d1"), kind=words("renewal", "expansion"), status=words("open", "won", "lost"), opened=days(),
            closes=days(-400),
        ),
        "contracts": rows(
            contract=words("c1", "c2"), status=words("draft", "active"), starts=days(), ends=days(-400), arr=numbers,
            seats=numbers, plan=words("pro", "max"), auto_renew=FLAG,
        ),
        "invoices": rows(invoice=words("i1", "i2"), due=days(), paid=days(), amount=numbers, currency=words("EUR")),
    }
)  # fmt: skip
SOURCES = frame("sources", [{"source": "app", "newest": AS_OF, "stale_after_days": 7}])
CADENCE = pd.Series(dict.fromkeys(range(5), 90.0))
OWN = [name for name, made in FEATURES.items() if made.needs != "usage"]


def framed(given: Rows) -> Frames:
    return Frames(
        **{name: frame(name, some) for name, some in given.items()}, sources=SOURCES, as_of=AS_OF, dated=False
    )


def told(given: Rows | Frames) -> pd.DataFrame:
    then = replace(past(given if isinstance(given, Frames) else framed(given)), cadence=CADENCE)
    return pd.concat([tabulate(then).values, tabulate_late(then)], axis=1)[OWN]


def ahead(name: str, row: dict[str, Any]) -> bool:
    """Dated later; a booked meeting was known to lie ahead."""
    return later(name, row) and not row.get("booked")


@many
@given(BOOK, BOOK)
def test_later_records_change_no_feature(given_rows: Rows, other: Rows) -> None:
    now = {name: [row for row in found if not ahead(name, row)] for name, found in given_rows.items()}
    future = {name: [row for row in found if ahead(name, row)] for name, found in other.items()}
    pd.testing.assert_frame_equal(told({name: now[name] + future[name] for name in now}), told(now))


ENDS = {"tickets": ("closed", "first_reply", "escalated_since"), "persons": ("left_on",), "invoices": ("paid",)}


@many
@given(BOOK, st.integers(1, 60))
def test_what_changes_later_has_not_changed_yet(given_rows: Rows, by: int) -> None:
    """Replied to, closed, paid, gone after the day: as if it had not been."""
    until = AS_OF + timedelta(days=by)
    still, ended = dict(given_rows), dict(given_rows)
    for name, columns in ENDS.items():
        for row_set, day in ((still, None), (ended, until)):
            row_set[name] = [{**row, **dict.fromkeys(columns, day)} for row in given_rows[name]]
    still["tickets"] = [{**row, "status": "open", "escalated": False} for row in still["tickets"]]
    ended["tickets"] = [{**row, "status": "closed", "escalated": True} for row in ended["tickets"]]
    pd.testing.assert_frame_equal(told(ended), told(still))


@many
@given(BOOK, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_feature_nor_do_doubled_rows(given_rows: Rows, random: Any) -> None:
    """Rows with an id are there once, however often they came."""
    shuffled = {name: random.sample(found, len(found)) for name, found in given_rows.items()}
    pd.testing.assert_frame_equal(told(shuffled).sort_index(), told(given_rows))
    doubled = {name: found + [row for row in found if _is_named(name, row)] for name, found in given_rows.items()}
    pd.testing.assert_frame_equal(told(doubled), told(given_rows))


def _is_named(name: str, row: dict[str, Any]) -> bool:
    key = {"persons": "person", "responses": "person", "activities": "activity"}.get(name, name[:-1])
    return name in ("customers", "usage") or row.get(key) is not None


@many
@given(BOOK)
def test_of_a_dated_day_only_what_has_dates_is_known(given_rows: Rows) -> None:
    found = told(replace(framed(given_rows), dated=True))
    undated = [name for name in OWN if not FEATURES[name].datable]
    assert set(undated) == {"contacts_known", "response_rate", "meeting_booked_in"}
    assert found[undated].isna().all(axis=None)
    rest = [name for name in OWN if name not in undated]
    pd.testing.assert_frame_equal(found[rest], told(given_rows)[rest])


@many
@given(BOOK)
def test_numbers_are_never_infinite_and_words_are_declared_ones(given_rows: Rows) -> None:
    for name, column in told(given_rows).items():
        if allowed := FEATURES[str(name)].words:
            assert set(column.dropna()) <= set(allowed)
        else:
            assert column.dropna().map(float).map(abs).lt(float("inf")).all(), name
