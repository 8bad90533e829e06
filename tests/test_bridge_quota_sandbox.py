"""Both sandbox CRMs run out of calls in the middle of a pull and of a push: the whole command stops, and goes on."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from two_crms import TwoCrms, two_crms

from bridge.clock import ShiftedClock

pytestmark = pytest.mark.slow
LIMIT = 100_000


@pytest.fixture
def crms(tmp_path: Path) -> Iterator[TwoCrms]:
    with two_crms(tmp_path, accounts=12) as crms:
        yield crms


def leave(crms: TwoCrms, name: str, calls: int) -> None:
    """The vendor takes so many more calls of this day, which nobody was told beforehand."""
    crms.asked(name, "quota", {"limit": LIMIT, "used": LIMIT - calls})


def unreserved(crms: TwoCrms) -> None:
    """The budget leaves it to the vendor to say no: all of the org's calls are ours, and none is kept back."""
    config = crms.folder / "csbridge.yml"
    text = config.read_text("utf-8").replace("    auth:", "    quota: {daily_share: 1, reserve: 0}\n    auth:")
    config.write_text(text, "utf-8")


def ended(crms: TwoCrms, *arguments: str) -> tuple[int, Any]:
    done = crms.run(*arguments, "--json")
    return done.exit_code, orjson.loads(done.stdout)


def tomorrow(crms: TwoCrms) -> TwoCrms:
    """A day later, for csbridge and for both CRMs."""
    for name in crms.crms:
        crms.asked(name, "clock", {"advance_s": 25 * 3600})
    return replace(crms, clock=ShiftedClock(crms.clock.now() + timedelta(hours=25)))


def test_a_spent_day_stops_a_pull_with_exit_4_and_the_next_day_completes_it(crms: TwoCrms) -> None:
    unreserved(crms)
    for name in crms.crms:
        leave(crms, name, 7)
    code, data = ended(crms, "sync")
    assert code == 4, data
    assert {failure["family"] for failure in data["failures"].values()} == {"QuotaSpent"}
    assert all(failure["until"] for failure in data["failures"].values())
    refused = {name: dict(crms.asked(name, "stats")["calls"]) for name in crms.crms}
    code, _ = ended(crms, "sync")
    assert code == 4
    assert {name: dict(crms.asked(name, "stats")["calls"]) for name in crms.crms} == refused, "nobody asks in vain"
    later = tomorrow(crms)
    assert ended(later, "sync")[0] == 0
    rows = {name: crms.asked(name, "stats")["rows"] for name in crms.crms}
    code, data = ended(later, "sync", "--full")
    assert code == 0
    assert data["connections"]["sf"]["kinds"]["account"]["read"] == rows["sf"]["Account"]
    assert not any(kind["changed"] for one in data["connections"].values() for kind in one["kinds"].values()), (
        "the sync that went on had lost nothing"
    )


def test_a_spent_day_stops_a_push_with_exit_4_and_nothing_is_written_twice(crms: TwoCrms) -> None:
    crms.done("provision", "--apply")
    crms.done("sync")
    crms.done("score")
    config = crms.folder / "csbridge.yml"
    config.write_text(config.read_text("utf-8") + "\nwrite: {batch: 1}\n", "utf-8")
    unreserved(crms)
    leave(crms, "sf", 6)
    leave(crms, "hs", 6)
    code, data = ended(crms, "push")
    assert code == 4, data
    written = {name: len(crms.writes(name)) for name in crms.crms}
    assert 0 < written["sf"] < 6
    assert 0 < written["hs"] < 6
    assert ended(tomorrow(crms), "push")[0] == 0
    for name in crms.crms:
        ids = Counter(write["id"] for write in crms.writes(name))
        assert len(ids) > 6
        assert set(ids.values()) == {1}, "no record twice"
