"""A batch with bad records: the good ones are applied, in order, with the fewest calls that isolate the bad."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract import Outcome, Patch
from adapters.errors import AdapterError, Locked, Lost, QuotaSpent, Refused, Retry, Unauthorized
from adapters.halving import halve
from adapters.records import Ref


class Vendor:
    """Refuses a batch that holds a bad id, or one that is locked; fails as scripted from a given call on."""

    def __init__(
        self,
        bad: set[int] = frozenset(),
        failures: dict[int, AdapterError] | None = None,
        locked: set[int] = frozenset(),
    ) -> None:
        self.bad, self.failures, self.locked = bad, failures or {}, locked
        self.applied: list[str] = []
        self.calls = 0

    def send(self, patches: Sequence[Patch]) -> list[Outcome]:
        self.calls += 1
        if error := self.failures.get(self.calls):
            raise error
        if any(int(patch.ref.id) in self.bad for patch in patches):
            raise Refused("option unknown", status=400, code="INVALID_OPTION")
        if any(int(patch.ref.id) in self.locked for patch in patches):
            raise Locked("somebody holds it", after=timedelta(seconds=2), status=423)
        self.applied += [patch.ref.id for patch in patches]
        return [Outcome(patch.ref, "written") for patch in patches]


def patches(count: int) -> list[Patch]:
    return [Patch(Ref("hs", "account", str(number)), {"nps": number}) for number in range(count)]


def statuses(outcomes: list[Outcome]) -> list[str]:
    return [outcome.status for outcome in outcomes]


@given(st.integers(0, 40).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, max(n - 1, 0))))))
def test_every_patch_has_its_own_outcome_in_order(case: tuple[int, set[int]]) -> None:
    count, bad = case
    vendor = Vendor(bad)
    outcomes = halve(patches(count), vendor.send)
    assert [outcome.ref.id for outcome in outcomes] == [str(number) for number in range(count)]
    assert statuses(outcomes) == ["refused" if number in bad else "written" for number in range(count)]
    assert vendor.applied == [str(number) for number in range(count) if number not in bad]


def test_a_clean_batch_is_one_call_and_one_bad_record_costs_two_per_halving() -> None:
    clean, bad = Vendor(), Vendor({77})
    halve(patches(100), clean.send)
    halve(patches(100), bad.send)
    assert clean.calls == 1
    assert bad.calls <= 1 + 2 * 7


def test_a_record_that_somebody_holds_is_put_off_and_keeps_no_other_waiting() -> None:
    vendor = Vendor(locked={7})
    outcomes = halve(patches(100), vendor.send)
    (late,) = [outcome for outcome in outcomes if outcome.status != "written"]
    assert (late.ref.id, late.status, late.after) == ("7", "later", timedelta(seconds=2))


def test_where_everything_is_locked_not_every_record_is_tried() -> None:
    vendor = Vendor(locked=set(range(100)))
    outcomes = halve(patches(100), vendor.send)
    assert [outcome.ref.id for outcome in outcomes] == [str(number) for number in range(100)]
    assert set(statuses(outcomes)) == {"later"}
    assert vendor.calls <= 10


def test_the_refusal_keeps_the_vendors_code() -> None:
    (outcome,) = halve(patches(1), Vendor({0}).send)
    assert (outcome.status, outcome.code) == ("refused", "INVALID_OPTION")
    assert "option unknown" in outcome.message


@pytest.mark.parametrize("error", [Retry("busy"), QuotaSpent("spent"), Unauthorized("revoked")])
@pytest.mark.parametrize("call", [1, 2])
def test_while_nothing_is_decided_the_error_passes_through(error: AdapterError, call: int) -> None:
    vendor = Vendor({0}, {call: error})
    with pytest.raises(type(error)):
        halve(patches(4), vendor.send)
    assert vendor.applied == []


@pytest.mark.parametrize("error", [Retry("busy", after=timedelta(seconds=9)), QuotaSpent("spent"), Unauthorized("no")])
def test_after_a_part_was_applied_the_rest_waits(error: AdapterError) -> None:
    # calls: all, first half (applied), second half (refused), its first quarter (fails)
    vendor = Vendor({7}, {4: error})
    outcomes = halve(patches(8), vendor.send)
    assert statuses(outcomes) == ["written"] * 4 + ["later"] * 4
    assert [outcome.ref.id for outcome in outcomes] == [str(number) for number in range(8)]
    assert outcomes[-1].after == getattr(error, "after", None)
    assert vendor.calls == 4


def test_a_lost_answer_is_lost_for_its_part_only() -> None:
    vendor = Vendor({7}, {4: Lost("read timed out")})
    outcomes = halve(patches(8), vendor.send)
    assert statuses(outcomes) == ["written"] * 4 + ["lost"] * 2 + ["later"] * 2


def test_a_lost_answer_to_the_first_call_is_an_outcome_because_it_may_have_been_applied() -> None:
    assert statuses(halve(patches(3), Vendor(failures={1: Lost("read timed out")}).send)) == ["lost"] * 3
