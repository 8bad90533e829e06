"""One budget for all threads and processes: what is set aside, entered, given back, and never exceeded."""

import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from adapters.budget import Purpose, Quota
from adapters.errors import QuotaSpent
from bridge.rules.quota import DAY, HOUR, LOOK
from bridge.spending import FRESH, PORTION, Meter, Purse
from bridge.store import spend
from bridge.store.engine import Store
from config.connections import QuotaSettings
from config.words import Urgency

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PLENTY = Quota(1000, 1000)
SPENDER = Path(__file__).with_name("spender.py")


class Clock:
    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


def meter(store: Store, clock: Clock, quota: Quota | None = PLENTY, name: str = "sf") -> Meter:
    """Another process's meter, as far as the store can tell."""
    made = Meter(store, name, QuotaSettings(), clock)
    if quota:
        made.heard(quota)
    return made


def call(meter: Meter, times: int, urgency: Urgency = "urgent", purpose: Purpose = "page") -> int:
    """How many of ``times`` calls could be made."""
    for made in range(times):
        try:
            meter.take(purpose, urgency)
        except QuotaSpent:
            return made
    return times


def purposes(store: Store) -> dict[str, int]:
    with store.read() as db:
        return spend.purposes(db, "sf", NOW)


def test_calls_are_entered_by_purpose_and_what_was_set_aside_is_given_back(store: Store, clock: Clock) -> None:
    one = meter(store, clock)
    call(one, 3, purpose="page")
    call(one, 2, purpose="write")
    assert purposes(store) == {spend.RESERVED: PORTION}
    one.settle()
    assert purposes(store) == {"page": 3, "write": 2}


def test_logins_cost_nothing(store: Store, clock: Clock) -> None:
    one = meter(store, clock, Quota(1000, 0))
    call(one, 5, purpose="token")
    one.settle()
    assert purposes(store) == {}


def test_a_whole_portion_costs_one_transaction(store: Store, clock: Clock) -> None:
    one, transactions = meter(store, clock), 0
    plain = store.write

    def counted() -> object:
        nonlocal transactions
        transactions += 1
        return plain()

    store.write = counted  # type: ignore[assignment, method-assign]
    assert call(one, PORTION) == PORTION
    assert transactions == 1


def test_before_the_vendor_has_said_how_many_there_are_calls_are_only_counted(store: Store, clock: Clock) -> None:
    one = meter(store, clock, None)
    assert call(one, 3 * PORTION) == 3 * PORTION
    one.settle()
    assert purposes(store) == {"page": 3 * PORTION}


def test_our_share_is_all_there_is_and_rolls_on(store: Store, clock: Clock) -> None:
    one = meter(store, clock)
    assert call(one, 600) == 500
    with pytest.raises(QuotaSpent, match=r"500 of the 500 API calls .* \(quota.daily_share\)") as raised:
        one.take("write", "urgent")
    assert raised.value.until == NOW.replace(minute=0) + HOUR + DAY
    clock.at = raised.value.until
    assert call(one, 600) == 500


def test_the_org_comes_first(store: Store, clock: Clock) -> None:
    one = meter(store, clock)
    one.take("page", "poll")
    one.heard(Quota(1000, 200))
    with pytest.raises(QuotaSpent, match="the org has 200 of 1,000 API calls left today, and 20% are kept back") as met:
        one.take("page", "poll")
    assert met.value.until == NOW + LOOK
    clock.at = NOW + LOOK
    assert call(one, 1) == 1
    one.heard(Quota(1000, 199))
    assert call(one, 1) == 0, "the one call found out that nothing has changed"


def test_a_clock_that_is_set_back_does_not_keep_an_old_word(store: Store, clock: Clock) -> None:
    meter(store, clock, Quota(1000, 100)).settle()
    clock.at = NOW - timedelta(hours=5)
    two = meter(store, clock, None)
    assert call(two, 1) == 1, "one call finds out"
    two.heard(Quota(1000, 900))
    assert call(two, 30) == 30
    clock.at += LOOK
    two.heard(Quota(1000, 200))
    assert call(two, 1) == 0


