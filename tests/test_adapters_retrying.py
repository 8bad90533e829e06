"""Which families are repeated, how often, and how long is waited."""

from datetime import timedelta

import pytest

from adapters.errors import AdapterError, Lost, QuotaSpent, Refused, Retry, Unauthorized
from adapters.retrying import Patience, repeat_read, repeat_write


class Vendor:
    """Fails with these errors, one a call, then answers."""

    def __init__(self, *errors: AdapterError) -> None:
        self.errors = list(errors)
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return "answer"


def patience(waits: list[float], **changes: int) -> Patience:
    return Patience(sleep=waits.append, **changes)


@pytest.mark.filterwarnings("error")
def test_a_read_is_repeated_whether_refused_for_now_or_lost() -> None:
    waits: list[float] = []
    vendor = Vendor(Retry("busy"), Lost("cut"), Retry("busy"))
    assert repeat_read(vendor, patience(waits)) == "answer"
    assert vendor.calls == 4
    assert len(waits) == 3
    assert all(0 < wait <= 20.5 for wait in waits)
    assert waits[2] > 1


def test_patience_ends_with_the_last_error() -> None:
    vendor = Vendor(*(Retry(f"busy {n}") for n in range(9)))
    with pytest.raises(Retry, match="busy 3"):
        repeat_read(vendor, patience([]))
    assert vendor.calls == 4


def test_a_write_whose_answer_was_lost_is_never_repeated() -> None:
    vendor = Vendor(Lost("cut"))
    with pytest.raises(Lost):
        repeat_write(vendor, patience([]))
    assert vendor.calls == 1
    assert repeat_write(Vendor(Retry("busy")), patience([])) == "answer"


@pytest.mark.parametrize("family", [Refused, Unauthorized, QuotaSpent])
def test_what_a_person_or_time_must_mend_is_not_repeated(family: type[AdapterError]) -> None:
    vendor = Vendor(family("no"))
    with pytest.raises(family):
        repeat_read(vendor, patience([]))
    assert vendor.calls == 1


def test_the_vendors_own_waiting_time_is_kept() -> None:
    waits: list[float] = []
    assert repeat_read(Vendor(Retry("busy", after=timedelta(seconds=7))), patience(waits)) == "answer"
    assert waits == [7.0]


def test_a_wait_beyond_patience_goes_to_the_caller_at_once() -> None:
    waits: list[float] = []
    vendor = Vendor(Retry("busy", after=timedelta(minutes=10)))
    with pytest.raises(Retry) as caught:
        repeat_read(vendor, patience(waits))
    assert (caught.value.after, vendor.calls, waits) == (timedelta(minutes=10), 1, [])