def test_lower_classes_stop_first(store: Store, clock: Clock) -> None:
    one = meter(store, clock)
    assert call(one, 999, "backfill") == 250
    assert call(one, 999, "cosmetic") == 125
    assert call(one, 999, "reconcile") == 25
    assert call(one, 999, "ordinary") == 50
    assert call(one, 999, "poll") == 25
    assert call(one, 999, "urgent") == 25


def test_two_meters_on_one_store_share_one_budget(store: Store, clock: Clock) -> None:
    one, other = meter(store, clock), meter(store, clock)
    made = 0
    while (some := call(one, 7) + call(other, 11)) > 0:
        made += some
    assert made == 500
    one.settle()
    other.settle()
    assert sum(purposes(store).values()) == 500


def test_threads_share_one_meter(store: Store, clock: Clock) -> None:
    one = meter(store, clock)
    made: list[int] = []
    threads = [threading.Thread(target=lambda: made.append(call(one, 400))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(made) == 500


def test_two_processes_share_one_budget(store: Store, store_url: str, clock: Clock) -> None:
    one = meter(store, clock)
    one.take("page", "poll")
    one.settle()
    command = [sys.executable, str(SPENDER), store_url, "sf", "urgent"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    made = [int(process.communicate(timeout=60)[0]) for process in both]
    assert sum(made) == 499
    assert purposes(store) == {"page": 500}


def test_whoever_dies_leaves_no_more_than_a_portion_counted(store: Store, clock: Clock) -> None:
    call(meter(store, clock), 3)  # and never closes
    assert call(meter(store, clock), 999) == 500 - PORTION


def test_the_vendors_own_no_stops_every_process_until_it_is_over(store: Store, clock: Clock) -> None:
    one, other = meter(store, clock, None), meter(store, clock, None)
    call(other, 1)
    assert one.refused(None) == NOW + LOOK
    assert call(one, 1) == 0
    clock.at += FRESH
    with pytest.raises(QuotaSpent, match="the org's daily API calls are spent") as raised:
        other.take("page", "urgent")
    assert raised.value.until == NOW + LOOK
    assert call(meter(store, clock, None), 1) == 0
    clock.at = NOW + LOOK
    assert call(other, 1) == 1


def test_a_portals_no_holds_until_its_midnight_whatever_zone_the_caller_believed_in(store: Store, clock: Clock) -> None:
    one = meter(store, clock, Quota(1000, 1000, ZoneInfo("Europe/Berlin")))
    call(one, 1)
    one.settle()
    other = meter(store, clock, None)
    assert call(other, 1) == 1
    assert other.refused(NOW + timedelta(hours=14, minutes=30)) == datetime(2026, 3, 2, 23, tzinfo=UTC)


def test_connections_have_budgets_of_their_own(store: Store, clock: Clock) -> None:
    assert call(meter(store, clock), 999) == 500
    assert call(meter(store, clock, name="hs"), 999) == 500


def test_old_hours_are_forgotten(store: Store, clock: Clock) -> None:
    one = meter(store, clock)
    for _ in range(20):
        clock.at += DAY
        call(one, 1)
    one.settle()
    with store.read() as db:
        assert 8 <= len(db.exec_driver_sql("SELECT DISTINCT hour FROM spend").all()) <= 10


def test_an_adapter_says_what_it_calls_for(store: Store, clock: Clock) -> None:
    purse = Purse(meter(store, clock))
    call(purse.meter, 400)
    assert purse.worth() == "ordinary"
    with pytest.raises(QuotaSpent), purse.calling_for("cosmetic"):
        pytest.fail("it may not even begin")
    with purse.calling_for("poll"):
        for _ in range(75):
            purse.before("page")
        with pytest.raises(QuotaSpent):
            purse.before("page")
        purse.before("describe")
    purse.before("write")
    assert purse.worth() == "urgent"
    call(purse.meter, 400)
    with pytest.raises(QuotaSpent):
        purse.worth()
